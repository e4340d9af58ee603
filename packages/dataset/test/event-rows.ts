import type { KeyEvent, RecordedEvent } from '@aboveboard/protocol/event';
import { actionsOf } from '../src/actions.ts';

/** Short ways to write events for tests. Times are milliseconds; the clock ticks once a millisecond. */
export const move = (t: number, x: number, y: number): RecordedEvent => ({ kind: 'move', t, x, y });
export const down = (t: number, x: number, y: number, button = 0, node?: number): RecordedEvent => ({
  kind: 'down',
  t,
  x,
  y,
  button,
  pointer: 'mouse',
  ...(node === undefined ? {} : { node }),
});
export const up = (t: number, x: number, y: number, button = 0): RecordedEvent => ({
  kind: 'up',
  t,
  x,
  y,
  button,
  pointer: 'mouse',
});
export const click = (t: number, x: number, y: number, button = 0, node?: number): RecordedEvent[] => [
  down(t, x, y, button, node),
  up(t + 80, x, y, button),
];
export const wheel = (t: number, dy: number, dx = 0, x = 50, y = 50): RecordedEvent => ({
  kind: 'wheel',
  t,
  x,
  y,
  dx,
  dy,
  mode: 'pixel',
});
export const key = (
  kind: 'keydown' | 'keyup',
  t: number,
  name?: string,
  of: KeyEvent['key'] = 'printable',
): RecordedEvent => ({ kind, t, key: of, ...(name === undefined ? {} : { name }) });
export const typed = (t: number): RecordedEvent[] => [key('keydown', t), key('keyup', t + 40)];
export const hold = (t: number, name: string) => key('keydown', t, name, 'modifier');
export const letGo = (t: number, name: string) => key('keyup', t, name, 'modifier');
export const text = (t: number, value: string, node?: number): RecordedEvent => ({
  kind: 'text',
  t,
  value: { open: true, text: value },
  ...(node === undefined ? {} : { node }),
});
export const select = (t: number, value: string, node?: number): RecordedEvent => ({
  kind: 'select',
  t,
  value: { open: true, text: value },
  ...(node === undefined ? {} : { node, option: node + 1 }),
});
export const focus = (t: number, node: number): RecordedEvent => ({
  kind: 'focus',
  t,
  scope: 'element',
  surface: 0,
  node,
});
export const front = (t: number, surface: number): RecordedEvent => ({
  kind: 'focus',
  t,
  scope: 'surface',
  surface,
});
export const state = (t: number, index: number, settled = true, surface = 0): RecordedEvent => ({
  kind: 'state',
  t,
  surface,
  index,
  settled,
});
export const geometry = (t: number, width: number, height: number, surface = 0): RecordedEvent => ({
  kind: 'geometry',
  t,
  surface,
  viewport: { width, height },
  window: { x: 0, y: 0, width, height },
  screen: { width, height },
  ratio: 1,
  zoom: 1,
});
export const navigate = (t: number, path: string, surface = 0): RecordedEvent => ({
  kind: 'navigate',
  t,
  surface,
  origin: 'https://erp.example',
  path,
  cause: 'load',
});
export const gap = (t: number, until: number): RecordedEvent => ({ kind: 'gap', t, until, reason: 'cut' });

export const reduce = (events: readonly RecordedEvent[]) => actionsOf(events, { tickMicroseconds: 1000 });
export const kindsOf = (events: readonly RecordedEvent[]) => reduce(events).actions.map(({ kind }) => kind);
export const rulesOf = (events: readonly RecordedEvent[]) =>
  [...new Set(reduce(events).remainders.map(({ rule }) => rule))].sort();
