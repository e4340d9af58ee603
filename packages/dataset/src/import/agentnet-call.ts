import { type PythonCall, readCalls } from '../export/python-call.ts';

/** What one call of a script does, places as fractions of the picture, keys by the names that PynputKeyboard reads. */
export type AgentnetCall =
  | { kind: 'click'; button: number; times: 1 | 2 | 3; at: Fraction | null }
  | { kind: 'move'; at: Fraction }
  | { kind: 'drag'; button: number; to: Fraction }
  | { kind: 'scroll'; dx: number; dy: number; at: Fraction | null }
  | { kind: 'write'; keys: string[] }
  | { kind: 'press'; keys: string[]; times: number }
  | { kind: 'chord'; keys: string[] }
  | { kind: 'hold' | 'let-go'; key: string }
  | { kind: 'left-out'; rule: string };
export type Fraction = { x: number; y: number };

/** A place is a fraction; some lie a little outside of the picture. */
const FARTHEST_OUT = 1;
const MOST_NOTCHES = 10_000;
const MOST_PRESSES = 1000;
const MOST_WRITTEN = 10_000;
const MOST_CALLS = 1000;
const BUTTONS: Readonly<Record<string, number>> = { left: 0, middle: 1, right: 2 };
const CLICKS: Readonly<Record<string, { button: number | null; times: 1 | 2 | 3 }>> = {
  'pyautogui.click': { button: null, times: 1 },
  'pyautogui.doubleClick': { button: null, times: 2 },
  'computer.tripleClick': { button: null, times: 3 },
  'pyautogui.tripleClick': { button: null, times: 3 },
  'pyautogui.rightClick': { button: 2, times: 1 },
  'pyautogui.middleClick': { button: 1, times: 1 },
};
const LEFT_OUT: Readonly<Record<string, string>> = {
  'computer.wait': 'wait',
  'computer.terminate': 'end',
  'browser.select_option': 'choice-without-list',
  'browser.clear': 'field-without-list',
};
/** pyautogui's names of keys that pynput calls otherwise. */
const KEYS: Readonly<Record<string, string>> = {
  ' ': 'space',
  '\n': 'enter',
  '\r': 'enter',
  '\t': 'tab',
  return: 'enter',
  escape: 'esc',
  del: 'delete',
  pageup: 'page_up',
  pgup: 'page_up',
  pagedown: 'page_down',
  pgdn: 'page_down',
  ctrlleft: 'ctrl_l',
  ctrlright: 'ctrl_r',
  shiftleft: 'shift_l',
  shiftright: 'shift_r',
  altleft: 'alt_l',
  altright: 'alt_gr',
  option: 'alt',
  win: 'cmd',
  winleft: 'cmd_l',
  winright: 'cmd_r',
  command: 'cmd',
  capslock: 'caps_lock',
  numlock: 'num_lock',
  apps: 'menu',
};

/**
 * The calls of a step's `code` (spec/dataset-formats.md, IMP60-IMP63). Null: it is not a row of calls; nothing is evaluated. `told`
 * gets each fault.
 */
export function agentnetCalls(code: string, told: (message: string) => void): AgentnetCall[] | null {
  const script = readCalls(code);
  if (script === null || script.length === 0) return null;
  if (script.length > MOST_CALLS) {
    told(`has more than ${MOST_CALLS} calls`);
    return [];
  }
  return script.map((call) => agentnetCall(call, told));
}

function agentnetCall(call: PythonCall, told: (message: string) => void): AgentnetCall {
  const { name, named } = call;
  const left = Object.hasOwn(LEFT_OUT, name) ? LEFT_OUT[name] : undefined;
  if (left !== undefined) return { kind: 'left-out', rule: left };
  const click = Object.hasOwn(CLICKS, name) ? CLICKS[name] : undefined;
  if (click) {
    const button = click.button ?? buttonOf(named['button']);
    if (button === null) return { kind: 'left-out', rule: 'button-unknown' };
    const clicks = named['clicks'];
    const times = clicks === 2 || clicks === 3 ? clicks : click.times;
    return { kind: 'click', button, times, at: placeOf(call, 0, told) };
  }
  switch (name) {
    case 'pyautogui.moveTo': {
      const at = placeOf(call, 0, told);
      return at ? { kind: 'move', at } : { kind: 'left-out', rule: 'no-place' };
    }
    case 'pyautogui.dragTo': {
      const to = placeOf(call, 0, told);
      const button = buttonOf(named['button']);
      if (button === null) return { kind: 'left-out', rule: 'button-unknown' };
      return to ? { kind: 'drag', button, to } : { kind: 'left-out', rule: 'no-place' };
    }
    case 'pyautogui.scroll':
    case 'pyautogui.vscroll':
    case 'pyautogui.hscroll': {
      const notches = numberOf(call.args[0] ?? named['clicks'], MOST_NOTCHES, told);
      const at = placeOf(call, 1, told);
      // pyautogui counts upwards and to the right.
      return name === 'pyautogui.hscroll'
        ? { kind: 'scroll', dx: notches, dy: 0, at }
        : { kind: 'scroll', dx: 0, dy: 0 - notches, at };
    }
    case 'pyautogui.write':
    case 'pyautogui.typewrite': {
      const message = call.args[0] ?? named['message'];
      const letters = Array.isArray(message) ? message : typeof message === 'string' ? [...message] : null;
      if (letters === null) told('a text that is written is missing');
      else if (letters.length > MOST_WRITTEN) told(`a text has more than ${MOST_WRITTEN} characters`);
      else return { kind: 'write', keys: letters.map(keyOf) };
      return { kind: 'write', keys: [] };
    }
    case 'pyautogui.press': {
      const keys = listOf(call.args[0] ?? named['keys'] ?? named['key'], told);
      const times = numberOf(named['presses'] ?? 1, MOST_PRESSES, told);
      return { kind: 'press', keys, times: Math.max(0, Math.round(times)) };
    }
    case 'pyautogui.hotkey': {
      return { kind: 'chord', keys: listOf(call.args.length === 1 ? call.args[0] : call.args, told) };
    }
    case 'pyautogui.keyDown':
    case 'pyautogui.keyUp': {
      const [key] = listOf(call.args[0] ?? named['key'], told);
      if (key === undefined) return { kind: 'left-out', rule: 'call-unknown' };
      return { kind: name === 'pyautogui.keyDown' ? 'hold' : 'let-go', key };
    }
    default:
      return { kind: 'left-out', rule: 'call-unknown' };
  }
}

/** Without a place the pointer stays where it is. */
function placeOf(
  { args, named }: PythonCall,
  from: number,
  told: (message: string) => void,
): Fraction | null {
  const [x, y] = [named['x'] ?? args[from], named['y'] ?? args[from + 1]];
  if (x === undefined && y === undefined) return null;
  const legal = (at: unknown): at is number =>
    typeof at === 'number' && at >= -FARTHEST_OUT && at <= 1 + FARTHEST_OUT;
  if (legal(x) && legal(y)) return { x, y };
  told('a place is not two fractions of the picture');
  return null;
}

function buttonOf(value: unknown): number | null {
  if (value === undefined) return 0;
  return typeof value === 'string' && Object.hasOwn(BUTTONS, value) ? (BUTTONS[value] ?? null) : null;
}

function numberOf(value: unknown, most: number, told: (message: string) => void): number {
  if (typeof value === 'number' && Math.abs(value) <= most) return value;
  told(`an amount is not a number within ${most}`);
  return 0;
}

function listOf(value: unknown, told: (message: string) => void): string[] {
  const list = Array.isArray(value) ? value : [value];
  const legal = (one: unknown): one is string => typeof one === 'string' && one !== '' && one.length <= 64;
  if (list.length > 0 && list.length <= 64 && list.every(legal)) return list.map(keyOf);
  told('a key has a name');
  return [];
}

function keyOf(name: string): string {
  const lower = [...name].length === 1 ? name : name.toLowerCase();
  return Object.hasOwn(KEYS, lower) ? (KEYS[lower] as string) : lower;
}
