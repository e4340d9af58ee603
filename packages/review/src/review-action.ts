/**
 * One step as review shows it. The host computes steps (packages/dataset owns the rules) and passes them
 * in, in order of `from`; review never derives a step by itself. Times are ticks of the recording's clock.
 */
export type ReviewAction = {
  /** Counts from 0 in the steps of the recording. */
  index: number;
  kind: ReviewActionKind;
  from: number;
  to: number;
  surface: number;
  /** The element that the step acts on, where there is one. */
  node?: number;
  /** CSS pixels of the surface's viewport. */
  x?: number;
  y?: number;
  /** What the step did, in words that are already masked: `Click "Save"`, `Type into "Amount"`. */
  label: string;
};

export type ReviewActionKind =
  | 'click'
  | 'double-click'
  | 'triple-click'
  | 'right-click'
  | 'middle-click'
  | 'drag'
  | 'scroll'
  | 'hover'
  | 'type'
  | 'shortcut'
  | 'key'
  | 'navigate'
  | 'select'
  | 'wait'
  | 'other';
