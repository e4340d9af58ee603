import type { Shape } from '../catalogue/shape.ts';
import { inventory, type Role } from './inventory.ts';
import { bytesOf, type QuantLayout } from './quant.ts';

/** How a model is cut over GPUs. `attentionDp` ranks hold attention whole; experts are cut `expertTp` x `expertEp`. */
export type Layout = {
  tp: number;
  pp: number;
  attentionDp: number;
  expertTp: number;
  expertEp: number;
};

export const oneGpu: Layout = { tp: 1, pp: 1, attentionDp: 1, expertTp: 1, expertEp: 1 };

export type WeightLine = { role: Role | 'rope' | 'padding' | 'adapters'; bytes: number };

/**
 * Weight bytes on the fullest GPU, by role. KV projections are copied, not cut, beyond one a KV head; routers and
 * norms are copied; the rotary tables that an engine computes at load (max positions x rotary width) count with
 * the weights, as engines count them.
 */
export function weightsPerGpu(
  shape: Shape,
  quant: QuantLayout,
  layout: Layout,
  options: { draft?: boolean; rope?: boolean; pad?: number } = {},
): WeightLine[] {
  const lines: WeightLine[] = [];
  const attentionTp = Math.max(1, layout.tp / layout.attentionDp);
  const kvTp = Math.min(attentionTp, shape.kvRank ? 1 : Math.max(shape.kvHeads, 1));
  const experts = Math.max(1, layout.expertTp * layout.expertEp);
  for (const part of inventory(shape)) {
    if (part.role === 'draft' && !options.draft) continue;
    const cut = cutOf(part.role, { tp: layout.tp, attentionTp, kvTp, experts });
    const stages =
      part.role === 'embedding' || part.role === 'head' || part.role === 'vision' ? 1 : layout.pp;
    lines.push({ role: part.role, bytes: (part.params * bytesOf(quant, part.role)) / cut / stages });
  }
  if (layout.pp > 1) dropOuterTables(lines);
  const rotary = ropeWidth(shape);
  if (options.rope !== false && rotary > 0)
    lines.push({ role: 'rope', bytes: shape.maxPosition * rotary * 2 });
  if (options.pad && options.pad > 1) {
    const padded = lines.find((line) => line.role === 'experts');
    if (padded) lines.push({ role: 'padding', bytes: padded.bytes * (options.pad - 1) });
  }
  return lines;
}

function cutOf(role: Role, cuts: { tp: number; attentionTp: number; kvTp: number; experts: number }): number {
  switch (role) {
    case 'query':
    case 'mixer':
      return cuts.attentionTp;
    case 'keyvalue':
      return cuts.kvTp;
    case 'experts':
      return cuts.experts;
    case 'router':
    case 'norm':
      return 1;
    default:
      return cuts.tp;
  }
}

/** First and last pipeline stages hold one table each: the fullest stage has the larger of them. */
function dropOuterTables(lines: WeightLine[]): void {
  const embedding = lines.find((line) => line.role === 'embedding');
  const head = lines.find((line) => line.role === 'head');
  if (!embedding || !head) return;
  if (embedding.bytes > head.bytes) head.bytes = 0;
  else embedding.bytes = 0;
}

function ropeWidth(shape: Shape): number {
  if (shape.ropeDim !== undefined) return shape.ropeDim;
  if (shape.architecture.startsWith('OPT') || shape.architecture.startsWith('XLM')) return 0;
  if (shape.architecture.startsWith('Qwen3_5') || shape.architecture.startsWith('Qwen3Next'))
    return shape.headDim / 4;
  return shape.headDim;
}

export function totalBytes(lines: readonly { bytes: number }[]): number {
  return lines.reduce((sum, line) => sum + line.bytes, 0);
}
