import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { isSteady, readPlaces, readTimes, writePlaces, writeTimes } from './difference-column.ts';
import type { RecordedEvent } from './event.ts';
import { eventFaults, PLACE_UNITS } from './event-check.ts';
import { KIND_CODES, LAST_PLACED, MOVE } from './event-code.ts';
import { EventColumns, UNITS } from './event-columns.ts';
import { type Draft, FIELDS } from './event-fields.ts';
import { RecordingError } from './fault.ts';
import { limitsWith, type RecordingLimits } from './recording-limits.ts';
import { StringList, StringTable } from './string-table.ts';

/**
 * The columnar codec of events (spec/recording.md, REC40-REC49): header, runs of kinds, strings, then the
 * columns of time, place and fields, each as differences that are small where a hand moves steadily. The
 * result is meant to be deflated. Writing is deterministic: the same events give the same bytes.
 */
const VERSION = 1;
const SHIFT = 0x0f;
const MILLISECOND_TICKS = 0x10;
const STEADY_X = 0x20;
const STEADY_Y = 0x40;

export type EventSegmentOptions = { tickMicroseconds: 100 | 1000 };
export type DecodedEvents = { tickMicroseconds: 100 | 1000; columns: EventColumns };

/** Throws RecordingError where an event is not legal. */
export function encodeEvents(
  events: EventColumns | Iterable<RecordedEvent>,
  { tickMicroseconds }: EventSegmentOptions,
): Uint8Array<ArrayBuffer> {
  const columns = events instanceof EventColumns ? events : EventColumns.of(events);
  const count = columns.length;
  const placed = placedRows(columns.kinds, count);
  const x = gathered(columns.x, placed, count);
  const y = gathered(columns.y, placed, count);
  const shift = commonShift(x, y);
  const steadyX = isSteady(x);
  const steadyY = isSteady(y);
  const fields = new ByteWriter(columns.others.length * 4);
  const strings = new StringTable();
  writeFields(fields, columns, strings);

  const out = new ByteWriter(64 + count * 15);
  out.byte(VERSION);
  out.byte(
    (8 - shift) |
      (tickMicroseconds === 1000 ? MILLISECOND_TICKS : 0) |
      (steadyX ? STEADY_X : 0) |
      (steadyY ? STEADY_Y : 0),
  );
  out.varint(count);
  writeKinds(out, columns.kinds, count);
  strings.write(out);
  if (count > 0) writeTimes(out, columns.t.subarray(0, count));
  writePlaces(out, x, shift, steadyX);
  writePlaces(out, y, shift, steadyY);
  out.bytes(fields.done());
  return out.done();
}

/** The events of one segment; throws RecordingError naming the rule (REC20-REC48) and the byte or event. */
export function decodeEvents(bytes: Uint8Array, limits: Partial<RecordingLimits> = {}): DecodedEvents {
  const { eventsInPart, eventString } = limitsWith(limits);
  const source = new ByteReader(bytes, 'REC40');
  const version = source.byte();
  if (version !== VERSION) source.fail('REC40', `an event segment of version ${version} is not known here`);
  const flags = source.byte();
  const shift = 8 - (flags & SHIFT);
  if (shift < 0 || flags > 0x7f) source.fail('REC40', 'the flags are not known');
  const count = source.count(eventsInPart, 'REC48', 'events');
  // Every number takes a byte at least, so nothing larger than the input is allocated.
  if (count > source.left + 1) source.fail('REC48', 'more events are declared than the bytes can hold');
  const kinds = readKinds(source, count);
  const strings = new StringList(source, eventString);
  const placed = placedRows(kinds, count);
  const places = placed?.length ?? count;
  if (count + 2 * places > source.left + 1)
    source.fail('REC48', 'more events are declared than the bytes can hold');
  const numbers = new Int32Array(count + 2 * places);
  const t = numbers.subarray(0, count);
  const x = numbers.subarray(count, count + places);
  const y = numbers.subarray(count + places);
  if (count > 0) readTimes(source, t);
  readPlaces(source, x, shift, (flags & STEADY_X) !== 0, PLACE_UNITS);
  readPlaces(source, y, shift, (flags & STEADY_Y) !== 0, PLACE_UNITS);
  const columns = EventColumns.adopt(kinds, t, scattered(x, placed, count), scattered(y, placed, count));
  readFields(source, columns, strings, eventString);
  strings.end();
  source.end('REC47');
  return { tickMicroseconds: flags & MILLISECOND_TICKS ? 1000 : 100, columns };
}

/** The rows that have a place; null where all have, as in nearly every segment. */
function placedRows(kinds: Uint8Array, count: number): Int32Array | null {
  let found = 0;
  for (let i = 0; i < count; i += 1) if ((kinds[i] as number) <= LAST_PLACED) found += 1;
  if (found === count) return null;
  const rows = new Int32Array(found);
  let next = 0;
  for (let i = 0; i < count; i += 1) if ((kinds[i] as number) <= LAST_PLACED) rows[next++] = i;
  return rows;
}

function gathered(values: Int32Array, rows: Int32Array | null, count: number): Int32Array {
  return rows === null ? values.subarray(0, count) : rows.map((row) => values[row] as number);
}

function scattered(values: Int32Array, rows: Int32Array | null, count: number): Int32Array {
  if (rows === null) return values;
  const all = new Int32Array(count);
  for (let i = 0; i < rows.length; i += 1) all[rows[i] as number] = values[i] as number;
  return all;
}

/** How many of the eight bits of the fraction no place needs. */
function commonShift(x: Int32Array, y: Int32Array): number {
  let bits = UNITS;
  for (let i = 0; i < x.length; i += 1) bits |= (x[i] as number) | (y[i] as number);
  return 31 - Math.clz32(bits & -bits);
}

function writeKinds(out: ByteWriter, kinds: Uint8Array, count: number): void {
  for (let from = 0; from < count; ) {
    const kind = kinds[from] as number;
    let to = from + 1;
    while (to < count && kinds[to] === kind) to += 1;
    out.byte(kind);
    out.varint(to - from);
    from = to;
  }
}

function readKinds(source: ByteReader, count: number): Uint8Array {
  const kinds = new Uint8Array(count);
  let last = -1;
  for (let from = 0; from < count; ) {
    const kind = source.byte();
    if (kind >= KIND_CODES.length) source.fail('REC43', `no kind of event has the number ${kind}`);
    if (kind === last) source.fail('REC43', 'two runs of the same kind');
    const length = source.count(count - from, 'REC43', 'a run');
    if (length === 0) source.fail('REC43', 'an empty run');
    kinds.fill(kind, from, from + length);
    from += length;
    last = kind;
  }
  return kinds;
}

/** Kind by kind, in it column by column, in it event by event. */
function writeFields(out: ByteWriter, { others }: EventColumns, strings: StringTable): void {
  if (others.length === 0) return;
  for (const kind of KIND_CODES) {
    const events = others.filter((event) => event.kind === kind);
    for (const column of FIELDS[kind]) for (const event of events) column.write(out, event, strings);
  }
}

function readFields(
  source: ByteReader,
  columns: EventColumns,
  strings: StringList,
  stringBytes: number,
): void {
  for (let row = 0; row < columns.length; row += 1) {
    const kind = columns.kinds[row] as number;
    if (kind === MOVE) continue;
    const draft: Draft = { kind: KIND_CODES[kind], t: columns.t[row] };
    if (kind <= LAST_PLACED) {
      draft['x'] = (columns.x[row] as number) / UNITS;
      draft['y'] = (columns.y[row] as number) / UNITS;
    }
    columns.others.push(draft as RecordedEvent);
    columns.rows.push(row);
  }
  if (columns.others.length === 0) return;
  for (const kind of KIND_CODES) {
    const drafts = columns.others.filter((event) => event.kind === kind) as Draft[];
    for (const column of FIELDS[kind]) for (const draft of drafts) column.read(source, draft, strings);
  }
  const faults = columns.others.flatMap((event, i) =>
    eventFaults(event, `event ${columns.rows[i]}`, stringBytes),
  );
  if (faults.length > 0) throw new RecordingError(faults.slice(0, 100));
}
