import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import {
  RecordingWriter,
  type ReplaceParts,
  type WriterOptions,
} from '@aboveboard/protocol/recording-writer';
import type { Random } from './wiki-work.ts';

/**
 * Bytes of pointer samples at 125 Hz, as the session writes them: a part every `flushEvery` ms, regrouped. Strokes of
 * 0.3 to 1.2 s between random places, with a hand's shake and a device's uneven times.
 */
export async function pointerBytes(
  samples: number,
  options: { flushEvery: number; writing: Omit<WriterOptions, 'store'>; random: Random },
): Promise<number> {
  const { flushEvery, writing, random } = options;
  const store = new MemoryPartStore();
  const writer = new RecordingWriter({ ...writing, store, regroups: true });
  const replace: ReplaceParts = (from, parts) => store.replaceFrom(from, parts);
  const ticks = 1000 / writing.tickMicroseconds;
  let [x, y, clock, flushed] = [400, 300, 0, 0];
  for (let written = 0; written < samples; ) {
    const [toX, toY] = [random(1280), random(800)];
    const count = Math.min(38 + random(112), samples - written);
    const [fromX, fromY] = [x, y];
    for (let step = 1; step <= count; step++) {
      const share = step / count;
      const eased = share ** 3 * (10 - 15 * share + 6 * share ** 2);
      x = Math.round(fromX + (toX - fromX) * eased + (random(3) - 1));
      y = Math.round(fromY + (toY - fromY) * eased + (random(3) - 1));
      clock += 8 + (random(100) - 50) / 100;
      writer.event({ kind: 'move', t: Math.round(clock * ticks), x, y });
      if (clock - flushed >= flushEvery) {
        await writer.flush();
        await writer.regroup(replace);
        flushed = clock;
      }
    }
    written += count;
  }
  await writer.flush();
  await writer.regroup(replace, 'whatever');
  let bytes = 0;
  for (const { index } of await store.list()) bytes += (await store.get(index))?.sealed.length ?? 0;
  return bytes;
}
