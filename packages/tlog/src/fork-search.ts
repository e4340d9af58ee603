import type { SignedCheckpoint } from './checkpoint.ts';
import { type ForkEvidence, forkOf } from './fork-evidence.ts';
import { LogReader } from './log-reader.ts';
import { type Hash, rootOf, sameHash, startShownBy } from './merkle.ts';
import type { TileSource } from './tile-source.ts';
import { consistencyRanges } from './tree-range.ts';

/**
 * Do two checkpoints of one log contradict each other, and what shows it to others? (spec/log.md, LOG155, LOG156.)
 * Of two sizes it takes something of the larger tree: a proof that the log gave, its tiles, or its leaves. What
 * comes of it is evidence whoever gave it: it is verified against the signed roots. Null: no contradiction. The
 * caller has verified both signatures, or verifies the evidence.
 */
type Two = readonly [one: SignedCheckpoint, other: SignedCheckpoint];

/** From a consistency proof between the two that does not hold from the smaller one's root. */
export function forkFromProof(two: Two, proof: readonly Hash[]): ForkEvidence | null {
  const [first, second] = bySize(two);
  const { size: size1 } = first.checkpoint;
  const { size: size2, root: root2 } = second.checkpoint;
  if (size1 === size2) return forkOf(...two);
  const root = startShownBy({ size1, size2, root2, proof });
  return root && started(first, second, root, proof);
}

/** From the tiles of the larger tree. LogError where they can't be had or are not that tree's: then nobody knows. */
export async function forkFromTiles(two: Two, source: TileSource): Promise<ForkEvidence | null> {
  const [first, second] = bySize(two);
  const { size } = first.checkpoint;
  if (size === second.checkpoint.size) return forkOf(...two);
  if (size === 0) return null;
  const reader = new LogReader({ source, ...second.checkpoint });
  return started(first, second, await reader.rootAt(size), await reader.consistencyProof(size));
}

/** From all leaves of the larger tree, which the caller has held against its root. */
export function forkFromLeaves(two: Two, leaves: readonly Hash[]): ForkEvidence | null {
  const [first, second] = bySize(two);
  const { size } = first.checkpoint;
  if (size === second.checkpoint.size) return forkOf(...two);
  if (size === 0 || leaves.length !== second.checkpoint.size) return null;
  const hashOf = ({ start, end }: { start: number; end: number }) => rootOf(leaves.slice(start, end));
  const proof = consistencyRanges({ start: 0, end: size }, leaves.length).map(hashOf);
  return started(first, second, hashOf({ start: 0, end: size }), proof);
}

function started(
  first: SignedCheckpoint,
  second: SignedCheckpoint,
  root: Hash,
  proof: readonly Hash[],
): ForkEvidence | null {
  if (first.checkpoint.origin !== second.checkpoint.origin || sameHash(root, first.checkpoint.root))
    return null;
  return { first, second, shown: { kind: 'start', root, proof } };
}

function bySize([one, other]: Two): Two {
  return one.checkpoint.size <= other.checkpoint.size ? [one, other] : [other, one];
}
