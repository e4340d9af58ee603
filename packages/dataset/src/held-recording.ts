import type { ExportRecording } from './export/export-recording.ts';

/** Rows, and sealed bytes, that are held at once: some tens of megabytes. */
const MOST = { events: 200_000, states: 5_000, bytes: 8_000_000 };

/**
 * The same recording, opened and decoded once for however many readings follow. One that has more than `most` is given as it is, and
 * is read a part at a time; what its manifest says of its size is not believed. What is held goes with the reference to it, and nobody
 * may change it.
 */
export async function holdRecording(recording: ExportRecording, most = MOST): Promise<ExportRecording> {
  const { manifest } = recording;
  if (manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0) > most.bytes) return recording;
  const events = await within(recording.events(), most.events);
  const states = events && (await within(recording.states(), most.states));
  if (!states) return recording;
  return {
    manifest,
    async *events() {
      yield* events;
    },
    async *states() {
      yield* states;
    },
  };
}

/** Null: there are more. */
async function within<Row>(rows: AsyncIterable<Row[]>, most: number): Promise<Row[][] | null> {
  const held: Row[][] = [];
  let count = 0;
  for await (const some of rows) {
    count += some.length;
    if (count > most) return null;
    held.push(some);
  }
  return held;
}
