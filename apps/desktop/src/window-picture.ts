import type { AgentFrame } from '@aboveboard/capture/frame-message';
import { ALL } from '@aboveboard/redact/detect/detectors';
import type { Detector } from '@aboveboard/redact/detect/span';
import {
  type Box,
  fillBoxes,
  outside,
  type Raster,
  sameAs,
  unfilledBox,
} from '@aboveboard/redact/frame/raster';
import { openBoxes, TreeError, type VouchingNode } from '@aboveboard/redact/frame/vouching-tree';
import sharp from 'sharp';
import { type AccessibleTree, everyNode } from './accessible-tree.ts';
import type { WindowPicture } from './capture-source.ts';

/**
 * A picture that may leave the source's hands: everything that no control of the tree vouches for is one colour
 * before it is encoded, every filled pixel is read again, and what was encoded is decoded and compared (MASK30,
 * MASK31). Throws where that does not hold. The raster's own buffer is filled. Null: nothing of it may be seen.
 */
export async function maskedPicture(
  { raster, tree }: WindowPicture,
  /** `read`: words that were recognised in these very pixels and may stay (MASK46). */
  { read = [], detectors = ALL }: { read?: readonly Box[]; detectors?: readonly Detector[] } = {},
): Promise<AgentFrame | null> {
  const open = [...(tree ? vouchedBoxes(tree, detectors) : []), ...read];
  if (open.length === 0) return null;
  const closed = outside(raster, open);
  // What a window that covers this one has made solid stays so: a box that is open does not bring it back.
  fillBoxes(raster, closed);
  if (unfilledBox(raster, closed) !== null) throw new Error('a closed part of a picture was not filled');
  const { width, height } = raster;
  const bytes = await sharp(raster.data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .webp({ lossless: true, effort: 3 })
    .toBuffer();
  const decoded = await sharp(bytes).ensureAlpha().raw().toBuffer();
  const back: Raster = { width, height, data: new Uint8Array(decoded) };
  if (!sameAs(raster, { x: 0, y: 0, width, height }, back)) throw new Error('a picture changed in encoding');
  return { mime: 'image/webp', width, height, bytes: new Uint8Array(bytes) };
}

/** Boxes of controls with labels that everybody's application bears, and in which none of the detectors finds anything. */
export function vouchedBoxes(tree: AccessibleTree, detectors: readonly Detector[] = ALL): Box[] {
  const nodes: VouchingNode[] = [];
  for (const { role, name, box, children, states } of everyNode(tree)) {
    if (box === null) continue;
    const leaf = children.length === 0;
    nodes.push({ role: states.has('editable') || states.has('secret') ? 'textbox' : role, name, box, leaf });
  }
  try {
    return openBoxes(nodes, undefined, detectors);
  } catch (error) {
    // Too much to compare: nothing is vouched for.
    if (error instanceof TreeError) return [];
    throw error;
  }
}
