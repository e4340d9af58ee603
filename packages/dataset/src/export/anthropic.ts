import type { Modifier } from '../action.ts';
import {
  type Dialect,
  exact,
  isFiniteNumber,
  near,
  objectCall,
  type PictureSize,
  unsayable,
} from './dialect.ts';
import { xdotoolKeys as keys } from './key-spelling.ts';
import { choosing, type ModelAction, type Point } from './model-action.ts';

const CLICKS: readonly (readonly [string, 'left' | 'middle' | 'right', 1 | 2 | 3])[] = [
  ['left_click', 'left', 1],
  ['double_click', 'left', 2],
  ['triple_click', 'left', 3],
  ['right_click', 'right', 1],
  ['middle_click', 'middle', 1],
];

/** Anthropic's `computer_20250124`: whole pixels of the picture (EXP20). */
export const anthropic: Dialect = {
  name: 'anthropic',
  loses: [
    'the path of a drag, and drags with another button than the primary or with modifiers',
    'a scroll in both directions at once becomes two calls',
    'keys pressed several times become several calls',
    'a choice in a list becomes a click, its text and Enter',
    'whether the task was done',
  ],
  write(action, picture) {
    const pixel = ({ x, y }: Point) => [Math.round(x * picture.width), Math.round(y * picture.height)];
    const text = (held: readonly Modifier[]) =>
      held.length > 0 ? { text: held.map(keys.write).join('+') } : {};
    switch (action.kind) {
      case 'click': {
        const name = CLICKS.find(
          ([, button, count]) => button === action.button && count === action.count,
        )?.[0];
        if (name === undefined) return unsayable;
        return exact({ action: name, coordinate: pixel(action.at), ...text(action.held) });
      }
      case 'drag': {
        if (action.button !== 'left') return unsayable;
        const drag = {
          action: 'left_click_drag',
          start_coordinate: pixel(action.path[0] as Point),
          coordinate: pixel(action.path.at(-1) as Point),
        };
        return action.path.length === 2 && action.held.length === 0 ? exact(drag) : near(drag);
      }
      case 'move':
        return exact({ action: 'mouse_move', coordinate: pixel(action.at) });
      case 'scroll': {
        const scroll = (scroll_direction: string, amount: number) => ({
          action: 'scroll',
          coordinate: pixel(action.at),
          scroll_direction,
          scroll_amount: Math.abs(amount),
          ...text(action.held),
        });
        const calls: unknown[] = [];
        if (action.dy !== 0) calls.push(scroll(action.dy > 0 ? 'down' : 'up', action.dy));
        if (action.dx !== 0) calls.push(scroll(action.dx > 0 ? 'right' : 'left', action.dx));
        return calls.length === 1 ? exact(...calls) : near(...calls);
      }
      case 'type':
        return exact({ action: 'type', text: action.text });
      case 'select':
        return near(...choosing(action).flatMap((step) => this.write(step, picture).calls));
      case 'keys': {
        const key = { action: 'key', text: action.keys.map(keys.write).join('+') };
        return action.count === 1 ? exact(key) : near(...Array.from({ length: action.count }, () => key));
      }
      case 'wait':
        return exact({ action: 'wait', duration: action.seconds });
      case 'done':
        return unsayable;
    }
  },
  read(calls, picture) {
    const actions = calls.map((one) => single(objectCall(one), picture));
    return actions.length === 0 || actions.includes(null) ? null : (actions as ModelAction[]);
  },
};

function single(call: Record<string, unknown> | null, picture: PictureSize): ModelAction | null {
  if (call === null) return null;
  const { action, text } = call;
  const at = point(call['coordinate'], picture);
  const click = CLICKS.find(([name]) => name === action);
  const held = action === 'type' || action === 'key' ? [] : keysOf(text ?? '');
  if (held === null) return null;
  if (click) return at && { kind: 'click', button: click[1], count: click[2], at, held: held as Modifier[] };
  switch (action) {
    case 'left_click_drag': {
      const from = point(call['start_coordinate'], picture);
      return at && from && { kind: 'drag', button: 'left', path: [from, at], held: [] };
    }
    case 'mouse_move':
      return at && { kind: 'move', at };
    case 'scroll': {
      const { scroll_direction: way, scroll_amount: amount } = call;
      if (!at || !isFiniteNumber(amount)) return null;
      const dy = way === 'down' ? amount : way === 'up' ? -amount : 0;
      const dx = way === 'right' ? amount : way === 'left' ? -amount : 0;
      return { kind: 'scroll', at, dx, dy, held: held as Modifier[] };
    }
    case 'type':
      return typeof text === 'string' ? { kind: 'type', text } : null;
    case 'key': {
      const all = keysOf(text);
      return all === null || all.length === 0 ? null : { kind: 'keys', keys: all, count: 1 };
    }
    case 'wait':
      return isFiniteNumber(call['duration']) ? { kind: 'wait', seconds: call['duration'] } : null;
    default:
      return null;
  }
}

/** `ctrl+s`, `ctrl++`. */
function keysOf(text: unknown): string[] | null {
  if (typeof text !== 'string') return null;
  if (text === '') return [];
  const plus = text === '+' || text.endsWith('++');
  const names = plus ? [...text.slice(0, -1).split('+').filter(Boolean), '+'] : text.split('+');
  const all = names.map(keys.read);
  return all.includes(null) ? null : (all as string[]);
}

function point(value: unknown, { width, height }: PictureSize): Point | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [x, y] = value as unknown[];
  return isFiniteNumber(x) && isFiniteNumber(y) ? { x: x / width, y: y / height } : null;
}
