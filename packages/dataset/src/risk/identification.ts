import { type Split, splitsOf } from './attack-splits.ts';
import type { AttackedTask } from './attacked-task.ts';
import type { Attacker, Example } from './attacker.ts';
import { type SessionScore, type Share, shareOf } from './interval.ts';
import { strokesOf } from './stroke.ts';
import { centred } from './view-weights.ts';

/** How often each attacker names the right person. `best` is the attacker who does so most often. */
export type Identification = {
  chance: number;
  tasks: number;
  attackers: Record<string, Share>;
  best: string;
};

export type AttackOptions = {
  rounds: number;
  seed: number;
  /** At most so many tasks of each session are trained on and asked about, spread over it. */
  tasksOfSession: number;
  progress?: (done: number, of: number) => void;
};

/** What all attackers say together: each one's scores on one scale, added up. */
export const TOGETHER = 'together';

/** Names the person of each task, of sessions that were held out whole (RISK2). */
export function identification(
  tasks: readonly AttackedTask[],
  attackers: readonly Attacker[],
  options: AttackOptions,
): Identification {
  const examples = examplesOf(tasks, options.tasksOfSession);
  const people = peopleOf(examples);
  const splits = splitsOf(examples, options.rounds, 1, options.seed);
  const scores = new Map<string, SessionScore[]>();
  for (const [i, split] of splits.entries()) {
    for (const [name, verdicts] of verdictsOf(examples, people, attackers, split, options.seed + i)) {
      for (const { example, score } of verdicts) {
        const { person, session } = example;
        const list = scores.get(name) ?? [];
        scores.set(name, list);
        list.push({ person, session, asked: 1, right: wins(score, person) });
      }
    }
    options.progress?.(i + 1, splits.length);
  }
  const shares: Record<string, Share> = {};
  for (const [name, list] of scores) shares[name] = shareOf(list, options.seed);
  return { chance: 1 / people, tasks: examples.length, attackers: shares, best: bestOf(shares) };
}

export type Verdict = { example: Example; score: Float64Array };

/** Every attacker's scores, and all of them together, for the tasks that the split holds out. */
export function verdictsOf(
  examples: readonly Example[],
  people: number,
  attackers: readonly Attacker[],
  split: Split,
  seed: number,
): Map<string, Verdict[]> {
  const shown = examples.filter(({ session }) => split.train.has(session));
  const asked = examples.filter(({ session }) => split.test.has(session));
  const verdicts = new Map<string, Verdict[]>();
  const sums = asked.map(() => new Float64Array(people));
  for (const attacker of attackers) {
    const trained = attacker.train(shown, people, seed);
    const given = asked.map((example) => ({ example, score: trained(example) }));
    verdicts.set(attacker.name, given);
    for (const [i, { score }] of given.entries()) {
      const level = centred(score);
      const size = Math.sqrt(level.reduce((sum, value) => sum + value * value, 0)) || 1;
      const sum = sums[i] as Float64Array;
      for (let p = 0; p < people; p++) sum[p] = (sum[p] as number) + (level[p] as number) / size;
    }
  }
  if (attackers.length > 1) {
    verdicts.set(
      TOGETHER,
      asked.map((example, i) => ({ example, score: sums[i] as Float64Array })),
    );
  }
  return verdicts;
}

export function examplesOf(tasks: readonly AttackedTask[], most: number): Example[] {
  const bySession = new Map<number, AttackedTask[]>();
  for (const task of tasks) {
    const there = bySession.get(task.session);
    if (there === undefined) bySession.set(task.session, [task]);
    else there.push(task);
  }
  return [...bySession.values()].flatMap((own) =>
    spread(own, most).map(({ person, session, track, tokens }) => ({
      person,
      session,
      tokens,
      strokes: strokesOf(track),
    })),
  );
}

export function peopleOf(tasks: readonly { person: number }[]): number {
  return 1 + Math.max(...tasks.map(({ person }) => person));
}

export function bestOf(shares: Readonly<Record<string, Share>>): string {
  return Object.entries(shares).reduce((a, b) => (b[1].share > a[1].share ? b : a))[0];
}

/** Ties are shared. */
function wins(score: Float64Array, person: number): number {
  const own = score[person] as number;
  let above = 0;
  let level = 0;
  for (const value of score) {
    if (value > own) above++;
    else if (value === own) level++;
  }
  return above > 0 ? 0 : 1 / level;
}

function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)] as T);
}
