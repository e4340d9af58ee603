import type {
  FocusEvent,
  GeometryEvent,
  NavigateEvent,
  PauseCause,
  RecordedEvent,
  SurfaceEvent,
} from '@aboveboard/protocol/event';

/**
 * What a reader must know to understand the next event: which surfaces there are, how they lie, where they
 * are, what is in front, whether it is paused, whether the task runs. A value; small, whatever came before.
 */
export type Circumstances = {
  readonly open: ReadonlyMap<number, SurfaceEvent['type']>;
  readonly geometry: ReadonlyMap<number, GeometryEvent>;
  readonly address: ReadonlyMap<number, NavigateEvent>;
  /** The last focus event of each scope. */
  readonly focus: ReadonlyMap<FocusEvent['scope'], FocusEvent>;
  readonly paused: PauseCause | null;
  readonly task: 'before' | 'running' | 'ended';
};

/** Those at the beginning of a recording. */
export function circumstancesAtStart(): Circumstances {
  return {
    open: new Map(),
    geometry: new Map(),
    address: new Map(),
    focus: new Map(),
    paused: null,
    task: 'before',
  };
}

/** Those after the event. */
export function circumstancesAfter(now: Circumstances, event: RecordedEvent): Circumstances {
  switch (event.kind) {
    case 'surface':
      return event.phase === 'open'
        ? { ...now, open: new Map(now.open).set(event.surface, event.type) }
        : closed(now, event.surface);
    case 'geometry':
      return { ...now, geometry: new Map(now.geometry).set(event.surface, event) };
    case 'navigate':
      return { ...now, address: new Map(now.address).set(event.surface, event) };
    case 'focus':
      return { ...now, focus: new Map(now.focus).set(event.scope, event) };
    case 'pause':
      return { ...now, paused: event.cause };
    case 'resume':
      return { ...now, paused: null };
    case 'task':
      if (event.phase === 'subgoal') return now;
      return { ...now, task: event.phase === 'start' ? 'running' : 'ended' };
    default:
      return now;
  }
}

function closed(now: Circumstances, surface: number): Circumstances {
  const without = <V>(map: ReadonlyMap<number, V>): Map<number, V> => {
    const rest = new Map(map);
    rest.delete(surface);
    return rest;
  };
  return {
    ...now,
    open: without(now.open),
    geometry: without(now.geometry),
    address: without(now.address),
  };
}

/** The events, all at `t`, that lead a reader from `said` to `is`: the last word on each matter only. */
export function wordsBetween(said: Circumstances, is: Circumstances, t: number): RecordedEvent[] {
  const list: RecordedEvent[] = [];
  for (const [surface, type] of said.open) {
    if (!is.open.has(surface)) list.push({ kind: 'surface', t, surface, phase: 'close', type });
  }
  for (const [surface, type] of is.open) {
    if (!said.open.has(surface)) list.push({ kind: 'surface', t, surface, phase: 'open', type });
  }
  for (const [surface, event] of is.geometry) {
    if (said.geometry.get(surface) !== event) list.push({ ...event, t });
  }
  for (const [surface, event] of is.address) {
    if (said.address.get(surface) !== event) list.push({ ...event, t });
  }
  for (const [scope, event] of is.focus) {
    if (said.focus.get(scope) !== event) list.push({ ...event, t });
  }
  if (is.task !== said.task) {
    if (said.task === 'before') list.push({ kind: 'task', t, phase: 'start' });
    if (is.task === 'ended') list.push({ kind: 'task', t, phase: 'end' });
  }
  if (is.paused !== said.paused) {
    list.push(is.paused === null ? { kind: 'resume', t } : { kind: 'pause', t, cause: is.paused });
  }
  return list;
}
