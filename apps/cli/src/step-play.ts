import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EndpointDialect } from '@aboveboard/dataset/model/endpoint-dialect';
import {
  type AskedStep,
  askedSteps,
  repliedActions,
  STEP_QUESTION,
  stepQuestion,
} from '@aboveboard/dataset/model/step-question';
import { CommandFailure, UsageError } from './command.ts';
import type { ModelEndpoint } from './model-endpoint.ts';
import { readTasks } from './step-evaluation.ts';

const LARGEST_PICTURE = 32 * 2 ** 20;
const MOST_TOKENS = 512;
/** So many questions in a row without an answer, and nobody is there. */
const MOST_SILENT = 3;

export type PlayOptions = {
  folder: string;
  /** JSON lines, as `eval steps --answers` takes them; goes on where it ended (MEP22). */
  answers: string;
  model: string;
  endpoint: ModelEndpoint;
  dialect: EndpointDialect;
  /** Milliseconds between two questions, at least. */
  spacing: number;
  pause(ms: number): Promise<unknown>;
  progress(line: string): void;
};
export type Played = {
  steps: number;
  asked: number;
  tokens: { asked: number; answered: number };
  rejected: number;
};

/** Asks for an answer to each step that has none yet. What is no reply is kept in a file beside and asked again the next time. */
export async function playSteps(options: PlayOptions): Promise<Played> {
  const { folder, answers, model, endpoint, dialect, spacing, pause, progress } = options;
  const steps = askedSteps(await readTasks(folder));
  const known = await answeredIn(answers);
  const played: Played = { steps: steps.length, asked: 0, tokens: { asked: 0, answered: 0 }, rejected: 0 };
  const file = await open(answers, 'a', 0o600);
  let silent = 0;
  try {
    for (const [i, one] of steps.entries()) {
      progress(`step ${i + 1} of ${steps.length}${estimate(played, steps.length - i)}`);
      const question = stepQuestion(one.task, one.index, await pictureOf(folder, one));
      const body = dialect.body(question, model, MOST_TOKENS);
      const digest = createHash('sha256')
        .update(JSON.stringify([STEP_QUESTION, body]))
        .digest('hex');
      const before = known.get(keyOf(one));
      if (before === digest) continue;
      if (before !== undefined)
        throw new UsageError(
          '--answers holds answers to other questions, or of another model. Give a new file.',
        );
      if (played.asked > 0 && spacing > 0) await pause(spacing);
      const answer = await endpoint.post(body);
      played.asked++;
      if (answer === null) {
        if (++silent === MOST_SILENT)
          throw new CommandFailure(
            'The endpoint does not answer. What it answered is kept; the same command goes on with the rest.',
          );
        continue;
      }
      silent = 0;
      const reply = dialect.reply(answer);
      if (reply === null) {
        played.rejected++;
        await keepApart(`${answers}.rejected`, { ...stepOf(one), question: digest, answer });
        continue;
      }
      played.tokens.asked += reply.tokens.asked;
      played.tokens.answered += reply.tokens.answered;
      const line = { ...stepOf(one), actions: repliedActions(reply.text), model, question: digest };
      await file.appendFile(`${JSON.stringify(line)}\n`);
      await file.datasync();
    }
  } finally {
    await file.close();
  }
  return played;
}

function estimate({ asked, tokens }: Played, left: number): string {
  if (asked === 0) return '';
  const each = (tokens.asked + tokens.answered) / asked;
  return `, some ${Math.round((each * left) / 1000)} thousand tokens to go`;
}

const stepOf = ({ task, step }: AskedStep) => ({ task_id: task.task_id, step_num: step.step_num });
const keyOf = ({ task, step }: AskedStep) => `${task.task_id}/${step.step_num}`;

/** Digests of questions that were answered, by step. A last line that a kill cut off is taken away. */
async function answeredIn(path: string): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  if (!existsSync(path)) return known;
  const text = await readFile(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const line of whole.split('\n')) {
    if (line === '') continue;
    const told = asObject(line);
    const { task_id: task, step_num: step, question } = told;
    if (typeof task !== 'string' || typeof step !== 'number' || typeof question !== 'string')
      throw new UsageError('--answers is a file that this command did not write.');
    known.set(`${task}/${step}`, question);
  }
  if (whole.length < text.length) {
    const file = await open(path, 'r+');
    await file.truncate(Buffer.byteLength(whole)).finally(() => file.close());
  }
  return known;
}

function asObject(line: string): Record<string, unknown> {
  try {
    return (JSON.parse(line) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
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

async function keepApart(path: string, said: Record<string, unknown>): Promise<void> {
  const file = await open(path, 'a', 0o600);
  await file.appendFile(`${JSON.stringify(said)}\n`).finally(() => file.close());
}
