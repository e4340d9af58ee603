import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { BlobDamaged, type BlobStore } from '../src/blobs/blob-store.ts';

export type BlobPlace = {
  open(): Promise<BlobStore>;
  /** What is stored under the name becomes something else, without the store's knowing. */
  decay(sha256: string): Promise<void>;
};

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const blob = (text: string) => new Uint8Array(Buffer.from(text.repeat(40)));

/** What every store of sealed parts does, wherever they lie (REL124). `place` gives an empty one. */
export function blobStoreContract(place: () => Promise<BlobPlace>): void {
  it('[REL124] keeps bytes under their digest, gives out nothing else, and finds them when it is opened again', async () => {
    const { open, decay } = await place();
    const store = await open();
    const bytes = blob('one');
    const name = sha256(bytes);
    expect(await store.get(name)).toBeNull();
    expect(await store.put(name, blob('other'))).toBe(false);
    expect(await store.get(name)).toBeNull();
    expect(await store.put(name, bytes)).toBe(true);
    expect(await store.put(name, bytes)).toBe(true);
    await store.close();
    const again = await open();
    expect(Buffer.from((await again.get(name)) ?? [])).toEqual(Buffer.from(bytes));
    await decay(name);
    await expect(again.get(name)).rejects.toThrow(BlobDamaged);
    expect(await again.put(name, bytes)).toBe(true);
    expect(Buffer.from((await again.get(name)) ?? [])).toEqual(Buffer.from(bytes));
    await again.remove(name);
    await again.remove(name);
    expect(await again.get(name)).toBeNull();
    await again.close();
  });

  it('[REL124] keeps what has no bytes, and any bytes', async () => {
    const store = await (await place()).open();
    const all = new Uint8Array(70_000).map((_, i) => i % 251);
    for (const bytes of [new Uint8Array(), all, blob('<Key>&amp;</Key>')]) {
      expect(await store.put(sha256(bytes), bytes)).toBe(true);
      expect(Buffer.from((await store.get(sha256(bytes))) ?? [1])).toEqual(Buffer.from(bytes));
    }
    await store.close();
  });

  it.each(['../keys/vault.age-identity', '', 'AB'.repeat(32), `${'ab'.repeat(32)}/..`, 'ab'.repeat(31)])(
    '[REL124] takes %s for no name',
    async (name) => {
      const store = await (await place()).open();
      await expect(store.get(name)).rejects.toThrow(TypeError);
      await expect(store.remove(name)).rejects.toThrow(TypeError);
      expect(await store.put(name, blob('one'))).toBe(false);
      await store.close();
    },
  );

  it('[REL124] lists every name once, of many that are put at once and of which some are removed', async () => {
    const store = await (await place()).open();
    const many = Array.from({ length: 60 }, (_, i) => blob(`part ${i} `));
    await Promise.all([...many, ...many].map((bytes) => store.put(sha256(bytes), bytes)));
    await Promise.all(many.slice(0, 10).map((bytes) => store.remove(sha256(bytes))));
    const names: string[] = [];
    for await (const name of store.list()) names.push(name);
    expect(names.sort()).toEqual(many.slice(10).map(sha256).sort());
    await store.close();
  });
}
