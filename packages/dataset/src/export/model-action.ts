import { type ClosedText, KEY_NAMES, type OpenText } from '@aboveboard/protocol/event';
import { textBucket } from '@aboveboard/protocol/text-bucket';
import type { Action, Modifier, Place, ScrollAction } from '../action.ts';
import { surrogateOf } from '../surrogated-text.ts';

/**
 * An action as dialects spell it: places as fractions of the picture, scrolling in notches, keys by the
 * names of the recording (`Enter`, `Control`, `s`).
 */
export type ModelAction =
  | { kind: 'click'; button: 'left' | 'middle' | 'right'; count: 1 | 2 | 3; at: Point; held: Modifier[] }
  | { kind: 'drag'; button: 'left' | 'middle' | 'right'; path: Point[]; held: Modifier[] }
  | { kind: 'move'; at: Point }
  | { kind: 'scroll'; at: Point; dx: number; dy: number; held: Modifier[] }
  | { kind: 'type'; text: string }
  /** `at` is in the list; null: not known. */
  | { kind: 'select'; at: Point | null; text: string }
  | { kind: 'keys'; keys: string[]; count: number }
  | { kind: 'wait'; seconds: number }
  | { kind: 'done'; success: boolean };
export type Point = { x: number; y: number };

/** Where the surface's viewport lies in the picture, as fractions of the picture. */
export type PictureArea = { x: number; y: number; width: number; height: number };
export const WHOLE_PICTURE: PictureArea = { x: 0, y: 0, width: 1, height: 1 };

/** Why an action is in no dialect (EXP4). */
export type LeftOut = 'outside-the-picture' | 'no-geometry' | 'navigation' | 'unnamed-key' | 'other-modifier';

/** Chromium scrolls so far for one notch of a wheel. */
const PIXELS_A_NOTCH = 100;
const PATH_POINTS = 32;

export function modelActionOf(
  action: Action,
  options: { area?: PictureArea; tickMicroseconds: number },
): ModelAction | LeftOut {
  const area = options.area ?? WHOLE_PICTURE;
  switch (action.kind) {
    case 'click':
    case 'double-click':
    case 'triple-click':
    case 'right-click':
    case 'middle-click': {
      const at = point(action.at, area);
      if (typeof at === 'string') return at;
      const button =
        action.kind === 'right-click' ? 'right' : action.kind === 'middle-click' ? 'middle' : 'left';
      const count = action.kind === 'double-click' ? 2 : action.kind === 'triple-click' ? 3 : 1;
      return { kind: 'click', button, count, at, held: action.modifiers };
    }
    case 'drag': {
      const from = point(action.at, area);
      const to = point(action.to, area);
      if (typeof from === 'string') return from;
      if (typeof to === 'string') return to;
      return {
        kind: 'drag',
        button: action.button,
        path: pathOf(action, from, to, area),
        held: action.modifiers,
      };
    }
    case 'hover': {
      const at = point(action.at, area);
      return typeof at === 'string' ? at : { kind: 'move', at };
    }
    case 'scroll': {
      const at = point(action.at, area);
      if (typeof at === 'string') return at;
      return {
        kind: 'scroll',
        at,
        dx: notches(action.dx, action),
        dy: notches(action.dy, action),
        held: action.modifiers,
      };
    }
    case 'type':
      return { kind: 'type', text: typedText(action) };
    case 'select': {
      const at = action.at && point(action.at, area);
      return typeof at === 'string' ? at : { kind: 'select', at, text: valueText(action.value) };
    }
    case 'key':
      if (action.name === null) return 'unnamed-key';
      return { kind: 'keys', keys: [...action.modifiers, action.name], count: action.count };
    case 'shortcut':
      return action.name === null
        ? 'unnamed-key'
        : { kind: 'keys', keys: shortcutKeys(action.name), count: action.count };
    case 'navigate':
      return 'navigation';
    case 'wait':
      return {
        kind: 'wait',
        seconds: Math.max(1, Math.round(((action.until - action.t) * options.tickMicroseconds) / 1e6)),
      };
  }
}

/** ACT51: open text as it is, otherwise its surrogate, or the bound of its length's bucket. */
export function typedText(action: Extract<Action, { kind: 'type' }>): string {
  return valueText(action.value ?? { open: false, length: textBucket(action.keys), script: 'other' });
}

function valueText(value: OpenText | ClosedText): string {
  return value.open ? value.text : (surrogateOf(value) ?? `[masked:${value.length}]`);
}

/** For dialects that have no call for it: a press opens the list, the text finds the option, Enter takes it. */
export function choosing({ at, text }: Extract<ModelAction, { kind: 'select' }>): ModelAction[] {
  const choose: ModelAction[] = [
    { kind: 'type', text },
    { kind: 'keys', keys: ['Enter'], count: 1 },
  ];
  return at ? [{ kind: 'click', button: 'left', count: 1, at, held: [] }, ...choose] : choose;
}

const PREFIX: Readonly<Record<string, Modifier>> = {
  ctrl: 'Control',
  alt: 'Alt',
  shift: 'Shift',
  meta: 'Meta',
};

/** `ctrl+shift+s` as `Control`, `Shift`, `s`; the last key may itself be `+`. */
export function shortcutKeys(name: string): string[] {
  const keys: string[] = [];
  let rest = name;
  for (const [prefix, modifier] of Object.entries(PREFIX)) {
    if (!rest.startsWith(`${prefix}+`) || rest.length === prefix.length + 1) continue;
    keys.push(modifier);
    rest = rest.slice(prefix.length + 1);
  }
  return [...keys, rest];
}

/** All names that `keys` may hold besides single characters. */
export const NAMED_KEYS: readonly string[] = [
  ...KEY_NAMES.delete,
  ...KEY_NAMES.navigation,
  'Control',
  'Alt',
  'Shift',
  'Meta',
  'AltGraph',
];

function point(place: Place, area: PictureArea): Point | 'outside-the-picture' | 'no-geometry' {
  if (place.nx === null || place.ny === null) return 'no-geometry';
  const x = area.x + place.nx * area.width;
  const y = area.y + place.ny * area.height;
  return x < 0 || x > 1 || y < 0 || y > 1 ? 'outside-the-picture' : { x, y };
}

/** A path thin enough for a model; points outside of the picture come to its edge. */
function pathOf(
  action: Extract<Action, { kind: 'drag' }>,
  from: Point,
  to: Point,
  area: PictureArea,
): Point[] {
  const { x: x0, y: y0, nx, ny } = action.at;
  const { x: x1, y: y1, nx: nx1, ny: ny1 } = action.to;
  // The viewport's size in pixels, from whichever end tells it.
  const width = size(x0, nx) ?? size(x1, nx1);
  const height = size(y0, ny) ?? size(y1, ny1);
  const inner = action.path.slice(1, -1);
  const step = Math.max(1, Math.ceil(inner.length / (PATH_POINTS - 2)));
  const middle =
    width === null || height === null
      ? []
      : inner
          .filter((_, i) => i % step === 0)
          .map(({ x, y }) => ({
            x: clamp(area.x + (x / width) * area.width),
            y: clamp(area.y + (y / height) * area.height),
          }));
  return [from, ...middle, to];
}

function size(pixels: number, part: number | null): number | null {
  return part === null || part === 0 ? null : pixels / part;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** At least one notch where anything was turned. */
function notches(amount: number, { mode, turns }: ScrollAction): number {
  if (amount === 0) return 0;
  const count =
    mode === 'pixel' ? amount / PIXELS_A_NOTCH : mode === 'page' ? Math.sign(amount) * turns * 8 : amount;
  return Math.sign(count) * Math.max(1, Math.round(Math.abs(count)));
}
