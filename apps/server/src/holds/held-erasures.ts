import type { Database } from '../database/database.ts';
import type { HalfKeeper } from '../keys/half-keeper.ts';
import type { ProvedEntry } from '../recordings/entry-proof.ts';
import type { Held, StandingHold } from './held.ts';

/**
 * Erasures that wait for the end of a legal hold (spec/hold.md, HLD23, HLD30-HLD32): a row, an entry of the log, and a
 * guardian that was shown the hold. What the guardian does not keep for it is not held any more, whatever is said here.
 */
export type HeldErasures = {
  /** Of these those of hers that are held, each with the day on which its hold ends by itself; durable when it resolves. */
  putOff(contributor: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Of these those that go on waiting; the others have no half at the guardian, and are to be erased. */
  show(ids: readonly string[]): Promise<string[]>;
  /** Of all that wait those that need not any more. */
  over(): Promise<string[]>;
  /** They were carried out. */
  forget(ids: readonly string[]): Promise<void>;
};

export function makeHeldErasures(parts: {
  database: Database;
  held: Pick<Held, 'of'>;
  keeper: Pick<HalfKeeper, 'destroy'> | null;
  enter: (recordings: readonly string[]) => Promise<ProvedEntry>;
  proveHold: (entry: number) => Promise<ProvedEntry>;
}): HeldErasures {
  const { database, held, keeper, enter, proveHold } = parts;

  /** With one hold at a time: each erasure has its entry, and the guardian checks each hold by itself. */
  async function showGroup(one: StandingHold, recordings: readonly string[]): Promise<readonly string[]> {
    try {
      const erased = await enter(recordings);
      if (!keeper) return recordings;
      const { document, notes, entry } = one;
      const hold = { document, notes, ...(await proveHold(entry)) };
      const answer = await keeper.destroy({ recordings, ...erased, holds: [hold] });
      await database.query('update held_erasure set shown = true where recording = any($1)', [answer.held]);
      return answer.held;
    } catch {
      // It is shown again within the hour; the guardian has destroyed nothing that it did not say.
      return recordings;
    }
  }

  async function show(ids: readonly string[]): Promise<string[]> {
    const rows = await database.query<{ recording: string; shown: boolean }>(
      'select recording, shown from held_erasure where recording = any($1) order by recording',
      [ids],
    );
    const kept = rows.filter(({ shown }) => shown).map(({ recording }) => recording);
    const standing = await held.of(rows.filter(({ shown }) => !shown).map(({ recording }) => recording));
    const groups = Map.groupBy(standing.keys(), (id) => standing.get(id) as StandingHold);
    for (const [one, recordings] of groups) kept.push(...(await showGroup(one, recordings)));
    return kept;
  }

  return {
    async putOff(contributor, ids) {
      const standing = await held.of(ids);
      if (standing.size === 0) return new Map();
      const rows = await database.query<{ recording: string }>(
        `insert into held_erasure (recording)
         select recording from upload where contributor = $1 and state = 'complete' and recording = any($2)
         on conflict (recording) do update set shown = held_erasure.shown returning recording`,
        [contributor, [...standing.keys()]],
      );
      return new Map(rows.map(({ recording }) => [recording, lastDay(standing.get(recording))]));
    },
    show,
    async over() {
      const rows = await database.query<{ recording: string }>(
        'select recording from held_erasure order by recording',
      );
      const waiting = rows.map(({ recording }) => recording);
      const standing = await held.of(waiting);
      const kept = new Set(await show(waiting.filter((id) => standing.has(id))));
      return waiting.filter((id) => !kept.has(id));
    },
    async forget(ids) {
      await database.query('delete from held_erasure where recording = any($1)', [ids]);
    },
  };
}

function lastDay(one: StandingHold | undefined): string {
  return new Date((one?.hold.until ?? 0) * 1000).toISOString().slice(0, 10);
}
