import {
  type Dialect,
  exact,
  isFiniteNumber,
  near,
  objectCall,
  type PictureSize,
  unsayable,
} from './dialect.ts';
import { openaiKeys as keys } from './key-spelling.ts';
import { choosing, type ModelAction, type Point } from './model-action.ts';

const PIXELS_A_NOTCH = 100;
const BUTTONS = { left: 'left', middle: 'wheel', right: 'right' } as const;

/** OpenAI's computer use: whole pixels of the picture (EXP15). */
export const openai: Dialect = {
  name: 'openai',
  loses: [
    'modifiers held during clicks, drags and scrolls',
    'a triple click becomes a double click and a click',
    'drags with another button than the primary',
    'keys pressed several times become several calls',
    'the length of a wait',
    'a choice in a list becomes a click, its text and Enter',
    'whether the task was done',
  ],
  write(action, picture) {
    const pixel = ({ x, y }: Point) => ({
      x: Math.round(x * picture.width),
      y: Math.round(y * picture.height),
    });
    switch (action.kind) {
      case 'click': {
        const click = { type: 'click', button: BUTTONS[action.button], ...pixel(action.at) };
        const double = { type: 'double_click', ...pixel(action.at) };
        if (action.count === 3) return near(double, click);
        const call = action.count === 2 ? double : click;
        return action.held.length === 0 ? exact(call) : near(call);
      }
      case 'drag': {
        if (action.button !== 'left') return unsayable;
        const drag = { type: 'drag', path: action.path.map(pixel) };
        return action.held.length === 0 ? exact(drag) : near(drag);
      }
      case 'move':
        return exact({ type: 'move', ...pixel(action.at) });
      case 'scroll': {
        const [scroll_x, scroll_y] = [action.dx * PIXELS_A_NOTCH, action.dy * PIXELS_A_NOTCH];
        const scroll = { type: 'scroll', ...pixel(action.at), scroll_x, scroll_y };
        return action.held.length === 0 ? exact(scroll) : near(scroll);
      }
      case 'type':
        return exact({ type: 'type', text: action.text });
      case 'select':
        return near(...choosing(action).flatMap((step) => this.write(step, picture).calls));
      case 'keys': {
        const press = { type: 'keypress', keys: action.keys.map(keys.write) };
        return action.count === 1 ? exact(press) : near(...Array.from({ length: action.count }, () => press));
      }
      case 'wait':
        return near({ type: 'wait' });
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
  const at = point(call, picture);
  switch (call['type']) {
    case 'click': {
      const button = Object.entries(BUTTONS).find(([, spelled]) => spelled === call['button'])?.[0];
      if (!at || !button) return null;
      return { kind: 'click', button: button as keyof typeof BUTTONS, count: 1, at, held: [] };
    }
    case 'double_click':
      return at && { kind: 'click', button: 'left', count: 2, at, held: [] };
    case 'drag': {
      const path = Array.isArray(call['path'])
        ? call['path'].map((one) => point(objectCall(one), picture))
        : [];
      return path.length < 2 || path.includes(null)
        ? null
        : { kind: 'drag', button: 'left', path: path as Point[], held: [] };
    }
    case 'move':
      return at && { kind: 'move', at };
    case 'scroll': {
      const { scroll_x: x, scroll_y: y } = call;
      if (!at || !isFiniteNumber(x) || !isFiniteNumber(y)) return null;
      return {
        kind: 'scroll',
        at,
        dx: Math.round(x / PIXELS_A_NOTCH),
        dy: Math.round(y / PIXELS_A_NOTCH),
        held: [],
      };
    }
    case 'type':
      return typeof call['text'] === 'string' ? { kind: 'type', text: call['text'] } : null;
    case 'keypress': {
      const all = Array.isArray(call['keys'])
        ? call['keys'].map((key) => (typeof key === 'string' ? keys.read(key) : null))
        : [];
      return all.length === 0 || all.includes(null)
        ? null
        : { kind: 'keys', keys: all as string[], count: 1 };
    }
    case 'wait':
      return { kind: 'wait', seconds: 1 };
    default:
      return null;
  }
}

function point(call: Record<string, unknown> | null, { width, height }: PictureSize): Point | null {
  const { x, y } = call ?? {};
  return isFiniteNumber(x) && isFiniteNumber(y) ? { x: x / width, y: y / height } : null;
}
