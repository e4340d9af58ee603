import { hex } from '@aboveboard/consent/canonical-json';
import type { CellLine, Question, Reply } from '../cell-line.ts';
import type { Kept } from './kept-value.ts';

/** Begins the keys of what is asked here; others share the line. */
const MINE = 'asked ';

/** A whole answer of the server. */
export type Answer = Exclude<Reply, 'too-long'>;

/**
 * Questions and answers of something that takes several periods, such as an enrolment or an upload, on a
 * worker that the browser ends in between. What was answered stays until the matter is closed: a worker that
 * begins it anew asks the same, and goes on from the first question that was not answered (RLY27).
 */
export class Correspondence {
  readonly #line: CellLine;
  readonly #kept: Kept<Record<string, Answer>>;
  readonly #subtle: SubtleCrypto;
  readonly #waiting = new Map<string, Waiter[]>();
  #answers: Record<string, Answer> | null = null;
  #abandoned = false;

  constructor(line: CellLine, answers: Kept<Record<string, Answer>>, subtle: SubtleCrypto) {
    this.#line = line;
    this.#kept = answers;
    this.#subtle = subtle;
  }

  /** Resolves when the answer has come, in this period or a later one; never for a worker that ended. */
  async ask(matter: string, question: Question): Promise<Answer> {
    const key = `${MINE}${matter} ${question.method} ${question.path} ${await this.#digestOf(question.body)}`;
    const known = (await this.#all())[key];
    if (known) return known;
    if (this.#abandoned) throw new LineGivenUp(CLOSED);
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), { resolve, reject }]);
    });
    await this.#line.ask(key, question);
    return answered;
  }

  /** Nothing of this matter is asked again, and nothing that was answered is kept. */
  async close(matter: string): Promise<void> {
    const of = (key: string) => key.startsWith(`${MINE}${matter} `);
    for (const key of await this.#line.waiting()) if (of(key)) await this.#line.withdraw(key);
    for (const key of [...this.#waiting.keys()]) if (of(key)) this.#waiting.delete(key);
    const rest = Object.entries(await this.#all()).filter(([key]) => !of(key));
    await this.#keep(Object.fromEntries(rest));
  }

  /** What a cell brought. Durable before anybody acts on it. */
  async deliver(all: ReadonlyMap<string, Reply>): Promise<void> {
    const replies = [...all].filter(([key]) => key.startsWith(MINE));
    if (replies.length === 0) return;
    const answers = { ...(await this.#all()) };
    for (const [key, reply] of replies) {
      const answer = reply === 'too-long' ? TOO_LONG : reply;
      if (isLasting(answer)) answers[key] = answer;
    }
    await this.#keep(answers);
    for (const [key, reply] of replies) {
      const answer = reply === 'too-long' ? TOO_LONG : reply;
      for (const { resolve } of this.#waiting.get(key) ?? []) resolve(answer);
      this.#waiting.delete(key);
    }
  }

  /** The line is given up: whoever waits here or asks later is told so, and what is in line stays there. */
  abandon(): void {
    this.#abandoned = true;
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new LineGivenUp(CLOSED));
  }

  async #all(): Promise<Record<string, Answer>> {
    this.#answers ??= (await this.#kept.get()) ?? {};
    return this.#answers;
  }

  async #keep(answers: Record<string, Answer>): Promise<void> {
    this.#answers = answers;
    await this.#kept.put(answers);
  }

  /** Two parts of one upload differ in their bytes alone; the same bytes are the same question. */
  async #digestOf(body: Uint8Array | undefined): Promise<string> {
    if (!body) return '';
    const digest = await this.#subtle.digest('SHA-256', body as Uint8Array<ArrayBuffer>);
    return hex(new Uint8Array(digest).subarray(0, 8));
  }
}

const CLOSED = 'The way to the installation was closed.';

type Waiter = { resolve: (answer: Answer) => void; reject: (why: LineGivenUp) => void };

export class LineGivenUp extends Error {
  override readonly name = 'LineGivenUp';
}

/** A server that is busy or broken says nothing that is worth keeping. */
function isLasting({ status }: Answer): boolean {
  return status < 500 && status !== 429 && status !== 408;
}

const TOO_LONG: Answer = { status: 413, type: '', retryAfter: 0, body: new Uint8Array(0) };
