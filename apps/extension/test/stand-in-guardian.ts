import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  encodeAnswers,
  parseRequests,
  type RelayedAnswer,
  type RelayedRequest,
} from '@aboveboard/protocol/relayed';
import { ANSWER_BYTES, CELL_BYTES, CELL_CONTENT, makeCellOpener, sealAnswer } from '@aboveboard/vault/cell';
import { recipientOf } from '@aboveboard/vault/envelope';
import { generateHybridIdentity } from 'age-encryption';
import { StandInLog } from './stand-in-log.ts';
import { StandInVoice } from './stand-in-voice.ts';

export const PERIOD_SECONDS = 1;

/** How the server behind the relay answers one whole request. */
export type Behind = (request: {
  method: string;
  path: string;
  token: string;
  body: Uint8Array;
}) => Promise<{ status: number; body: Uint8Array }>;

/**
 * The guardian's end of the relay, and behind it a server: cells are opened at once and answered with the
 * next collection, as after a period. Keeps the size of whatever came, to be looked at.
 */
export class StandInGuardian {
  readonly identity: string;
  readonly recipient: string;
  readonly voice = new StandInVoice();
  /** `PUT 63136`, `POST 0`: what an onlooker of the wire sees. */
  readonly wire: string[] = [];
  /** What was asked, for assertions. */
  readonly asked: string[] = [];
  /** False: it takes no cells and gives no answers. */
  up = true;
  readonly #answers = new Map<string, Uint8Array>();
  readonly #transfers = new Map<string, Uint8Array>();
  readonly #behind: Behind;
  readonly #server: Server;

  private constructor(identity: string, recipient: string, behind: Behind) {
    this.identity = identity;
    this.recipient = recipient;
    this.#behind = behind;
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body, type }) => {
        response.writeHead(status, { 'content-type': type });
        response.end(body);
      });
    });
  }

  static async start(behind: Behind): Promise<StandInGuardian> {
    const identity = await generateHybridIdentity();
    const guardian = new StandInGuardian(identity, await recipientOf(identity), behind);
    await new Promise<void>((resolve) => guardian.#server.listen(0, '127.0.0.1', resolve));
    return guardian;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(
    request: IncomingMessage,
  ): Promise<{ status: number; body: Uint8Array | string; type: string }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? '';
    const plain = (text: string, status = 200) => ({ status, body: text, type: 'text/plain' });
    if (path === '/relay')
      return plain(JSON.stringify({ recipient: this.recipient, periodSeconds: PERIOD_SECONDS }));
    if (path === '/witness/vkey') return plain(`${StandInLog.witnessKeys().join('\n')}\n`);
    if (path.startsWith('/voice')) {
      if (!this.up) return plain('', 503);
      const answer = body.length > 0 ? await this.voice.post(path, body.toString()) : this.voice.get(path);
      return plain(JSON.stringify(await answer));
    }
    const ticket = /^\/relay\/(?:cells|answers)\/([0-9a-f]{32})$/.exec(path)?.[1];
    if (ticket) this.wire.push(`${request.method} ${body.length}`);
    if (!this.up || !ticket) return plain('', ticket ? 503 : 404);
    if (request.method === 'PUT') {
      if (body.length === CELL_BYTES) await this.#take(ticket, body);
      return plain('', 200);
    }
    const answer = this.#answers.get(ticket) ?? randomBytes(ANSWER_BYTES);
    return { status: 200, body: answer, type: 'application/octet-stream' };
  }

  async #take(ticket: string, cell: Uint8Array): Promise<void> {
    const { content, answerKey } = await makeCellOpener(this.identity)(cell);
    const answers: RelayedAnswer[] = [];
    let room = CELL_CONTENT - 4096;
    for (const request of parseRequests(content)) {
      const answer = await this.#handle(request, room);
      room -= answer.body.length;
      answers.push(answer);
    }
    this.#answers.set(ticket, await sealAnswer(encodeAnswers(answers), answerKey, crypto.subtle));
  }

  async #handle(request: RelayedRequest, room: number): Promise<RelayedAnswer> {
    const { method, path, token, transfer, from, total, body } = request;
    const nothing = { retryAfter: 0, type: '', total: 0, body: new Uint8Array(0) };
    let whole = new Uint8Array(body);
    if (method !== 'GET' && total > body.length) {
      const id = Buffer.from(transfer).toString('hex');
      const known = this.#transfers.get(id) ?? new Uint8Array(0);
      whole = new Uint8Array(Buffer.concat([known.subarray(0, from), body]));
      this.#transfers.set(id, whole);
      if (whole.length < total) return { ...nothing, status: 0, from: whole.length };
    }
    this.asked.push(`${method} ${path}`);
    const answer = await this.#behind({ method, path, token, body: whole });
    const piece = method === 'GET' ? answer.body.subarray(from, from + room) : answer.body;
    return { ...nothing, status: answer.status, from, total: answer.body.length, body: piece };
  }
}

export function digestHex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
