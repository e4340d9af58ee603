import { type ForkEvidence, formatFork } from '@aboveboard/tlog/fork-evidence';
import type { WitnessedHead, WitnessStorage } from '@aboveboard/tlog/witness';
import { type GuardianStore, inTransaction } from '../store.ts';

/** What the witness remembers, in the guardian's store: a statement has returned when it is on disk. */
export type WitnessRows = WitnessStorage & {
  /** A log that showed two histories, for good; the same evidence is kept once. */
  keepFork(origin: string, evidence: ForkEvidence): void;
  /** Each as `formatFork` writes it, oldest first. */
  forks(): { origin: string; evidence: Uint8Array }[];
  /** For the representative's page: how far each log is witnessed, and what was found. */
  state(origins: readonly string[]): {
    logs: { origin: string; size: number | null }[];
    forks: { origin: string; evidence: string }[];
  };
};

type HeadRow = { size: number; checkpoint: Uint8Array };

export function makeWitnessRows(store: GuardianStore): WitnessRows {
  const select = store.prepare('select size, checkpoint from witnessed where origin = ?');
  const insert = store.prepare('insert into witnessed (origin, size, checkpoint) values (?, ?, ?)');
  const update = store.prepare(
    'update witnessed set size = ?, checkpoint = ? where origin = ? and size = ? and size < ?',
  );
  const keep = store.prepare('insert into fork (origin, evidence) values (?, ?) on conflict do nothing');
  const forks = store.prepare('select origin, evidence from fork order by id');
  const head = (origin: string): WitnessedHead | null => {
    const row = select.get(origin) as HeadRow | undefined;
    return row ? { size: row.size, checkpoint: row.checkpoint } : null;
  };
  const found = () => forks.all() as { origin: string; evidence: Uint8Array }[];

  return {
    latest: async (origin) => head(origin),
    replace: async (origin, from, next) =>
      inTransaction(store, () => {
        if ((head(origin)?.size ?? null) !== from) return false;
        if (from === null) insert.run(origin, next.size, next.checkpoint);
        else return update.run(next.size, next.checkpoint, origin, from, next.size).changes === 1;
        return true;
      }),
    keepFork(origin, evidence) {
      keep.run(origin, formatFork(evidence));
    },
    forks: found,
    state: (origins) => ({
      logs: origins.map((origin) => ({ origin, size: head(origin)?.size ?? null })),
      forks: found().map(({ origin, evidence }) => ({
        origin,
        evidence: new TextDecoder().decode(evidence),
      })),
    }),
  };
}
