import type { GapReason, RecordedEvent, SurfaceEvent } from '@aboveboard/protocol/event';
import { LAST_PLACED } from '@aboveboard/protocol/event-code';
import { type EventColumns, UNITS } from '@aboveboard/protocol/event-columns';

/**
 * What of a recording's events must be known at every instant, gathered in one pass: what is in front, where
 * the focus is, what is missing. Holds no pointer stream, only a place every two seconds; an hour of events
 * makes some hundreds of entries.
 */
export class EventIndex {
  readonly surfaces = new Map<number, SurfaceEvent['type']>();
  /** From which instant which surface is in front. */
  readonly fronts: { t: number; surface: number }[] = [];
  readonly focused: { t: number; surface: number; node: number | null }[] = [];
  readonly stretches: Stretch[] = [];
  readonly addresses: { t: number; surface: number; origin: string; path: string }[] = [];
  readonly places: { t: number; x: number; y: number }[] = [];
  readonly masks = new Map<string, number>();
  readonly counts = new Map<RecordedEvent['kind'], number>();
  /** All before and at this tick has been read. */
  upTo = -1;
  #paused: { t: number } | null = null;
  #quietSince = 0;
  readonly #quietTicks: number;
  readonly #placeTicks: number;

  constructor(ticksPerSecond: number) {
    this.#quietTicks = 3 * ticksPerSecond;
    this.#placeTicks = 2 * ticksPerSecond;
  }

  addPart(columns: EventColumns): void {
    for (let row = 0; row < columns.length; row += 1) this.#instant(columns, row);
    for (const event of columns.others) this.#add(event);
    const moves = columns.length - columns.others.length;
    if (moves > 0) this.counts.set('move', (this.counts.get('move') ?? 0) + moves);
    this.upTo = Math.max(this.upTo, columns.last);
  }

  /** The whole recording has been read. */
  close(durationTicks: number): void {
    this.#quietUntil(durationTicks);
    if (this.#paused) this.stretches.push({ from: this.#paused.t, to: durationTicks, why: 'paused' });
    this.stretches.sort((a, b) => a.from - b.from);
    this.upTo = Number.MAX_SAFE_INTEGER;
  }

  front(t: number): number | null {
    return (lastAt(this.fronts, t) ?? this.fronts[0])?.surface ?? null;
  }

  focus(t: number): { surface: number; node: number | null } | null {
    return lastAt(this.focused, t) ?? null;
  }

  place(t: number): { x: number; y: number } | null {
    return lastAt(this.places, t) ?? null;
  }

  address(surface: number, t: number): { origin: string; path: string } | null {
    return (
      lastAt(
        this.addresses.filter((address) => address.surface === surface),
        t,
      ) ?? null
    );
  }

  /** From when to when the surface shows the page that it shows at `t`. */
  pageAround(surface: number, t: number, end: number): { from: number; to: number } {
    const opened = this.addresses.filter((address) => address.surface === surface);
    return {
      from: lastAt(opened, t)?.t ?? 0,
      to: opened.find((address) => address.t > t)?.t ?? end,
    };
  }

  /** The gap, pause or still stretch that holds the instant; the longest where several do. */
  stretchAt(t: number): Stretch | null {
    const here = this.stretches.filter((stretch) => stretch.from <= t && t < stretch.to);
    return here.sort((a, b) => b.to - a.to)[0] ?? null;
  }

  #instant(columns: EventColumns, row: number): void {
    const t = columns.t[row] as number;
    this.#quietUntil(t);
    this.#quietSince = t;
    if ((columns.kinds[row] as number) > LAST_PLACED) return;
    const last = this.places.at(-1);
    if (last && t - last.t < this.#placeTicks) return;
    const [x, y] = [(columns.x[row] as number) / UNITS, (columns.y[row] as number) / UNITS];
    this.places.push({ t, x, y });
  }

  #quietUntil(t: number): void {
    if (t - this.#quietSince < this.#quietTicks) return;
    this.stretches.push({ from: this.#quietSince, to: t, why: 'quiet' });
  }

  #add(event: RecordedEvent): void {
    this.counts.set(event.kind, (this.counts.get(event.kind) ?? 0) + 1);
    switch (event.kind) {
      case 'surface':
        if (event.phase === 'open') this.surfaces.set(event.surface, event.type);
        return;
      case 'focus':
        if (event.scope !== 'element') this.fronts.push({ t: event.t, surface: event.surface });
        else this.focused.push({ t: event.t, surface: event.surface, node: event.node ?? null });
        return;
      case 'state':
        if (this.fronts.length === 0) this.fronts.push({ t: event.t, surface: event.surface });
        return;
      case 'navigate':
        this.addresses.push({
          t: event.t,
          surface: event.surface,
          origin: event.origin,
          path: event.path,
        });
        return;
      case 'gap':
        this.stretches.push({ from: event.t, to: event.until, why: event.reason });
        return;
      case 'pause':
        this.#paused ??= { t: event.t };
        return;
      case 'resume':
        if (this.#paused) this.stretches.push({ from: this.#paused.t, to: event.t, why: 'paused' });
        this.#paused = null;
        return;
      case 'mask':
        this.masks.set(event.rule, (this.masks.get(event.rule) ?? 0) + event.count);
    }
  }
}

/** A stretch in which nothing is known (a gap, by its reason; a pause) or nothing happens. */
export type Stretch = { from: number; to: number; why: GapReason | 'quiet' };

/** The last entry that is not after `t`; entries are in order. */
function lastAt<T extends { t: number }>(entries: readonly T[], t: number): T | undefined {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle] as T).t <= t) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1];
}
