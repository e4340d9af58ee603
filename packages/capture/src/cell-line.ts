import {
  ANSWER_OVERHEAD,
  type BodyType,
  encodeRequests,
  MOST_REQUESTS,
  parseAnswers,
  type RelayedAnswer,
  type RelayedMethod,
  type RelayedRequest,
  requestOverhead,
  TRANSFER_BYTES,
} from '@aboveboard/protocol/relayed';
import { CELL_CONTENT, openAnswer, sealCell } from '@aboveboard/vault/cell';
import type { RandomBytes } from '@aboveboard/vault/part-sealing';

/**
 * The device's end of the relay (spec/relay.md): what it has to say waits here until the rhythm lets it
 * speak. Nothing that is asked makes a cell go earlier, and nothing asked leaves none out (T2).
 */
export type CellLine = {
  /**
   * Like a request to the server, but it travels in cells, so that it may take many periods. Rejects with
   * LineError `closed` when the line ends; what was under way may or may not have been done.
   */
  ask(question: Question): Promise<Reply>;
  /** One cell, now: for the rhythm alone to call. False: no answer came, and nothing is lost by that. */
  beat(): Promise<boolean>;
  close(): void;
};

export type Question = {
  method: RelayedMethod;
  path: string;
  type?: BodyType;
  token?: string;
  body?: Uint8Array;
};
export type Reply = { status: number; type: string; retryAfter: number; body: Uint8Array };

export class LineError extends Error {
  override readonly name = 'LineError';
  readonly code: 'closed' | 'too-long';
  constructor(code: 'closed' | 'too-long', message: string) {
    super(message);
    this.code = code;
  }
}

export type LineParts = {
  recipient: string;
  random: RandomBytes;
  subtle: SubtleCrypto;
  /** Sends a cell to the relay; null when no answer came. */
  post(cell: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Longest answer that is put together from pieces. */
  longestReply?: number;
};

type Waiting = {
  question: Question;
  transfer: Uint8Array;
  /** Bytes of the body that the server has, or of the answer that are here. */
  done: number;
  answer: Uint8Array[];
  resolve(reply: Reply): void;
  reject(error: LineError): void;
};

const LONGEST_REPLY = 32 * 1024 * 1024;
const NOTHING = new Uint8Array(0);

export function makeCellLine(parts: LineParts): CellLine {
  const { recipient, random, subtle, post, longestReply = LONGEST_REPLY } = parts;
  let queue: Waiting[] = [];
  let closed = false;

  function settle(waiting: Waiting): void {
    queue = queue.filter((each) => each !== waiting);
  }

  function hear(waiting: Waiting, sent: RelayedRequest, answer: RelayedAnswer): void {
    const { status, retryAfter, type, from, total, body } = answer;
    if (status === 0) {
      // What the server awaits can't be more than was sent: otherwise it is begun anew.
      waiting.done = sent.method !== 'GET' && from <= sent.from + sent.body.length ? from : 0;
      return;
    }
    if (sent.method !== 'GET') {
      settle(waiting);
      waiting.resolve({ status, retryAfter, type, body });
      return;
    }
    if (total > longestReply) {
      settle(waiting);
      waiting.reject(new LineError('too-long', 'The answer is longer than what is taken.'));
      return;
    }
    if (from !== waiting.done) {
      // It changed between two pieces, or the server was asked by another: from the start.
      waiting.done = 0;
      waiting.answer = [];
      return;
    }
    waiting.answer.push(body.slice());
    waiting.done += body.length;
    if (waiting.done < total) return;
    settle(waiting);
    waiting.resolve({ status, retryAfter, type, body: joined(waiting.answer, waiting.done) });
  }

  return {
    ask(question) {
      if (closed) return Promise.reject(new LineError('closed', 'The line has ended.'));
      return new Promise((resolve, reject) => {
        const transfer = new Uint8Array(random(TRANSFER_BYTES));
        queue.push({ question, transfer, done: 0, answer: [], resolve, reject });
      });
    },

    async beat() {
      const said = fill(queue);
      const content = encodeRequests(said.map(({ request }) => request));
      const { cell, answerKey } = await sealCell(content, recipient, random);
      try {
        const sealed = await post(cell);
        if (sealed === null) return false;
        const answers = parseAnswers(await openAnswer(sealed, answerKey, subtle), said.length);
        said.forEach(({ waiting, request }, at) => {
          hear(waiting, request, answers[at] as RelayedAnswer);
        });
        return true;
      } catch {
        // The relay, or the server, answered with something else: as if it had not (RLY25).
        return false;
      } finally {
        answerKey.fill(0);
      }
    },

    close() {
      closed = true;
      for (const waiting of queue.splice(0)) waiting.reject(new LineError('closed', 'The line has ended.'));
    },
  };
}

/** What of the queue goes into the next cell, in order; a body only as far as there is room. */
function fill(queue: readonly Waiting[]): { waiting: Waiting; request: RelayedRequest }[] {
  const said: { waiting: Waiting; request: RelayedRequest }[] = [];
  let room = CELL_CONTENT - 1;
  for (const waiting of queue) {
    if (said.length === MOST_REQUESTS) break;
    const { method, path, type = 'none', token = '', body = NOTHING } = waiting.question;
    room -= requestOverhead({ path, token });
    const left = method === 'GET' ? 0 : body.length - waiting.done;
    if (room < Math.min(left, ANSWER_OVERHEAD)) break;
    const piece = method === 'GET' ? NOTHING : body.subarray(waiting.done, waiting.done + room);
    const total = method === 'GET' ? 0 : body.length;
    const request = { method, path, type, token, transfer: waiting.transfer, from: waiting.done, total };
    said.push({ waiting, request: { ...request, body: piece } });
    room -= piece.length;
  }
  return said;
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
