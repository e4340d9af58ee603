import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { fsck } from '@aboveboard/tlog/fsck';
import { storedLog } from '@aboveboard/tlog/stored-log';
import type { Database } from '../database/database.ts';
import { openLogs } from '../logs/installation-log.ts';
import { LOG_NAMES } from '../logs/log-name.ts';
import { makeLogRows } from '../logs/log-rows.ts';
import { BackupError } from './backup-fault.ts';
import type { BackupManifest } from './backup-manifest.ts';

/**
 * What came out of a backup, held against itself (BAK16): both logs from their entries to their heads, each sealed part
 * that a row speaks of, and, where there are keys, that they are the logs'. BackupError `faulty` with all of it.
 */
export async function checkRestored(
  database: Database,
  manifest: BackupManifest,
  keys: string | null,
): Promise<void> {
  const faults: string[] = [];
  for (const name of LOG_NAMES) {
    const storage = makeLogRows(name, database);
    const head = await storage.head();
    const expected = manifest.logs.find((log) => log.name === name)?.size ?? 0;
    if ((head?.size ?? 0) !== expected)
      faults.push(`log ${name}: has ${head?.size ?? 0} entries, and the manifest counts ${expected}`);
    if (!head) continue;
    const signed = parseCheckpoint(head.checkpoint);
    if (!signed.ok) {
      faults.push(`log ${name}: its head can not be read`);
      continue;
    }
    if (signed.value.checkpoint.size !== head.size)
      faults.push(`log ${name}: its signed head covers ${signed.value.checkpoint.size} entries`);
    const report = await fsck(storedLog(storage), signed.value.checkpoint).catch((error: Error) => {
      faults.push(`log ${name}: ${error.message}`);
      return null;
    });
    for (const { at, message } of report?.faults ?? []) faults.push(`log ${name}: ${at}: ${message}`);
  }
  const parts = await database.query<{ sha256: string }>(
    `select distinct encode(sha256, 'hex') as sha256 from part where received order by 1`,
  );
  const here = new Set(manifest.files.map(({ path }) => path));
  for (const { sha256 } of parts) {
    const path = `blobs/${sha256.slice(0, 2)}/${sha256}`;
    if (!here.has(path)) faults.push(`${path}: a recording needs it, and the backup lacks it`);
  }
  if (keys !== null && faults.length === 0) {
    await openLogs({ database, keys, kind: undefined, owner: false, waiting: 1 }).catch((error: Error) =>
      faults.push(`keys: ${error.message}`),
    );
  }
  if (faults.length > 0)
    throw new BackupError('faulty', 'What came out of the backup does not hold:', faults);
}
