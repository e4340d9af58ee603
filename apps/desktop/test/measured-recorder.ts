import { readdirSync } from 'node:fs';
import { runRecorder } from '../src/recorder-run.ts';
import { parseApp } from '../src/rules/demonstration-desk.ts';

export type MeasuredEvent = { kind: string; milliseconds: number; x?: number; y?: number };
export type Weight = { rss: number; heap: number; descriptors: number };
/** What was recorded, in the parts it was made durable in. */
export type Recorded = { ended: string | undefined; parts: MeasuredEvent[][] };

/** What it is asked, and what it answers to each. */
export type Answers = { agree: null; record: null; weigh: Weight; close: Recorded; end: null };

const APPS = ['Editor=/usr/bin/mousepad:Mousepad'].map((one) => parseApp(one)).filter((one) => one !== null);

if (process.send) await serve();

/** A recorder in a process of its own, which does nothing but what the recorder does until it is asked. */
async function serve(): Promise<void> {
  const folder = process.argv[2] as string;
  const run = await runRecorder({ folder, rules: { apps: APPS }, environment: process.env });
  const { daemon } = run;
  const acts: { [A in keyof Answers]: () => Promise<Answers[A]> } = {
    agree: () => daemon.agree().then(() => null),
    async record() {
      await daemon.start('Write a letter');
      while (daemon.taking.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      return null;
    },
    async weigh() {
      // Twice: what finalizers let go is gone after the second.
      for (let i = 0; i < 2; i++) globalThis.gc?.();
      const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
      return { rss, heap: heapUsed + arrayBuffers, descriptors: readdirSync('/proc/self/fd').length };
    },
    async close() {
      await daemon.stop();
      const row = (await daemon.recordings()).find(({ state }) => state === 'reviewing');
      const found = row && (await daemon.steps(row.id));
      if (!found) throw new Error('the recording does not wait for review');
      const parts: MeasuredEvent[][] = [];
      for await (const part of found.recording.events()) {
        parts.push(
          part.map((event) => ({
            kind: event.kind,
            milliseconds: (event.t * row.tickMicroseconds) / 1000,
            ...('x' in event ? { x: event.x, y: event.y } : {}),
          })),
        );
      }
      await daemon.discard(row.id);
      return { ended: row.ended, parts };
    },
    end: () => run.stop().then(() => null),
  };
  process.on('message', (act: keyof Answers) => {
    acts[act]().then(
      (answer) => process.send?.({ answer }),
      (error) => process.send?.({ fault: `${error}` }),
    );
  });
  process.send?.({ answer: 'there' });
}
