import { describe, expect, test } from 'vitest';
import type { PartLabel, PartStore, RegroupingStore } from '../src/part.ts';

/** What a store of parts is asked for, with how to open it again as after a restart. */
export type PartStoreHarness = {
  /** Fresh and empty; for the given recording. */
  open: (recording: string) => Promise<PartStore>;
  /** The same store opened anew, where it outlives its process. */
  reopen?: (recording: string) => Promise<PartStore>;
  close?: () => Promise<void>;
};

/** REC71, REC75: every PartStore passes this, whatever it keeps its parts in. */
export function partStoreContract(name: string, harness: PartStoreHarness): void {
  describe(`part store: ${name}`, () => {
    let count = 0;
    const recording = () => `${String(count++).padStart(21, 'A')}A`;
    const label = (id: string, index: number, kind: PartLabel['kind'] = 'events'): PartLabel => ({
      recording: id,
      index,
      kind,
    });
    const bytes = (...values: number[]) => new Uint8Array(values);

    test('[REC75] an empty store lists nothing and gives null', async () => {
      const store = await harness.open(recording());
      expect(await store.list()).toEqual([]);
      expect(await store.get(0)).toBeNull();
      await harness.close?.();
    });

    test('[REC75] what was put is given back with its kind', async () => {
      const id = recording();
      const store = await harness.open(id);
      await store.put(label(id, 0, 'states'), bytes(1, 2, 3));
      const part = await store.get(0);
      expect(part?.kind).toBe('states');
      expect([...(part?.sealed ?? [])]).toEqual([1, 2, 3]);
      await harness.close?.();
    });

    test('[REC75] the list is in the order of index, however parts came', async () => {
      const id = recording();
      const store = await harness.open(id);
      for (const index of [10, 2, 0, 1]) await store.put(label(id, index), bytes(index, index));
      await store.put(label(id, 11, 'manifest'), bytes(9));
      expect(await store.list()).toEqual([
        { index: 0, kind: 'events', bytes: 2 },
        { index: 1, kind: 'events', bytes: 2 },
        { index: 2, kind: 'events', bytes: 2 },
        { index: 10, kind: 'events', bytes: 2 },
        { index: 11, kind: 'manifest', bytes: 1 },
      ]);
      await harness.close?.();
    });

    test('[REC71] the same bytes again change nothing', async () => {
      const id = recording();
      const store = await harness.open(id);
      await store.put(label(id, 0), bytes(1, 2));
      await store.put(label(id, 0), bytes(1, 2));
      expect(await store.list()).toEqual([{ index: 0, kind: 'events', bytes: 2 }]);
      await harness.close?.();
    });

    test('[REC71] other bytes, or another kind, for an index are refused and the first stay', async () => {
      const id = recording();
      const store = await harness.open(id);
      await store.put(label(id, 0), bytes(1, 2));
      await expect(store.put(label(id, 0), bytes(1, 3))).rejects.toThrow();
      await expect(store.put(label(id, 0), bytes(1, 2, 3))).rejects.toThrow();
      await expect(store.put(label(id, 0, 'states'), bytes(1, 2))).rejects.toThrow();
      expect([...((await store.get(0))?.sealed ?? [])]).toEqual([1, 2]);
      await harness.close?.();
    });

    test('[REC71] two writers of one index at once: one wins, whole', async () => {
      const id = recording();
      const store = await harness.open(id);
      const long = (value: number) => new Uint8Array(10_000).fill(value);
      const results = await Promise.allSettled([
        store.put(label(id, 0), long(1)),
        store.put(label(id, 0), long(2)),
      ]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const kept = (await store.get(0))?.sealed ?? bytes();
      expect(kept).toHaveLength(10_000);
      expect(new Set(kept).size).toBe(1);
      await harness.close?.();
    });

    test('[REC75] the store keeps bytes of its own: later changes of what was put or got do not show', async () => {
      const id = recording();
      const store = await harness.open(id);
      const given = bytes(1, 2, 3);
      await store.put(label(id, 0), given);
      given[0] = 99;
      const got = await store.get(0);
      got?.sealed.fill(77);
      expect([...((await store.get(0))?.sealed ?? [])]).toEqual([1, 2, 3]);
      await harness.close?.();
    });

    test('[REC75] a megabyte comes back the same', async () => {
      const id = recording();
      const store = await harness.open(id);
      const large = Uint8Array.from({ length: 1_048_576 }, (_, i) => (i * 31) & 0xff);
      await store.put(label(id, 0, 'frames'), large);
      const kept = (await store.get(0))?.sealed;
      expect(kept?.length).toBe(large.length);
      expect(kept?.every((byte, i) => byte === large[i])).toBe(true);
      await harness.close?.();
    });

    test('[REC75] recordings do not see each other', async () => {
      const [one, two] = [recording(), recording()];
      const first = await harness.open(one);
      await first.put(label(one, 0), bytes(1));
      const second = await harness.open(two);
      expect(await second.list()).toEqual([]);
      await second.put(label(two, 0), bytes(2));
      expect([...((await first.get(0))?.sealed ?? [])]).toEqual([1]);
      await harness.close?.();
    });

    const { reopen } = harness;
    if (reopen) {
      test('[REC75] what was put is there after a restart', async () => {
        const id = recording();
        const store = await harness.open(id);
        await store.put(label(id, 0), bytes(1, 2));
        await harness.close?.();
        const again = await reopen(id);
        expect(await again.list()).toEqual([{ index: 0, kind: 'events', bytes: 2 }]);
        expect([...((await again.get(0))?.sealed ?? [])]).toEqual([1, 2]);
        await harness.close?.();
      });
    }
  });
}

/** REC90: stores in which a recording is written pass this too. */
export function regroupingContract(
  name: string,
  harness: Pick<PartStoreHarness, 'close'> & { open: (recording: string) => Promise<RegroupingStore> },
): void {
  describe(`regrouping store: ${name}`, () => {
    let count = 0;
    const filled = async () => {
      const recording = `${String(count++).padStart(21, 'R')}A`;
      const store = await harness.open(recording);
      for (const index of [0, 1, 2, 3]) {
        await store.put({ recording, index, kind: 'events' }, Uint8Array.of(index));
      }
      const part = (index: number, ...bytes: number[]) => ({
        label: { recording, index, kind: 'states' as const },
        sealed: Uint8Array.from(bytes),
      });
      return { recording, store, part };
    };

    test('[REC90] parts take the place of all from an index on, and no others are touched', async () => {
      const { recording, store, part } = await filled();
      expect(await store.replaceFrom(1, [part(1, 9, 9), part(2, 8)])).toBe(true);
      expect(await store.list()).toEqual([
        { index: 0, kind: 'events', bytes: 1 },
        { index: 1, kind: 'states', bytes: 2 },
        { index: 2, kind: 'states', bytes: 1 },
      ]);
      expect([...((await store.get(1))?.sealed ?? [])]).toEqual([9, 9]);
      await store.put({ recording, index: 3, kind: 'events' }, Uint8Array.of(7));
      await harness.close?.();
    });

    test('[REC90] what was put in place of others can be replaced in turn, and the store keeps bytes of its own', async () => {
      const { store, part } = await filled();
      const mine = part(0, 1, 2, 3);
      await store.replaceFrom(0, [mine]);
      mine.sealed.fill(0);
      expect([...((await store.get(0))?.sealed ?? [])]).toEqual([1, 2, 3]);
      await store.replaceFrom(0, [part(0, 5), part(1, 6)]);
      expect((await store.list()).map(({ bytes }) => bytes)).toEqual([1, 1]);
      await harness.close?.();
    });

    test('[REC90] recordings do not see each other', async () => {
      const [one, other] = [await filled(), await filled()];
      await one.store.replaceFrom(0, [one.part(0, 1)]);
      expect(await one.store.list()).toHaveLength(1);
      expect(await other.store.list()).toHaveLength(4);
      await harness.close?.();
    });
  });
}
