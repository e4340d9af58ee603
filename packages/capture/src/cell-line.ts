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
 * speak. Nothing that is asked makes it speak earlier, and nothing asked leaves a cell out (T2).
 */
export type CellLine = {
  /**
   * Puts a question in line under a key of the asker's; the reply comes out of a later `collect`, perhaps
   * in another process. A key that is in line already stays as it was.
   */
  ask(key: string, question: Question): Promise<void>;
  /** Takes a question out of line; what the server was told of it stands. */
  withdraw(key: string): Promise<void>;
  waiting(): Promise<string[]>;
  /**
   * Collects what was answered to the last cell. For the rhythm alone to call, as `leave`; neither rejects
   * for what the network does. Null: no answer came.
   */
  collect(): Promise<ReadonlyMap<string, Reply> | null>;
  /** Leaves the next cell, which says what is in line now. */
  leave(): Promise<void>;
};

export type Question = {
  method: RelayedMethod;
  path: string;
  type?: BodyType;
  token?: string;
  body?: Uint8Array;
};
export type Reply =
  | { status: number; type: string; retryAfter: number; body: Uint8Array }
  /** The answer is longer than `longestReply`. */
  | 'too-long';

/** What must outlive the process (RLY27). Structured-cloneable; holds what is to be said in clear. */
export type LineState = {
  waiting: Waiting[];
  spoken: { ticket: Uint8Array; answerKey: Uint8Array<ArrayBuffer>; said: Said[] } | null;
};
type Waiting = {
  key: string;
  question: Question;
  transfer: Uint8Array;
  /** Bytes of the body that the server has, or of the answer that are here. */
  done: number;
  answer: Uint8Array[];
};
type Said = { key: string; from: number; length: number };

export type LineStorage = { load(): Promise<LineState | null>; save(state: LineState): Promise<void> };

export type LineParts = {
  recipient: string;
  random: RandomBytes;
  subtle: SubtleCrypto;
  storage: LineStorage;
  relay: CellRelay;
  longestReply?: number;
};

/** Null, or a rejection: the relay did not answer. */
export type CellRelay = {
  collect(ticket: Uint8Array): Promise<Uint8Array<ArrayBuffer> | null>;
  leave(ticket: Uint8Array, cell: Uint8Array<ArrayBuffer>): Promise<void>;
};

export const TICKET_BYTES = 16;
const LONGEST_REPLY = 32 * 1024 * 1024;
const NOTHING = new Uint8Array(0);

export function makeCellLine(parts: LineParts): CellLine {
  const { recipient, random, subtle, storage, relay, longestReply = LONGEST_REPLY } = parts;
  let known: Promise<LineState> | null = null;

  /** Loaded once: two that ask at one time must not each begin with a line of their own. */
  function state(): Promise<LineState> {
    known ??= storage.load().then((loaded) => loaded ?? { waiting: [], spoken: null });
    return known;
  }

  async function answersTo({ spoken }: LineState): Promise<RelayedAnswer[] | null> {
    // Also with nothing to collect: everyone collects once a period (RLY21).
    const sealed = await relay
      .collect(spoken?.ticket ?? new Uint8Array(random(TICKET_BYTES)))
      .catch(() => null);
    if (!sealed || !spoken) return null;
    try {
      return parseAnswers(await openAnswer(sealed, spoken.answerKey, subtle), spoken.said.length);
    } catch {
      return null;
    }
  }

  return {
    async ask(key, question) {
      const line = await state();
      if (line.waiting.some((waiting) => waiting.key === key)) return;
      const transfer = new Uint8Array(random(TRANSFER_BYTES));
      line.waiting.push({ key, question, transfer, done: 0, answer: [] });
      await storage.save(line);
    },

    async withdraw(key) {
      const line = await state();
      line.waiting = line.waiting.filter((waiting) => waiting.key !== key);
      await storage.save(line);
    },

    async waiting() {
      return (await state()).waiting.map(({ key }) => key);
    },

    async collect() {
      const line = await state();
      const answers = await answersTo(line);
      const replies = new Map<string, Reply>();
      line.spoken?.said.forEach((said, at) => {
        const waiting = line.waiting.find(({ key }) => key === said.key);
        const answer = answers?.[at];
        const reply = waiting && answer ? heard(waiting, said, answer, longestReply) : null;
        if (reply !== null) replies.set(said.key, reply);
      });
      line.waiting = line.waiting.filter(({ key }) => !replies.has(key));
      // The key has opened its one answer.
      line.spoken?.answerKey.fill(0);
      line.spoken = null;
      await storage.save(line);
      return answers && replies;
    },

    async leave() {
      const line = await state();
      const requests = fill(line.waiting);
      const content = encodeRequests(requests.map(({ request }) => request));
      const { cell, answerKey } = await sealCell(content, recipient, random);
      const ticket = new Uint8Array(random(TICKET_BYTES));
      line.spoken = { ticket, answerKey, said: requests.map(({ said }) => said) };
      await storage.save(line);
      await relay.leave(ticket, cell).catch(() => undefined);
    },
  };
}

/** What one answer means for what waits; null: it goes on waiting. */
function heard(waiting: Waiting, said: Said, answer: RelayedAnswer, longestReply: number): Reply | null {
  const { status, retryAfter, type, from, total, body } = answer;
  const isRead = waiting.question.method === 'GET';
  if (status === 0) {
    // What the server awaits can't be more than was said: otherwise it is begun anew (RLY13).
    waiting.done = !isRead && from <= said.from + said.length ? from : 0;
    waiting.answer = [];
    return null;
  }
  if (!isRead) return { status, retryAfter, type, body: body.slice() };
  if (total > longestReply) return 'too-long';
  if (from !== waiting.done) {
    // It became shorter between two pieces: from the start (RLY14).
    waiting.done = 0;
    waiting.answer = [];
    return null;
  }
  waiting.answer.push(body.slice());
  waiting.done += body.length;
  return waiting.done < total
    ? null
    : { status, retryAfter, type, body: joined(waiting.answer, waiting.done) };
}

/**
 * What of the line goes into the next cell, in order; a body only as far as there is room. Reads come first: an
 * upload of many cells must not keep the state of the rules from being asked for (RLY22). What is read of the
 * uses log comes last: its bundles would take the room of every other answer (RLY31).
 */
function fill(line: readonly Waiting[]): { said: Said; request: RelayedRequest }[] {
  const filled: { said: Said; request: RelayedRequest }[] = [];
  let room = CELL_CONTENT - 1;
  const inOrder = line.toSorted((a, b) => rankOf(a.question) - rankOf(b.question));
  for (const { key, question, transfer, done } of inOrder) {
    if (filled.length === MOST_REQUESTS) break;
    const { method, path, type = 'none', token = '', body = NOTHING } = question;
    const left = method === 'GET' ? NOTHING : body.subarray(done);
    room -= requestOverhead({ path, token });
    if (room < Math.min(left.length, ANSWER_OVERHEAD)) break;
    const piece = left.subarray(0, room);
    room -= piece.length;
    const total = method === 'GET' ? 0 : body.length;
    filled.push({
      said: { key, from: done, length: piece.length },
      request: { method, path, type, token, transfer, from: done, total, body: piece },
    });
  }
  return filled;
}

function rankOf({ method, path }: Question): number {
  if (path.startsWith('/log/rules/')) return 0;
  if (path.startsWith('/log/uses/')) return 3;
  return method === 'GET' ? 1 : 2;
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

/** For tests and for pages that keep nothing. What is saved is a copy, as a database would keep it. */
export function makeMemoryLineStorage(): LineStorage {
  let saved: LineState | null = null;
  return {
    load: async () => saved && structuredClone(saved),
    async save(state) {
      saved = structuredClone(state);
    },
  };
}
