import { openRecording } from '@aboveboard/protocol/recording-reader';
import { expect, test } from 'vitest';
import { applyEdits } from '../src/apply-edits.ts';
import { NO_EDITS } from '../src/edit-list.ts';
import { ONE_HOUR, synthetic } from './synthetic-recording.ts';
import { codec, RESULT, written } from './write-recording.ts';

const MEGABYTE = 1024 * 1024;

test('[REV10] an hour is edited part by part, in bounded memory', async () => {
  const original = await written(synthetic(ONE_HOUR));
  const end = original.recording.manifest.clock.durationTicks;
  const target = codec(RESULT);
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().heapUsed - before);
  }, 20);
  const begin = performance.now();
  await applyEdits({
    recording: original.recording,
    edits: {
      ...NO_EDITS,
      cuts: Array.from({ length: 20 }, (_, i) => ({ from: i * 150_000, to: i * 150_000 + 20_000 })),
      masks: [{ kind: 'element', surface: 0, node: 20, from: 0, to: end }],
    },
    actions: original.actions,
    target,
    hitTest: async () => null,
    words: (text) => text,
  });
  clearInterval(watch);
  const seconds = (performance.now() - begin) / 1000;
  console.log(
    `an hour edited in ${seconds.toFixed(1)} s, at most ${Math.round(most / MEGABYTE)} MB more heap`,
  );
  const result = await openRecording(target);
  expect(result.manifest.counts.events).toBeGreaterThan(50_000);
  // What is not collected yet counts too, so this is far above what is held at once.
  expect(most).toBeLessThan(250 * MEGABYTE);
}, 300_000);
