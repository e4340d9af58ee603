import type { ModelAction } from '../export/model-action.ts';
import type { ShownTree } from '../shown-tree.ts';
import type { ReleasedTask } from './released-task.ts';

/** What is in a task of a release, opened: what it can be known again by in another release. */
export type OpenedTask = Pick<ReleasedTask, 'id' | 'steps' | 'stands'> & {
  trees: readonly ShownTree[];
  /** SHA-256 of each picture, hex. */
  pictures: readonly string[];
};

/** Of fewer, two made-up texts are alike by chance. */
const TELLING_LETTERS = 12;
const WORDS = 5;
const STEPS = 3;

/**
 * Marks that are the same in each release of a recording, each with what it is: pictures, trees, runs of words of trees, runs of steps with
 * their places. Text that stands for masked text differs in each release, and with it what shows it.
 */
export function marksOf({ steps, trees, pictures }: OpenedTask): Set<string> {
  const marks = new Set<string>();
  for (const digest of pictures) marks.add(`picture ${digest}`);
  for (const { nodes } of trees) {
    marks.add(`tree ${JSON.stringify(nodes)}`);
    for (const { name, value } of nodes)
      for (const run of [...wordRuns(name), ...wordRuns(value ?? '')]) marks.add(`words ${run}`);
  }
  for (let i = 0; i + STEPS <= steps.length; i++) {
    const run = steps.slice(i, i + STEPS).map(({ action }) => action);
    // Three keys in a row are anybody's.
    if (run.filter(hasPlace).length >= 2) marks.add(`steps ${JSON.stringify(run)}`);
  }
  return marks;
}

/** What stands for text that was typed or chosen and masked, long enough to be drawn twice by nobody; the task's together, too. */
export function drawnTextsOf({ steps }: Pick<OpenedTask, 'steps'>): Set<string> {
  const drawn = steps.flatMap(({ masked, action }) =>
    masked && (action.kind === 'type' || action.kind === 'select') && action.text ? [action.text] : [],
  );
  return new Set([...drawn, drawn.join('\n')].filter((text) => text.length >= TELLING_LETTERS));
}

function hasPlace(action: ModelAction): boolean {
  return 'at' in action ? action.at !== null : 'path' in action;
}

function wordRuns(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return Array.from({ length: Math.max(0, words.length - WORDS + 1) }, (_, i) =>
    words.slice(i, i + WORDS).join(' '),
  );
}
