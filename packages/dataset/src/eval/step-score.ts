import type { PlayedAction, TruthAction } from './bench-task.ts';

/**
 * How well one step was played, 0 to 1, by the measure of AgentNetBench (spec/evaluation.md, EVA10-EVA19). Source of the measure:
 * the evaluator in xlang-ai/OpenCUA, evaluation/agentnetbench, as of 2026.
 */
export type StepScore = {
  total: number;
  /** The mean for each kind of the step's own actions. */
  byKind: Partial<Record<TruthAction['type'], number>>;
};

/** Distance, in fractions of the picture, up to which a place is right; from there the score falls by e^(-120 d). */
const NEAR = 0.01 * Math.SQRT2;
const FALL = 120;
/** Share of a text that must be right to count as all of it. */
const ALIKE = 0.8;
/** Of texts no more than this is compared: the measure takes the product of both lengths. */
const LONGEST = 10_000;

export function scoreStep(truth: readonly TruthAction[], played: readonly PlayedAction[]): StepScore {
  const wanted = mergeEnter(truth.map(plain));
  const given = mergeEnter([...played]);
  const [first] = wanted;
  const [begun] = given;
  if (!first) return { total: 0, byKind: {} };
  const fewer = given.length > wanted.length ? wanted.length / given.length : 1;
  if (first.type === 'terminate') {
    const right = begun?.type === 'terminate' && begun.status === first.status;
    const total = right ? fewer : 0;
    return { total, byKind: { terminate: total } };
  }
  const begunRight = begun !== undefined && wanted.some(({ type }) => type === begun.type);
  const scores = new Map<TruthAction['type'], number[]>();
  for (const [i, one] of wanted.entries()) {
    const other = begunRight ? given[i] : undefined;
    const score = other?.type === one.type ? scoreAction(one, other) : 0;
    scores.set(one.type, [...(scores.get(one.type) ?? []), score]);
  }
  const byKind = Object.fromEntries(
    [...scores].map(([type, each]) => [type, (sum(each) / each.length) * fewer]),
  );
  return { total: sum(Object.values(byKind)) / scores.size, byKind };
}

/** A played action with what makes another one right: boxes for places. */
type Wanted = PlayedAction & { boxes?: readonly (readonly [number, number, number, number])[] };

function plain(action: TruthAction): Wanted {
  switch (action.type) {
    case 'write':
      return { type: 'write', text: action.params.text };
    case 'press':
    case 'hotkey':
      return { type: action.type, keys: action.params.keys };
    case 'scroll':
      return { type: 'scroll', amount: action.params.amount };
    case 'terminate':
      return { type: 'terminate', status: action.params.status };
    default:
      return {
        type: action.type,
        ...action.params.position,
        boxes: action.metadata.bboxes.map((box) => box.rel_bbox),
      };
  }
}

/** EVA11: text that is followed by Enter alone is one action, its text ending with a new line. */
function mergeEnter<T extends PlayedAction>(actions: T[]): T[] {
  const merged: T[] = [];
  for (const action of actions) {
    const before = merged.at(-1);
    if (before?.type === 'write' && isEnter(action) && !before.text.endsWith('\n'))
      merged[merged.length - 1] = { ...before, text: `${before.text}\n` };
    else merged.push(action);
  }
  return merged;
}

const isEnter = (action: PlayedAction): boolean =>
  (action.type === 'press' || action.type === 'hotkey') &&
  action.keys.length === 1 &&
  ['enter', 'return'].includes(action.keys[0]?.toLowerCase() ?? '');

function scoreAction(wanted: Wanted, given: PlayedAction): number {
  if (wanted.type === 'write' && given.type === 'write') return scoreText(wanted.text, given.text);
  if (wanted.type === 'scroll' && given.type === 'scroll') return scoreScroll(wanted.amount, given.amount);
  if ('keys' in wanted && 'keys' in given) {
    const lower = (keys: readonly string[]) => keys.map((key) => key.toLowerCase()).join('\0');
    return lower(wanted.keys) === lower(given.keys) ? 1 : 0;
  }
  if ('x' in wanted && 'x' in given) return scorePlace(wanted, given);
  if ('status' in wanted && 'status' in given) return wanted.status === given.status ? 1 : 0;
  return 0;
}

function scorePlace(
  wanted: { x: number; y: number; boxes?: Wanted['boxes'] },
  { x, y }: { x: number; y: number },
): number {
  const inside = wanted.boxes?.some(
    ([left, top, width, height]) => left <= x && x <= left + width && top <= y && y <= top + height,
  );
  if (inside) return 1;
  const away = Math.hypot(x - wanted.x, y - wanted.y);
  return away <= NEAR ? 1 : Math.exp(-FALL * (away - NEAR));
}

function scoreScroll(wanted: number, given: number): number {
  if (Math.sign(wanted) !== Math.sign(given)) return 0;
  const [less, more] = [Math.abs(wanted), Math.abs(given)].sort((a, b) => a - b) as [number, number];
  return more === 0 ? 1 : less / more;
}

/** EVA13: case and space around do not count; from four fifths alike on it is right. */
function scoreText(wanted: string, given: string): number {
  const [a, b] = [wanted, given].map((text) => text.trim().toLowerCase().slice(0, LONGEST)) as [
    string,
    string,
  ];
  const longer = Math.max(a.length, b.length);
  const alike = longer === 0 ? 1 : 1 - editDistance(a, b) / longer;
  return alike >= ALIKE ? 1 : alike / ALIKE;
}

/** Levenshtein's, in memory of the second text's length. */
export function editDistance(a: string, b: string): number {
  let row = Uint32Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = new Uint32Array(b.length + 1);
    next[0] = i + 1;
    for (let j = 0; j < b.length; j++) {
      const changed = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next[j + 1] = Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

const sum = (of: readonly number[]) => of.reduce((total, one) => total + one, 0);
