import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTRY_BYTES_LIMIT, encodeBundle, parseBundle } from '../src/entry-bundle.ts';
import { HASH_BYTES, type Hash, leafHash, rootOf, sameHash } from '../src/merkle.ts';
import { edgeTiles, nodeOfTile, parseTilePath, tileOfNode, tilePath, tileWidth } from '../src/tile.ts';
import { TreeEdge } from '../src/tree-edge.ts';
import { rulesOf } from './made-log.ts';

describe('tiles', () => {
  it('[LOG20] writes the paths of tlog-tiles', () => {
    expect(tilePath({ level: 0, number: 0, width: 256 })).toBe('tile/0/000');
    expect(tilePath({ level: 1, number: 1_234_067, width: 256 })).toBe('tile/1/x001/x234/067');
    expect(tilePath({ level: 'entries', number: 999, width: 7 })).toBe('tile/entries/999.p/7');
    expect(tilePath({ level: 0, number: 1000, width: 255 })).toBe('tile/0/x001/000.p/255');
  });

  it('[LOG20] reads back what it writes, and no other spelling', () => {
    const tiles = fc.record({
      level: fc.oneof(fc.constant('entries' as const), fc.nat(63)),
      number: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(tiles, (at) => {
        expect(parseTilePath(tilePath(at))).toEqual(at);
      }),
    );
    const refused = [
      '',
      'tile',
      'tile/0',
      'tile/0/',
      'tile/0/0',
      'tile/0/00',
      'tile/0/0000',
      'tile/00/000',
      'tile/64/000',
      'tile/-1/000',
      'tile/0/x000/000',
      'tile/0/x001/x000',
      'tile/0/001/000',
      'tile/0/000.p/0',
      'tile/0/000.p/256',
      'tile/0/000.p/01',
      'tile/0/000.p/',
      'tile/0/000.p/7/',
      'tile/0/000/',
      '/tile/0/000',
      'tile/data/000',
      'tile/entries/../checkpoint',
      'tile/0/x999/x999/x999/x999/x999/999',
      'tile/0/000\n',
      'tile/0/٠٠٠',
      'checkpoint',
    ];
    for (const path of refused) expect(parseTilePath(path), path).toBeNull();
  });

  it('knows which tiles a tree has: the 70,000 of tlog-tiles', () => {
    expect([272, 273, 274].map((number) => tileWidth(0, number, 70_000))).toEqual([256, 112, 0]);
    expect([0, 1].map((number) => tileWidth(1, number, 70_000))).toEqual([256, 17]);
    expect(tileWidth(2, 0, 70_000)).toBe(1);
    expect(edgeTiles(70_000)).toEqual([
      { level: 0, number: 273, width: 112 },
      { level: 1, number: 1, width: 17 },
      { level: 2, number: 0, width: 1 },
    ]);
    expect(edgeTiles(256)).toEqual([{ level: 1, number: 0, width: 1 }]);
    expect(edgeTiles(0)).toEqual([]);
  });

  it('[LOG22] grows the edge by any steps to the root that all leaves have, and every node is in its tile', () => {
    const leaves = Array.from({ length: 1100 }, (_, i) => leafHash(Uint8Array.of(i & 0xff, i >> 8)));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 6 }), (steps) => {
        const stored = new Map<string, Uint8Array>();
        let edge = TreeEdge.empty();
        for (const step of steps) {
          const added = leaves.slice(edge.size, Math.min(edge.size + step, leaves.length));
          const grown = edge.append(added);
          edge = grown.edge;
          for (const { level, number, hashes } of grown.tiles) {
            const before = stored.get(`${level}/${number}`) ?? new Uint8Array();
            expect(sameHash(hashes.subarray(0, before.length), before)).toBe(true);
            stored.set(`${level}/${number}`, hashes);
          }
        }
        expect(sameHash(edge.root(), rootOf(leaves.slice(0, edge.size)))).toBe(true);
        const tiles = edgeTiles(edge.size).map(
          ({ level, number }) => stored.get(`${level}/${number}`) as Uint8Array,
        );
        expect(sameHash(TreeEdge.of(edge.size, tiles).root(), edge.root())).toBe(true);
        for (const [level, index] of [
          [0, 0],
          [3, 1],
          [8, 0],
          [9, 0],
        ] as const) {
          if ((index + 1) * 2 ** level > edge.size) continue;
          const { level: at, number, first, count } = tileOfNode({ level, index });
          const node = nodeOfTile(stored.get(`${at}/${number}`) as Uint8Array, first, count);
          expect(sameHash(node, rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)))).toBe(
            true,
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  it('[LOG82] a growing tile begins with what it was, over full tiles at two levels', () => {
    const leaf: Hash = leafHash(new Uint8Array());
    const grown = TreeEdge.empty().append(Array.from({ length: 65_536 + 3 }, () => leaf));
    const after = grown.edge.append([leaf]);
    expect(after.tiles).toHaveLength(1);
    expect(after.tiles[0]).toMatchObject({ level: 0, number: 256 });
    expect(after.tiles[0]?.hashes).toHaveLength(4 * HASH_BYTES);
    expect(grown.tiles.filter(({ level }) => level === 2)).toMatchObject([{ number: 0 }]);
    expect(() => TreeEdge.of(5, [new Uint8Array(31)])).toThrow(RangeError);
  });
});

describe('entry bundles', () => {
  const entry = fc.uint8Array({ maxLength: 40 });

  it('[LOG31] reads back what it writes', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 20 }), (entries) => {
        expect(parseBundle(encodeBundle(entries), entries.length)).toEqual({ ok: true, value: entries });
      }),
    );
  });

  it('[LOG31] refuses one that is cut off, has too many or too few', () => {
    const bundle = encodeBundle([Uint8Array.of(1, 2, 3), new Uint8Array(300)]);
    expect(rulesOf(parseBundle(bundle.subarray(0, -1), 2))).toEqual(['LOG31']);
    expect(rulesOf(parseBundle(bundle.subarray(0, 6), 2))).toEqual(['LOG31']);
    expect(rulesOf(parseBundle(bundle, 1))).toEqual(['LOG31']);
    expect(rulesOf(parseBundle(bundle, 3))).toEqual(['LOG31']);
    expect(rulesOf(parseBundle(new Uint8Array(), 1))).toEqual(['LOG31']);
  });

  it('[LOG30] takes an entry of 65,535 bytes, and none that is longer', () => {
    const longest = new Uint8Array(ENTRY_BYTES_LIMIT).fill(9);
    expect(parseBundle(encodeBundle([longest]), 1)).toEqual({ ok: true, value: [longest] });
    expect(() => encodeBundle([new Uint8Array(ENTRY_BYTES_LIMIT + 1)])).toThrow(RangeError);
  });
});
