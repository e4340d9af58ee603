import { Drawing } from '@aboveboard/redact/movement/drawing';
import { seedKey } from './seed-key.ts';

/** Sessions that attackers are trained on, and those that they are asked about; no session is in both (RISK2). */
export type Split = { train: ReadonlySet<number>; test: ReadonlySet<number> };

/** A session and whose it is. */
export type Owned = { person: number; session: number };

/**
 * Rounds in which every session is asked about about once: of each person `out` sessions at a time, which ones
 * together is drawn anew for each round. Throws RangeError where somebody has no more than `out` sessions.
 */
export function splitsOf(sessions: readonly Owned[], rounds: number, out: number, seed: number): Split[] {
  const draws = new Drawing(seedKey('splits', seed));
  const people = new Map<number, number[]>();
  for (const { person, session } of sessions) {
    const own = people.get(person);
    if (own === undefined) people.set(person, [session]);
    else if (!own.includes(session)) own.push(session);
  }
  const least = Math.min(...[...people.values()].map((own) => own.length));
  if (!(least > out)) throw new RangeError(`everybody needs more than ${out} sessions`);
  const most = Math.max(...[...people.values()].map((own) => own.length));
  const folds = Math.floor(most / out);
  const splits: Split[] = [];
  for (let round = 0; round < rounds; round++) {
    const orders = [...people.values()].map((own) => shuffled(own, draws));
    for (let fold = 0; fold < folds; fold++) {
      const test = new Set<number>();
      for (const own of orders) {
        // Who has fewer sessions than the others is asked about again.
        for (let i = 0; i < out; i++) test.add(own[(fold * out + i) % own.length] as number);
      }
      const train = new Set(orders.flat().filter((session) => !test.has(session)));
      splits.push({ train, test });
    }
  }
  return splits;
}

export function shuffled<T>(items: readonly T[], draws: Drawing): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = draws.below(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}
