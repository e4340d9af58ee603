import type { ClosedText, OpenText, WheelEvent } from '@aboveboard/protocol/event';
import type { Before, DragAction, Modifier } from './action.ts';
import type { DragPath } from './drag-path.ts';
import type { Spot } from './surface-view.ts';

/** What is open: input that may still go on. */
export type Gesture = Press | Clicked | Scrolling | Typing | Keying;

type GestureBase = {
  /** First and last event so far. */
  from: number;
  to: number;
  t: number;
  until: number;
  surface: number;
  node: number | null;
  before: Before;
  modifiers: Modifier[];
  /** Presses of modifiers that belong to it and lie before `from`. */
  extra: number[];
};

/** A button is down. */
export type Press = GestureBase & {
  kind: 'press';
  button: DragAction['button'];
  number: number;
  at: Spot;
  here: Spot;
  /** The farthest that the pointer was from `at`. */
  far: number;
  path: DragPath;
  /** The click that this one may repeat. */
  prior: Clicked | null;
};

/** A finished click that may become a double or triple click. */
export type Clicked = GestureBase & { kind: 'clicked'; at: Spot; count: number; pressed: number };

export type Scrolling = GestureBase & {
  kind: 'scrolling';
  at: Spot;
  dx: number;
  dy: number;
  mode: WheelEvent['mode'];
  turns: number;
};

export type Typing = GestureBase & {
  kind: 'typing';
  keys: number;
  deletions: number;
  value: OpenText | ClosedText | null;
};

export type Keying = GestureBase & {
  kind: 'keying';
  key: 'key' | 'shortcut';
  name: string | null;
  count: number;
};
