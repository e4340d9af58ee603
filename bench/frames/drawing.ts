import { createReadStream } from 'node:fs';
import { readBundle } from '@aboveboard/protocol/bundle';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { unsealed } from '@aboveboard/server/recordings/demonstration-samples';
import { nodeDeflate } from '@aboveboard/server/recordings/node-deflate';
import { FrameRenderer, type FrameWant } from '@aboveboard/server/rendering/frame-renderer';

// Run by bench/actions.ts on one core: draws frames of the sample recordings and prints how long it took.
const SAMPLES = ['expense-single', 'board-move', 'table-sort'];
const FRAMES_EACH = 40;

const renderer = await FrameRenderer.start({ bars: true });
let frames = 0;
let bytes = 0;
let milliseconds = 0;
for (const warm of [true, false]) {
  for (const name of warm ? SAMPLES.slice(0, 1) : SAMPLES) {
    const store = new MemoryPartStore();
    const file = new URL(`../../apps/server/demonstration/${name}.aboveboard`, import.meta.url);
    const { id } = await readBundle(createReadStream(file), store);
    const recording = await openRecording({ id, store, sealer: unsealed, deflate: nodeDeflate });
    const { durationTicks } = recording.manifest.clock;
    const wants: FrameWant[] = Array.from({ length: FRAMES_EACH }, (_, index) => ({
      surface: 0,
      t: Math.round((durationTicks * (index + 1)) / FRAMES_EACH),
    }));
    const began = performance.now();
    for await (const frame of renderer.render(recording, wants)) {
      if (warm) continue;
      frames++;
      bytes += frame.png.length;
    }
    if (!warm) milliseconds += performance.now() - began;
  }
}
await renderer.close();
console.log(JSON.stringify({ frames, bytes, milliseconds }));
