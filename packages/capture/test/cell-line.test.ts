import {
  encodeAnswers,
  parseRequests,
  type RelayedAnswer,
  type RelayedRequest,
} from '@aboveboard/protocol/relayed';
import { CELL_BYTES, makeCellOpener, sealAnswer } from '@aboveboard/vault/cell';
import { generateHybridIdentity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCellLine } from '../src/cell-line.ts';
import { type Beat, nextBeat } from '../src/rhythm.ts';

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const subtle = crypto.subtle;

describe('the device’s end of the relay', () => {
  let identity: string;
  let recipient: string;
  beforeAll(async () => {
    identity = await generateHybridIdentity();
    recipient = await identityToRecipient(identity);
  });

  /** A server that answers with `handle`; `cells` are what came by. */
  function withServer(handle: (request: RelayedRequest) => Partial<RelayedAnswer> | null) {
    const open = makeCellOpener(identity);
    const cells: { bytes: number; said: number }[] = [];
    let isDown = false;
    const line = makeCellLine({
      recipient,
      random,
      subtle,
      longestReply: 1_000_000,
      async post(cell) {
        const { content, answerKey } = await open(cell);
        const requests = parseRequests(content);
        cells.push({ bytes: cell.length, said: requests.length });
        if (isDown) return null;
        const empty = { status: 0, retryAfter: 0, type: '', from: 0, total: 0, body: new Uint8Array(0) };
        const answers = requests.map((request) => ({ ...empty, ...handle(request) }));
        return sealAnswer(encodeAnswers(answers), answerKey, subtle);
      },
    });
    return { line, cells, down: (is: boolean) => (isDown = is) };
  }

  it('[RLY21] says nothing before its time, and as much with nothing to say', async () => {
    const { line, cells } = withServer(() => ({ status: 200 }));
    const reply = line.ask({ method: 'GET', path: '/api/about' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(cells).toEqual([]);
    expect(await line.beat()).toBe(true);
    expect((await reply).status).toBe(200);
    expect(await line.beat()).toBe(true);
    expect(cells).toEqual([
      { bytes: CELL_BYTES, said: 1 },
      { bytes: CELL_BYTES, said: 0 },
    ]);
  });

  it('[RLY13] sends a long body in pieces, once each, over cells that fail', async () => {
    const received: number[] = [];
    let have = 0;
    const server = withServer(({ from, total, body }) => {
      if (from > have) return { status: 0, from: have };
      have = Math.max(have, from + body.length);
      received.push(body.length);
      return have < total ? { status: 0, from: have } : { status: 200, body: Uint8Array.of(1) };
    });
    const long = new Uint8Array(150_000).fill(7);
    const reply = server.line.ask({ method: 'PUT', path: '/api/x', type: 'bytes', token: 'abc', body: long });
    await server.line.beat();
    server.down(true);
    expect(await server.line.beat()).toBe(false);
    server.down(false);
    await server.line.beat();
    await server.line.beat();
    expect((await reply).status).toBe(200);
    expect(received.reduce((sum, length) => sum + length, 0)).toBe(150_000);
  });

  it('[RLY13] begins anew when the server forgot', async () => {
    let isForgotten = false;
    const froms: number[] = [];
    const { line } = withServer(({ from, body, total }) => {
      froms.push(from);
      if (from > 0 && !isForgotten) {
        isForgotten = true;
        return { status: 0, from: 0 };
      }
      return from + body.length < total ? { status: 0, from: from + body.length } : { status: 204 };
    });
    const reply = line.ask({ method: 'POST', path: '/api/x', type: 'bytes', body: new Uint8Array(100_000) });
    for (let i = 0; i < 4; i++) await line.beat();
    expect((await reply).status).toBe(204);
    expect(froms[2]).toBe(0);
  });

  it('[RLY14] puts a long answer together, and begins anew when it changed', async () => {
    const whole = new Uint8Array(100_000).map((_, at) => at % 251);
    let hiccup = true;
    const { line } = withServer(({ from }) => {
      if (from > 0 && hiccup) {
        hiccup = false;
        return { status: 200, from: 0, total: whole.length, body: whole.subarray(0, 50_000) };
      }
      return { status: 200, from, total: whole.length, body: whole.subarray(from, from + 50_000) };
    });
    const reply = line.ask({ method: 'GET', path: '/api/x' });
    for (let i = 0; i < 4; i++) await line.beat();
    expect(Buffer.from((await reply).body).equals(whole)).toBe(true);
    const { line: greedy } = withServer(() => ({ status: 200, total: 2_000_000, body: new Uint8Array(9) }));
    const refused = greedy.ask({ method: 'GET', path: '/api/x' });
    refused.catch(() => undefined);
    await greedy.beat();
    await expect(refused).rejects.toMatchObject({ code: 'too-long' });
  });

  it('[RLY25] takes an answer that is not one as none, and keeps what waits', async () => {
    let calls = 0;
    const line = makeCellLine({
      recipient,
      random,
      subtle,
      post: async () => {
        calls += 1;
        return calls === 1 ? new Uint8Array(61_461) : Promise.reject(new Error('no network'));
      },
    });
    const reply = line.ask({ method: 'GET', path: '/api/x' });
    const ended = expect(reply).rejects.toMatchObject({ code: 'closed' });
    expect(await line.beat()).toBe(false);
    expect(await line.beat()).toBe(false);
    line.close();
    await ended;
    await expect(line.ask({ method: 'GET', path: '/api/x' })).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('the rhythm', () => {
  it('[RLY20] beats once in every period, evenly within it, however late it is asked', () => {
    const draws = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      minLength: 40,
      maxLength: 40,
    });
    fc.assert(
      fc.property(draws, fc.integer({ min: 0, max: 10 ** 13 }), (drawn, start) => {
        let at = 0;
        const draw = () => drawn[at++ % drawn.length] as number;
        let now = start;
        let last: Beat | null = null;
        const periods: number[] = [];
        for (let i = 0; i < 15; i++) {
          const beat = nextBeat({ now, periodMilliseconds: 300_000, last }, draw);
          expect(beat.at).toBeGreaterThan(now);
          periods.push(Math.floor(beat.at / 300_000));
          last = beat;
          now = beat.at;
        }
        periods.slice(1).forEach((period, i) => {
          expect(period).toBe((periods[i] as number) + 1);
        });
      }),
    );
    const slept = nextBeat({ now: 10 * 300_000, periodMilliseconds: 300_000, last: { at: 5 } }, () => 0.5);
    expect(slept.at).toBe(10.5 * 300_000);
  });
});
