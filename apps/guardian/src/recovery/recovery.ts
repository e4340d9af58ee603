import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openBackup, readBackup, sealBackup } from '@aboveboard/vault/guardian-backup';
import { dealShares, joinShares, type RecoverySet, type ShareFault } from '@aboveboard/vault/recovery-set';
import { type RecoveryShare, writeShare } from '@aboveboard/vault/recovery-share';
import { makeHalfJournal } from '../halves/half-journal.ts';
import { makeHalfLock } from '../halves/half-lock.ts';
import { type GuardianStore, inTransaction } from '../store.ts';

/** How a guardian that was lost comes back (spec/ceremony.md, CER1-CER19): shares on paper, and backups that only they open. */

/** New shares, as they are printed; those before open only backups that were made before (CER3). */
export async function dealRecovery(
  store: GuardianStore,
  count: { people: number; enough: number },
): Promise<{ sheets: { number: number; text: string }[]; kept: RecoverySet }> {
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const { shares, kept, sealing } = await dealShares(count, { random, subtle: crypto.subtle });
  const sheets = await Promise.all(
    shares.map(async (share) => ({ number: share.number, text: await writeShare(share, crypto.subtle) })),
  );
  for (const share of shares) share.data.fill(0);
  const write = store.prepare(
    'insert into setting (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
  );
  inTransaction(store, () => {
    write.run('recovery set', Buffer.from(JSON.stringify(kept)));
    write.run('recovery sealing', sealing);
  });
  return { sheets, kept };
}

/** What this guardian knows of its shares; null: none were dealt. */
export function keptSet(store: GuardianStore): RecoverySet | null {
  const value = setting(store, 'recovery set');
  return value && (JSON.parse(new TextDecoder().decode(value)) as RecoverySet);
}

/** The store as it is now, sealed; null: no shares were dealt, so nothing could open it. */
export async function backUp(store: GuardianStore, folder: string): Promise<Uint8Array | null> {
  const kept = keptSet(store);
  const sealing = setting(store, 'recovery sealing');
  if (!kept || !sealing) return null;
  // SQLite's own copy: whole, and without what was destroyed. The file itself must not be opened beside the store:
  // closing it would take the store's lock off.
  const copy = join(folder, COPY);
  rmSync(copy, { force: true });
  try {
    store.prepare('vacuum into ?').run(copy);
    return await sealBackup(new Uint8Array(readFileSync(copy)), { kept, sealing, subtle: crypto.subtle });
  } finally {
    rmSync(copy, { force: true });
  }
}

/** It was written where it is to be kept. `at`: seconds since 1970. */
export function noteBackUp(store: GuardianStore, at: number): void {
  store
    .prepare(
      `insert into setting (name, value) values ('last backup', ?)
       on conflict (name) do update set value = excluded.value`,
    )
    .run(Buffer.from(String(at)));
}

/** Null: none was ever made of this store. */
export function lastBackUp(store: GuardianStore): number | null {
  const value = setting(store, 'last backup');
  return value && Number(new TextDecoder().decode(value));
}

const COPY = 'backup-under-way.sqlite';

export type RestoreRefusal =
  | { code: 'no-backup' | 'changed-backup' | 'not-empty' | 'damaged' }
  | { code: 'shares'; faults: ShareFault[] };

/** Writes nothing unless everything holds (CER12-CER15). What it writes is locked. Null: it is done. */
export async function restoreGuardian(given: {
  backup: Uint8Array;
  shares: readonly RecoveryShare[];
  data: string;
  now: () => number;
}): Promise<RestoreRefusal | null> {
  const { data, now } = given;
  const read = readBackup(given.backup);
  if (!read) return { code: 'no-backup' };
  const path = join(data, 'guardian.sqlite');
  if (existsSync(path)) return { code: 'not-empty' };
  const opened = await joinShares(given.shares, read.kept, crypto.subtle);
  if (!opened.ok) return { code: 'shares', faults: opened.faults };
  const store = await openBackup(given.backup, opened, crypto.subtle);
  opened.sealing.fill(0);
  if (!store) return { code: 'changed-backup' };
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chmodSync(data, 0o700);
  const arriving = join(data, 'restore-under-way.sqlite');
  try {
    writeFileSync(arriving, store, { mode: 0o600 });
    if (!isWhole(arriving, now)) return { code: 'damaged' };
    const file = openSync(arriving, 'r');
    fsyncSync(file);
    closeSync(file);
    renameSync(arriving, path);
    return null;
  } finally {
    store.fill(0);
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${arriving}${end}`, { force: true });
  }
}

/** Sets the lock in it too: a witness that forgot, and halves that were destroyed since, are for her to look at first. */
function isWhole(path: string, now: () => number): boolean {
  const store = new DatabaseSync(path);
  try {
    const [state] = Object.values(store.prepare('pragma integrity_check').get() as object);
    if (state !== 'ok') return false;
    makeHalfLock(store, { journal: makeHalfJournal(store), now, limit: 0 }).lock('restore');
    return true;
  } catch {
    return false;
  } finally {
    store.close();
  }
}

function setting(store: GuardianStore, name: string): Uint8Array | null {
  const row = store.prepare('select value from setting where name = ?').get(name);
  return (row as { value: Uint8Array } | undefined)?.value ?? null;
}
