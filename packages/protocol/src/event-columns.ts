import type { RecordedEvent } from './event.ts';
import { canonicalEvent, eventFaults, isPlaceUnit, LAST_TICK } from './event-check.ts';
import { KIND_NUMBER, LAST_PLACED, MOVE } from './event-code.ts';
import { RecordingError } from './fault.ts';

/** Places are kept in units of 1/256 px (REC21). */
export const UNITS = 256;

const NO_KINDS = new Uint8Array(0);
const NO_NUMBERS = new Int32Array(0);

/**
 * Events as a struct of arrays: what the codec reads and writes without an object per pointer sample. The
 * typed arrays may be longer than `length`; whoever reads them must not write to them.
 */
export class EventColumns {
  /** Codes of event-code.ts. */
  kinds: Uint8Array;
  /** Ticks; never decreasing. */
  t: Int32Array;
  /** Units of 1/256 px; 0 where the kind has no place. */
  x: Int32Array;
  y: Int32Array;
  /** Events other than moves in order, and the rows that they stand in. */
  readonly others: RecordedEvent[] = [];
  readonly rows: number[] = [];
  #length = 0;

  constructor(capacity = 512) {
    this.kinds = capacity === 0 ? NO_KINDS : new Uint8Array(capacity);
    this.t = capacity === 0 ? NO_NUMBERS : new Int32Array(capacity);
    this.x = capacity === 0 ? NO_NUMBERS : new Int32Array(capacity);
    this.y = capacity === 0 ? NO_NUMBERS : new Int32Array(capacity);
  }

  static of(events: Iterable<RecordedEvent>): EventColumns {
    const columns = new EventColumns();
    for (const event of events) columns.push(event);
    return columns;
  }

  /** For the decoder: arrays of `length` rows that have been checked. `others` are appended by the caller. */
  static adopt(kinds: Uint8Array, t: Int32Array, x: Int32Array, y: Int32Array): EventColumns {
    const columns = new EventColumns(0);
    columns.kinds = kinds;
    columns.t = t;
    columns.x = x;
    columns.y = y;
    columns.#length = kinds.length;
    return columns;
  }

  get length(): number {
    return this.#length;
  }

  /** The last tick; 0 when there is none. */
  get last(): number {
    return this.#length === 0 ? 0 : (this.t[this.#length - 1] as number);
  }

  /** Throws RecordingError where the event is not legal (REC20-REC36); places are rounded to 1/256 px. */
  push(event: RecordedEvent): void {
    if (event.kind === 'move') {
      this.pushMove(event.t, event.x, event.y);
      return;
    }
    const row = this.#length;
    const canonical = canonicalEvent(event);
    const faults = eventFaults(canonical, `event ${row}`);
    if (canonical.t < this.last) faults.push(backwards(row));
    if (faults.length > 0) throw new RecordingError(faults);
    const kind = KIND_NUMBER.get(canonical.kind) as number;
    this.#room();
    this.kinds[row] = kind;
    this.t[row] = canonical.t;
    if (kind <= LAST_PLACED) {
      const placed = canonical as { x: number; y: number };
      this.x[row] = placed.x * UNITS;
      this.y[row] = placed.y * UNITS;
    }
    this.others.push(canonical);
    this.rows.push(row);
    this.#length = row + 1;
  }

  pushMove(t: number, x: number, y: number): void {
    const row = this.#length;
    const unitsX = Math.round(x * UNITS);
    const unitsY = Math.round(y * UNITS);
    if (!(t >= this.last && t <= LAST_TICK && Number.isInteger(t)))
      throw new RecordingError([backwards(row)]);
    if (!isPlaceUnit(unitsX) || !isPlaceUnit(unitsY)) {
      const message = 'a place must be within 4,194,304 px of the origin';
      throw new RecordingError([{ rule: 'REC21', at: `event ${row}`, message }]);
    }
    this.#room();
    this.kinds[row] = MOVE;
    this.t[row] = t;
    this.x[row] = unitsX;
    this.y[row] = unitsY;
    this.#length = row + 1;
  }

  /** The event in row `i`; RangeError outside of them. */
  at(i: number): RecordedEvent {
    if (!Number.isInteger(i) || i < 0 || i >= this.#length) throw new RangeError(`no event ${i}`);
    if (this.kinds[i] === MOVE) return this.#move(i);
    let low = 0;
    let high = this.rows.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.rows[middle] as number) < i) low = middle + 1;
      else high = middle;
    }
    return this.others[low] as RecordedEvent;
  }

  *[Symbol.iterator](): IterableIterator<RecordedEvent> {
    let next = 0;
    for (let i = 0; i < this.#length; i += 1) {
      if (this.kinds[i] === MOVE) yield this.#move(i);
      else yield this.others[next++] as RecordedEvent;
    }
  }

  #move(i: number): RecordedEvent {
    return {
      kind: 'move',
      t: this.t[i] as number,
      x: (this.x[i] as number) / UNITS,
      y: (this.y[i] as number) / UNITS,
    };
  }

  #room(): void {
    if (this.#length < this.kinds.length) return;
    const capacity = Math.max(512, this.kinds.length * 2);
    this.kinds = widened(this.kinds, new Uint8Array(capacity));
    this.t = widened(this.t, new Int32Array(capacity));
    this.x = widened(this.x, new Int32Array(capacity));
    this.y = widened(this.y, new Int32Array(capacity));
  }
}

function widened<T extends Uint8Array | Int32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

function backwards(row: number) {
  const message = `t must be a whole number from the last one's up to ${LAST_TICK}`;
  return { rule: 'REC20', at: `event ${row}`, message };
}
