import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCheckpointText, parseCheckpoint } from '../src/checkpoint.ts';
import { ed25519Key } from '../src/ed25519.ts';
import { fsck } from '../src/fsck.ts';
import type { LogHead, LogStep, LogStorage } from '../src/log-storage.ts';
import { MemoryLogStorage } from '../src/memory-log-storage.ts';
import { leafHash, rootOf, sameHash } from '../src/merkle.ts';
import { formatNote } from '../src/note.ts';
import { openSequencer } from '../src/sequencer.ts';
import { signNote, verifyNote } from '../src/signed-note.ts';
import { textSigner } from '../src/signer.ts';
import { storedLog } from '../src/stored-log.ts';
import { logStorageContract } from './log-storage-contract.ts';
import { bytes, entryAt, LOG_KEYS, LOG_SIGNERS, ORIGIN, text } from './made-log.ts';

logStorageContract('memory', async () => {
  const storage = new MemoryLogStorage();
  return { storage, again: async () => storage };
});

const signers = LOG_SIGNERS.slice(0, 1);
const open = (storage: LogStorage, limits = {}) =>
  openSequencer({ storage, origin: ORIGIN, signers, limits });

/** The log is whole, its entries are these, and its head is signed. */
async function entriesOf(storage: LogStorage): Promise<string[]> {
  const head = (await storage.head()) as LogHead;
  const signed = parseCheckpoint(head.checkpoint);
  if (!signed.ok) throw new Error('no checkpoint');
  expect(verifyNote(signed.value.note, LOG_KEYS).ok).toBe(true);
  const report = await fsck(storedLog(storage), signed.value.checkpoint);
  expect(report.faults).toEqual([]);
  const entries = await storage.entries(0, head.size);
  expect(sameHash(rootOf(entries.map(leafHash)), signed.value.checkpoint.root)).toBe(true);
  return entries.map(text);
}

describe('sequencer', () => {
  it('[LOG85, LOG86] gives each entry its index in order of arrival, once it is durable', async () => {
    const storage = new MemoryLogStorage();
    const sequencer = await open(storage);
    const waiting = Array.from({ length: 700 }, (_, i) => sequencer.append(entryAt(i)));
    const first = await waiting[0];
    expect(first).toEqual({ index: 0 });
    expect((await storage.head())?.size).toBeGreaterThan(0);
    expect(await Promise.all(waiting)).toEqual(waiting.map((_, index) => ({ index })));
    expect(await entriesOf(storage)).toEqual(waiting.map((_, i) => `entry ${i}`));
  });

  it('[LOG86] what arrives together is one step; what arrives while it is written is the next', async () => {
    const sizes: number[] = [];
    const storage = watched(new MemoryLogStorage(), {
      before: async ({ entries }) => void sizes.push(entries.length),
    });
    const sequencer = await open(storage);
    const first = Promise.all(Array.from({ length: 30 }, (_, i) => sequencer.append(entryAt(i))));
    await null;
    await Promise.all([first, ...Array.from({ length: 5 }, (_, i) => sequencer.append(entryAt(i)))]);
    expect(sizes).toEqual([0, 30, 5]);
  });

  it('[LOG30] refuses an entry of more than 65,535 bytes, and takes one of 65,535', async () => {
    const storage = new MemoryLogStorage();
    const sequencer = await open(storage);
    await expect(sequencer.append(new Uint8Array(65_536))).rejects.toMatchObject({ code: 'too-large' });
    expect((await storage.head())?.size).toBe(0);
    expect(await sequencer.append(new Uint8Array(65_535))).toEqual({ index: 0 });
  });

  it('[LOG92] refuses what waits beyond its limit, and writes the others', async () => {
    const storage = new MemoryLogStorage();
    const sequencer = await open(storage, { waiting: 3 });
    const answers = await Promise.allSettled(
      Array.from({ length: 5 }, (_, i) => sequencer.append(entryAt(i))),
    );
    expect(answers.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(answers[4]).toMatchObject({ reason: { code: 'full' } });
    expect(await entriesOf(storage)).toEqual(['entry 0', 'entry 1', 'entry 2']);
  });

  it('[LOG93] a key has 1 to 128 characters; any other is its caller’s mistake alone', async () => {
    const storage = new MemoryLogStorage();
    const sequencer = await open(storage);
    const other = sequencer.append(entryAt(0), { key: 'k'.repeat(128) });
    for (const key of ['', 'k'.repeat(129)])
      expect(() => sequencer.append(entryAt(1), { key })).toThrow('1 to 128');
    expect(await other).toEqual({ index: 0 });
    expect(await entriesOf(storage)).toEqual(['entry 0']);
  });

  it('[LOG93] writes an entry under a key once, in one step, in two, and after a new start', async () => {
    const storage = new MemoryLogStorage();
    const sequencer = await open(storage);
    const together = [
      sequencer.append(bytes('a'), { key: 'k' }),
      sequencer.append(bytes('b')),
      sequencer.append(bytes('a'), { key: 'k' }),
    ];
    expect(await Promise.all(together)).toEqual([{ index: 0 }, { index: 1 }, { index: 0 }]);
    expect(await sequencer.append(bytes('a'), { key: 'k' })).toEqual({ index: 0 });
    expect(await (await open(storage)).append(bytes('a'), { key: 'k' })).toEqual({ index: 0 });
    expect(await entriesOf(storage)).toEqual(['a', 'b']);
  });

  it('[LOG83] takes no key where the store keeps none', async () => {
    const { indexOf: _, ...rest } = watched(new MemoryLogStorage(), {});
    const sequencer = await open(rest);
    expect(() => sequencer.append(bytes('a'), { key: 'k' })).toThrow(TypeError);
    expect(await sequencer.append(bytes('a'))).toEqual({ index: 0 });
  });

  it('[LOG87] several at one store lose and double nothing', async () => {
    const storage = new MemoryLogStorage();
    const slow = watched(storage, { before: () => new Promise((resolve) => setImmediate(resolve)) });
    const sequencers = [await open(slow), await open(storage), await open(slow)];
    const answers = await Promise.all(
      Array.from({ length: 90 }, async (_, i) => {
        if (i % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
        return { i, ...(await sequencers[i % 3]?.append(entryAt(i))) };
      }),
    );
    const entries = await entriesOf(storage);
    expect(entries).toHaveLength(90);
    for (const { i, index } of answers) expect(entries[index as number]).toBe(`entry ${i}`);
  });

  it('[LOG91] gives up, having written nothing, where others are always faster', async () => {
    const storage = new MemoryLogStorage();
    const sequencer = await open(
      watched(storage, { answer: async ({ from }) => (from === null ? undefined : false) }),
      { tries: 3 },
    );
    await expect(sequencer.append(bytes('a'))).rejects.toMatchObject({
      code: 'storage',
      faults: [{ rule: 'LOG91' }],
    });
    expect((await storage.head())?.size).toBe(0);
  });

  it('[LOG94] no checkpoint is seen before it is durable, and none that a failed step signed ever is', async () => {
    const storage = new MemoryLogStorage();
    const sequencer = await open(storage);
    let seen: LogHead | null = null;
    const looking = watched(storage, {
      before: async ({ entries }) => {
        if (entries.length > 0) seen = second.head();
      },
    });
    const second = await open(looking);
    await second.append(bytes('a'));
    expect(seen).toMatchObject({ size: 0 });
    expect(second.head().size).toBe(1);
    expect(sequencer.head().size).toBe(0);
  });

  it('rejects with the error of a signer that can not sign, and goes on when it can', async () => {
    const storage = new MemoryLogStorage();
    let broken = false;
    const signer = signers[0] as (typeof signers)[0];
    const sequencer = await openSequencer({
      storage,
      origin: ORIGIN,
      signers: [
        {
          key: signer.key,
          sign: async (note) => (broken ? Promise.reject(new Error('no key')) : signer.sign(note)),
        },
      ],
    });
    broken = true;
    await expect(sequencer.append(bytes('a'))).rejects.toThrow('no key');
    broken = false;
    expect(await sequencer.append(bytes('b'))).toEqual({ index: 0 });
  });

  describe('[LOG88] refuses to append to', () => {
    const other = textSigner(ORIGIN, ed25519Key(new Uint8Array(32).fill(77)));
    const head = async (origin: string, by = signers) =>
      formatNote(await signNote(formatCheckpointText({ origin, size: 1, root: leafHash(bytes('a')) }), by));
    const leaf = { level: 0, number: 0, hashes: leafHash(bytes('a')) };

    it.each([
      ['a head that another key signed', async () => head(ORIGIN, [other]), [leaf]],
      ['a head of another origin', async () => head('example.com/other'), [leaf]],
      ['a head whose tiles are gone', async () => head(ORIGIN), []],
      [
        'tiles that hash to another root',
        async () => head(ORIGIN),
        [{ ...leaf, hashes: leafHash(bytes('b')) }],
      ],
      ['a head that can not be read', async () => bytes('nonsense'), [leaf]],
    ])('%s', async (_, checkpoint, tiles) => {
      const storage = new MemoryLogStorage();
      await storage.advance({
        from: null,
        head: { size: 0, checkpoint: bytes('x') },
        entries: [],
        tiles: [],
      });
      const step = {
        from: 0,
        head: { size: 1, checkpoint: await checkpoint() },
        entries: [{ bytes: bytes('a'), key: null }],
        tiles,
      };
      await storage.advance(step);
      await expect(open(storage)).rejects.toMatchObject({ name: 'LogError', code: 'storage' });
    });

    it('a log of which one of two signatures is missing', async () => {
      const storage = new MemoryLogStorage();
      await open(storage);
      const both = openSequencer({ storage, origin: ORIGIN, signers: LOG_SIGNERS });
      await expect(both).rejects.toMatchObject({ code: 'storage', faults: [{ rule: 'LOG88' }] });
    });
  });
});

/** What may go wrong at one call of the store, and whether the call had its effect before it did. */
type Failure = {
  call: 'head' | 'tile' | 'indexOf' | 'advance';
  nth: number;
  persisted: boolean;
  outage: number;
};

describe('failure matrix of the sequencer', () => {
  const CALLS = ['head', 'tile', 'indexOf', 'advance'] as const;
  const matrix: Failure[] = CALLS.flatMap((call) =>
    [0, 1, 2].flatMap((nth) =>
      [true, false].flatMap((persisted) => [1, 100].map((outage) => ({ call, nth, persisted, outage }))),
    ),
  );

  it.each(matrix)(
    '[LOG89, LOG90] $call number $nth fails, done: $persisted, and what follows $outage calls',
    async (failure) => {
      const storage = new MemoryLogStorage();
      await (await open(storage)).append(bytes('before'));
      const failing = new FailingStorage(storage, failure);
      await lived(storage, failing, true);
    },
  );

  it.each(matrix.filter(({ call }) => call !== 'indexOf'))(
    '[LOG89, LOG90] the same without keys: $call number $nth, done: $persisted, $outage',
    async (failure) => {
      const storage = new MemoryLogStorage();
      await (await open(storage)).append(bytes('before'));
      await lived(storage, new FailingStorage(storage, failure), false);
    },
  );

  it('[LOG89, LOG90] any sequence of failures', async () => {
    const failures = fc.array(fc.record({ failed: fc.boolean(), persisted: fc.boolean() }), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(failures, async (sequence) => {
        const storage = new MemoryLogStorage();
        await (await open(storage)).append(bytes('before'));
        await lived(storage, new FailingStorage(storage, null, sequence), true);
      }),
      { numRuns: 60 },
    );
  });

  it('[LOG89, LOG90] two processes with the same bytes and one lost answer: one entry is not two acknowledged ones', async () => {
    const storage = new MemoryLogStorage();
    const first = await open(storage);
    // Signed with the same key over the same tree, the two heads are one and the same.
    const second = await open(
      watched(storage, {
        before: async ({ from }) => {
          if (from === null) return;
          await first.append(bytes('same'));
          throw new Error('the store is away');
        },
      }),
    );
    await expect(second.append(bytes('same'))).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(await entriesOf(storage)).toEqual(['same']);
  });

  it('[LOG90] a lost answer is found out by keys', async () => {
    const storage = new MemoryLogStorage();
    await open(storage);
    const losing = new FailingStorage(storage, { call: 'advance', nth: 0, persisted: true, outage: 1 });
    const sequencer = await open(losing);
    const appended = ['a', 'b'].map((name) => sequencer.append(bytes(name), { key: name }));
    expect(await Promise.all(appended)).toEqual([{ index: 0 }, { index: 1 }]);
    expect(await sequencer.append(bytes('c'), { key: 'c' })).toEqual({ index: 2 });
    expect(await entriesOf(storage)).toEqual(['a', 'b', 'c']);
  });

  it('[LOG89] seeded hole: a sequencer that acknowledges before the store has answered is caught', async () => {
    const storage = new MemoryLogStorage();
    await (await open(storage)).append(bytes('before'));
    const hasty = watched(storage, {
      // Says that it was written, and loses it.
      answer: async ({ from }) => (from === null ? undefined : true),
    });
    await expect(lived(storage, hasty, false)).rejects.toThrow();
  });

  it('[LOG89] seeded hole: a store that writes what it refused is caught', async () => {
    const storage = new MemoryLogStorage();
    await (await open(storage)).append(bytes('before'));
    let once = true;
    const doubling = watched(storage, {
      answer: async (step) => {
        if (!once) return undefined;
        once = false;
        await storage.advance(step);
        return false;
      },
    });
    await expect(lived(storage, doubling, false)).rejects.toThrow();
  });

  /**
   * A process appends through a store that fails, dies, and another one goes on: retries under the same key
   * what was not acknowledged. Then every acknowledged entry is there once, at its index.
   */
  async function lived(storage: LogStorage, failing: LogStorage, keyed: boolean): Promise<void> {
    const acknowledged = new Map<string, number>();
    const unknown: string[] = [];
    const sequencer = await open(failing, { batch: 2 }).catch(() => null);
    for (const round of [0, 1, 2]) {
      const names = [0, 1, 2].map((i) => `round ${round} entry ${i}`);
      const answers = await Promise.allSettled(
        names.map(async (name) => {
          if (!sequencer) throw new Error('did not start');
          return sequencer.append(bytes(name), keyed ? { key: name } : {});
        }),
      );
      for (const [i, answer] of answers.entries()) {
        const name = names[i] as string;
        if (answer.status === 'fulfilled') acknowledged.set(name, answer.value.index);
        else {
          if (sequencer) expect(['storage', 'outcome-unknown']).toContain(answer.reason.code);
          unknown.push(name);
          if (answer.reason.code === 'storage')
            expect((await storage.entries(0, sizeOf(await storage.head()))).map(text)).not.toContain(name);
        }
      }
    }
    const next = await open(storage);
    if (keyed)
      for (const name of unknown)
        acknowledged.set(name, (await next.append(bytes(name), { key: name })).index);
    await next.append(bytes('after'));

    const entries = await entriesOf(storage);
    expect(new Set(entries).size).toBe(entries.length);
    for (const [name, index] of acknowledged) expect(entries[index]).toBe(name);
    expect(entries).toContain('before');
    if (keyed) expect(entries).toHaveLength(9 + 2);
  }
});

const sizeOf = (head: LogHead | null) => head?.size ?? 0;

/** A store that fails at one call of one kind and the calls after it, or as a list says. */
class FailingStorage implements LogStorage {
  private readonly inner: LogStorage;
  private readonly failure: Failure | null;
  private readonly sequence: { failed: boolean; persisted: boolean }[];
  private readonly seen = { head: 0, tile: 0, indexOf: 0, advance: 0 };
  private outage = 0;

  constructor(
    inner: LogStorage,
    failure: Failure | null,
    sequence: { failed: boolean; persisted: boolean }[] = [],
  ) {
    this.inner = inner;
    this.failure = failure;
    this.sequence = [...sequence];
  }

  head = () => this.call('head', () => this.inner.head());
  tile = (level: number, number: number) => this.call('tile', () => this.inner.tile(level, number));
  indexOf = (key: string) => this.call('indexOf', async () => (await this.inner.indexOf?.(key)) ?? null);
  advance = (step: LogStep) => this.call('advance', () => this.inner.advance(step));
  entries = (start: number, end: number) => this.inner.entries(start, end);

  private async call<T>(name: Failure['call'], work: () => Promise<T>): Promise<T> {
    const { failed, persisted } = this.turn(name);
    if (failed && !persisted) throw new Error('the store is away');
    const value = await work();
    if (failed) throw new Error('the answer was lost');
    return value;
  }

  private turn(name: Failure['call']): { failed: boolean; persisted: boolean } {
    if (!this.failure) return this.sequence.shift() ?? { failed: false, persisted: false };
    if (this.failure.call === name && this.seen[name]++ === this.failure.nth)
      this.outage = this.failure.outage;
    const failed = this.outage-- > 0;
    // Only the first call of an outage can have had its effect: the others never arrived.
    return { failed, persisted: failed && this.failure.persisted && this.outage === this.failure.outage - 1 };
  }
}

/** A store with something done before, or instead of, each step. */
function watched(
  inner: LogStorage,
  by: {
    before?: (step: LogStep) => Promise<unknown>;
    answer?: (step: LogStep) => Promise<boolean | undefined>;
  },
): LogStorage {
  return {
    head: () => inner.head(),
    tile: (level, number) => inner.tile(level, number),
    entries: (start, end) => inner.entries(start, end),
    indexOf: async (key) => (await inner.indexOf?.(key)) ?? null,
    advance: async (step) => {
      await by.before?.(step);
      return (await by.answer?.(step)) ?? (await inner.advance(step));
    },
  };
}
