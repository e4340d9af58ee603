import type { GuardianStore } from '../store.ts';
import { inTransaction } from '../store.ts';
import type { HalfDetail, HalfJournal } from './half-journal.ts';

/**
 * The representative's lock and limit (GRD72-GRD73). Locked, nothing is given to anybody; whoever may lock, only she opens
 * it again. Both outlast a restart.
 */
export type HalfLock = {
  isLocked(): boolean;
  /** Null: it is not locked. */
  lockedBy(): NonNullable<HalfDetail['by']> | null;
  lock(by: NonNullable<HalfDetail['by']>): void;
  /** Hers alone: its caller has her session. */
  unlock(): void;
  /** Recordings an hour. */
  limit(): number;
  setLimit(limit: number): void;
};

export const LIMIT_MOST = 100_000;

export function makeHalfLock(
  store: GuardianStore,
  { journal, now, limit }: { journal: HalfJournal; now: () => number; limit: number },
): HalfLock {
  const read = store.prepare('select value from setting where name = ?');
  const write = store.prepare(
    'insert into setting (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
  );
  const setting = (name: string) => {
    const row = read.get(name) as { value: Uint8Array } | undefined;
    return row && new TextDecoder().decode(row.value);
  };
  const isLocked = () => setting('half lock') === 'locked';
  const line = (kind: 'locked' | 'unlocked' | 'limit', detail: HalfDetail) =>
    journal.write({ at: now(), kind, recordings: 0, entry: null, job: null, detail });

  return {
    isLocked,
    lockedBy: () => (isLocked() ? (journal.lastLockedBy() ?? 'representative') : null),
    lock(by) {
      if (isLocked()) return;
      inTransaction(store, () => {
        write.run('half lock', Buffer.from('locked'));
        line('locked', { by });
      });
    },
    unlock() {
      if (!isLocked()) return;
      inTransaction(store, () => {
        write.run('half lock', Buffer.from('open'));
        line('unlocked', { by: 'representative' });
      });
    },
    limit: () => Number(setting('half limit') ?? limit),
    setLimit(next) {
      if (!Number.isInteger(next) || next < 0 || next > LIMIT_MOST) throw new RangeError('not a limit');
      inTransaction(store, () => {
        write.run('half limit', Buffer.from(String(next)));
        line('limit', { by: 'representative', limit: next });
      });
    },
  };
}
