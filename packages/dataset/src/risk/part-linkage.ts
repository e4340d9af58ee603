import { Drawing } from '@aboveboard/redact/movement/drawing';
import { splitsOf } from './attack-splits.ts';
import type { AttackedTask } from './attacked-task.ts';
import type { Attacker, Example } from './attacker.ts';
import { type AttackOptions, bestOf, peopleOf, verdictsOf } from './identification.ts';
import { type SessionScore, type Share, shareOf } from './interval.ts';
import { seedKey } from './seed-key.ts';
import { REST, STROKE, STROKE_WIDTH, strokesOf } from './stroke.ts';
import { centred } from './view-weights.ts';

/** Whose the third part is: somebody else's, of another session of hers, or of another task of the same session. */
export const THIRDS = ['somebody else', 'another session', 'the same session'] as const;
export type Third = (typeof THIRDS)[number];

/** How often it is told which of two parts is of the same task as a third; chance is one half. */
export type PartLinkage = { chance: 0.5; questions: number; attackers: Record<string, Share>; best: string };

type Part = Example & { task: number };

const QUESTIONS = 4;
/** Of one task so many parts are taken, so that long ones do not count for more. */
const PARTS = 6;
/** Side of the squares that are counted, in pixels of the standard screen. */
const SQUARE = 96;
/** Needs no training: who works on one thing presses in the same places. */
export const SQUARES = 'squares';

/**
 * Two parts of one task against a part of another one (RISK13): can what was cut be put together again? Attackers are trained on other
 * sessions; one that only compares where was pressed is asked besides. `task` of each says what it is a part of.
 */
export function partLinkage(
  parts: readonly AttackedTask[],
  attackers: readonly Attacker[],
  third: Third,
  options: AttackOptions,
): PartLinkage {
  const examples = chosen(parts, options.tasksOfSession);
  const people = peopleOf(examples);
  const splits = splitsOf(examples, options.rounds, 2, options.seed);
  const draws = new Drawing(seedKey(`parts ${third}`, options.seed));
  const scores = new Map<string, SessionScore[]>();
  let questions = 0;
  for (const [i, split] of splits.entries()) {
    const held = examples.filter(({ session }) => split.test.has(session));
    const triples = triplesOf(held, third, draws);
    questions += triples.length;
    const views = new Map<string, Float64Array[]>([[SQUARES, held.map(squaresOf)]]);
    for (const [name, given] of verdictsOf(examples, people, attackers, split, options.seed + i))
      views.set(
        name,
        given.map(({ score }) => centred(score)),
      );
    for (const [name, of] of views) {
      const list = scores.get(name) ?? [];
      scores.set(name, list);
      for (const [a, b, c] of triples) {
        const { person, session } = held[a] as Part;
        const [same, other] = [alike(of, a, b), alike(of, a, c)];
        list.push({ person, session, asked: 1, right: same > other ? 1 : same === other ? 0.5 : 0 });
      }
    }
    options.progress?.(i + 1, splits.length);
  }
  const shares: Record<string, Share> = {};
  for (const [name, list] of scores) shares[name] = shareOf(list, options.seed);
  return { chance: 0.5, questions, attackers: shares, best: bestOf(shares) };
}

/** Of each session tasks with two parts or more, evenly over it. */
function chosen(parts: readonly AttackedTask[], most: number): Part[] {
  const sessions = new Map<number, Map<number, AttackedTask[]>>();
  for (const part of parts) {
    if (part.task === undefined) throw new RangeError('a part says which task it is of');
    const tasks = sessions.get(part.session) ?? new Map<number, AttackedTask[]>();
    sessions.set(part.session, tasks.set(part.task, [...(tasks.get(part.task) ?? []), part]));
  }
  return [...sessions.values()].flatMap((tasks) => {
    const cut = [...tasks].filter(([, own]) => own.length > 1);
    const step = Math.max(1, Math.ceil(cut.length / most));
    return cut
      .filter((_, i) => i % step === 0)
      .flatMap(([task, own]) =>
        own.slice(0, PARTS).map(({ person, session, track, tokens }): Part => {
          return { person, session, tokens, strokes: strokesOf(track), task };
        }),
      );
  });
}

function triplesOf(held: readonly Part[], third: Third, draws: Drawing): [number, number, number][] {
  const triples: [number, number, number][] = [];
  const indices = held.map((_, i) => i);
  for (const [a, one] of held.entries()) {
    const same = indices.filter((i) => i !== a && held[i]?.task === one.task);
    const others = indices.filter((i) => isThird(one, held[i] as Part, third));
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

function isThird(one: Part, other: Part, third: Third): boolean {
  switch (third) {
    case 'somebody else':
      return other.person !== one.person;
    case 'another session':
      return other.person === one.person && other.session !== one.session;
    case 'the same session':
      return other.session === one.session && other.task !== one.task;
  }
}

function squaresOf({ strokes }: Part): Float64Array {
  const across = 40;
  const counts = new Float64Array(across * 24);
  for (let i = 0; i < strokes.length; i++) {
    const row = strokes.rows.subarray(i * STROKE_WIDTH, (i + 1) * STROKE_WIDTH);
    if (row[STROKE.kind] === REST) continue;
    const [column, line] = [row[STROKE.x1] as number, row[STROKE.y1] as number].map((at) =>
      Math.max(0, Math.floor(at / SQUARE)),
    ) as [number, number];
    const at = Math.min(23, line) * across + Math.min(across - 1, column);
    counts[at] = (counts[at] as number) + 1;
  }
  return counts;
}

/** The cosine between two; 0 where one says nothing. */
function alike(views: readonly Float64Array[], a: number, b: number): number {
  const [one, two] = [views[a] as Float64Array, views[b] as Float64Array];
  let [product, first, second] = [0, 0, 0];
  for (let p = 0; p < one.length; p++) {
    const [x, y] = [one[p] as number, two[p] as number];
    product += x * y;
    first += x * x;
    second += y * y;
  }
  return product / (Math.sqrt(first * second) || 1);
}
