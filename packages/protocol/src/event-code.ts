import {
  type ClosedText,
  type EventKind,
  type FocusEvent,
  GAP_REASONS,
  type KeyEvent,
  type NavigateEvent,
  type PauseCause,
  type SurfaceEvent,
  type TaskEvent,
  type WheelEvent,
} from './event.ts';

/** The numbers that stand for words in an event segment (REC43, REC46). Frozen: new words go at the end. */
export const KIND_CODES: readonly EventKind[] = [
  'move',
  'down',
  'up',
  'wheel',
  'keydown',
  'keyup',
  'text',
  'focus',
  'navigate',
  'scroll',
  'geometry',
  'surface',
  'state',
  'frame',
  'pause',
  'resume',
  'task',
  'mask',
  'gap',
  'select',
];
export const KIND_NUMBER: ReadonlyMap<string, number> = new Map(KIND_CODES.map((kind, i) => [kind, i]));

export const MOVE = 0;
/** Kinds up to this one have a place. */
export const LAST_PLACED = 3;

export const POINTERS = ['mouse', 'pen', 'touch'] as const;
export const WHEEL_MODES: readonly WheelEvent['mode'][] = ['pixel', 'line', 'page'];
export const KEY_CLASSES: readonly KeyEvent['key'][] = [
  'printable',
  'space',
  'delete',
  'navigation',
  'modifier',
  'shortcut',
];
export const SCRIPTS: readonly ClosedText['script'][] = ['latin', 'digits', 'other'];
export const FOCUS_SCOPES: readonly FocusEvent['scope'][] = ['window', 'surface', 'element'];
export const NAVIGATE_CAUSES: readonly NavigateEvent['cause'][] = ['load', 'history', 'hash'];
export const SURFACE_PHASES: readonly SurfaceEvent['phase'][] = ['open', 'close'];
export const SURFACE_TYPES: readonly SurfaceEvent['type'][] = ['tab', 'popup', 'window', 'display'];
export const PAUSE_CAUSES: readonly PauseCause[] = ['contributor', 'gate', 'budget', 'lock'];
export const TASK_PHASES: readonly TaskEvent['phase'][] = ['start', 'subgoal', 'end'];
export const GAP_CODES = GAP_REASONS;
