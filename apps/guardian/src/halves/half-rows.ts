import type { SlicedRecording } from '@aboveboard/consent/grant-slice';
import type { HalfLabel } from '@aboveboard/vault/half-envelope';
import { asKeyHalf, type KeyHalf } from '@aboveboard/vault/key-half';
import { type GuardianStore, inTransaction } from '../store.ts';

/** The halves on this disk (GRD61-GRD64). A statement has returned when its effect is on disk. */
export type HalfRows = {
  /** `kept`: on disk, now or before. `other`: another half is kept, and stays. */
  keep(recording: string, half: KeyHalf, label: HalfLabel): 'kept' | 'other' | 'destroyed' | 'full';
  /** Null: none is held, or a legal hold has frozen it. The caller wipes it. */
  half(recording: string): KeyHalf | null;
  /** What the device said of it when it was released; no week for what is not held. */
  label(recording: string): SlicedRecording;
  /** Overwritten in the file and in its log before it returns; nothing brings one back. */
  destroy(recordings: readonly string[]): void;
  /** Its destruction was asked for, and waits until then (HLD31); nothing of it is given meanwhile. Seconds since 1970. */
  freeze(recordings: readonly string[], until: number): void;
  /** Of those, the ones whose time has come. */
  frozenUntil(now: number): string[];
  count(): number;
};

type Row = { half: Uint8Array; week: string; card: string | null; version: number | null };

export function makeHalfRows(store: GuardianStore, limits: { halvesHeld: number }): HalfRows {
  const select = store.prepare('select half, week, card, version from half where recording = ?');
  const insert = store.prepare(
    'insert into half (recording, half, week, card, version) values (?, ?, ?, ?, ?)',
  );
  const remove = store.prepare('delete from half where recording = ?');
  const isDestroyed = store.prepare('select 1 from destroyed_half where recording = ?');
  const bury = store.prepare('insert into destroyed_half (recording) values (?) on conflict do nothing');
  const hold = store.prepare(
    `insert into held_half (recording, until) select recording, ? from half where recording = ?
     on conflict (recording) do update set until = excluded.until`,
  );
  const isFrozen = store.prepare('select 1 from held_half where recording = ?');
  const thawed = store.prepare('select recording from held_half where until <= ? order by recording');
  const counted = store.prepare('select count(*) as n from half');
  const row = (recording: string) => select.get(recording) as Row | undefined;
  const count = () => (counted.get() as { n: number }).n;

  return {
    keep: (recording, half, { week, card }) =>
      inTransaction(store, () => {
        if (isDestroyed.get(recording)) return 'destroyed';
        const known = row(recording);
        if (known) return Buffer.from(known.half).equals(half) ? 'kept' : 'other';
        if (count() >= limits.halvesHeld) return 'full';
        insert.run(recording, half, week, card?.id ?? null, card?.version ?? null);
        return 'kept';
      }),

    half(recording) {
      const known = isFrozen.get(recording) ? undefined : row(recording);
      return known ? asKeyHalf(known.half) : null;
    },

    label(recording) {
      const known = row(recording);
      if (!known) return { id: recording };
      const { week, card, version } = known;
      return { id: recording, week, card: card === null ? null : { id: card, version: version ?? 0 } };
    },

    destroy(recordings) {
      inTransaction(store, () => {
        for (const recording of recordings) {
          remove.run(recording);
          bury.run(recording);
        }
      });
      // `secure_delete` zeroes the row in the file; its write-ahead log would keep the page as it was.
      const [busy] = Object.values(store.prepare('pragma wal_checkpoint(truncate)').get() as object);
      if (busy !== 0) throw new Error('the log of the store could not be emptied');
    },

    freeze(recordings, until) {
      inTransaction(store, () => {
        for (const recording of recordings) hold.run(until, recording);
      });
    },

    frozenUntil: (now) => (thawed.all(now) as { recording: string }[]).map(({ recording }) => recording),

    count,
  };
}
