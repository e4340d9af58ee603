import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../src/checkpoint.ts';
import { fsck } from '../src/fsck.ts';
import { LogReader, openLog } from '../src/log-reader.ts';
import { consistencyFault, EMPTY_ROOT, inclusionFault, leafHash, sameHash } from '../src/merkle.ts';
import { readStoredTile, storedLog } from '../src/stored-log.ts';
import type { TileSource } from '../src/tile-source.ts';
import { parseVerifierKey } from '../src/verifier-key.ts';
import {
  bytes,
  cosigned,
  entryAt,
  inTime,
  LOG_ONLY,
  madeLog,
  POLICY,
  sharedFolder,
  text,
} from './made-log.ts';

async function headOf(source: TileSource) {
  const signed = parseCheckpoint((await source.read('checkpoint', 1e6)) as Uint8Array);
  if (!signed.ok) throw new Error('no checkpoint');
  return signed.value.checkpoint;
}

const readerOf = async (source: TileSource) => new LogReader({ source, ...(await headOf(source)) });

async function all(reader: LogReader, start?: number): Promise<string[]> {
  const entries: string[] = [];
  for await (const { index, entry } of reader.entries(start)) {
    expect(index).toBe((start ?? 0) + entries.length);
    entries.push(text(entry));
  }
  return entries;
}

/** The source with one resource changed; null: it is gone. */
function tampered(
  source: TileSource,
  path: string,
  change: (bytes: Uint8Array) => Uint8Array | null,
): TileSource {
  return {
    read: async (asked, limit) => {
      const found = await source.read(asked, limit);
      return asked === path && found ? change(found) : found;
    },
  };
}
const flip = (at: number) => (given: Uint8Array) => given.map((byte, i) => (i === at ? byte ^ 1 : byte));

const SIZES = [1, 2, 255, 256, 257, 512, 700];

describe('reading a log', () => {
  it.each(SIZES)('[LOG22-LOG24, LOG32] gives every entry of %i, each proved', async (size) => {
    const { source } = await madeLog(size);
    const reader = await readerOf(source);
    expect(await all(reader)).toEqual(Array.from({ length: size }, (_, i) => `entry ${i}`));
    expect(await all(reader, size - 1)).toEqual([`entry ${size - 1}`]);
    expect(text(await reader.entry(size - 1))).toBe(`entry ${size - 1}`);
  });

  it('reads a log of 70,000: three levels of tiles', { timeout: 60_000 }, async () => {
    const { source } = await madeLog(70_000, (i) => Uint8Array.of(i & 0xff, (i >> 8) & 0xff, i >> 16));
    const reader = await readerOf(source);
    for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
      const proof = await reader.inclusionProof(index);
      const leaf = leafHash(await reader.entry(index));
      expect(inclusionFault({ index, size: reader.size, leaf, root: reader.root, proof })).toBeNull();
    }
    for (const size of [1, 256, 65_536, 65_537, 69_999, 70_000]) {
      const [proof, root1] = [await reader.consistencyProof(size), await reader.rootAt(size)];
      expect(
        consistencyFault({ size1: size, size2: reader.size, root1, root2: reader.root, proof }),
      ).toBeNull();
    }
    expect((await fsck(source, reader)).faults).toEqual([]);
  });

  it('[LOG13] knows the tree that it extends, and another one', async () => {
    const { source } = await madeLog(300);
    const reader = await readerOf(source);
    const before = await headOf((await madeLog(77)).source);
    expect(await reader.extends(before.size, before.root)).toBe(true);
    expect(await reader.extends(78, before.root)).toBe(false);
    expect(await reader.extends(301, before.root)).toBe(false);
    expect(await reader.extends(0, EMPTY_ROOT)).toBe(true);
    expect(await reader.extends(0, before.root)).toBe(false);
  });

  it('[LOG11] an empty log has the empty root and no entries', async () => {
    const { source } = await madeLog(0);
    const reader = await readerOf(source);
    expect(await all(reader)).toEqual([]);
    await expect(reader.entry(0)).rejects.toThrow(RangeError);
    expect(() => new LogReader({ source, size: 0, root: leafHash(bytes('x')) })).toThrow('LOG11');
    expect(await fsck(source, reader)).toMatchObject({ faults: [], entries: 0, tiles: 0 });
  });

  it('asks for no index or size outside the tree', async () => {
    const reader = await readerOf((await madeLog(3)).source);
    for (const index of [-1, 3, 0.5, Number.NaN]) {
      await expect(reader.entry(index)).rejects.toThrow(RangeError);
      await expect(reader.inclusionProof(index)).rejects.toThrow(RangeError);
    }
    await expect(all(reader, -1)).rejects.toThrow(RangeError);
    for (const size of [0, 4, 1.5]) await expect(reader.consistencyProof(size)).rejects.toThrow(RangeError);
  });

  it('[LOG103, LOG104] opens one under a policy, and refuses what it does not accept', async () => {
    const { source } = await madeLog(9);
    const opened = await openLog(await cosigned(source, inTime), POLICY);
    expect(await all(opened.reader)).toHaveLength(9);
    expect(opened.verdict.witnesses).toHaveLength(3);
    await expect(openLog(source, POLICY)).rejects.toMatchObject({
      code: 'unverified',
      faults: [{ rule: 'LOG104' }],
    });
    const none: TileSource = { read: async () => null };
    await expect(openLog(none, POLICY)).rejects.toMatchObject({ code: 'unavailable' });
    const away: TileSource = { read: async () => Promise.reject(new Error('no route')) };
    await expect(openLog(away, POLICY)).rejects.toMatchObject({ code: 'unavailable' });
    const nonsense: TileSource = { read: async () => bytes('nonsense') };
    await expect(openLog(nonsense, POLICY)).rejects.toMatchObject({ code: 'malformed' });
  });

  it('[LOG25] takes the full tile or bundle where the partial one is gone', async () => {
    const { source } = await madeLog(600);
    const small = await headOf((await madeLog(300)).source);
    const pruned: TileSource = {
      read: async (path, limit) => (path.includes('.p/44') ? null : source.read(path, limit)),
    };
    const reader = new LogReader({ source: pruned, ...small });
    expect(await all(reader)).toHaveLength(300);
  });

  it('[LOG24] serves every partial tile and bundle up to its size, and nothing beyond', async () => {
    const { storage, source } = await madeLog(300);
    for (const width of [1, 44]) {
      expect(await source.read(`tile/0/001.p/${width}`, 1e6)).toHaveLength(width * 32);
      expect(await source.read(`tile/entries/001.p/${width}`, 1e6)).not.toBeNull();
    }
    for (const path of [
      'tile/0/001.p/45',
      'tile/0/001',
      'tile/0/002.p/1',
      'tile/1/000',
      'tile/1/000.p/2',
      'tile/2/000.p/1',
      'nonsense',
    ]) {
      expect(await source.read(path, 1e6), path).toBeNull();
    }
    expect(await readStoredTile(storage, { level: 0, number: 0, width: 0 })).toBeNull();
    await expect(source.read('tile/0/000', 100)).rejects.toThrow(RangeError);
    expect(await storedLog({ ...storage, head: async () => null } as never).read('checkpoint', 1)).toBeNull();
  });
});

describe('a source that lies', () => {
  const cases: [string, string, (given: Uint8Array) => Uint8Array | null, string][] = [
    ['a bit of an entry', 'tile/entries/000', flip(5), 'LOG32'],
    ['a bundle that is cut off', 'tile/entries/000', (given) => given.slice(0, -1), 'LOG31'],
    [
      'a bundle with more at the end',
      'tile/entries/002.p/88',
      (given) => Uint8Array.of(...given, 0, 0),
      'LOG31',
    ],
    ['a bundle that is gone', 'tile/entries/001', () => null, 'LOG25'],
    ['a bit of a full tile', 'tile/0/001', flip(40), 'LOG23'],
    ['a full tile of another place', 'tile/0/000', (given) => given.toReversed(), 'LOG23'],
    ['a bit of the right edge', 'tile/0/002.p/88', flip(0), 'LOG22'],
    ['a bit of the level above', 'tile/1/000.p/2', flip(33), 'LOG22'],
    ['a tile that is too short', 'tile/1/000.p/2', (given) => given.slice(32), 'LOG21'],
    ['a tile that is too long', 'tile/0/002.p/88', (given) => Uint8Array.of(...given, ...given), 'LOG21'],
    ['a tile that is gone', 'tile/0/000', () => null, 'LOG25'],
  ];

  it.each(cases)(
    '[LOG21-LOG23, LOG25, LOG31, LOG32] %s: no entry of it is given',
    async (_, path, change, rule) => {
      const { source } = await madeLog(600);
      const reader = new LogReader({ source: tampered(source, path, change), ...(await headOf(source)) });
      await expect(all(reader)).rejects.toMatchObject({ name: 'LogError', faults: [{ rule }] });
    },
  );

  it.each(cases)('[LOG160-LOG162] fsck finds %s, and goes on to the end', async (_, path, change) => {
    const { source } = await madeLog(600);
    const report = await fsck(tampered(source, path, change), await headOf(source));
    expect(report.faultCount).toBeGreaterThan(0);
    expect(report.faults.some(({ at, message }) => `${at} ${message}`.includes(path))).toBe(true);
    expect(report.bundles).toBeGreaterThanOrEqual(2);
  });

  it('[LOG161] fsck finds another root', async () => {
    const { source } = await madeLog(600);
    const report = await fsck(source, { size: 600, root: leafHash(bytes('other')) });
    expect(report.faults.map(({ rule }) => rule)).toEqual(['LOG161']);
    expect(report).toMatchObject({ entries: 600, bundles: 3, tiles: 4 });
  });

  it('[LOG22] seeded hole: without the comparison with the root, a log of other entries is read as if it were this one', async () => {
    const [honest, forged] = [await madeLog(600), await madeLog(600, (i) => entryAt(i === 3 ? 999 : i))];
    const head = await headOf(honest.source);
    await expect(all(new LogReader({ source: forged.source, ...head }))).rejects.toMatchObject({
      faults: [{ rule: 'LOG22' }],
    });
    const hole = new LogReader({
      source: forged.source,
      size: head.size,
      root: (await headOf(forged.source)).root,
    });
    expect((await all(hole))[3]).toBe('entry 999');
  });

  it('[LOG21] reads no more than a path can have', async () => {
    const limits: number[] = [];
    const { source } = await madeLog(300);
    const counting: TileSource = {
      read: async (path, limit) => {
        limits.push(limit);
        return await source.read(path, limit);
      },
    };
    await all(new LogReader({ source: counting, ...(await headOf(source)) }));
    expect(Math.max(...limits)).toBe(256 * (2 + 65_535));
  });
});

const tessera = sharedFolder('tessera-log');

describe.skipIf(tessera === null)('the log of Tessera (tlog/tessera-log beside the repository)', () => {
  const folder: TileSource = {
    read: async (path) =>
      existsSync(`${tessera}/${path}`) ? new Uint8Array(readFileSync(`${tessera}/${path}`)) : null,
  };
  const key = tessera === null ? null : parseVerifierKey(readFileSync(`${tessera}/VKEY`, 'utf8').trim());

  it('[LOG12, LOG13, LOG22, LOG32, LOG160] all sixteen trees hash, hold their entries, and extend each other', async () => {
    if (!key?.ok) throw new Error('no key');
    const policy = { ...LOG_ONLY, logs: [{ key: key.value, url: null }] };
    const readers: LogReader[] = [];
    for (let size = 0; size < 16; size++) {
      const at: TileSource = {
        read: (path, limit) => folder.read(path === 'checkpoint' ? `checkpoint.${size}` : path, limit),
      };
      const { reader } = await openLog(at, policy);
      const entries = await all(reader);
      expect(entries).toHaveLength(size);
      expect((await fsck(at, reader)).faults).toEqual([]);
      for (const [index, entry] of entries.entries()) {
        const claim = { index, size, root: reader.root, leaf: leafHash(bytes(entry)) };
        expect(inclusionFault({ ...claim, proof: await reader.inclusionProof(index) })).toBeNull();
      }
      for (const before of readers) expect(await reader.extends(before.size, before.root)).toBe(true);
      readers.push(reader);
    }
    expect(
      readers
        .map(({ root }) => root)
        .every((root, i, roots) => i === 0 || !sameHash(root, roots[i - 1] as never)),
    ).toBe(true);
  });
});
