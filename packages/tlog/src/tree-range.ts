import { type Hash, nodeHash, splitOf } from './merkle.ts';

/** Entries from `start` to before `end`. */
export type TreeRange = { start: number; end: number };

/** A node over 2^level entries, the `index`-th of its level from the left: what tiles hold. */
export type NodeAt = { level: number; index: number };

/**
 * Which ranges a proof is made of, and which stored nodes a range is made of. Pure planning: whoever has the
 * hashes fetches them and folds (LOG12-LOG15). Arguments are checked by the callers.
 */
export function inclusionRanges(index: number, size: number): TreeRange[] {
  return walk(0, size, (start, end, split) => {
    if (end - start === 1) return null;
    const left = index < split;
    return left
      ? { into: [start, split], sibling: { start: split, end } }
      : { into: [split, end], sibling: { start, end: split } };
  });
}

/** From the subtree of `range` to the tree of `size`; a consistency proof is the one whose range starts at 0. */
export function consistencyRanges(range: TreeRange, size: number): TreeRange[] {
  let whole = true;
  let wanted = range;
  const ranges = walk(0, size, (start, end, split) => {
    if (wanted.start === start && wanted.end === end) return null;
    if (wanted.end <= split) return { into: [start, split], sibling: { start: split, end } };
    if (wanted.start < split) {
      wanted = { start: split, end: wanted.end };
      whole = false;
    }
    return { into: [split, end], sibling: { start, end: split } };
  });
  return whole ? ranges : [wanted, ...ranges];
}

type Step = { into: readonly [start: number, end: number]; sibling: TreeRange };

/** From the root down; a proof's first hash is the deepest. */
function walk(
  start: number,
  end: number,
  next: (start: number, end: number, split: number) => Step | null,
): TreeRange[] {
  const siblings: TreeRange[] = [];
  let at: readonly [number, number] = [start, end];
  for (;;) {
    const [from, to] = at;
    const step = next(from, to, to - from > 1 ? from + splitOf(to - from) : to);
    if (!step) return siblings.reverse();
    siblings.push(step.sibling);
    at = step.into;
  }
}

/** The full nodes, from the left, that a subtree's range parts into; fold them from the right. */
export function nodesOf({ start, end }: TreeRange): NodeAt[] {
  const nodes: NodeAt[] = [];
  for (let from = start; from < end; ) {
    let [level, width] = [0, 1];
    while (from + width * 2 <= end && from % (width * 2) === 0) {
      width *= 2;
      level++;
    }
    nodes.push({ level, index: from / width });
    from += width;
  }
  return nodes;
}

/** The hash of a range from the hashes of its `nodesOf`, at least one. */
export function foldNodes(hashes: readonly Hash[]): Hash {
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}
