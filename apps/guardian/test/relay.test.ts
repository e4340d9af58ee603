import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANSWER_BYTES, CELL_BYTES } from '@aboveboard/vault/cell';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { makeRelay, shuffled } from '../src/relay/relay.ts';
import { startGuardian } from '../src/start.ts';
import { openGuardianStore } from '../src/store.ts';

const cell = (mark: number) => new Uint8Array(CELL_BYTES).fill(mark);
/** Answers each cell with its own mark, so that an answer that went astray shows. */
const echo = (batch: Uint8Array) => {
  const answers = new Uint8Array((batch.length / CELL_BYTES) * ANSWER_BYTES);
  for (let at = 0; at < batch.length / CELL_BYTES; at++)
    answers.fill(batch[at * CELL_BYTES] ?? 0, at * ANSWER_BYTES, (at + 1) * ANSWER_BYTES);
  return answers;
};
const marksOf = (batch: Uint8Array) =>
  Array.from({ length: batch.length / CELL_BYTES }, (_, at) => batch[at * CELL_BYTES]);

const RANDOM_MARK = 99;
const PARTS = {
  most: 100,
  cellsPerBatch: 100,
  draw: () => 0,
  random: (length: number) => new Uint8Array(length).fill(RANDOM_MARK),
  forward: async (batch: Uint8Array): Promise<Uint8Array | null> => echo(batch),
};

describe('the relay', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const folder = () => {
    folders.push(mkdtempSync(join(tmpdir(), 'guardian-test-')));
    return folders.at(-1) as string;
  };

  it('[RLY23] hands the cells of a period on together, in another order, and each gets its own answer', async () => {
    const batches: Uint8Array[] = [];
    const relay = makeRelay({
      ...PARTS,
      draw: (below) => Math.floor(below / 2),
      forward: async (batch) => {
        batches.push(batch);
        return echo(batch);
      },
    });
    for (const mark of [1, 2, 3, 4, 5]) expect(relay.leave(`t${mark}`, cell(mark))).toBe(true);
    expect(batches).toEqual([]);
    await relay.endPeriod();
    expect(batches).toHaveLength(1);
    const order = marksOf(batches[0] as Uint8Array);
    expect([...order].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(order).not.toEqual([1, 2, 3, 4, 5]);
    for (const mark of [1, 2, 3, 4]) expect(relay.collect(`t${mark}`)[7]).toBe(mark);
    // A late one still gets its answer in the next period, and not after that.
    await relay.endPeriod();
    expect(relay.collect('t5')[7]).toBe(5);
    relay.leave('t6', cell(6));
    for (let i = 0; i < 3; i++) await relay.endPeriod();
    expect(relay.collect('t6')[7]).toBe(RANDOM_MARK);
  });

  it('[RLY23] every order is as likely as every other', () => {
    const counts = new Map<string, number>();
    let state = 1;
    const draw = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    for (let i = 0; i < 6_000; i++) {
      const order = shuffled(['a', 'b', 'c'], draw).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
    fc.assert(
      fc.property(fc.array(fc.nat()), (list) => {
        expect(shuffled(list, draw).sort()).toEqual([...list].sort());
      }),
    );
  });

  it('[RLY25] no answer looks like any answer: unknown, collected before, or not given by the server', async () => {
    for (const forward of [
      () => Promise.reject(new Error('down')),
      async () => null,
      async (batch: Uint8Array) => echo(batch).subarray(1),
    ]) {
      const relay = makeRelay({ ...PARTS, forward });
      relay.leave('a', cell(1));
      await relay.endPeriod();
      for (const ticket of ['a', 'unknown']) {
        const answer = relay.collect(ticket);
        expect([answer.length, answer[0]]).toEqual([ANSWER_BYTES, RANDOM_MARK]);
      }
    }
    const relay = makeRelay(PARTS);
    relay.leave('a', cell(1));
    await relay.endPeriod();
    expect([relay.collect('a')[0], relay.collect('a')[0]]).toEqual([1, RANDOM_MARK]);
  });

  it('[RLY26] more cells than fit are refused, a batch is no larger than the server takes', async () => {
    const sizes: number[] = [];
    const relay = makeRelay({
      ...PARTS,
      most: 5,
      cellsPerBatch: 2,
      forward: async (batch) => {
        sizes.push(batch.length / CELL_BYTES);
        return echo(batch);
      },
    });
    const taken = [1, 2, 3, 4, 5, 6].map((mark) => relay.leave(`t${mark}`, cell(mark)));
    expect(taken).toEqual([true, true, true, true, true, false]);
    expect(relay.leave('t5', cell(9))).toBe(true);
    expect(relay.leave('t5', new Uint8Array(3))).toBe(false);
    await relay.endPeriod();
    expect(sizes).toEqual([2, 2, 1]);
    expect(relay.collect('t5')[0]).toBe(9);
  });

  it('[RLY1] a guardian passes cells to its server and refuses bodies of another size', async () => {
    const seen: { path: string | undefined; headers: string[]; bytes: number }[] = [];
    const server: Server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const body = Buffer.concat(pieces);
        seen.push({ path: request.url, headers: request.rawHeaders, bytes: body.length });
        if (request.url === '/api/relay')
          response.end(JSON.stringify({ recipient: 'age1pq1abc', periodSeconds: 1 }));
        else response.end(echo(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const guardian = await startGuardian({
      data: folder(),
      server: address,
      port: 0,
    });
    const ticket = (mark: number) => String(mark).padStart(32, '0');
    const leave = (mark: number, body: Uint8Array<ArrayBuffer>) =>
      fetch(`${guardian.url}/relay/cells/${ticket(mark)}`, {
        method: 'PUT',
        body,
        headers: { 'x-device': 'laptop-17' },
      });
    const collect = async (mark: number) => {
      const response = await fetch(`${guardian.url}/relay/answers/${ticket(mark)}`, { method: 'POST' });
      return new Uint8Array(await response.arrayBuffer());
    };
    try {
      expect(await (await fetch(`${guardian.url}/relay`)).json()).toEqual({
        recipient: 'age1pq1abc',
        periodSeconds: 1,
      });
      const left = await Promise.all([1, 2, 3].map((mark) => leave(mark, cell(mark))));
      expect(left.map(({ status }) => status)).toEqual([204, 204, 204]);
      for (const mark of [1, 2, 3]) {
        const isOwn = async () => {
          const answer = await collect(mark);
          return answer.length === ANSWER_BYTES && answer.every((byte) => byte === mark);
        };
        await expect.poll(isOwn, { timeout: 10_000 }).toBe(true);
      }
      expect((await collect(1)).length).toBe(ANSWER_BYTES);
      expect((await leave(4, new Uint8Array(CELL_BYTES + 1))).status).toBe(503);
      expect((await leave(4, new Uint8Array(5))).status).toBe(503);
      expect((await fetch(`${guardian.url}/relay/cells/short`, { method: 'PUT' })).status).toBe(404);
      // What reaches the server says nothing of who sent it: no forwarded header, no address, no header of the device's.
      expect(JSON.stringify(seen)).not.toMatch(/laptop-17|forwarded|x-real|via/i);
    } finally {
      await guardian.stop();
      server.close();
    }
    await expect(
      startGuardian({ data: folder(), server: 'http://records.example', port: 0 }),
    ).rejects.toThrow('https://');
    await expect(
      startGuardian({ data: folder(), server: address, host: '0.0.0.0', port: 0 }),
    ).rejects.toThrow('TLS');
  });
});

describe('the guardian’s store', () => {
  it('is owned by one process, and refuses data of a newer version', () => {
    const data = mkdtempSync(join(tmpdir(), 'guardian-store-'));
    try {
      const store = openGuardianStore(data, ['create table a (b)']);
      expect(() => openGuardianStore(data, ['create table a (b)'])).toThrow('in use');
      store.exec(`insert into a values ('kept')`);
      store.close();
      const later = openGuardianStore(data, ['create table a (b)', 'alter table a add column c']);
      expect(later.prepare('select * from a').all()).toMatchObject([{ b: 'kept', c: null }]);
      later.close();
      expect(() => openGuardianStore(data, ['create table a (b)'])).toThrow('newer version');
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });
});
