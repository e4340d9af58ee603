import type { RelayAbout } from '@aboveboard/protocol/installation';
import {
  encodeRequests,
  parseAnswers,
  type RelayedAnswer,
  type RelayedRequest,
} from '@aboveboard/protocol/relayed';
import type { UploadStatus } from '@aboveboard/protocol/upload';
import { ANSWER_BYTES, CELL_BYTES, openAnswer, sealCell } from '@aboveboard/vault/cell';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLog } from '../src/log.ts';
import { makeTransfers } from '../src/relay/transfers.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording, random } from './device.ts';
import { clearFolders, startDemonstration } from './server.ts';

const EMPTY = new Uint8Array(0);
type Said = Partial<RelayedRequest> & Pick<RelayedRequest, 'method' | 'path'>;
const whole = (said: Said): RelayedRequest => ({
  type: 'none',
  token: '',
  transfer: random(16),
  from: 0,
  total: said.body?.length ?? 0,
  body: EMPTY,
  ...said,
});
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const parsed = <T>(answer: RelayedAnswer | undefined) =>
  JSON.parse(new TextDecoder().decode(answer?.body)) as T;

describe('the server’s end of the relay', () => {
  let server: StartedServer;
  let about: RelayAbout;
  const logged: string[] = [];
  beforeAll(async () => {
    server = await startDemonstration({ log: makeLog('info', { write: (line) => void logged.push(line) }) });
    about = (await new Client(server.url).call<RelayAbout>('GET', '/api/relay')).body;
  });
  afterAll(async () => {
    await server.stop();
    clearFolders();
  });

  async function post(bytes: Uint8Array): Promise<Response> {
    return fetch(`${server.url}/api/relay/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes as Uint8Array<ArrayBuffer>,
    });
  }

  /** Each list of requests in a cell of its own, all in one batch. */
  async function batch(...cells: Said[][]): Promise<RelayedAnswer[][]> {
    const sealed = await Promise.all(
      cells.map((said) => sealCell(encodeRequests(said.map(whole)), about.recipient, random)),
    );
    const response = await post(Buffer.concat(sealed.map(({ cell }) => cell)));
    expect(response.status).toBe(200);
    const answers = new Uint8Array(await response.arrayBuffer());
    expect(answers.length).toBe(cells.length * ANSWER_BYTES);
    return Promise.all(
      sealed.map(async ({ answerKey }, at) => {
        const answer = answers.slice(at * ANSWER_BYTES, (at + 1) * ANSWER_BYTES);
        return parseAnswers(await openAnswer(answer, answerKey, crypto.subtle), cells[at]?.length ?? 0);
      }),
    );
  }

  it('[BRE17] a board of notices is delivered when a recorder’s cell has asked for it, and not when anybody looks', async () => {
    const { database } = server.installation.inner;
    const board = 'ab'.repeat(16);
    await database.query('insert into notice_board (board) values ($1)', [board]);
    await database.query(`insert into notice_block values ($1, 0, decode(repeat('00', 2048), 'hex'))`, [
      board,
    ]);
    const path = `/api/notices/${board}`;
    const fetched = () => database.query('select fetched from notice_board where board = $1', [board]);
    expect((await fetch(`${server.url}${path}`)).status).toBe(200);
    expect(await fetched()).toEqual([{ fetched: false }]);
    const [answers] = await batch([{ method: 'GET', path }]);
    expect(answers?.[0]?.body.length).toBe(2048);
    expect(await fetched()).toEqual([{ fetched: true }]);
    for (const table of ['notice_block', 'notice_board']) await database.query(`delete from ${table}`);
  });

  it('[RLY28] what came in a cell has no line of its own in the log of requests', async () => {
    logged.length = 0;
    const code = await server.makeCode('contributor', 1);
    await batch([{ method: 'POST', path: '/api/session', type: 'json', body: json({ code }) }]);
    expect(logged.join('')).toContain('/api/relay/batch');
    expect(logged.join('')).not.toContain('/api/session');
    // Seeded hole: the same past the relay stands there.
    await new Client(server.url).call('POST', '/api/session', { code });
    expect(logged.join('')).toContain('/api/session');
  });

  it('[RLY10] a code is redeemed and a recording uploaded in cells alone, as by the routes', async () => {
    const [[redeemed] = []] = await batch([
      { method: 'POST', path: '/api/session', type: 'json', body: json({ code: server.codes.contributor }) },
    ]);
    const { token } = parsed<{ token: string }>(redeemed);
    const made = await makeRecording(server.about, { segments: 2, frameBytes: 150_000 });
    const [[announced] = []] = await batch([
      { method: 'POST', path: '/api/uploads', type: 'json', token, body: json(made.announcement) },
    ]);
    expect(announced?.status).toBe(200);
    const { upload } = parsed<UploadStatus>(announced);
    for (const [index, part] of made.parts.entries()) {
      const transfer = random(16);
      let from = 0;
      for (let status = 0; status === 0; ) {
        const body = part.subarray(from, from + 50_000);
        const path = `/api/uploads/${upload}/parts/${index}`;
        const said: Said = { method: 'PUT', path, type: 'bytes', token, transfer, from, body };
        const [[answer] = []] = await batch([{ ...said, total: part.length }]);
        status = answer?.status ?? -1;
        if (status === 0) expect(answer?.from).toBe(from + body.length);
        from += body.length;
      }
      expect(from).toBeGreaterThanOrEqual(part.length);
    }
    const [[completed] = []] = await batch([
      { method: 'POST', path: `/api/uploads/${upload}/completion`, type: 'json', token, body: json({}) },
    ]);
    expect(parsed<UploadStatus>(completed).state).toBe('complete');
  });

  it('[RLY12] answers stand in the order of the requests, and what has no room is asked again', async () => {
    const [answers = []] = await batch([
      { method: 'GET', path: '/api/about' },
      { method: 'GET', path: '/openapi.json'.replace('/', '/api/') },
      { method: 'GET', path: '/api/session' },
      { method: 'GET', path: '/api/health' },
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 401, 200]);
    expect(parsed<{ installation: string }>(answers[0]).installation).toBe('demonstration');
  });

  it('[RLY14] a long answer comes in pieces from where it is asked', async () => {
    const plain = await (await fetch(`${server.url}/api/agreement`)).text();
    const from = 100;
    const [[piece] = []] = await batch([{ method: 'GET', path: '/api/agreement', from }]);
    expect(piece).toMatchObject({ status: 200, from, total: Buffer.byteLength(plain) });
    expect(new TextDecoder().decode(piece?.body)).toBe(plain.slice(from));
  });

  it('[RLY24] what does not open gets an answer of the same size, and the others get theirs', async () => {
    const { cell } = await sealCell(EMPTY, about.recipient, random);
    const good = await sealCell(
      encodeRequests([whole({ method: 'GET', path: '/api/health' })]),
      about.recipient,
      random,
    );
    const response = await post(Buffer.concat([random(CELL_BYTES), cell, good.cell]));
    const answers = new Uint8Array(await response.arrayBuffer());
    expect(answers.length).toBe(3 * ANSWER_BYTES);
    const opened = await openAnswer(answers.slice(2 * ANSWER_BYTES), good.answerKey, crypto.subtle);
    expect(parseAnswers(opened, 1)[0]?.status).toBe(200);
    expect(answers.subarray(0, 32).some((byte) => byte !== 0)).toBe(true);
  });

  it('[RLY1] a batch is whole cells and no more than the limit', async () => {
    for (const length of [0, 1, CELL_BYTES - 1, CELL_BYTES + 1])
      expect((await post(new Uint8Array(length))).status).toBe(400);
    const limited = await startDemonstration({ limits: { cellsPerBatch: 1 } });
    try {
      const refused = await fetch(`${limited.url}/api/relay/batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(2 * CELL_BYTES),
      });
      expect(refused.status).toBe(413);
      expect(await refused.json()).toMatchObject({ error: { limit: { name: 'cellsPerBatch' } } });
    } finally {
      await limited.stop();
    }
  });

  it('[RLY26] only a session may leave pieces here, few of them, and they are forgotten in time', async () => {
    let now = 0;
    const transfers = makeTransfers({
      limits: { relayedBytes: 2_000, relayedTransfersPerSession: 2 },
      isKnown: async (token) => token !== 'stranger',
      now: () => now,
    });
    const piece = (token: string, transfer: Uint8Array, from: number, total = 1_000) =>
      transfers.take(
        whole({ method: 'PUT', path: '/api/x', token, transfer, from, total, body: random(500) }),
      );
    const [a, b, c] = [random(16), random(16), random(16)];
    expect(await piece('stranger', a, 0)).toEqual({ awaited: 0 });
    expect(await piece('', a, 0)).toEqual({ awaited: 0 });
    expect(await piece('anna', a, 0)).toEqual({ awaited: 500 });
    // Another's transfer is not joined, and what comes again is not counted twice.
    expect(await piece('berta', a, 500)).toEqual({ awaited: 0 });
    expect(await piece('anna', a, 0)).toEqual({ awaited: 500 });
    expect(await piece('anna', b, 0)).toEqual({ awaited: 500 });
    // Full: for others, but an own third one takes the place of her first.
    expect(await piece('berta', c, 0)).toEqual({ awaited: 0 });
    expect(await piece('anna', c, 0)).toEqual({ awaited: 500 });
    expect(await piece('anna', a, 500)).toEqual({ awaited: 0 });
    expect(await piece('anna', c, 500)).toHaveProperty('body');
    now += 7 * 3_600_000;
    expect(await piece('berta', a, 0, 2_000)).toEqual({ awaited: 500 });
  });
});
