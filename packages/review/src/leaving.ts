import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { PartStore } from '@aboveboard/protocol/part';
import type { OpenedRecording } from '@aboveboard/protocol/recording-reader';

/** What leaves when the result is released, counted on the result itself (spec/review.md, REV40). */
export type Leaving = {
  /** All sealed parts and the manifest, as they will be sent. */
  bytes: number;
  parts: number;
  durationTicks: number;
  tickMicroseconds: number;
  events: readonly { kind: RecordedEvent['kind']; count: number }[];
  states: number;
  frames: number;
  /** Steps in the result; null where the host can't tell. */
  steps: number | null;
  origins: readonly string[];
  masks: Manifest['masks'];
  task: Manifest['task'];
  outcome: Manifest['outcome'];
};

/** Reads the result once, a part at a time. */
export async function measureLeaving(
  result: OpenedRecording,
  store: Pick<PartStore, 'list'>,
  steps: number | null = null,
): Promise<Leaving> {
  const { manifest } = result;
  const kinds = new Map<RecordedEvent['kind'], number>();
  const origins = new Set<string>();
  for await (const columns of result.eventColumns()) {
    const moves = columns.length - columns.others.length;
    if (moves > 0) kinds.set('move', (kinds.get('move') ?? 0) + moves);
    for (const event of columns.others) {
      kinds.set(event.kind, (kinds.get(event.kind) ?? 0) + 1);
      if (event.kind === 'navigate') origins.add(event.origin);
    }
  }
  const kept = await store.list();
  return {
    bytes: kept.reduce((sum, part) => sum + part.bytes, 0),
    parts: kept.length,
    durationTicks: manifest.clock.durationTicks,
    tickMicroseconds: manifest.clock.tickMicroseconds,
    events: [...kinds].map(([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count),
    states: manifest.counts.states,
    frames: manifest.counts.frames,
    steps,
    origins: [...origins].sort(),
    masks: manifest.masks,
    task: manifest.task,
    outcome: manifest.outcome,
  };
}
