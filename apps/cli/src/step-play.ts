import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AskedStep,
  askedSteps,
  repliedActions,
  STEP_QUESTION,
  stepQuestion,
} from '@aboveboard/dataset/model/step-question';
import { type Asked, type AskingOptions, askAll, type Question } from './answer-file.ts';
import { CommandFailure } from './command.ts';
import { readTasks } from './step-evaluation.ts';

const LARGEST_PICTURE = 32 * 2 ** 20;
const MOST_TOKENS = 512;

/** Asks for an answer to each step of a folder that has none yet; the file is what `eval steps --answers` takes. */
export async function playSteps(
  folder: string,
  options: Omit<AskingOptions, 'prompt' | 'mostTokens'>,
): Promise<Asked> {
  const steps = askedSteps(await readTasks(folder));
  const asking = { ...options, prompt: STEP_QUESTION, mostTokens: MOST_TOKENS };
  return askAll(questionsOf(folder, steps), steps.length, asking);
}

async function* questionsOf(folder: string, steps: readonly AskedStep[]): AsyncIterable<Question> {
  for (const one of steps) {
    yield {
      where: { task_id: one.task.task_id, step_num: one.step.step_num },
      question: stepQuestion(one.task, one.index, await pictureOf(folder, one)),
      accept: (reply) => ({ actions: repliedActions(reply) }),
    };
  }
}

async function pictureOf(folder: string, { step }: AskedStep): Promise<Uint8Array | null> {
  if (step.image === null) return null;
  const path = join(folder, 'images', step.image);
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new CommandFailure('A picture that a task names is not in images/.');
  if (found.size > LARGEST_PICTURE) throw new CommandFailure('A picture in images/ has more than 32 MB.');
  return new Uint8Array(await readFile(path));
}
