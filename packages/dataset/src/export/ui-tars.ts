import { type Dialect, exact, near, unsayable } from './dialect.ts';
import { pyautoguiKeys as keys } from './key-spelling.ts';
import { choosing, type ModelAction, type Point } from './model-action.ts';
import { type PythonCall, type PythonValue, readCalls, writeCall } from './python-call.ts';

/** UI-TARS: places from 0 to 1000 of the picture's sides (EXP25). */
export const uiTars: Dialect = {
  name: 'ui-tars',
  loses: [
    'middle and triple clicks',
    'modifiers held during clicks, drags and scrolls',
    'the path of a drag, and drags with another button than the primary',
    'how far a scroll goes',
    'a choice in a list becomes a click, its text and Enter',
    'the length of a wait',
    'hovering',
  ],
  write(action, picture) {
    switch (action.kind) {
      case 'click': {
        const name =
          action.button === 'right'
            ? 'right_single'
            : { 1: 'click', 2: 'left_double', 3: null }[action.count];
        if (name === null || action.button === 'middle') return unsayable;
        return said(action.held.length === 0, call(name, { start_box: box(action.at) }));
      }
      case 'drag': {
        if (action.button !== 'left') return unsayable;
        const [from, to] = [action.path[0] as Point, action.path.at(-1) as Point];
        const plain = action.held.length === 0 && action.path.length === 2;
        return said(plain, call('drag', { start_box: box(from), end_box: box(to) }));
      }
      case 'scroll': {
        const directions: string[] = [];
        if (action.dy !== 0) directions.push(action.dy > 0 ? 'down' : 'up');
        if (action.dx !== 0) directions.push(action.dx > 0 ? 'right' : 'left');
        return near(
          ...directions.map((direction) =>
            writeCall(call('scroll', { start_box: box(action.at), direction })),
          ),
        );
      }
      case 'type':
        return exact(writeCall(call('type', { content: action.text })));
      case 'select':
        return near(...choosing(action).flatMap((step) => this.write(step, picture).calls));
      case 'keys': {
        const hotkey = writeCall(call('hotkey', { key: action.keys.map(keys.write).join(' ') }));
        return said2(
          action.count === 1,
          Array.from({ length: action.count }, () => hotkey),
        );
      }
      case 'wait':
        return near('wait()');
      case 'done':
        return action.success ? exact("finished(content='')") : near('call_user()');
      case 'move':
        return unsayable;
    }
  },
  read(calls) {
    const actions = calls.map((one) => {
      const script = typeof one === 'string' ? readCalls(one) : null;
      return script?.length === 1 ? single(script[0] as PythonCall) : null;
    });
    return actions.length === 0 || actions.includes(null) ? null : (actions as ModelAction[]);
  },
};

function single({ name, named }: PythonCall): ModelAction | null {
  const at = point(named['start_box']);
  switch (name) {
    case 'click':
    case 'left_double':
      return at && { kind: 'click', button: 'left', count: name === 'click' ? 1 : 2, at, held: [] };
    case 'right_single':
      return at && { kind: 'click', button: 'right', count: 1, at, held: [] };
    case 'drag': {
      const to = point(named['end_box']);
      return at && to && { kind: 'drag', button: 'left', path: [at, to], held: [] };
    }
    case 'scroll': {
      const way = named['direction'];
      const dy = way === 'down' ? 1 : way === 'up' ? -1 : 0;
      const dx = way === 'right' ? 1 : way === 'left' ? -1 : 0;
      return at && (dx !== 0 || dy !== 0) ? { kind: 'scroll', at, dx, dy, held: [] } : null;
    }
    case 'type':
      return typeof named['content'] === 'string' ? { kind: 'type', text: named['content'] } : null;
    case 'hotkey': {
      const all = typeof named['key'] === 'string' ? named['key'].split(' ').map(keys.read) : [null];
      return all.includes(null) ? null : { kind: 'keys', keys: all as string[], count: 1 };
    }
    case 'wait':
      return { kind: 'wait', seconds: 1 };
    case 'finished':
      return { kind: 'done', success: true };
    case 'call_user':
      return { kind: 'done', success: false };
    default:
      return null;
  }
}

function box({ x, y }: Point): string {
  return `(${Math.round(x * 1000)},${Math.round(y * 1000)})`;
}

function point(value: PythonValue | undefined): Point | null {
  const match = typeof value === 'string' ? /^\((\d{1,4}),\s*(\d{1,4})\)$/.exec(value) : null;
  return match ? { x: Number(match[1]) / 1000, y: Number(match[2]) / 1000 } : null;
}

function call(name: string, named: Record<string, PythonValue>): PythonCall {
  return { name, args: [], named };
}

function said(all: boolean, one: PythonCall) {
  return said2(all, [writeCall(one)]);
}
function said2(all: boolean, calls: string[]) {
  return all ? exact(...calls) : near(...calls);
}
