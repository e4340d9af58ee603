import type { GuardianStore } from '../store.ts';

/**
 * What was asked for and what became of it, only added to (GRD74). Of contributors it holds nothing: neither when a half
 * came nor when one was destroyed.
 */
export type HalfJournal = {
  write(line: Omit<HalfLine, 'n'>): void;
  /** Given to which job, for this entry of the log; null: not given. */
  jobOf(entry: string): string | null;
  /** Recordings given since; a clock that was set back forgets none. */
  givenSince(at: number): number;
  refusedSince(at: number): number;
  /** Of the newest line that says so; null: it was never locked. */
  lastLockedBy(): NonNullable<HalfDetail['by']> | null;
  /** The newest first. */
  newest(most: number): HalfLine[];
};

export type HalfLine = {
  n: number;
  /** Seconds since 1970. */
  at: number;
  kind: 'given' | 'refused' | 'locked' | 'unlocked' | 'limit' | 'identity' | 'retired';
  recordings: number;
  /** SHA-256 of the entry of the log of uses, hex. */
  entry: string | null;
  /** SHA-256 of the recipient that it was sealed to, hex. */
  job: string | null;
  detail: HalfDetail;
};

/** In words it is the page's: here are the facts that it says. */
export type HalfDetail = {
  asker?: string;
  grant?: string;
  purpose?: string;
  reading?: string;
  approvedBy?: readonly string[];
  /** Rules that did not hold. */
  rules?: readonly string[];
  by?: 'representative' | 'probe' | 'restore' | 'hand-over';
  limit?: number;
  /** Name of the identity that was made or retired. */
  identity?: string;
};

type Row = Omit<HalfLine, 'detail'> & { detail: string };

export function makeHalfJournal(store: GuardianStore): HalfJournal {
  const insert = store.prepare(
    'insert into half_journal (at, kind, recordings, entry, job, detail) values (?, ?, ?, ?, ?, ?)',
  );
  const job = store.prepare(`select job from half_journal where entry = ? and kind = 'given' limit 1`);
  const sum = store.prepare(
    `select coalesce(sum(recordings), 0) as n from half_journal where kind = 'given' and at > ?`,
  );
  const refused = store.prepare(`select count(*) as n from half_journal where kind = 'refused' and at > ?`);
  const locked = store.prepare(
    `select detail from half_journal where kind = 'locked' order by n desc limit 1`,
  );
  const newest = store.prepare(
    'select n, at, kind, recordings, entry, job, detail from half_journal order by n desc limit ?',
  );
  const n = (row: unknown) => (row as { n: number }).n;
  return {
    write({ at, kind, recordings, entry, job: to, detail }) {
      insert.run(at, kind, recordings, entry, to, JSON.stringify(detail));
    },
    jobOf: (entry) => (job.get(entry) as { job: string } | undefined)?.job ?? null,
    givenSince: (at) => n(sum.get(at)),
    refusedSince: (at) => n(refused.get(at)),
    lastLockedBy() {
      const row = locked.get() as { detail: string } | undefined;
      return (row && (JSON.parse(row.detail) as HalfDetail).by) ?? null;
    },
    newest: (most) =>
      (newest.all(most) as Row[]).map((row) => ({ ...row, detail: JSON.parse(row.detail) as HalfDetail })),
  };
}
