import { type DecodedEvents, decodeEvents } from './event-segment.ts';
import { type Fault, RecordingError } from './fault.ts';
import { decodeFrames, type FrameItem } from './frame-segment.ts';
import type { Manifest, PartEntry, PartKind } from './manifest.ts';
import type { PartLabel, PartStore } from './part.ts';
import { openPart, type PartCodec, placed } from './part-codec.ts';
import type { RecordingLimits } from './recording-limits.ts';
import type { StateItem } from './state.ts';
import { decodeStates } from './state-segment.ts';

/** Where the sealed parts of one recording are and how they are opened. */
export type PartSource = PartCodec & { id: string; store: PartStore };

export type DecodedPart =
  | { kind: 'events'; decoded: DecodedEvents }
  | { kind: 'states'; items: StateItem[] }
  | { kind: 'frames'; items: FrameItem[] };

/** What a walk over a spool found, up to the first part that is missing or damaged. */
export type Spool = {
  parts: PartEntry[];
  counts: Manifest['counts'];
  /** Last tick of each stream. */
  last: Record<PartKind, number>;
  /** Last tick of all, the ends of gaps included. */
  end: number;
  tickMicroseconds: 100 | 1000 | null;
  /** Why the walk stopped before the end of what the store lists. */
  lost: Fault | null;
};

/** Opens and decodes every part in order, one in memory at a time, and shows each that is sound (REC76). */
export async function walkSpool(
  source: PartSource,
  limits: RecordingLimits,
  seen: (part: DecodedPart, index: number, segmentBytes: number) => void = () => undefined,
): Promise<Spool> {
  const spool: Spool = {
    parts: [],
    counts: { events: 0, states: 0, frames: 0 },
    last: { events: 0, states: 0, frames: 0 },
    end: 0,
    tickMicroseconds: null,
    lost: null,
  };
  const listed = await source.store.list();
  for (const { index, kind } of listed) {
    const at = `part ${index}`;
    try {
      if (index !== spool.parts.length) throw fault('REC78', `part ${spool.parts.length}`, 'is missing');
      if (index >= limits.parts) throw fault('REC87', at, 'the recording has too many parts');
      if (kind === 'manifest') throw fault('REC77', at, 'the recording has a manifest already');
      const { decoded, segmentBytes } = await addPart(spool, kind, source, limits);
      seen(decoded, index, segmentBytes);
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      spool.lost = error.faults[0] ?? null;
      break;
    }
  }
  return spool;
}

async function addPart(
  spool: Spool,
  kind: PartKind,
  source: PartSource,
  limits: RecordingLimits,
): Promise<{ decoded: DecodedPart; segmentBytes: number }> {
  const index = spool.parts.length;
  const { decoded, segmentBytes, bytes, sha256 } = await readPart({ kind, index }, source, limits);
  const { from, to, end, count } = extent(decoded);
  if (count === 0) throw fault('REC70', `part ${index}`, 'is empty');
  if (from < spool.last[kind])
    throw fault('REC20', `part ${index}`, 'begins before the last one of its kind ends');
  if (decoded.kind === 'events') {
    const tick = decoded.decoded.tickMicroseconds;
    if (spool.tickMicroseconds !== null && spool.tickMicroseconds !== tick) {
      throw fault('REC7', `part ${index}`, 'has ticks of another length');
    }
    spool.tickMicroseconds = tick;
  }
  spool.parts.push({ kind, index, from, to, count, bytes, sha256 });
  spool.counts[kind] += count;
  spool.last[kind] = to;
  spool.end = Math.max(spool.end, end);
  return { decoded, segmentBytes };
}

/** One part, opened, inflated and decoded; compared with its entry of the manifest where that is given. */
export async function readPart(
  { kind, index, ...entry }: Pick<PartEntry, 'kind' | 'index'> & Partial<PartEntry>,
  source: PartSource,
  limits: RecordingLimits,
): Promise<{ decoded: DecodedPart; segmentBytes: number; bytes: number; sha256: string }> {
  const at = `part ${index}`;
  const label: PartLabel = { recording: source.id, index, kind };
  const kept = await source.store.get(index);
  if (kept === null) throw fault('REC78', at, 'is missing');
  if (kept.kind !== kind) throw fault('REC78', at, 'is kept under another kind');
  const expected =
    entry.bytes === undefined || entry.sha256 === undefined
      ? undefined
      : { bytes: entry.bytes, sha256: entry.sha256 };
  const { segment, bytes, sha256 } = await openPart(kept.sealed, label, source, limits, expected);
  try {
    const decoded = decodePart(kind, segment, limits);
    return { decoded, segmentBytes: segment.length, bytes, sha256 };
  } catch (error) {
    throw placed(error, at);
  }
}

function decodePart(kind: PartKind, segment: Uint8Array, limits: RecordingLimits): DecodedPart {
  switch (kind) {
    case 'events':
      return { kind, decoded: decodeEvents(segment, limits) };
    case 'states':
      return { kind, items: decodeStates(segment, limits) };
    case 'frames':
      return { kind, items: decodeFrames(segment, limits) };
  }
}

export type Extent = { from: number; to: number; end: number; count: number };

/** First and last tick of a part, how far its gaps reach, and how many items it has. */
export function extent(part: DecodedPart): Extent {
  if (part.kind !== 'events') {
    const to = part.items.at(-1)?.t ?? 0;
    return { from: part.items[0]?.t ?? 0, to, end: to, count: part.items.length };
  }
  const { columns } = part.decoded;
  let end = columns.last;
  for (const event of columns.others) if (event.kind === 'gap') end = Math.max(end, event.until);
  return { from: columns.t[0] ?? 0, to: columns.last, end, count: columns.length };
}

export function fault(rule: string, at: string, message: string): RecordingError {
  return new RecordingError([{ rule, at, message }]);
}
