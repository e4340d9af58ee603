import type { Example } from './attacker.ts';
import { softmax } from './linear-attacker.ts';

/** Several looks at one task; each gives a score for every person. */
export type Views = (example: Example) => Float64Array[];

const ROUNDS = 150;
const RATE = 0.5;
const SHRINK = 0.01;

/**
 * How much each look is worth, learnt on sessions that the looks were not trained on: a look that only knows by heart
 * what it was shown gets nothing. `train` is called once for every session number, without the sessions of that number.
 */
export function weightsOf(
  examples: readonly Example[],
  people: number,
  train: (examples: readonly Example[]) => Views,
): Float64Array {
  const sessions = [...new Set(examples.map(({ session }) => session))].sort((a, b) => a - b);
  const ranks = rankOfSessions(examples);
  const scored: { scores: Float64Array[]; person: number; weight: number }[] = [];
  const folds = Math.max(...ranks.values()) + 1;
  for (let fold = 0; fold < folds && sessions.length > people; fold++) {
    const shown = examples.filter(({ session }) => ranks.get(session) !== fold);
    const held = examples.filter(({ session }) => ranks.get(session) === fold);
    const views = train(shown);
    const counts = new Float64Array(people);
    for (const { person } of held) counts[person] = (counts[person] as number) + 1;
    for (const example of held) {
      const weight = 1 / (counts[example.person] as number);
      scored.push({ scores: views(example).map(centred), person: example.person, weight });
    }
  }
  const looks = scored[0]?.scores.length ?? train(examples)(examples[0] as Example).length;
  const weights = new Float64Array(looks).fill(scored.length === 0 ? 1 : 0.3);
  const sum = scored.reduce((total, { weight }) => total + weight, 0);
  const seen = new Float64Array(looks).fill(1e-9);
  for (let round = 0; round < ROUNDS && scored.length > 0; round++) {
    const slope = weights.map((w) => SHRINK * w);
    for (const { scores, person, weight } of scored) {
      const chances = combined(scores, weights);
      softmax(chances);
      for (let v = 0; v < looks; v++) {
        const view = scores[v] as Float64Array;
        let expected = 0;
        for (let p = 0; p < people; p++) expected += (chances[p] as number) * (view[p] as number);
        slope[v] = (slope[v] as number) + ((expected - (view[person] as number)) * weight) / sum;
      }
    }
    for (let v = 0; v < looks; v++) {
      const by = slope[v] as number;
      seen[v] = (seen[v] as number) + by * by;
      weights[v] = Math.max(0, (weights[v] as number) - (RATE * by) / Math.sqrt(seen[v] as number));
    }
  }
  return weights;
}

export function combined(scores: readonly Float64Array[], weights: Float64Array): Float64Array {
  const out = new Float64Array((scores[0] as Float64Array).length);
  for (const [v, view] of scores.entries()) {
    for (let p = 0; p < out.length; p++) {
      out[p] = (out[p] as number) + (weights[v] as number) * (view[p] as number);
    }
  }
  return out;
}

/** What all people have in common says nothing of who it was. */
export function centred(scores: Float64Array): Float64Array {
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  return scores.map((value) => value - mean);
}

/** Each person's sessions, counted from 0, so that folds take one of everybody. */
export function rankOfSessions(examples: readonly Example[]): Map<number, number> {
  const ranks = new Map<number, number>();
  const next = new Map<number, number>();
  for (const { person, session } of examples) {
    if (ranks.has(session)) continue;
    const rank = next.get(person) ?? 0;
    ranks.set(session, rank);
    next.set(person, rank + 1);
  }
  return ranks;
}
