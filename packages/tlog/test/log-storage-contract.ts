import { describe, expect, it } from 'vitest';
import type { KeyedEntry, LogStep, LogStorage } from '../src/log-storage.ts';

/** `again`: the same store as a process would find it that starts now. */
export type LogStoragePlace = {
  storage: LogStorage;
  again(): Promise<LogStorage>;
  close?(): Promise<void>;
};

const bytes = (text: string) => new TextEncoder().encode(text);
const hashes = (count: number, from = 0) =>
  Uint8Array.from({ length: count * 32 }, (_, i) => (from + Math.floor(i / 32)) & 0xff);
const entry = (text: string, key: string | null = null): KeyedEntry => ({ bytes: bytes(text), key });
const made: LogStep = { from: null, head: { size: 0, checkpoint: bytes('empty') }, entries: [], tiles: [] };

function step(from: number, entries: readonly KeyedEntry[], tag = ''): LogStep {
  const size = from + entries.length;
  return {
    from,
    head: { size, checkpoint: bytes(`head ${size}${tag}`) },
    entries,
    tiles: [{ level: 0, number: Math.floor(from / 256), hashes: hashes(size % 256 || 256) }],
  };
}

/** What every store of a log must do (spec/log.md, LOG80-LOG83). Each test makes its own. */
export function logStorageContract(name: string, make: () => Promise<LogStoragePlace>): void {
  describe(`log storage: ${name}`, () => {
    const withStorage = async (work: (storage: LogStorage, place: LogStoragePlace) => Promise<void>) => {
      const place = await make();
      try {
        await work(place.storage, place);
      } finally {
        await place.close?.();
      }
    };

    it('[LOG80] holds nothing until a step makes the log, which only one does', () =>
      withStorage(async (storage) => {
        expect(await storage.head()).toBeNull();
        expect(await storage.tile(0, 0)).toBeNull();
        expect(await storage.advance(step(0, [entry('too early')]))).toBe(false);
        expect(await storage.head()).toBeNull();
        expect(await storage.advance(made)).toBe(true);
        expect(await storage.advance({ ...made, head: { size: 0, checkpoint: bytes('other') } })).toBe(false);
        expect(await storage.head()).toEqual(made.head);
      }));

    it('[LOG80, LOG81] writes entries, tiles and head, and another process finds them', () =>
      withStorage(async (storage, place) => {
        await storage.advance(made);
        expect(await storage.advance(step(0, [entry('a'), entry(''), entry('c')]))).toBe(true);
        for (const found of [storage, await place.again()]) {
          expect(await found.head()).toEqual({ size: 3, checkpoint: bytes('head 3') });
          expect(await found.entries(0, 3)).toEqual([bytes('a'), bytes(''), bytes('c')]);
          expect(await found.entries(1, 2)).toEqual([bytes('')]);
          expect(await found.entries(2, 2)).toEqual([]);
          expect(await found.tile(0, 0)).toEqual(hashes(3));
          expect(await found.tile(1, 0)).toBeNull();
          expect(await found.tile(0, 1)).toBeNull();
        }
      }));

    it('[LOG80] changes nothing when the head is not where the step was made from', () =>
      withStorage(async (storage) => {
        await storage.advance(made);
        await storage.advance(step(0, [entry('a')]));
        for (const stale of [step(0, [entry('x'), entry('y')]), step(2, [entry('z')]), made]) {
          expect(await storage.advance(stale)).toBe(false);
        }
        expect(await storage.head()).toEqual({ size: 1, checkpoint: bytes('head 1') });
        expect(await storage.entries(0, 1)).toEqual([bytes('a')]);
        expect(await storage.tile(0, 0)).toEqual(hashes(1));
      }));

    it('[LOG80] of steps at one time from one head exactly one is written, whole', () =>
      withStorage(async (storage, place) => {
        await storage.advance(made);
        const others = [storage, await place.again(), await place.again()];
        const steps = Array.from({ length: 12 }, (_, i) =>
          step(0, [entry(`${i}`), entry(`${i}`)], ` of ${i}`),
        );
        const done = await Promise.all(steps.map((one, i) => (others[i % 3] as LogStorage).advance(one)));
        expect(done.filter(Boolean)).toHaveLength(1);
        const winner = done.indexOf(true);
        expect(await storage.head()).toEqual(steps[winner]?.head);
        expect(await storage.entries(0, 2)).toEqual([bytes(`${winner}`), bytes(`${winner}`)]);
      }));

    it('[LOG82] a tile grows with the steps', () =>
      withStorage(async (storage) => {
        await storage.advance(made);
        await storage.advance(step(0, [entry('a'), entry('b')]));
        await storage.advance(step(2, [entry('c')]));
        expect(await storage.tile(0, 0)).toEqual(hashes(3));
      }));

    it('[LOG80] a step of no entries moves nothing and may be written', () =>
      withStorage(async (storage) => {
        await storage.advance(made);
        await storage.advance(step(0, [entry('a')]));
        const full = Array.from({ length: 300 }, (_, i) => entry(`entry ${i}`));
        const tiles = [
          { level: 0, number: 0, hashes: hashes(256) },
          { level: 0, number: 1, hashes: hashes(45) },
          { level: 1, number: 0, hashes: hashes(1) },
        ];
        const wide = { from: 1, head: { size: 301, checkpoint: bytes('head 301') }, entries: full, tiles };
        expect(await storage.advance(wide)).toBe(true);
        expect(await storage.entries(255, 258)).toEqual([254, 255, 256].map((i) => bytes(`entry ${i}`)));
        expect(await storage.tile(0, 1)).toEqual(hashes(45));
        expect(await storage.tile(1, 0)).toEqual(hashes(1));
      }));

    it('[LOG30, LOG81] keeps an entry of 65,535 bytes as it is', () =>
      withStorage(async (storage) => {
        await storage.advance(made);
        const longest = Uint8Array.from({ length: 65_535 }, (_, i) => (i * 7) & 0xff);
        await storage.advance(step(0, [{ bytes: longest, key: null }]));
        expect(await storage.entries(0, 1)).toEqual([longest]);
      }));

    it('gives copies: what a caller does to bytes changes nothing', () =>
      withStorage(async (storage) => {
        await storage.advance(made);
        const given = step(0, [entry('a')]);
        await storage.advance(given);
        given.entries[0]?.bytes.fill(0);
        given.head.checkpoint.fill(0);
        (await storage.tile(0, 0))?.fill(9);
        (await storage.entries(0, 1))[0]?.fill(9);
        expect(await storage.entries(0, 1)).toEqual([bytes('a')]);
        expect((await storage.head())?.checkpoint).toEqual(bytes('head 1'));
        expect(await storage.tile(0, 0)).toEqual(hashes(1));
      }));

    it('[LOG83] finds the entry of a key, of written steps alone, if it keeps keys', () =>
      withStorage(async (storage) => {
        if (!storage.indexOf) return;
        await storage.advance(made);
        expect(await storage.indexOf('one')).toBeNull();
        await storage.advance(step(0, [entry('a'), entry('b', 'one')]));
        await storage.advance(step(0, [entry('c', 'lost')]));
        expect(await storage.indexOf('one')).toBe(1);
        expect(await storage.indexOf('lost')).toBeNull();
        expect(await storage.indexOf('')).toBeNull();
      }));
  });
}
