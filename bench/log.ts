import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCommitBatch } from '@aboveboard/server/database/commit-batch';
import { type Database, openDatabase } from '@aboveboard/server/database/database';
import { startEmbedded } from '@aboveboard/server/database/embedded';
import { migrate } from '@aboveboard/server/database/migrate';
import { openLogs } from '@aboveboard/server/logs/installation-log';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { fsck } from '@aboveboard/tlog/fsck';
import { orThrow } from '@aboveboard/tlog/log-fault';
import { storedLog } from '@aboveboard/tlog/stored-log';
import type { Measured, Target } from './report.ts';

/**
 * Durable entries of 1 KB into a log by many writers at once, each waiting for its own to be included before it
 * sends the next; beside plain inserts of the same bytes into the same PostgreSQL with the same durability.
 */
export const targets: readonly Target[] = [
  { metric: 'entriesPerSecond', op: '>=', value: 2000, unit: 'entries/s' },
  { metric: 'p99Milliseconds', op: '<=', value: 1000, unit: 'ms' },
];

const ENTRY_BYTES = 1024;
const WRITERS = 512;
const SECONDS = 6;

export async function run(): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'aboveboard-log-'));
  chmodSync(folder, 0o711);
  const postgres = await startEmbedded(join(folder, 'postgres'), () => undefined);
  const database = openDatabase(postgres.url);
  try {
    await migrate(database);
    const { uses } = await openLogs({
      database,
      keys: folder,
      kind: 'demonstration',
      owner: true,
      waiting: 100_000,
    });
    const log = await writing((entry) => uses.append(entry));
    const entries = await uses.size();
    const bytes = await sizeOf(database, ['log_entry', 'log_tile', 'log_head']);
    const one = await writing((entry) => uses.append(entry), 1);

    await database.query(
      'create table plain (at bigint generated always as identity primary key, entry bytea)',
    );
    const insert = 'insert into plain (entry) values ($1)';
    const single = await writing((entry) => database.query(insert, [entry]));
    const commit = makeCommitBatch<Buffer>(async (batch) => {
      await database.query('insert into plain (entry) select unnest($1::bytea[])', [[...batch]]);
    }, 1024);
    const grouped = await writing(commit);

    const head = await uses.storage.head();
    if (!head) throw new Error('the log is gone');
    const { checkpoint } = orThrow(parseCheckpoint(head.checkpoint));
    const report = await fsck(storedLog(uses.storage), checkpoint);
    if (report.faultCount > 0) throw new Error('what was written is not a log');

    return {
      metrics: {
        ...log,
        loneWriterMilliseconds: one.p50Milliseconds,
        bytesOnDiskPerEntry: bytes / entries,
      },
      peers: { 'plain, one insert each': single, 'plain, grouped': grouped },
      notes: [
        `${WRITERS} writers for ${SECONDS} s each, entries of ${ENTRY_BYTES} random bytes, ${entries} in the log`,
        'every acknowledgement after fsync; the log also hashes, signs (Ed25519 and ML-DSA-44) and keeps tiles',
        `checked afterwards, whole: ${report.entries} entries, ${report.tiles} tiles, no faults`,
      ],
    };
  } finally {
    await database.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Pace = { entriesPerSecond: number; p50Milliseconds: number; p99Milliseconds: number };

async function writing(write: (entry: Buffer) => Promise<unknown>, writers = WRITERS): Promise<Pace> {
  const times: number[] = [];
  const began = performance.now();
  const until = began + SECONDS * 1000;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (performance.now() < until) {
        const asked = performance.now();
        await write(randomBytes(ENTRY_BYTES));
        times.push(performance.now() - asked);
      }
    }),
  );
  const lasted = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] as number;
  return { entriesPerSecond: times.length / lasted, p50Milliseconds: at(0.5), p99Milliseconds: at(0.99) };
}

async function sizeOf(database: Database, tables: readonly string[]): Promise<number> {
  const [row] = await database.query<{ bytes: number }>(
    'select sum(pg_total_relation_size(name::regclass))::bigint as bytes from unnest($1::text[]) as name',
    [tables],
  );
  return row?.bytes ?? Number.NaN;
}
