import {
  encodeAnswers,
  parseRequests,
  type RelayedAnswer,
  type RelayedRequest,
} from '@aboveboard/protocol/relayed';
import { ANSWER_BYTES, CELL_BYTES, makeCellOpener, sealAnswer } from '@aboveboard/vault/cell';
import { generateHybridIdentity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CellLine, makeCellLine, makeMemoryLineStorage, type Reply } from '../src/cell-line.ts';
import { type Beat, nextBeat } from '../src/rhythm.ts';

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const subtle = crypto.subtle;
const EMPTY: RelayedAnswer = {
  status: 0,
  retryAfter: 0,
  type: '',
  from: 0,
  total: 0,
  body: new Uint8Array(0),
};
type Handle = (request: RelayedRequest) => Partial<RelayedAnswer>;

describe('the device’s end of the relay', () => {
  let identity: string;
  let recipient: string;
  beforeAll(async () => {
    identity = await generateHybridIdentity();
    recipient = await identityToRecipient(identity);
  });

  /** A relay and a server in one that answer with `handle`; `wire` is what an observer of the device sees. */
  function withServer(handle: Handle) {
    const open = makeCellOpener(identity);
    const storage = makeMemoryLineStorage();
    const answers = new Map<string, Uint8Array<ArrayBuffer>>();
    const wire: string[] = [];
    const said: number[] = [];
    const server = { isDown: false, loses: false };
    const begin = () =>
      makeCellLine({
        recipient,
        random,
        subtle,
        storage,
        longestReply: 1_000_000,
        relay: {
          async collect(ticket) {
            wire.push(`collect ${ticket.length}`);
            if (server.isDown) throw new Error('no network');
            return answers.get(ticket.join()) ?? random(ANSWER_BYTES);
          },
          async leave(ticket, cell) {
            wire.push(`leave ${ticket.length} ${cell.length}`);
            if (server.isDown) throw new Error('no network');
            if (server.loses) return;
            const { content, answerKey } = await open(cell);
            const requests = parseRequests(content);
            said.push(requests.length);
            const list = requests.map((request) => ({ ...EMPTY, ...handle(request) }));
            answers.set(ticket.join(), await sealAnswer(encodeAnswers(list), answerKey, subtle));
          },
        },
      });
    return { begin, wire, said, server };
  }

  /** Speaks until `key` is answered, beginning a new process each time if asked. */
  async function replyTo(key: string, line: () => CellLine, most = 20): Promise<Reply> {
    for (let i = 0; i < most; i++) {
      await line().leave();
      const reply = (await line().collect())?.get(key);
      if (reply !== undefined) return reply;
    }
    throw new Error('no reply');
  }

  async function period(line: CellLine): Promise<boolean> {
    await line.leave();
    return (await line.collect()) !== null;
  }

  it('[RLY21] speaks alike with and without something to say, and never of itself', async () => {
    const idle = withServer(() => ({ status: 200 }));
    const busy = withServer(() => ({ status: 200 }));
    const [a, b] = [idle.begin(), busy.begin()];
    await b.ask('about', { method: 'GET', path: '/api/about' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(busy.wire).toEqual([]);
    for (let i = 0; i < 3; i++) {
      await period(a);
      await period(b);
    }
    expect(busy.wire).toEqual(idle.wire);
    expect(busy.wire.slice(0, 2)).toEqual([`leave 16 ${CELL_BYTES}`, 'collect 16']);
    expect([idle.said, busy.said]).toEqual([
      [0, 0, 0],
      [1, 0, 0],
    ]);
  });

  it('[RLY27] loses nothing of what is asked at one time by a process that has just begun', async () => {
    const { begin, said } = withServer(() => ({ status: 200 }));
    const line = begin();
    const keys = ['a', 'b', 'c'];
    await Promise.all(keys.map((key) => line.ask(key, { method: 'GET', path: `/api/${key}` })));
    expect(await line.waiting()).toEqual(keys);
    expect(await period(line)).toBe(true);
    expect(said).toEqual([3]);
  });

  it('[RLY22] asks for the rules in every cell, however long an upload before it in line is', async () => {
    const asked: string[][] = [[]];
    const { begin } = withServer(({ path, from, body, total }) => {
      asked.at(-1)?.push(path);
      return path === '/api/long' && from + body.length < total
        ? { status: 0, from: from + body.length }
        : { status: 200 };
    });
    const line = begin();
    await line.ask('long', {
      method: 'PUT',
      path: '/api/long',
      type: 'bytes',
      body: new Uint8Array(200_000),
    });
    for (let i = 0; i < 3; i++) {
      await line.ask('rules', { method: 'GET', path: '/log/rules/checkpoint' });
      await period(line);
      asked.push([]);
    }
    expect(asked.slice(0, 3).every((paths) => paths[0] === '/log/rules/checkpoint')).toBe(true);
    expect(asked.slice(0, 3).every((paths) => paths[1] === '/api/long')).toBe(true);
  });

  it('[RLY21] collects in the first period too, and what is asked on hearing goes with the next cell', async () => {
    const { begin, said, wire } = withServer(() => ({ status: 200 }));
    const line = begin();
    expect(await line.collect()).toBeNull();
    expect(wire).toEqual(['collect 16']);
    await line.ask('first', { method: 'GET', path: '/api/a' });
    await line.leave();
    expect((await line.collect())?.has('first')).toBe(true);
    await line.ask('second', { method: 'GET', path: '/api/b' });
    await line.leave();
    expect((await line.collect())?.has('second')).toBe(true);
    expect(said).toEqual([1, 1]);
  });

  it('[RLY27] goes on in another process where the last one ended', async () => {
    let have = 0;
    const { begin } = withServer(({ from, total, body }) => {
      if (from > have) return { status: 0, from: have };
      have = Math.max(have, from + body.length);
      return have < total ? { status: 0, from: have } : { status: 204 };
    });
    await begin().ask('part', {
      method: 'PUT',
      path: '/api/x',
      type: 'bytes',
      body: new Uint8Array(150_000),
    });
    expect(await replyTo('part', begin)).toMatchObject({ status: 204 });
    expect(have).toBe(150_000);
    expect(await begin().waiting()).toEqual([]);
  });

  it('[RLY31] the rules come first in a cell, and what is read of the uses log last', async () => {
    const paths: string[] = [];
    const { begin } = withServer(({ path }) => {
      paths.push(path);
      return { status: 200 };
    });
    const line = begin();
    await line.ask('uses', { method: 'GET', path: '/log/uses/tile/entries/000' });
    await line.ask('part', { method: 'PUT', path: '/api/uploads/1/parts/0', body: random(200) });
    await line.ask('cards', { method: 'GET', path: '/api/task-cards' });
    await line.ask('rules', { method: 'GET', path: '/log/rules/checkpoint' });
    await period(line);
    expect(paths).toEqual([
      '/log/rules/checkpoint',
      '/api/task-cards',
      '/api/uploads/1/parts/0',
      '/log/uses/tile/entries/000',
    ]);
  });

  it('[RLY25] what was not answered is said again, and a transfer that was forgotten begins anew', async () => {
    const froms: number[] = [];
    let forgets = true;
    const { begin, server } = withServer(({ from, total, body }) => {
      froms.push(from);
      if (from > 0 && forgets) {
        forgets = false;
        return { status: 0, from: 0 };
      }
      return from + body.length < total ? { status: 0, from: from + body.length } : { status: 200 };
    });
    const line = begin();
    await line.ask('x', { method: 'POST', path: '/api/x', type: 'bytes', body: new Uint8Array(100_000) });
    server.isDown = true;
    expect(await period(line)).toBe(false);
    server.isDown = false;
    server.loses = true;
    expect(await period(line)).toBe(false);
    server.loses = false;
    expect(await replyTo('x', () => line)).toMatchObject({ status: 200 });
    expect(froms.map((from) => (from > 0 ? 1 : 0))).toEqual([0, 1, 0, 1]);
  });

  it('[RLY14] puts a long answer together, begins anew when it changed, and takes none that is too long', async () => {
    const whole = new Uint8Array(100_000).map((_, at) => at % 251);
    let changes = true;
    const { begin } = withServer(({ from, path }) => {
      if (path === '/api/endless') return { status: 200, total: 2_000_000, body: new Uint8Array(9) };
      if (from > 0 && changes) {
        changes = false;
        return { status: 200, from: 0, total: 9, body: whole.subarray(0, 9) };
      }
      return { status: 200, from, total: whole.length, body: whole.subarray(from, from + 50_000) };
    });
    await begin().ask('x', { method: 'GET', path: '/api/x' });
    const reply = (await replyTo('x', begin)) as Exclude<Reply, string>;
    expect(Buffer.from(reply.body).equals(whole)).toBe(true);
    await begin().ask('y', { method: 'GET', path: '/api/endless' });
    expect(await replyTo('y', begin)).toBe('too-long');
  });

  it('[RLY27] a question that was withdrawn is not said again', async () => {
    const { begin, said } = withServer(() => EMPTY);
    const line = begin();
    await line.ask('x', { method: 'GET', path: '/api/x' });
    await line.ask('x', { method: 'GET', path: '/api/other' });
    await period(line);
    await line.withdraw('x');
    await period(line);
    expect(said).toEqual([1, 0]);
  });
});

describe('the rhythm', () => {
  it('[RLY20] speaks once in every period, collecting before it leaves, however late it is asked', () => {
    const draws = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      minLength: 40,
      maxLength: 40,
    });
    const periodMilliseconds = 300_000;
    fc.assert(
      fc.property(draws, fc.integer({ min: 0, max: 10 ** 13 }), fc.nat(100_000), (drawn, start, late) => {
        let at = 0;
        const draw = () => drawn[at++ % drawn.length] as number;
        let last: Beat = nextBeat({ now: start, periodMilliseconds, last: null }, draw);
        for (let i = 0; i < 15; i++) {
          const now = last.leaveAt + Math.min(late, periodMilliseconds * 0.1 - 1);
          const beat = nextBeat({ now, periodMilliseconds, last }, draw);
          const begin = (Math.floor(last.leaveAt / periodMilliseconds) + 1) * periodMilliseconds;
          const [collect, leave] = [beat.collectAt, beat.leaveAt].map(
            (time) => (time - begin) / periodMilliseconds,
          );
          expect(collect).toBeGreaterThan(0.0999);
          expect(collect).toBeLessThanOrEqual(0.5);
          expect(leave).toBeGreaterThan(0.4999);
          expect(leave).toBeLessThan(0.9001);
          last = beat;
        }
      }),
    );
    const last = { collectAt: 4, leaveAt: 5 };
    const slept = nextBeat({ now: 10.2 * 300_000, periodMilliseconds: 300_000, last }, () => 0.5);
    expect(slept).toEqual({ collectAt: 11.3 * 300_000, leaveAt: 11.7 * 300_000 });
  });
});
