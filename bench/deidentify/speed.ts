import type { PointerSession } from '@aboveboard/dataset/risk/attacked-task';
import { Deidentification } from '@aboveboard/redact/movement/deidentification';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import { ElementBoxes } from '@aboveboard/redact/movement/element-boxes';
import { SampleReader, SampleWriter } from '@aboveboard/redact/movement/sample-text';

/** Rows a second from the bytes of a table to those of another, one thread; `read`: only reading them. */
export function rowsPerSecond(sessions: readonly PointerSession[]): {
  release: number;
  read: number;
  rows: number;
} {
  const chunks: Uint8Array[] = [];
  const table = new SampleWriter((chunk) => chunks.push(chunk));
  let end = 0;
  for (let round = 0; round < 3; round++) {
    for (const { track } of sessions) {
      for (let i = 0; i < track.length; i++) {
        const t = Math.round(end + (track.t[i] as number));
        table.sample(t, track.x[i] as number, track.y[i] as number, track.kind[i] as 0);
      }
      end += (track.t[track.length - 1] as number) + 5000;
    }
  }
  table.end();
  let [release, read] = [0, 0];
  for (let round = 0; round < 5; round++) {
    release = Math.max(release, table.rows / seconds(() => pass(chunks)));
    read = Math.max(read, table.rows / seconds(() => readOnly(chunks)));
  }
  return { release, read, rows: table.rows };
}

function pass(chunks: readonly Uint8Array[]): void {
  let bytes = 0;
  const writer = new SampleWriter((chunk) => {
    bytes += chunk.length;
  });
  const options = {
    level: 'release',
    boxes: new ElementBoxes(),
    draws: new Drawing(new Uint8Array(32)),
  } as const;
  const task = new Deidentification(writer, options);
  const reader = new SampleReader(task);
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  task.end();
  writer.end();
  if (bytes === 0) throw new Error('Nothing came out.');
}

function readOnly(chunks: readonly Uint8Array[]): void {
  const reader = new SampleReader({ sample() {} });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
}

function seconds(work: () => void): number {
  const before = performance.now();
  work();
  return (performance.now() - before) / 1000;
}
