import type { ClosedText, NavigateEvent, OpenText, WheelEvent } from '@aboveboard/protocol/event';

/** What a person did, as a model would do it (spec/actions.md). Times are ticks of the recording's clock. */
export type Action =
  | ClickAction
  | DragAction
  | ScrollAction
  | HoverAction
  | TypeAction
  | KeyAction
  | SelectAction
  | NavigateAction
  | WaitAction;

/** An action that has no number yet. */
export type Unnumbered<T extends Action = Action> = T extends Action ? Omit<T, 'index'> : never;

export type ActionKind = Action['kind'];

type ActionBase = {
  /** Counts from 0 over the recording (ACT3). */
  index: number;
  /** When its own input began and ended. */
  t: number;
  until: number;
  surface: number;
  /** Id of the state's node that it acts on; null where the events name none. */
  node: number | null;
  /** The events that it came from (ACT2). */
  events: EventRange[];
  before: Before;
};

/** Numbers of events of the recording, both included. */
export type EventRange = { from: number; to: number };

/** The instant whose picture shows what the person saw (ACT10-ACT12). */
export type Before = {
  t: number;
  /** The last state item written when the surface had settled. */
  state: number | null;
  /** Ticks from the settled state to the beginning of the input. */
  age: number | null;
  /** Another action ended between the settled state and this one. */
  stale: boolean;
};

/** `nx`, `ny` are fractions of the surface's viewport; outside 0 to 1 the place lies outside of it (ACT4). */
export type Place = { x: number; y: number; nx: number | null; ny: number | null };

export type ClickAction = ActionBase & {
  kind: 'click' | 'double-click' | 'triple-click' | 'right-click' | 'middle-click';
  at: Place;
  modifiers: Modifier[];
};

export type DragAction = ActionBase & {
  kind: 'drag';
  at: Place;
  to: Place;
  /** The node under the pointer at the release. */
  dropNode: number | null;
  button: 'left' | 'middle' | 'right';
  path: PathPoint[];
  modifiers: Modifier[];
};
export type PathPoint = { t: number; x: number; y: number };

/** Signs as in the DOM: positive `dy` brings up what is below. */
export type ScrollAction = ActionBase & {
  kind: 'scroll';
  at: Place;
  dx: number;
  dy: number;
  mode: WheelEvent['mode'];
  /** How many turns of the wheel it sums up. */
  turns: number;
  modifiers: Modifier[];
};

export type HoverAction = ActionBase & { kind: 'hover'; at: Place };

export type TypeAction = ActionBase & {
  kind: 'type';
  /** Printable keys and spaces pressed, repeats included. */
  keys: number;
  deletions: number;
  /** Null: no text event told (ACT31). */
  value: OpenText | ClosedText | null;
};

export type KeyAction = ActionBase & {
  kind: 'key' | 'shortcut';
  /** `Enter`, `ctrl+shift+s`; null for a navigation key that has no name. */
  name: string | null;
  count: number;
  modifiers: Modifier[];
};

/** An option of a native list was chosen, whatever pointer and keys did for it (ACT35). */
export type SelectAction = ActionBase & {
  kind: 'select';
  /** Where the list was pressed; null: only keys chose. */
  at: Place | null;
  /** Id of the option's node. */
  option: number | null;
  value: OpenText | ClosedText;
};

export type NavigateAction = ActionBase & {
  kind: 'navigate';
  /** Null where the surface in front has told none. */
  origin: string | null;
  path: string | null;
  cause: NavigateEvent['cause'] | 'switch';
};

export type WaitAction = ActionBase & { kind: 'wait' };

export type Modifier = 'Control' | 'Shift' | 'Alt' | 'AltGraph' | 'Meta';

/** Events that are no part of an action, and the rule that left them over (ACT1). */
export type Remainder = EventRange & { rule: RemainderRule };
export type RemainderRule =
  | 'travel'
  | 'state'
  | 'scroll-effect'
  | 'focus'
  | 'navigation'
  | 'geometry'
  | 'surface'
  | 'frame'
  | 'mask'
  | 'task'
  | 'pause'
  | 'gap'
  | 'orphan-press'
  | 'orphan-release'
  | 'held-at-end'
  | 'modifier'
  | 'key-release'
  | 'other-button'
  | 'hover'
  | 'crowded';
