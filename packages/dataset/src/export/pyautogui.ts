import type { Modifier } from '../action.ts';
import { type Dialect, exact, near } from './dialect.ts';
import { pyautoguiKeys as keys } from './key-spelling.ts';
import type { ModelAction, Point } from './model-action.ts';
import { fraction, type PythonCall, type PythonValue, readCalls, writeCall } from './python-call.ts';

const CLICKS: Readonly<Record<string, Pick<Extract<ModelAction, { kind: 'click' }>, 'button' | 'count'>>> = {
  'pyautogui.click': { button: 'left', count: 1 },
  'pyautogui.doubleClick': { button: 'left', count: 2 },
  'computer.tripleClick': { button: 'left', count: 3 },
  'pyautogui.rightClick': { button: 'right', count: 1 },
  'pyautogui.middleClick': { button: 'middle', count: 1 },
};
const MODIFIERS: readonly string[] = ['Control', 'Shift', 'Alt', 'AltGraph', 'Meta'];

/** pyautogui with AgentNet's `computer.*` and `browser.select_option`; places are fractions of the picture to four decimals (EXP10). */
export const pyautogui: Dialect = {
  name: 'pyautogui',
  loses: [
    'the path of a drag',
    'the length of a wait',
    'a scroll in both directions at once becomes two calls',
  ],
  write(action) {
    switch (action.kind) {
      case 'click': {
        const name = Object.entries(CLICKS).find(
          ([, { button, count }]) => button === action.button && count === action.count,
        )?.[0];
        if (name === undefined) return near();
        return exact(held(action.held, [call(name, [], place(action.at))]));
      }
      case 'drag': {
        const from = action.path[0] as Point;
        const to = action.path.at(-1) as Point;
        const calls = [
          call('pyautogui.moveTo', [], place(from)),
          call('pyautogui.dragTo', [], { ...place(to), button: action.button }),
        ];
        const spelled = held(action.held, calls);
        return action.path.length > 2 ? near(spelled) : exact(spelled);
      }
      case 'move':
        return exact(writeCall(call('pyautogui.moveTo', [], place(action.at))));
      case 'scroll': {
        const calls = [call('pyautogui.moveTo', [], place(action.at))];
        // pyautogui counts upwards and to the right.
        if (action.dy !== 0) calls.push(call('pyautogui.scroll', [-action.dy]));
        if (action.dx !== 0) calls.push(call('pyautogui.hscroll', [action.dx]));
        return exact(held(action.held, calls));
      }
      case 'type':
        return exact(writeCall(call('pyautogui.write', [], { message: action.text })));
      case 'select': {
        const named = { ...(action.at ? place(action.at) : {}), value: action.text };
        return exact(writeCall(call('browser.select_option', [], named)));
      }
      case 'keys': {
        const names = action.keys.map(keys.write);
        if (names.length === 1) {
          const presses: Record<string, PythonValue> = action.count > 1 ? { presses: action.count } : {};
          return exact(writeCall(call('pyautogui.press', names, presses)));
        }
        const hotkey = writeCall(call('pyautogui.hotkey', names));
        return exact(Array.from({ length: action.count }, () => hotkey).join('\n'));
      }
      case 'wait':
        return near('computer.wait()');
      case 'done':
        return exact(`computer.terminate(status='${action.success ? 'success' : 'failure'}')`);
    }
  },
  read(calls) {
    if (calls.length !== 1 || typeof calls[0] !== 'string') return null;
    const script = readCalls(calls[0]);
    if (script === null || script.length === 0) return null;
    const down: Modifier[] = [];
    while (script[0]?.name === 'pyautogui.keyDown') {
      const key = keyOf(script.shift()?.args[0]);
      if (key === null || !MODIFIERS.includes(key)) return null;
      down.push(key as Modifier);
    }
    while (script.at(-1)?.name === 'pyautogui.keyUp') script.pop();
    const action = single(script, down);
    return action === null ? null : [action];
  },
};

function single(script: PythonCall[], down: Modifier[]): ModelAction | null {
  const [first, second, third] = script;
  if (first === undefined) return null;
  const at = placed(first);
  if (first.name === 'pyautogui.moveTo' && at) return afterMove(at, second, third, down);
  if (first.name === 'pyautogui.hotkey') {
    const all = first.args.map(keyOf);
    const same = script.every((one) => one.name === first.name && one.args.join() === first.args.join());
    return all.includes(null) || !same ? null : { kind: 'keys', keys: all as string[], count: script.length };
  }
  // What follows would be another action.
  return second === undefined ? ofOneCall(first, at, down) : null;
}

function ofOneCall(call: PythonCall, at: Point | null, down: Modifier[]): ModelAction | null {
  const { name, args, named } = call;
  const click = Object.hasOwn(CLICKS, name) ? CLICKS[name] : undefined;
  if (click && at) return { kind: 'click', ...click, at, held: down };
  if (name === 'pyautogui.write' && typeof named['message'] === 'string')
    return { kind: 'type', text: named['message'] };
  if (name === 'browser.select_option' && typeof named['value'] === 'string')
    return { kind: 'select', at, text: named['value'] };
  if (name === 'pyautogui.press') {
    const key = keyOf(args[0]);
    const count = named['presses'] ?? 1;
    return key === null || typeof count !== 'number' ? null : { kind: 'keys', keys: [key], count };
  }
  if (name === 'computer.wait') return { kind: 'wait', seconds: 1 };
  if (name === 'computer.terminate') return { kind: 'done', success: named['status'] === 'success' };
  return null;
}

function afterMove(
  at: Point,
  second: PythonCall | undefined,
  third: PythonCall | undefined,
  down: Modifier[],
): ModelAction | null {
  if (second === undefined) return { kind: 'move', at };
  if (second.name === 'pyautogui.dragTo') {
    const to = placed(second);
    const button = second.named['button'] ?? 'left';
    if (!to || (button !== 'left' && button !== 'middle' && button !== 'right')) return null;
    return { kind: 'drag', button, path: [at, to], held: down };
  }
  const amount = (name: string) => {
    const found = [second, third].find((one) => one?.name === name)?.args[0];
    return typeof found === 'number' ? found : 0;
  };
  const dx = amount('pyautogui.hscroll');
  const dy = 0 - amount('pyautogui.scroll');
  return dx === 0 && dy === 0 ? null : { kind: 'scroll', at, dx, dy, held: down };
}

function held(modifiers: readonly Modifier[], calls: PythonCall[]): string {
  const names = modifiers.map(keys.write);
  return [
    ...names.map((name) => call('pyautogui.keyDown', [name])),
    ...calls,
    ...names.toReversed().map((name) => call('pyautogui.keyUp', [name])),
  ]
    .map(writeCall)
    .join('\n');
}

function call(name: string, args: PythonValue[], named: Record<string, PythonValue> = {}): PythonCall {
  return { name, args, named };
}

function place({ x, y }: Point): { x: number; y: number } {
  return { x: fraction(x), y: fraction(y) };
}

function placed({ named }: PythonCall): Point | null {
  const { x, y } = named;
  return typeof x === 'number' && typeof y === 'number' ? { x, y } : null;
}

function keyOf(value: PythonValue | undefined): string | null {
  return typeof value === 'string' ? keys.read(value) : null;
}
