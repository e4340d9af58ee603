import { createHash } from 'node:crypto';
import { openDatabase } from '@aboveboard/server/database/database';
import { migrate } from '@aboveboard/server/database/migrate';
import { openLogs } from '@aboveboard/server/logs/installation-log';

// node e2e/kill-log-writer.ts DATABASE-URL KEYS WRITER: appends to the uses log without end, several at once, and
// prints one line for each entry that was acknowledged: its index, its key and the SHA-256 of its bytes. Made to be killed.
const [url = '', keys = '', writer = ''] = process.argv.slice(2);
const database = openDatabase(url, 4);
await migrate(database);
const { uses } = await openLogs({ database, keys, kind: 'demonstration', owner: true, waiting: 10_000 });
process.stdout.write('ready\n');

for (let lane = 0; lane < 24; lane++) void write(lane);

async function write(lane: number): Promise<void> {
  for (let i = 0; ; i++) {
    const key = `${writer}/${lane}/${i}`;
    const entry = new TextEncoder().encode(`${key} ${'x'.repeat((i * 37) % 600)}`);
    const sha256 = createHash('sha256').update(entry).digest('hex');
    for (;;) {
      try {
        const { index } = await uses.append(entry, key);
        process.stdout.write(`${index} ${key} ${sha256}\n`);
        break;
      } catch {
        // The database is gone or its answer was lost. Under the same key, until it is known.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
}
