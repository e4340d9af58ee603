import { sha256 } from '@noble/hashes/sha2.js';
import { isSize } from './tree-size.ts';

/**
 * The tree of RFC 6962, section 2.1, over SHA-256 (spec/log.md, LOG10-LOG15). Hashing and the verification of
 * proofs; no storage. Verifiers return null or what is wrong, and never throw for what is in a proof.
 */
export type Hash = Uint8Array;
export const HASH_BYTES = 32;

/** The root of the empty tree. */
export const EMPTY_ROOT: Hash = sha256(new Uint8Array());

export function leafHash(entry: Uint8Array): Hash {
  return sha256.create().update(LEAF).update(entry).digest();
}

export function nodeHash(left: Hash, right: Hash): Hash {
  const hash = new Uint8Array(HASH_BYTES);
  NODE.set(left, 1);
  NODE.set(right, 1 + HASH_BYTES);
  hashNodeInto(hash);
  return hash;
}

/** The nodes above `below`, hashes one after another: a last one without its pair has none. */
export function nodesAbove(below: Uint8Array): Uint8Array {
  const pair = 2 * HASH_BYTES;
  const above = new Uint8Array(Math.floor(below.length / pair) * HASH_BYTES);
  for (let at = 0; at < above.length; at += HASH_BYTES) {
    for (let i = 0; i < pair; i++) NODE[1 + i] = below[2 * at + i] as number;
    hashNodeInto(HASH);
    above.set(HASH, at);
  }
  return above;
}

/** What stands in NODE. With one hasher and no views for all: a proof takes hundreds of nodes, and each would be garbage. */
function hashNodeInto(hash: Uint8Array): void {
  START._cloneInto(HASHER);
  HASHER.update(NODE).digestInto(hash);
}
const NODE = new Uint8Array(1 + 2 * HASH_BYTES);
NODE[0] = 1;
const HASH = new Uint8Array(HASH_BYTES);
const START = sha256.create();
const HASHER = sha256.create();
const LEAF = Uint8Array.of(0);

/** The root over leaves that are all at hand. */
export function rootOf(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Hash;
  const split = splitOf(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

export function sameHash(a: Hash, b: Hash): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The largest power of two below `size`, for sizes of two and more: where a tree parts into left and right. */
export function splitOf(size: number): number {
  let split = 2 ** (Math.ceil(Math.log2(size)) - 1);
  // The logarithm of a number near 2^53 may round either way.
  while (split >= size) split /= 2;
  while (split * 2 < size) split *= 2;
  return split;
}

/** `leaf` is the entry at `index` of the tree of `size` entries with this root (LOG12). */
export function inclusionFault(claim: {
  index: number;
  size: number;
  leaf: Hash;
  root: Hash;
  proof: readonly Hash[];
}): string | null {
  const { index, size, leaf, root } = claim;
  if (!isSize(index) || !isSize(size) || index >= size) return 'the index is outside the tree';
  const proof = hashStack([leaf, root], claim.proof);
  if (!proof) return 'not every hash has 32 bytes';
  const computed = climb(index, size);
  if (!computed || proof.length > 0) return 'the proof has not the length that index and size ask for';
  return sameHash(computed, root) ? null : 'the proof does not lead to the root';

  // From the top: the last hash of a proof is the root's child.
  function climb(at: number, width: number): Hash | null {
    if (width === 1) return leaf;
    const sibling = proof?.pop();
    if (!sibling) return null;
    const split = splitOf(width);
    const left = at < split;
    const below = left ? climb(at, split) : climb(at - split, width - split);
    return below && (left ? nodeHash(below, sibling) : nodeHash(sibling, below));
  }
}

/**
 * The tree of `size2` entries with root `root2` begins with the tree of `size1` and `root1` (LOG13). A first
 * tree without entries is refused: every tree begins with it, so a proof of that would show nothing.
 */
export function consistencyFault(claim: {
  size1: number;
  size2: number;
  root1: Hash;
  root2: Hash;
  proof: readonly Hash[];
}): string | null {
  const { size1, size2, root1, root2, proof } = claim;
  if (!isSize(size1) || size1 === 0) return 'the first tree has no entries';
  return subtreeConsistencyFault({ start: 0, end: size1, size: size2, subtree: root1, root: root2, proof });
}

/**
 * The entries from `start` to before `end` hash to `subtree`, and stand in the tree of `size` entries (LOG15).
 * An empty subtree has the root of the empty tree and an empty proof, whatever the tree.
 */
export function subtreeConsistencyFault(claim: {
  start: number;
  end: number;
  size: number;
  subtree: Hash;
  root: Hash;
  proof: readonly Hash[];
}): string | null {
  const { start, end, size, subtree, root } = claim;
  if (!isSize(size) || !isSubtree(start, end) || end > size) return 'not a subtree of the tree';
  if (start === end) {
    return claim.proof.length === 0 && sameHash(subtree, EMPTY_ROOT)
      ? null
      : 'an empty subtree has the empty root and an empty proof';
  }
  if (start === 0 && end === size && claim.proof.length === 0) {
    return sameHash(subtree, root) ? null : 'two roots of one tree';
  }
  const proof = hashStack([subtree, root], claim.proof);
  if (!proof) return 'not every hash has 32 bytes';
  const computed = climbBoth(proof, start, end, size, subtree);
  if (!computed || proof.length > 0) return 'the proof has not the length that the sizes ask for';
  if (!sameHash(computed.below, subtree)) return 'the proof does not lead to the root of the subtree';
  return sameHash(computed.above, root) ? null : 'the proof does not lead to the root';
}

/**
 * The root that the tree of `size2` and `root2` had at `size1`, as a proof from there shows it (LOG13). Null where
 * the proof shows none: it does not lead to the root, or `size1` is a power of two, whose root no proof has in it.
 */
export function startShownBy(claim: {
  size1: number;
  size2: number;
  root2: Hash;
  proof: readonly Hash[];
}): Hash | null {
  const { size1, size2, root2 } = claim;
  if (!isSize(size1) || !isSize(size2) || size1 < 1 || size1 >= size2) return null;
  const proof = hashStack([root2], claim.proof);
  const computed = proof && climbBoth(proof, 0, size1, size2, EMPTY_ROOT);
  if (!computed || proof.length > 0 || !sameHash(computed.above, root2)) return null;
  return computed.below === EMPTY_ROOT ? null : computed.below;
}

/**
 * Both roots that a consistency proof leads to; takes from `proof`. `whole`: the claimed hash of what was asked
 * about, as long as that has not been split on the way down.
 */
function climbBoth(proof: Hash[], from: number, to: number, width: number, whole: Hash | null): Both | null {
  if (from === 0 && to === width) {
    const hash = whole ?? proof.pop();
    return hash ? { below: hash, above: hash } : null;
  }
  const sibling = proof.pop();
  if (!sibling) return null;
  const split = splitOf(width);
  if (to <= split) {
    const inner = climbBoth(proof, from, to, split, whole);
    return inner && { below: inner.below, above: nodeHash(inner.above, sibling) };
  }
  if (from >= split) {
    const inner = climbBoth(proof, from - split, to - split, width - split, whole);
    return inner && { below: inner.below, above: nodeHash(sibling, inner.above) };
  }
  const inner = climbBoth(proof, 0, to - split, width - split, null);
  return inner && { below: nodeHash(sibling, inner.below), above: nodeHash(sibling, inner.above) };
}
type Both = { below: Hash; above: Hash };

/** `leaf` is the entry at `index` in the subtree from `start` to before `end` (LOG15). */
export function subtreeInclusionFault(claim: {
  index: number;
  start: number;
  end: number;
  leaf: Hash;
  subtree: Hash;
  proof: readonly Hash[];
}): string | null {
  const { index, start, end, leaf, subtree, proof } = claim;
  if (!isSubtree(start, end)) return 'not a subtree';
  if (!isSize(index) || index < start || index >= end) return 'the index is outside the subtree';
  return inclusionFault({ index: index - start, size: end - start, leaf, root: subtree, proof });
}

/** A range that is a subtree of some tree: it starts at a multiple of the power of two that holds it (LOG15). */
export function isSubtree(start: number, end: number): boolean {
  if (!isSize(start) || !isSize(end) || start > end) return false;
  if (end - start <= 1) return true;
  return start % (splitOf(end - start) * 2) === 0;
}

/** A copy to take from; null if any hash has another length or there are more than a proof can have. */
function hashStack(claimed: readonly Hash[], proof: readonly Hash[]): Hash[] | null {
  if (proof.length > PROOF_LIMIT) return null;
  return [...claimed, ...proof].every((hash) => hash.length === HASH_BYTES) ? [...proof] : null;
}
/** No tree has a longer proof (tlog-witness). */
export const PROOF_LIMIT = 63;
