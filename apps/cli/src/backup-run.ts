import { BackupError } from '@aboveboard/server/backup/backup-fault';
import type { BackupManifest } from '@aboveboard/server/backup/backup-manifest';
import { makeBackup } from '@aboveboard/server/backup/make-backup';
import { restoreBackup, verifyBackup } from '@aboveboard/server/backup/restore-backup';
import { noteDone } from '@aboveboard/server/controls/last-done';
import { DataFolderError } from '@aboveboard/server/data-folder';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { databaseUrlIn } from './database-url.ts';

/** What a restored log means, said before anything is done (spec/backup.md, BAK27). */
export const BEFORE_RESTORING = `Read this first.

What was done since the backup is gone from a restored server: recordings that were released, grants, signatures, and entries of
both logs. Recordings that were erased since are listed again. The guardian destroyed its halves of them, so they do not open;
erase them again. Halves that were destroyed since are in the restored keys again, until: aboveboard erasure again.

If the logs had grown since, a restored log that goes on signs a second history. Guardians and witnesses refuse it, and every
recorder that saw the newer head stops and shows both. That is as it should be: nobody can tell a restored log from a
rewritten one. So:
  1. restore only if the newer data are really lost, and never while the old server still runs;
  2. before you start it, tell the representative and the other parties, with the sizes of both logs in this backup;
  3. let them compare the sizes with what their witnesses cosigned. Equal: go on. Greater there: entries are lost, and the
     parties decide together whether to begin new logs, with a new enrolment.

If you did read it: --yes`;

export async function backupFromCommand(
  asked: { to: string; kind: 'data' | 'keys'; keep: number | null },
  context: CommandContext,
): Promise<void> {
  const made = await inWords(
    makeBackup({
      ...asked,
      data: context.data,
      databaseUrl: process.env['DATABASE_URL'],
      now: Date.now,
      onProgress: context.progress,
    }),
  );
  const { folder, manifest, shared, removed, keyBackupDays } = made;
  await noteDone(context.data, `${asked.kind}-backup`, Date.parse(manifest.madeAt));
  context.result({ folder, ...countsOf(manifest), shared, removed, keyBackupDays });
  context.print(`${folder}: ${sentenceOf(manifest)}`);
  if (shared > 0) context.print(`${shared} of the files stand in the backup before too, and took no room.`);
  for (const one of removed) context.print(`Removed: ${one}`);
  if (asked.kind === 'data') {
    context.print('It holds no keys: back them up elsewhere, with --keys.');
  } else {
    context.print(
      keyBackupDays === null
        ? 'No agreement says yet for how many days keys may be kept.'
        : `Keys are kept for ${keyBackupDays} days at most; copies of this that you make elsewhere are yours to destroy.`,
    );
  }
}

export async function verifyFromCommand(
  { folder, database }: { folder: string; database: string | null },
  context: CommandContext,
): Promise<void> {
  const databaseUrl = database === null ? null : databaseUrlIn(database);
  try {
    const manifest = await verifyBackup({ from: folder, databaseUrl, onProgress: context.progress });
    context.result({ folder, whole: true, faults: [], ...countsOf(manifest) });
    context.print(`${folder} is whole: ${sentenceOf(manifest)}`);
    if (manifest.kind === 'data')
      context.print('It was restored on trial, its logs hold, and the trial was removed.');
    if (manifest.kind === 'vault') context.print('Each half in it was opened on trial, and forgotten.');
  } catch (error) {
    if (error instanceof BackupError)
      context.result({ folder, whole: false, code: error.code, faults: error.faults });
    throw asFailure(error);
  }
}

export async function restoreFromCommand(
  asked: { from: string; keys: string | null; database: string | null; yes: boolean },
  context: CommandContext,
): Promise<void> {
  const { from, keys, database } = asked;
  const databaseUrl = database === null ? process.env['DATABASE_URL'] || null : databaseUrlIn(database);
  if (!asked.yes) throw new UsageError(BEFORE_RESTORING);
  const { data, manifest, schema } = await inWords(
    restoreBackup({ from, keys, databaseUrl, data: context.data, onProgress: context.progress }),
  );
  context.result({ data, ...countsOf(manifest), schema, isDatabaseElsewhere: databaseUrl !== null });
  context.print(`${data} is as it was at ${manifest.madeAt}: ${sentenceOf(manifest)}`);
  if (schema.was !== schema.is) context.print(`Its schema was brought from ${schema.was} to ${schema.is}.`);
  for (const { name, size } of manifest.logs)
    context.print(
      `The log ${name} has ${size} entries. Compare with what the witnesses cosigned before you start it.`,
    );
  if (databaseUrl !== null)
    context.print('Its tables are in the database that you named: start the server with DATABASE_URL.');
  if (keys === null) context.print('It has no keys: no server starts on it until keys/ is put back.');
}

export function countsOf({ kind, madeAt, installation, steps, tables, logs, files }: BackupManifest) {
  return {
    kind,
    madeAt,
    installation,
    schema: steps.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    logs: Object.fromEntries(logs.map(({ name, size }) => [name, size])),
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

export function sentenceOf(manifest: BackupManifest): string {
  const { rows, files, bytes } = countsOf(manifest);
  const inTables = manifest.kind === 'data' ? `${rows} rows of ${manifest.tables.length} tables, ` : '';
  return `${inTables}${files} files, ${bytes.toLocaleString('en-US')} bytes.`;
}

export async function inWords<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw asFailure(error);
  });
}

function asFailure(error: unknown): unknown {
  if (!(error instanceof BackupError) && !(error instanceof DataFolderError)) return error;
  return new CommandFailure(error.message, { cause: error });
}
