import { Readable } from 'node:stream';
import {
  ANSWER_OVERHEAD,
  encodeAnswers,
  parseRequests,
  type RelayedAnswer,
  type RelayedRequest,
} from '@aboveboard/protocol/relayed';
import { ANSWER_BYTES, CELL_BYTES, CELL_CONTENT, makeCellOpener, sealAnswer } from '@aboveboard/vault/cell';
import type { RandomBytes } from '@aboveboard/vault/part-sealing';
import type { Fetch } from '../listener.ts';
import type { Transfers } from './transfers.ts';

/** The server's end of the relay (spec/relay.md): a batch of cells in, as many answers of one size out. */
export type CellDesk = {
  /** `batch` is a whole number of cells; the answers come in their order, all at once (RLY24). */
  answer(batch: Uint8Array): Promise<Uint8Array>;
};

const AT_ONE_TIME = 8;
const MEDIA = { none: null, json: 'application/json', bytes: 'application/octet-stream' } as const;

export function makeCellDesk(parts: {
  identity: string;
  /** The server's own routes, as any client meets them: sessions, roles, limits and all. */
  fetch: Fetch;
  /** A name that the server answers to. */
  host: string;
  transfers: Transfers;
  random: RandomBytes;
}): CellDesk {
  const { fetch, host, transfers, random } = parts;
  const open = makeCellOpener(parts.identity);

  async function answerCell(cell: Uint8Array): Promise<Uint8Array> {
    try {
      const { content, answerKey } = await open(cell);
      const answers = await answerAll(parseRequests(content));
      return await sealAnswer(encodeAnswers(answers), answerKey, crypto.subtle);
    } catch {
      // Not a cell for us, or what it says is nothing: who sent it learns no more than that.
      return random(ANSWER_BYTES);
    }
  }

  async function answerAll(requests: readonly RelayedRequest[]): Promise<RelayedAnswer[]> {
    const answers: RelayedAnswer[] = [];
    let room = CELL_CONTENT - 1 - requests.length * ANSWER_OVERHEAD;
    for (const request of requests) {
      const answer = await answerOne(request, room);
      room -= answer.body.length;
      answers.push(answer);
    }
    return answers;
  }

  async function answerOne(request: RelayedRequest, room: number): Promise<RelayedAnswer> {
    const isRead = request.method === 'GET';
    const taken = isRead ? { body: new Uint8Array(0) } : await transfers.take(request);
    if ('awaited' in taken)
      return { status: 0, retryAfter: 0, type: '', from: taken.awaited, total: 0, body: new Uint8Array(0) };
    const response = await ask(request, taken.body);
    const whole = new Uint8Array(await response.arrayBuffer());
    const from = isRead ? Math.min(request.from, whole.length) : 0;
    const piece = whole.subarray(from, from + room);
    const isCut = !isRead && piece.length < whole.length;
    return {
      // What only a GET may ask for in pieces is done again, with the effect of one (RLY14).
      status: isCut || (piece.length === 0 && from < whole.length) ? 0 : response.status,
      retryAfter: Math.min(86_400, Number(response.headers.get('retry-after') ?? 0) || 0),
      type: response.headers.get('content-type') ?? '',
      from: isCut ? 0 : from,
      total: whole.length,
      body: isCut ? new Uint8Array(0) : piece,
    };
  }

  async function ask({ method, path, type, token }: RelayedRequest, body: Uint8Array): Promise<Response> {
    const headers = new Headers({ host });
    if (token !== '') headers.set('authorization', `Bearer ${token}`);
    const media = MEDIA[type];
    const isBodied = media !== null && method !== 'GET';
    if (isBodied) {
      headers.set('content-type', media);
      headers.set('content-length', String(body.length));
    }
    const request = new Request(`http://${host}${path}`, {
      method,
      headers,
      ...(isBodied ? { body: body as Uint8Array<ArrayBuffer> } : {}),
    });
    // Routes that read bytes as they arrive read these.
    const incoming = Object.assign(Readable.from(isBodied && body.length > 0 ? [body] : []), {
      headers: { 'content-length': String(body.length) },
    });
    return fetch(request, { incoming, relayed: true } as never);
  }

  return {
    async answer(batch) {
      const count = batch.length / CELL_BYTES;
      const answers = new Uint8Array(count * ANSWER_BYTES);
      let next = 0;
      const work = async () => {
        for (let at = next++; at < count; at = next++)
          answers.set(
            await answerCell(batch.subarray(at * CELL_BYTES, (at + 1) * CELL_BYTES)),
            at * ANSWER_BYTES,
          );
      };
      await Promise.all(Array.from({ length: Math.min(AT_ONE_TIME, count) }, work));
      return answers;
    },
  };
}
