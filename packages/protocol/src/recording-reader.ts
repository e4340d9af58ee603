import type { RecordedEvent } from './event.ts';
import { EventColumns } from './event-columns.ts';
import { type Fault, RecordingError } from './fault.ts';
import type { FrameItem } from './frame-segment.ts';
import type { Manifest, PartEntry } from './manifest.ts';
import { parseManifest } from './manifest-check.ts';
import type { PartLabel } from './part.ts';
import { openPart } from './part-codec.ts';
import { limitsWith, type RecordingLimits } from './recording-limits.ts';
import { type DecodedPart, extent, fault, type PartSource, readPart, walkSpool } from './spool.ts';
import type { StateItem } from './state.ts';

export type ReaderOptions = PartSource & { limits?: Partial<RecordingLimits> };

/** Ticks, both included. */
export type TickRange = { from: number; to: number };

/**
 * What a recording holds, read a part at a time: each step of an iteration opens one part, verifies it
 * against its entry and lets go of it. A range opens only the parts that reach into it. Every iteration
 * starts anew; RecordingError ends it at the first part that is not what the manifest says.
 */
export type RecordingContents = {
  events(range?: TickRange): AsyncIterable<RecordedEvent[]>;
  /** Whole parts: rows outside of the range may be among them. */
  eventColumns(range?: TickRange): AsyncIterable<EventColumns>;
  states(range?: TickRange): AsyncIterable<StateItem[]>;
  frames(range?: TickRange): AsyncIterable<FrameItem[]>;
};

export type OpenedRecording = RecordingContents & { manifest: Manifest };

export type RecoveredRecording = RecordingContents & {
  /** What could be read, without the closing gap. */
  parts: PartEntry[];
  counts: Manifest['counts'];
  /** Null: no part with events was left. */
  tickMicroseconds: 100 | 1000 | null;
  lastTick: number;
  /** The part at which reading stopped, and why; null: the spool was whole and only the manifest is missing. */
  lost: Fault | null;
};

/**
 * Opens a finished recording: reads and checks the manifest, and that the store holds exactly the parts
 * that it names (REC78). Parts are verified when they are read.
 */
export async function openRecording(options: ReaderOptions): Promise<OpenedRecording> {
  const limits = limitsWith(options.limits);
  const listed = await options.store.list();
  const last = listed.at(-1);
  if (last?.kind !== 'manifest') throw fault('REC78', 'manifest', 'is missing');
  if (last.index !== listed.length - 1 || listed.some(({ index }, i) => index !== i)) {
    throw fault('REC78', 'parts', 'do not count from 0 without a hole');
  }
  const kept = await options.store.get(last.index);
  if (kept?.kind !== 'manifest') throw fault('REC78', 'manifest', 'is missing');
  const label: PartLabel = { recording: options.id, index: last.index, kind: 'manifest' };
  const { segment } = await openPart(kept.sealed, label, options, limits);
  const checked = parseManifest(segment, limits);
  if (!checked.ok) throw new RecordingError(checked.faults);
  const manifest = checked.value;
  const faults: Fault[] = [];
  if (manifest.id !== options.id) {
    faults.push({ rule: 'REC4', at: 'manifest.id', message: 'is not the id of this recording' });
  }
  if (
    manifest.parts.length !== last.index ||
    manifest.parts.some((part, i) => part.kind !== listed[i]?.kind)
  ) {
    faults.push({ rule: 'REC78', at: 'manifest.parts', message: 'are not those that are kept' });
  }
  if (faults.length > 0) throw new RecordingError(faults);
  return { manifest, ...contents(options, limits, manifest.parts, manifest.clock, null) };
}

/**
 * Reads a spool that has no manifest, or one that has been damaged: everything up to the first part that
 * is missing or can't be read, closed with a `gap` of `recorder-stopped` (REC76). All parts are verified
 * before it resolves, one in memory at a time. To finish it, write what it gives with a RecordingWriter.
 */
export async function recoverRecording(options: ReaderOptions): Promise<RecoveredRecording> {
  const limits = limitsWith(options.limits);
  const spool = await walkSpool(options, limits);
  const closing: RecordedEvent = {
    kind: 'gap',
    t: spool.last.events,
    until: spool.end,
    reason: 'recorder-stopped',
  };
  return {
    parts: spool.parts,
    counts: spool.counts,
    tickMicroseconds: spool.tickMicroseconds,
    lastTick: spool.end,
    lost: spool.lost,
    ...contents(options, limits, spool.parts, null, closing),
  };
}

function contents(
  source: PartSource,
  limits: RecordingLimits,
  parts: readonly PartEntry[],
  clock: Manifest['clock'] | null,
  closing: RecordedEvent | null,
): RecordingContents {
  async function* read<K extends DecodedPart['kind']>(kind: K, range: TickRange | undefined) {
    for (const entry of parts) {
      if (entry.kind !== kind || !overlaps(entry, range)) continue;
      const { decoded } = await readPart(entry, source, limits);
      mustAgree(decoded, entry, clock);
      yield decoded as Extract<DecodedPart, { kind: K }>;
    }
  }
  const isIn = ({ t }: { t: number }, range: TickRange | undefined) =>
    !range || (t >= range.from && t <= range.to);
  return {
    async *events(range) {
      for await (const { decoded } of read('events', range)) {
        yield [...decoded.columns].filter((event) => isIn(event, range));
      }
      if (closing && isIn(closing, range)) yield [closing];
    },
    async *eventColumns(range) {
      for await (const { decoded } of read('events', range)) yield decoded.columns;
      if (closing && isIn(closing, range)) yield EventColumns.of([closing]);
    },
    async *states(range) {
      for await (const { items } of read('states', range)) yield items.filter((item) => isIn(item, range));
    },
    async *frames(range) {
      for await (const { items } of read('frames', range)) yield items.filter((item) => isIn(item, range));
    },
  };
}

function overlaps(entry: PartEntry, range: TickRange | undefined): boolean {
  return !range || (entry.from <= range.to && entry.to >= range.from);
}

/** What the entry says of a part must be what the part holds (REC12). */
function mustAgree(decoded: DecodedPart, entry: PartEntry, clock: Manifest['clock'] | null): void {
  const { from, to, end, count } = extent(decoded);
  const at = `part ${entry.index}`;
  if (count !== entry.count) throw fault('REC12', at, 'holds another number of items than its entry says');
  if (from !== entry.from || to !== entry.to)
    throw fault('REC12', at, 'covers other ticks than its entry says');
  if (!clock) return;
  if (end > clock.durationTicks) throw fault('REC7', at, 'reaches beyond the end of the recording');
  if (decoded.kind === 'events' && decoded.decoded.tickMicroseconds !== clock.tickMicroseconds) {
    throw fault('REC7', at, 'has ticks of another length than the manifest says');
  }
}
