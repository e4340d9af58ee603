import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { EndpointDialect, ModelQuestion } from '@aboveboard/dataset/model/endpoint-dialect';
import { CommandFailure, UsageError } from './command.ts';
import type { ModelEndpoint } from './model-endpoint.ts';

/** So many questions in a row without an answer, and nobody is there. */
const MOST_SILENT = 3;
/** Of a bad answer. An endpoint that says a mebibyte of rubbish to each question must not fill the disk. */
const MOST_KEPT_APART = 16_384;

/** `where` names it in the file; `accept` reads a reply: null, it is a bad one. */
export type Question = {
  where: Readonly<Record<string, string | number | null>>;
  question: ModelQuestion;
  accept(reply: string): object | null;
};

export type AskingOptions = {
  /** JSON lines, one for each question that was answered; goes on where it ended (MEP22). */
  file: string;
  /** Of the prompts: answers to another one are not answers to this. */
  prompt: string;
  model: string;
  endpoint: ModelEndpoint;
  dialect: EndpointDialect;
  mostTokens: number;
  /** Milliseconds between two questions, at least. */
  spacing: number;
  pause(ms: number): Promise<unknown>;
  progress(line: string): void;
};

export type Asked = {
  questions: number;
  asked: number;
  /** Replies that are kept apart, in FILE.rejected, and asked for again the next time. */
  rejected: number;
  tokens: { asked: number; answered: number };
};

/** Asks whatever has no answer in the file yet. Throws UsageError where the file holds answers to other questions. */
export async function askAll(
  questions: AsyncIterable<Question>,
  total: number,
  options: AskingOptions,
): Promise<Asked> {
  const { prompt, model, endpoint, dialect, mostTokens, spacing, pause, progress } = options;
  const known = await answeredIn(options.file);
  const told: Asked = { questions: total, asked: 0, rejected: 0, tokens: { asked: 0, answered: 0 } };
  const file = await open(options.file, 'a', 0o600);
  let silent = 0;
  let done = 0;
  try {
    for await (const { where, question, accept } of questions) {
      progress(`question ${++done} of ${total}${estimate(told, total - done + 1)}`);
      const body = dialect.body(question, model, mostTokens);
      const digest = createHash('sha256')
        .update(JSON.stringify([prompt, body]))
        .digest('hex');
      const before = known.get(JSON.stringify(where));
      if (before === digest) continue;
      if (before !== undefined)
        throw new UsageError(
          'The file holds answers to other questions, or of another model. Give a new one.',
        );
      if (told.asked > 0 && spacing > 0) await pause(spacing);
      const answer = await endpoint.post(body);
      told.asked++;
      if (answer === null) {
        if (++silent === MOST_SILENT)
          throw new CommandFailure(
            'The endpoint does not answer. What it answered is kept; the same command goes on with the rest.',
          );
        continue;
      }
      silent = 0;
      const reply = dialect.reply(answer);
      told.tokens.asked += reply?.tokens.asked ?? 0;
      told.tokens.answered += reply?.tokens.answered ?? 0;
      const accepted = reply && accept(reply.text);
      if (accepted === null) {
        told.rejected++;
        const kept = { answer: answer.slice(0, MOST_KEPT_APART).toWellFormed(), length: answer.length };
        await keepApart(`${options.file}.rejected`, { ...where, model, question: digest, ...kept });
        continue;
      }
      await file.appendFile(
        `${JSON.stringify({ ...where, ...accepted, model, prompt, question: digest })}\n`,
      );
      await file.datasync();
    }
  } finally {
    await file.close();
  }
  return told;
}

function estimate({ asked, tokens }: Asked, left: number): string {
  if (asked === 0) return '';
  const each = (tokens.asked + tokens.answered) / asked;
  return `, some ${Math.round((each * left) / 1000)} thousand tokens to go`;
}

/** Digests of questions that were answered. A last line that a kill cut off is taken away. */
async function answeredIn(path: string): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  if (!existsSync(path)) return known;
  const text = await readFile(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  for (const line of whole.split('\n')) {
    if (line === '') continue;
    const told = asObject(line);
    const question = told['question'];
    if (typeof question !== 'string')
      throw new UsageError('The file for the answers is one that this command did not write.');
    known.set(whereIn(told), question);
  }
  if (whole.length < text.length) {
    const file = await open(path, 'r+');
    await file.truncate(Buffer.byteLength(whole)).finally(() => file.close());
  }
  return known;
}

/** The names that come before what was answered, as `where` has them. */
function whereIn(told: Record<string, unknown>): string {
  const names = 'task_id' in told ? ['task_id', 'step_num'] : ['task', 'index'];
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, told[name]])));
}

function asObject(line: string): Record<string, unknown> {
  try {
    return (JSON.parse(line) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Somebody will look at it on a terminal: JSON leaves some of what steers one as it is. */
async function keepApart(path: string, said: Record<string, unknown>): Promise<void> {
  const line = JSON.stringify(said).replace(
    /[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const file = await open(path, 'a', 0o600);
  await file.appendFile(`${line}\n`).finally(() => file.close());
}
