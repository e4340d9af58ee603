/**
 * The events of a recording (spec/recording.md, REC20-REC49).
 *
 * Time: `t` is a whole number of ticks since the recording began, on one monotonic clock; the length of a
 * tick stands in the manifest (100 or 1,000 microseconds). There is no calendar time in any event (T15).
 *
 * Place: `x`, `y` are absolute CSS pixels of the current surface's viewport (browser) or of the whole
 * display (desktop, imports); fractions of 1/256 px are kept. What is needed to get from there to the
 * screen stands in the last `geometry` event. Normalised coordinates are derived, never stored.
 */
export type RecordedEvent =
  | MoveEvent
  | ButtonEvent
  | WheelEvent
  | KeyEvent
  | TextEvent
  | SelectEvent
  | FocusEvent
  | NavigateEvent
  | ScrollEvent
  | GeometryEvent
  | SurfaceEvent
  | StateEvent
  | FrameEvent
  | PauseEvent
  | ResumeEvent
  | TaskEvent
  | MaskEvent
  | GapEvent;

export type EventKind = RecordedEvent['kind'];

export type MoveEvent = { kind: 'move'; t: number; x: number; y: number };

/** `button` is numbered as in the DOM: 0 primary, 1 middle, 2 secondary, 3 back, 4 forward. */
export type ButtonEvent = {
  kind: 'down' | 'up';
  t: number;
  x: number;
  y: number;
  button: number;
  pointer: 'mouse' | 'pen' | 'touch';
  /** Stable id of the state's node under the pointer; absent where there is no state. */
  node?: number;
};

/** Positive `dy` scrolls the content up (the page moves down), as in the DOM. */
export type WheelEvent = {
  kind: 'wheel';
  t: number;
  x: number;
  y: number;
  dx: number;
  dy: number;
  mode: 'pixel' | 'line' | 'page';
};

/** A class, never a character (T9). `name` is from a closed list: KEY_NAMES. */
export type KeyEvent = {
  kind: 'keydown' | 'keyup';
  t: number;
  key: 'printable' | 'space' | 'delete' | 'navigation' | 'modifier' | 'shortcut';
  /** `Backspace`, `Enter`, `ArrowLeft`, `Control`; for a shortcut `ctrl+shift+s`. Never with printable. */
  name?: string;
  repeat?: boolean;
};

/** What a text entry held when it was left or submitted. `value` is text only where text may stay. */
export type TextEvent = {
  kind: 'text';
  t: number;
  node?: number;
  value: OpenText | ClosedText;
};
export type OpenText = { open: true; text: string };
/** `length` is the upper bound of the bucket that the true length falls into. */
export type ClosedText = { open: false; length: number; script: 'latin' | 'digits' | 'other' };

/** An option of a native list was chosen. `value` is the option's text only where that may stay. */
export type SelectEvent = {
  kind: 'select';
  t: number;
  /** The list. */
  node?: number;
  /** The chosen option. */
  option?: number;
  value: OpenText | ClosedText;
};

export type FocusEvent = {
  kind: 'focus';
  t: number;
  scope: 'window' | 'surface' | 'element';
  /** The surface that is now in front; for `element` the surface that the node is in. */
  surface: number;
  node?: number;
};

/** `path` holds consistently renamed segments; the origin is one of the agreement's. */
export type NavigateEvent = {
  kind: 'navigate';
  t: number;
  surface: number;
  origin: string;
  path: string;
  cause: 'load' | 'history' | 'hash';
};

export type ScrollEvent = { kind: 'scroll'; t: number; surface: number; node: number; x: number; y: number };

/** All lengths are CSS pixels; `zoom` is the page's zoom, `ratio` device pixels for a CSS pixel at that zoom. */
export type GeometryEvent = {
  kind: 'geometry';
  t: number;
  surface: number;
  viewport: { width: number; height: number };
  window: { x: number; y: number; width: number; height: number };
  screen: { width: number; height: number };
  ratio: number;
  zoom: number;
};

/** A surface is what has states of its own: a tab or popup of the browser, a window of the desktop. */
export type SurfaceEvent = {
  kind: 'surface';
  t: number;
  surface: number;
  phase: 'open' | 'close';
  type: 'tab' | 'popup' | 'window' | 'display';
};

/** State item number `index` (counted over the recording) was written; `settled`: nothing changed for a while. */
export type StateEvent = { kind: 'state'; t: number; surface: number; index: number; settled: boolean };

export type FrameEvent = { kind: 'frame'; t: number; surface: number; index: number };

export type PauseEvent = { kind: 'pause'; t: number; cause: PauseCause };
export type PauseCause = 'contributor' | 'gate' | 'budget' | 'lock';
/** Only an act of the contributor resumes (T3). */
export type ResumeEvent = { kind: 'resume'; t: number };

export type TaskEvent = { kind: 'task'; t: number; phase: 'start' | 'subgoal' | 'end'; text?: string };

/** From here on `count` further things were masked by `rule` (a rule id of the masker or of review). */
export type MaskEvent = { kind: 'mask'; t: number; rule: string; count: number };

/** Nothing is known between `t` and `until`; what was there was not recorded or was cut. */
export type GapEvent = { kind: 'gap'; t: number; until: number; reason: GapReason };
export type GapReason =
  | 'not-allowed'
  | 'paused'
  | 'cut'
  | 'recorder-stopped'
  | 'budget'
  | 'overload'
  | 'clock'
  | 'state-lost'
  | 'source-lost';

export const GAP_REASONS: readonly GapReason[] = [
  'not-allowed',
  'paused',
  'cut',
  'recorder-stopped',
  'budget',
  'overload',
  'clock',
  'state-lost',
  'source-lost',
];

/** Names a `delete`, `navigation` or `modifier` key may have; any other key of that kind has none. */
export const KEY_NAMES: Readonly<Record<'delete' | 'navigation' | 'modifier', readonly string[]>> = {
  delete: ['Backspace', 'Delete'],
  navigation: [
    'ArrowLeft',
    'ArrowRight',
    'ArrowUp',
    'ArrowDown',
    'Home',
    'End',
    'PageUp',
    'PageDown',
    'Tab',
    'Enter',
    'Escape',
    'Insert',
    'ContextMenu',
    'Space',
    'F1',
    'F2',
    'F3',
    'F4',
    'F5',
    'F6',
    'F7',
    'F8',
    'F9',
    'F10',
    'F11',
    'F12',
  ],
  modifier: ['Control', 'Shift', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'NumLock', 'Fn'],
};
