import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleBytes } from '@aboveboard/protocol/bundle';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { copyRecording, unsealed } from '../apps/server/src/recordings/demonstration-samples.ts';
import { launchChromium } from '../apps/web/test/chromium.ts';
import { startDemonstration } from '../apps/web/test/demonstration.ts';
import { Practice, type Task } from '../apps/web/test/practice.ts';
import { openDownloaded, watchKeys } from '../apps/web/test/sealed-download.ts';

// The sample recordings of a demonstration: does the practice tasks at /try, as a person would, and writes what
// the page gives to download, unsealed, into apps/server/demonstration. After a change of the recording format
// that older recordings do not show, or of the practice pages: `npm run build && node tools/make-samples.ts`.

const FOLDER = new URL('../apps/server/demonstration/', import.meta.url);
const WORK: readonly (readonly [string, Task, (person: Practice) => Promise<void>])[] = [
  ['expense-single', 'File an expense', (person) => person.fileExpense('Paper for the front desk')],
  ['board-move', 'Move a card on a board', (person) => person.moveCard()],
  ['table-sort', 'Find the largest order', (person) => person.pickLargest()],
];

const demonstration = await startDemonstration({ port: 4870 });
const browser = await launchChromium();
try {
  for (const [card, task, work] of WORK) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const keys = await watchKeys(page);
    const person = new Practice(page, 600);
    await person.begin(demonstration.url, task);
    await work(person);
    await person.stop();
    await person.sayItWorked();
    await person.release();
    const recording = await openDownloaded(await person.download(), keys);
    await page.close();

    const { id, clock } = recording.manifest;
    const store = new MemoryPartStore();
    await copyRecording(
      recording,
      new RecordingWriter({
        id,
        store,
        sealer: unsealed,
        deflate: webDeflate,
        tickMicroseconds: clock.tickMicroseconds,
      }),
    );
    const bytes = Buffer.concat(await Array.fromAsync(bundleBytes({ id, store })));
    await writeFile(fileURLToPath(new URL(`${card}.aboveboard`, FOLDER)), bytes);
    console.log(`${card}: ${bytes.length} bytes, ${recording.manifest.counts.events} events`);
  }
} finally {
  await browser.close();
  await demonstration.stop();
}
