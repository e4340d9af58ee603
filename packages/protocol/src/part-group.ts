import { EventColumns } from './event-columns.ts';
import { encodeEvents } from './event-segment.ts';
import { encodeFrames, type FrameItem } from './frame-segment.ts';
import type { PartKind } from './manifest.ts';
import type { StateItem } from './state.ts';
import { encodeStates } from './state-segment.ts';

/** A part before it is deflated and sealed. */
export type Segment = { kind: PartKind; count: number; from: number; to: number; encode: () => Uint8Array };

/**
 * Enough for parts to be written anew: bytes of their segments before deflating, items. Most of what a state says
 * was said in the minute before it; a longer look back saves little and makes a part slow to open.
 */
const ENOUGH = { bytes: 1_048_576, items: 16_384 };
/** No more is held, whoever should have regrouped. */
const MOST = { bytes: 4 * ENOUGH.bytes, items: 2 * ENOUGH.items };

/**
 * The items of the last parts of a spool, which became small because each had to be durable within a second
 * (REC90). Held in memory until they are written anew as one part of each kind; bounded, but for one largest part.
 */
export class PartGroup {
  /** Index of its first part. */
  readonly from: number;
  readonly #states: StateItem[][] = [];
  readonly #frames: FrameItem[][] = [];
  readonly #events: EventColumns[] = [];
  #parts = 0;
  #bytes = 0;
  #items = 0;

  constructor(from: number) {
    this.from = from;
  }

  get parts(): number {
    return this.#parts;
  }

  /** Of the segments before they were deflated. */
  get bytes(): number {
    return this.#bytes;
  }

  add(items: GroupItems, bytes: number): void {
    if (items.kind === 'states') this.#states.push(items.items);
    else if (items.kind === 'frames') this.#frames.push(items.items);
    else this.#events.push(items.columns);
    this.#items += items.kind === 'events' ? items.columns.length : items.items.length;
    this.#parts += 1;
    this.#bytes += bytes;
  }

  get isEnough(): boolean {
    return this.#bytes >= ENOUGH.bytes || this.#items >= ENOUGH.items;
  }

  get isFull(): boolean {
    return this.#bytes >= MOST.bytes || this.#items >= MOST.items;
  }

  /** One of each kind at most, in the order of REC74. */
  segments(tickMicroseconds: 100 | 1000): Segment[] {
    const segments: Segment[] = [];
    const states = this.#states.flat();
    const frames = this.#frames.flat();
    if (states.length > 0)
      segments.push({ kind: 'states', ...spanOf(states), encode: () => encodeStates(states) });
    if (frames.length > 0)
      segments.push({ kind: 'frames', ...spanOf(frames), encode: () => encodeFrames(frames) });
    const events = joined(this.#events);
    if (events.length > 0) {
      segments.push({
        kind: 'events',
        count: events.length,
        from: events.t[0] as number,
        to: events.last,
        encode: () => encodeEvents(events, { tickMicroseconds }),
      });
    }
    return segments;
  }
}

export type GroupItems =
  | { kind: 'states'; items: StateItem[] }
  | { kind: 'frames'; items: FrameItem[] }
  | { kind: 'events'; columns: EventColumns };

export function spanOf(items: readonly { t: number }[]): { count: number; from: number; to: number } {
  return { count: items.length, from: items[0]?.t ?? 0, to: items.at(-1)?.t ?? 0 };
}

function joined(all: readonly EventColumns[]): EventColumns {
  const [only] = all;
  if (only && all.length === 1) return only;
  const events = new EventColumns();
  for (const columns of all) for (const event of columns) events.push(event);
  return events;
}
