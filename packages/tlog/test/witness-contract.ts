import { describe, expect, it } from 'vitest';
import type { WitnessStorage } from '../src/witness.ts';

/** `again`: the same store as a process would find it that starts now. */
export type WitnessStoragePlace = {
  storage: WitnessStorage;
  again(): Promise<WitnessStorage>;
  close?(): Promise<void>;
};

const head = (size: number, tag = '') => ({
  size,
  checkpoint: new TextEncoder().encode(`note of ${size}${tag}`),
});

/** What every store of a witness must do (spec/log.md, LOG137). */
export function witnessStorageContract(name: string, make: () => Promise<WitnessStoragePlace>): void {
  describe(`witness storage: ${name}`, () => {
    const withStorage = async (work: (place: WitnessStoragePlace) => Promise<void>) => {
      const place = await make();
      try {
        await work(place);
      } finally {
        await place.close?.();
      }
    };

    it('[LOG137] holds the newest head of each log, also for who starts anew', () =>
      withStorage(async ({ storage, again }) => {
        expect(await storage.latest('a.example')).toBeNull();
        expect(await storage.replace('a.example', null, head(0))).toBe(true);
        expect(await storage.replace('a.example', 0, head(7))).toBe(true);
        expect(await storage.replace('b.example', null, head(3))).toBe(true);
        for (const found of [storage, await again()]) {
          expect(await found.latest('a.example')).toEqual(head(7));
          expect(await found.latest('b.example')).toEqual(head(3));
          expect(await found.latest('A.example')).toBeNull();
        }
      }));

    it('[LOG137] changes nothing when another size stands there', () =>
      withStorage(async ({ storage }) => {
        expect(await storage.replace('a.example', 0, head(1))).toBe(false);
        await storage.replace('a.example', null, head(5));
        for (const from of [null, 0, 4, 6])
          expect(await storage.replace('a.example', from, head(9))).toBe(false);
        expect(await storage.latest('a.example')).toEqual(head(5));
      }));

    it('[LOG137] of many at one time exactly one takes the place', () =>
      withStorage(async ({ storage, again }) => {
        await storage.replace('a.example', null, head(5));
        const stores = [storage, await again()];
        const done = await Promise.all(
          Array.from({ length: 10 }, (_, i) =>
            (stores[i % 2] as WitnessStorage).replace('a.example', 5, head(6, ` of ${i}`)),
          ),
        );
        expect(done.filter(Boolean)).toHaveLength(1);
        expect(await storage.latest('a.example')).toEqual(head(6, ` of ${done.indexOf(true)}`));
      }));
  });
}
