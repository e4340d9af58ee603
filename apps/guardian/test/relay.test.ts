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

describe('the relay', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const folder = () => {
    folders.push(mkdtempSync(join(tmpdir(), 'guardian-test-')));
    return folders.at(-1) as string;
  };

  it('[RLY23] hands the cells of an interval on together, in another order, and each gets its own answer', async () => {
    const batches: Uint8Array[] = [];
    const relay = makeRelay({
      intervalMilliseconds: 50,
      most: 100,
      cellsPerBatch: 100,
      draw: (below) => Math.floor(below / 2),
      forward: async (batch) => {
        batches.push(batch);
        return echo(batch);
      },
    });
    try {
      const answers = await Promise.all([1, 2, 3, 4, 5].map((mark) => relay.pass(cell(mark))));
      expect(answers.map((answer) => answer?.[7])).toEqual([1, 2, 3, 4, 5]);
      expect(batches).toHaveLength(1);
      const order = marksOf(batches[0] as Uint8Array);
      expect([...order].sort()).toEqual([1, 2, 3, 4, 5]);
      expect(order).not.toEqual([1, 2, 3, 4, 5]);
    } finally {
      relay.stop();
    }
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

  it('[RLY25] all of a batch are refused alike when the server fails, or answers with another size', async () => {
    for (const forward of [
      () => Promise.reject(new Error('down')),
      async () => null,
      async (batch: Uint8Array) => echo(batch).subarray(1),
    ]) {
      const relay = makeRelay({
        intervalMilliseconds: 10,
        most: 10,
        cellsPerBatch: 10,
        draw: () => 0,
        forward,
      });
      expect(await Promise.all([relay.pass(cell(1)), relay.pass(cell(2))])).toEqual([null, null]);
      relay.stop();
    }
  });

  it('[RLY26] more cells than fit are refused, and those that wait at the end', async () => {
    const relay = makeRelay({
      intervalMilliseconds: 60_000,
      most: 2,
      cellsPerBatch: 10,
      draw: () => 0,
      forward: async (batch) => echo(batch),
    });
    const waiting = [relay.pass(cell(1)), relay.pass(cell(2))];
    expect(await relay.pass(cell(3))).toBeNull();
    expect(await relay.pass(new Uint8Array(3))).toBeNull();
    relay.stop();
    expect(await Promise.all(waiting)).toEqual([null, null]);
    expect(await relay.pass(cell(4))).toBeNull();
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
          response.end(JSON.stringify({ recipient: 'age1pq1abc', periodSeconds: 300 }));
        else response.end(echo(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const guardian = await startGuardian({
      data: folder(),
      server: address,
      port: 0,
      intervalMilliseconds: 30,
    });
    const send = (body: Uint8Array<ArrayBuffer>) =>
      fetch(`${guardian.url}/relay/cell`, { method: 'POST', body, headers: { 'x-device': 'laptop-17' } });
    try {
      expect(await (await fetch(`${guardian.url}/relay`)).json()).toEqual({
        recipient: 'age1pq1abc',
        periodSeconds: 300,
      });
      const answers = await Promise.all([1, 2, 3].map((mark) => send(cell(mark))));
      for (const [at, answer] of answers.entries()) {
        const bytes = new Uint8Array(await answer.arrayBuffer());
        expect([answer.status, bytes.length, bytes[0]]).toEqual([200, ANSWER_BYTES, at + 1]);
      }
      expect((await send(new Uint8Array(CELL_BYTES + 1))).status).toBe(503);
      expect((await send(new Uint8Array(5))).status).toBe(503);
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
