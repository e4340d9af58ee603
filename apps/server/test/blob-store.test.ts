import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BlobDamaged, openBlobStore } from '../src/blobs/blob-store.ts';
import { makeShared } from '../src/blobs/shared-sync.ts';
import { writeDurably } from '../src/keys/durable-file.ts';
import { ForgetfulDisk, seeded } from './forgetful-disk.ts';
import { clearFolders, temporaryFolder } from './server.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const blob = (n: number) => Buffer.from(`sealed part number ${n} `.repeat(5));

afterAll(clearFolders);

describe('blob store', () => {
  it('[UPL24] keeps bytes under their digest and gives out nothing else', async () => {
    const folder = temporaryFolder();
    const store = await openBlobStore(folder, { owner: true });
    const name = sha256(blob(1));
    expect(await store.put(name, blob(1))).toBe(true);
    expect(await store.put(name, blob(1))).toBe(true);
    expect(await store.put(name, blob(2))).toBe(false);
    expect(Buffer.from((await store.get(name)) ?? [])).toEqual(blob(1));
    expect(await store.get(sha256(blob(3)))).toBeNull();
    writeFileSync(join(folder, name.slice(0, 2), name), 'decayed');
    await expect(store.get(name)).rejects.toThrow(BlobDamaged);
    expect(await store.put(name, blob(1))).toBe(true);
    expect(Buffer.from((await store.get(name)) ?? [])).toEqual(blob(1));
    await store.remove(name);
    await store.remove(name);
    expect(await store.get(name)).toBeNull();
    await expect(store.get('../keys/vault.age-identity')).rejects.toThrow(TypeError);
    await store.close();
  });

  it('[UPL25] removes what was left half written, if it is the owner', async () => {
    const folder = temporaryFolder();
    await (await openBlobStore(folder, { owner: true })).close();
    writeFileSync(join(folder, 'incoming', 'abc'), 'half');
    await (await openBlobStore(folder, { owner: false })).close();
    expect(readdirSync(join(folder, 'incoming'))).toEqual(['abc']);
    await (await openBlobStore(folder, { owner: true })).close();
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  });
});

/** Puts blobs until the process dies at operation `failAt`, cuts the power, and looks at what is left. */
async function powerCut(failAt: number, seed: number, lies: ForgetfulDisk['lies'] = {}) {
  const disk = new ForgetfulDisk();
  const chance = seeded(seed);
  const first = await openBlobStore('/blobs', { owner: true, files: disk });
  disk.lies = lies;
  disk.failAt = disk.operations + failAt;
  const acknowledged: number[] = [];
  const put = async (n: number) => {
    await first.put(sha256(blob(n)), blob(n));
    acknowledged.push(n);
  };
  // Two lanes, so that operations of two parts mix.
  await Promise.allSettled(
    [0, 1].map(async (lane) => {
      for (let i = 0; i < 3; i++) await put(lane * 10 + i);
    }),
  );
  disk.cut(chance);
  const again = await openBlobStore('/blobs', { owner: true, files: disk });
  const faults: string[] = [];
  for (const n of acknowledged) {
    const kept = await again.get(sha256(blob(n))).catch(() => null);
    if (!kept || !Buffer.from(kept).equals(blob(n))) faults.push(`acknowledged ${n} is lost`);
  }
  for await (const name of again.list()) {
    if (!(await again.get(name).catch(() => null))) faults.push('something half written is visible');
  }
  if ((await disk.names('/blobs/incoming')).length > 0) faults.push('a temporary file is left');
  return { faults, acknowledged: acknowledged.length };
}

describe('a disk that forgets what was not synced', () => {
  it('[UPL21] loses nothing that was acknowledged and shows nothing half written, at whatever step', async () => {
    let acknowledged = 0;
    for (let failAt = 0; failAt < 60; failAt++) {
      for (let seed = 1; seed <= 3; seed++) {
        const result = await powerCut(failAt, seed);
        expect(result.faults, `step ${failAt}, seed ${seed}`).toEqual([]);
        acknowledged += result.acknowledged;
      }
    }
    expect(acknowledged).toBeGreaterThan(200);
  });

  it.each([
    ['file', { file: true }],
    ['folder', { folder: true }],
  ] as const)('[UPL21] seeded hole: without the sync of the %s it is found', async (_, lies) => {
    const found = [];
    for (let failAt = 0; failAt < 60; failAt++) found.push(...(await powerCut(failAt, failAt, lies)).faults);
    expect(found.length).toBeGreaterThan(0);
  });

  it('replaces a small file as a whole: before or after, nothing between', async () => {
    const [before, after] = [Buffer.from('before'), Buffer.from('and after')];
    for (let failAt = 0; failAt < 10; failAt++) {
      for (let seed = 1; seed <= 20; seed++) {
        const disk = new ForgetfulDisk();
        await writeDurably('/keys/one', before, disk);
        disk.failAt = disk.operations + failAt;
        const isDone = await writeDurably('/keys/one', after, disk).then(
          () => true,
          () => false,
        );
        disk.cut(seeded(seed));
        const left = Buffer.from((await disk.read('/keys/one')) ?? []).toString();
        expect(isDone ? ['and after'] : ['before', 'and after'], `step ${failAt}, seed ${seed}`).toContain(
          left,
        );
      }
    }
  });
});

describe('shared sync', () => {
  it('covers what was done before it was asked, in two runs for any number of callers', async () => {
    let [done, seen, runs] = [0, 0, 0];
    const sync = makeShared(async () => {
      runs++;
      const before = done;
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen = before;
    });
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        done = i + 1;
        const mine = done;
        await sync('folder');
        expect(seen).toBeGreaterThanOrEqual(mine);
      }),
    );
    expect(runs).toBe(2);
  });

  it('fails those whose run failed, and no later ones', async () => {
    let fails = true;
    const sync = makeShared(async () => {
      if (fails) throw new Error('no');
    });
    await expect(sync('a')).rejects.toThrow('no');
    fails = false;
    await expect(sync('a')).resolves.toBeUndefined();
  });
});
