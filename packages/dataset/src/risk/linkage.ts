import { Drawing } from '@aboveboard/redact/movement/drawing';
import { splitsOf } from './attack-splits.ts';
import type { AttackedTask } from './attacked-task.ts';
import type { Attacker } from './attacker.ts';
import {
  type AttackOptions,
  bestOf,
  examplesOf,
  peopleOf,
  type Verdict,
  verdictsOf,
} from './identification.ts';
import { type SessionScore, type Share, shareOf } from './interval.ts';
import { seedKey } from './seed-key.ts';
import { centred } from './view-weights.ts';

/** How often each attacker tells which of two tasks is of the same person as a third; chance is one half. */
export type Linkage = { chance: 0.5; questions: number; attackers: Record<string, Share>; best: string };

/** Questions for each task that is held out. */
const QUESTIONS = 8;

/**
 * Two tasks of one person, from different sessions, against one of somebody else: which two belong together? (RISK5)
 * None of the three sessions was trained on. Needs four sessions of everybody.
 */
export function linkage(
  tasks: readonly AttackedTask[],
  attackers: readonly Attacker[],
  options: AttackOptions,
): Linkage {
  const examples = examplesOf(tasks, options.tasksOfSession);
  const people = peopleOf(examples);
  const splits = splitsOf(examples, options.rounds, 2, options.seed);
  const draws = new Drawing(seedKey('linkage', options.seed));
  const scores = new Map<string, SessionScore[]>();
  let questions = 0;
  for (const [i, split] of splits.entries()) {
    const verdicts = verdictsOf(examples, people, attackers, split, options.seed + i);
    const held = [...verdicts.values()][0] ?? [];
    const triples = triplesOf(held, draws);
    questions += triples.length;
    for (const [name, given] of verdicts) {
      const list = scores.get(name) ?? [];
      scores.set(name, list);
      const views = given.map(({ score }) => unit(centred(score)));
      for (const [a, b, c] of triples) {
        const { person, session } = (given[a] as Verdict).example;
        const [same, other] = [alike(views, a, b), alike(views, a, c)];
        list.push({ person, session, asked: 1, right: same > other ? 1 : same === other ? 0.5 : 0 });
      }
    }
    options.progress?.(i + 1, splits.length);
  }
  const shares: Record<string, Share> = {};
  for (const [name, list] of scores) shares[name] = shareOf(list, options.seed);
  return { chance: 0.5, questions, attackers: shares, best: bestOf(shares) };
}

/** For each task a few of the same person's other sessions, each against one of somebody else's. */
function triplesOf(held: readonly Verdict[], draws: Drawing): [number, number, number][] {
  const triples: [number, number, number][] = [];
  const indices = held.map((_, i) => i);
  for (const [a, { example }] of held.entries()) {
    const { person, session } = example;
    const same = indices.filter((i) => {
      const other = (held[i] as Verdict).example;
      return other.person === person && other.session !== session;
    });
    const others = indices.filter((i) => (held[i] as Verdict).example.person !== person);
    if (same.length === 0 || others.length === 0) continue;
    for (let q = 0; q < QUESTIONS; q++) {
      triples.push([
        a,
        same[draws.below(same.length)] as number,
        others[draws.below(others.length)] as number,
      ]);
    }
  }
  return triples;
}

function unit(scores: Float64Array): Float64Array {
  const size = Math.sqrt(scores.reduce((sum, value) => sum + value * value, 0)) || 1;
  return scores.map((value) => value / size);
}

function alike(views: readonly Float64Array[], a: number, b: number): number {
  const [one, two] = [views[a] as Float64Array, views[b] as Float64Array];
  let sum = 0;
  for (let p = 0; p < one.length; p++) sum += (one[p] as number) * (two[p] as number);
  return sum;
}
