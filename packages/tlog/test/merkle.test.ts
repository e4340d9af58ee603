import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyFault,
  EMPTY_ROOT,
  type Hash,
  inclusionFault,
  isSubtree,
  leafHash,
  nodeHash,
  rootOf,
  sameHash,
  splitOf,
  subtreeConsistencyFault,
  subtreeInclusionFault,
} from '../src/merkle.ts';
import { consistencyRanges, foldNodes, inclusionRanges, nodesOf, type TreeRange } from '../src/tree-range.ts';
import { filesBelow, json, sharedFolder } from './made-log.ts';

const hex = (hash: Hash) => Buffer.from(hash).toString('hex');
const base64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
type Case = Record<'start' | 'end' | 'size' | 'size1' | 'size2' | 'leafIdx' | 'treeSize', number> &
  Record<'root' | 'root1' | 'root2' | 'leafHash', string> & {
    proof: string[] | null;
    desc: string;
    wantErr: boolean;
  };
const proofOf = (one: Case) => (one.proof ?? []).map(base64);

const VERIFIERS: Record<string, (one: Case) => string | null> = {
  inclusion: (one) =>
    inclusionFault({
      index: one.leafIdx,
      size: one.treeSize,
      leaf: base64(one.leafHash),
      root: base64(one.root),
      proof: proofOf(one),
    }),
  consistency: (one) =>
    consistencyFault({
      size1: one.size1,
      size2: one.size2,
      root1: base64(one.root1),
      root2: base64(one.root2),
      proof: proofOf(one),
    }),
  subtreeinclusion: (one) =>
    subtreeInclusionFault({
      index: one.leafIdx,
      start: one.start,
      end: one.end,
      leaf: base64(one.leafHash),
      subtree: base64(one.root),
      proof: proofOf(one),
    }),
  subtreeconsistency: (one) =>
    subtreeConsistencyFault({
      start: one.start,
      end: one.end,
      size: one.size,
      subtree: base64(one.root1),
      root: base64(one.root2),
      proof: proofOf(one),
    }),
};

const folder = sharedFolder('merkle');
const cases = (kind: string): Case[] =>
  filesBelow(`${folder}/${kind}`)
    .filter((path) => path.endsWith('.json'))
    .map(json);

describe.skipIf(folder === null)(
  'cases of transparency-dev/merkle (tlog/merkle beside the repository)',
  () => {
    it.each([
      ['[LOG12] 98 inclusion proofs', 'inclusion', 98],
      ['[LOG13] 98 consistency proofs', 'consistency', 98],
      ['[LOG15] 204 inclusion proofs of subtrees', 'subtreeinclusion', 204],
      ['[LOG15] 118 consistency proofs of subtrees', 'subtreeconsistency', 118],
    ])('%s have the verdict that they have upstream', (_, kind, count) => {
      const all = cases(kind);
      expect(all).toHaveLength(count);
      const other = all.filter((one) => (VERIFIERS[kind]?.(one) !== null) !== one.wantErr);
      expect(other.map(({ desc }) => desc)).toEqual([]);
      expect(all.some(({ wantErr }) => !wantErr)).toBe(true);
    });

    it('[LOG13] three with size1 = 0 and what RFC 6962 would take are refused: every tree extends the empty one', () => {
      // Sizes, roots and proof fit each other, so a recursion over RFC 6962 finds nothing wrong. But whoever
      // relied on that proof would rely on nothing: it holds for each tree that there is.
      const empty = hex(EMPTY_ROOT);
      const fitting = cases('consistency').filter(
        (one) =>
          one.size1 === 0 &&
          ((one.size2 > 0 && hex(base64(one.root1)) === empty) ||
            (one.size2 === 0 && one.root1 === one.root2 && !proofOf(one).length)),
      );
      expect(fitting.map(({ desc }) => desc).sort()).toEqual(fittingZero);
      for (const one of fitting)
        expect(VERIFIERS['consistency']?.(one)).toBe('the first tree has no entries');
    });
  },
);
const fittingZero = [
  'consistency check on empty tree (size1 is zero) is useless',
  'size1 is zero and size2 is not zero',
  'sizes are equal (zero) and proof is empty',
];

const LEAVES = Array.from({ length: 300 }, (_, i) => leafHash(Uint8Array.of(i & 0xff, i >> 8)));
const hashOf = ({ start, end }: TreeRange) => rootOf(LEAVES.slice(start, end));

describe('tree', () => {
  it('[LOG10, LOG11] hashes entries, nodes and the empty tree as RFC 6962 does', () => {
    expect(hex(EMPTY_ROOT)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hex(leafHash(new Uint8Array()))).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
    // RFC 6962's own leaves, hashed by hand with another SHA-256.
    expect(hex(nodeHash(leafHash(new Uint8Array()), leafHash(Uint8Array.of(0))))).toBe(
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    );
  });

  it('splits below every size at the largest power of two, also where the logarithm is rounded', () => {
    for (const size of [2, 3, 4, 5, 255, 256, 257, 2 ** 31, 2 ** 32 + 1, 2 ** 48, 2 ** 52 + 1, 2 ** 53 - 1]) {
      const split = splitOf(size);
      expect(split).toBeLessThan(size);
      expect(split * 2).toBeGreaterThanOrEqual(size);
      expect(Number.isInteger(Math.log2(split))).toBe(true);
    }
    expect(splitOf(2 ** 49 + 1)).toBe(2 ** 49);
  });

  const sizeAndIndex = fc
    .integer({ min: 1, max: LEAVES.length })
    .chain((size) =>
      fc.record({ size: fc.constant(size), index: fc.nat(size - 1), other: fc.nat(size - 1) }),
    );

  it('[LOG12] a made inclusion proof verifies, for its index, size, leaf and root alone', () => {
    fc.assert(
      fc.property(sizeAndIndex, ({ size, index, other }) => {
        const root = hashOf({ start: 0, end: size });
        const leaf = LEAVES[index] as Hash;
        const proof = inclusionRanges(index, size).map(hashOf);
        const claim = { index, size, leaf, root, proof };
        expect(inclusionFault(claim)).toBeNull();
        if (other !== index) expect(inclusionFault({ ...claim, leaf: LEAVES[other] as Hash })).not.toBeNull();
        if (other !== index) expect(inclusionFault({ ...claim, index: other })).not.toBeNull();
        expect(inclusionFault({ ...claim, proof: [...proof, leaf] })).not.toBeNull();
        if (proof.length > 0) expect(inclusionFault({ ...claim, proof: proof.slice(1) })).not.toBeNull();
        const flipped = proof.map((hash, i) => (i === other % proof.length ? changed(hash) : hash));
        if (proof.length > 0) expect(inclusionFault({ ...claim, proof: flipped })).not.toBeNull();
      }),
    );
  });

  it('[LOG13, LOG15] a made consistency proof of any subtree verifies, and not for another root', () => {
    const ranges = fc
      .record({ size: fc.integer({ min: 1, max: LEAVES.length }), from: fc.nat(), to: fc.nat() })
      .map(({ size, from, to }) => ({
        size,
        start: from % size,
        end: (from % size) + 1 + (to % (size - (from % size))),
      }))
      .filter(({ start, end }) => isSubtree(start, end));
    fc.assert(
      fc.property(ranges, ({ size, start, end }) => {
        const [subtree, root] = [hashOf({ start, end }), hashOf({ start: 0, end: size })];
        const proof = consistencyRanges({ start, end }, size).map(hashOf);
        const claim = { start, end, size, subtree, root, proof };
        expect(subtreeConsistencyFault(claim)).toBeNull();
        expect(subtreeConsistencyFault({ ...claim, subtree: changed(subtree) })).not.toBeNull();
        expect(subtreeConsistencyFault({ ...claim, root: changed(root) })).not.toBeNull();
        expect(
          sameHash(
            foldNodes(nodesOf({ start, end }).map(({ level, index }) => hashOf(span(level, index)))),
            subtree,
          ),
        ).toBe(true);
        if (start === 0) {
          expect(
            consistencyFault({ size1: end, size2: size, root1: subtree, root2: root, proof }),
          ).toBeNull();
        }
      }),
    );
  });

  it('[LOG14] refuses hashes of another length and proofs longer than any tree has', () => {
    const leaf = LEAVES[0] as Hash;
    const size = 2 ** 53 - 1;
    const claim = { index: 0, size, leaf, root: leaf, proof: Array.from({ length: 64 }, () => leaf) };
    expect(inclusionFault(claim)).toBe('not every hash has 32 bytes');
    expect(inclusionFault({ ...claim, size: 2, proof: [leaf.subarray(1)] })).toBe(
      'not every hash has 32 bytes',
    );
    const long = { start: 0, end: 1, size: 2, subtree: new Uint8Array(64), root: leaf, proof: [leaf] };
    expect(subtreeConsistencyFault(long)).toBe('not every hash has 32 bytes');
  });

  it('[LOG1] refuses sizes that are no whole numbers up to 2^53 - 1, and never throws for one', () => {
    const leaf = LEAVES[0] as Hash;
    for (const wrong of [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(inclusionFault({ index: 0, size: wrong, leaf, root: leaf, proof: [] })).not.toBeNull();
      expect(inclusionFault({ index: wrong, size: 1, leaf, root: leaf, proof: [] })).not.toBeNull();
      const sizes = { root1: leaf, root2: leaf, proof: [] };
      expect(consistencyFault({ size1: wrong, size2: 1, ...sizes })).not.toBeNull();
      expect(consistencyFault({ size1: 1, size2: wrong, ...sizes })).not.toBeNull();
    }
  });
});

const span = (level: number, index: number) => ({ start: index * 2 ** level, end: (index + 1) * 2 ** level });

function changed(hash: Hash): Hash {
  const other = Uint8Array.from(hash);
  other[7] = (other[7] as number) ^ 1;
  return other;
}
