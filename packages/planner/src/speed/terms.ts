import { layersOf } from '../catalogue/shape.ts';
import { engineProfile } from '../memory/engine.ts';
import { inventory } from '../memory/inventory.ts';
import { findKvDtype, kvLines } from '../memory/kv.ts';
import { bytesOf } from '../memory/quant.ts';
import { serveMemory } from '../memory/serve.ts';
import type { SpeedQuery } from './query.ts';

/**
 * The roofline terms of one decode step and of a prefill, in ms at the maker's peak rates. Sources: Williams et
 * al. 2009 (roofline); experts touched by a batch of B tokens: E x (1 - (1 - k/E)^B); ring all-reduce moves
 * 2 (n - 1)/n of a message over each link.
 */
export type SpeedTerms = {
  layers: number;
  gpus: number;
  /** Requests decoding at once on one attention rank, and in all, after the KV cap. */
  batch: number;
  admitted: number;
  /** ms to read: attention and dense weights, touched experts, KV. */
  dense: number;
  experts: number;
  kv: number;
  /** ms of arithmetic of latent attention over the context, which reads little and computes much. */
  latentFlops: number;
  /** ms of arithmetic of a decode step, and of all-reduces. */
  flops: number;
  comm: number;
  /** ms of prefill of one prompt over all GPUs: linear layers, attention scores, communication. */
  prefill: number;
  prefillAttention: number;
  prefillComm: number;
  /** ms to read all weights once: what each prefill pass costs at least. */
  pass: number;
  moe: number;
  /** Kernels that a decode step launches, collectives apart. */
  kernels: number;
};

/** `bound` takes the memory that is left for KV at an end of its interval, in place of the middle. */
export function speedTerms(query: SpeedQuery, bound?: 'low' | 'high'): SpeedTerms {
  const { shape, gpu, gpus, layout, isl, osl } = query;
  const bandwidth = gpu.spec.bandwidth * 1e6; // bytes/ms
  const admitted = Math.min(query.concurrency, capacityOf(query, bound));
  const batch = admitted / layout.attentionDp;
  const attentionTp = layout.tp / layout.attentionDp;
  let dense = 0;
  let expertBytes = 0;
  let allBytes = 0;
  let activeParams = 0;
  for (const part of inventory(shape)) {
    const bytes = part.params * bytesOf(query.quant, part.role);
    if (part.role === 'experts') {
      const experts = shape.experts ?? 1;
      const active = shape.expertsActive ?? 1;
      // Tokens meet all experts, whoever holds them.
      const touched = 1 - (1 - active / experts) ** admitted;
      expertBytes += (bytes * touched) / gpus;
      allBytes += bytes / gpus;
      activeParams += (part.params * active) / experts;
    } else if (part.role === 'head' || (part.role === 'embedding' && shape.tied)) {
      dense += bytes / gpus;
      activeParams += part.params;
    } else if (['query', 'keyvalue', 'mixer'].includes(part.role)) {
      dense += bytes / attentionTp;
      activeParams += part.params;
    } else if (part.role === 'mlp' || part.role === 'shared') {
      dense += bytes / gpus;
      activeParams += part.params;
    }
  }
  const kvDtype = findKvDtype(kvDtypeOf(query));
  const lines = kvDtype ? kvLines(shape, { ...kvDtype, tp: attentionTp, pp: 1 }) : [];
  const context = isl + osl / 2;
  const kvBytes = lines.reduce((sum, line) => {
    const kept = line.window === undefined ? context : Math.min(context, line.window);
    const sparse = shape.sparseTop ? Math.min(kept, shape.sparseTop) : kept;
    return sum + line.layers * (line.perToken * sparse + 2 * line.perRequest);
  }, 0);
  const rate = peakRate(query) * 1e9; // flop/ms
  const layers = layersOf(shape).reduce((sum, group) => sum + group.count, 0);
  const mixers = layersOf(shape).reduce(
    (sum, group) => sum + (group.mixer.kind === 'none' ? 0 : group.count),
    0,
  );
  const link = gpu.spec.link * 1e6;
  const message = (tokens: number) =>
    gpus > 1 ? (2 * layers * tokens * shape.hidden * 2 * 2 * (gpus - 1)) / gpus / link : 0;
  const width = shape.kvRank ? shape.kvRank + (shape.ropeDim ?? 0) : shape.headDim;
  const scores = layersOf(shape).reduce((sum, group) => {
    if (group.mixer.kind !== 'attention' && group.mixer.kind !== 'latent') return sum;
    const span =
      group.mixer.kind === 'attention' && group.mixer.window ? Math.min(isl, group.mixer.window * 2) : isl;
    return sum + group.count * 2 * shape.heads * Math.min(width, 256) * isl * span;
  }, 0);
  return {
    layers: mixers,
    gpus,
    batch,
    admitted,
    dense: dense / bandwidth,
    experts: expertBytes / bandwidth,
    kv: (batch * kvBytes) / bandwidth,
    latentFlops: shape.kvRank
      ? (batch *
          context *
          layers *
          (shape.heads / attentionTp) *
          2 *
          (2 * shape.kvRank + (shape.ropeDim ?? 0))) /
        (gpu.spec.bf16 * 1e9)
      : 0,
    flops: (2 * activeParams * admitted) / gpus / rate,
    comm: message(admitted),
    prefill: (2 * activeParams * isl) / gpus / rate,
    prefillAttention: scores / gpus / (gpu.spec.bf16 * 1e9),
    prefillComm: message(isl),
    pass: (dense + allBytes) / bandwidth,
    moe: shape.experts ? 1 : 0,
    kernels: kernelCount(query),
  };
}

/** Dense peak of the precision that the linears compute in, TFLOP/s. */
function peakRate(query: SpeedQuery): number {
  const { spec } = query.gpu;
  if (query.quant.bytes < 0.7 && /fp4/.test(query.quant.name)) return spec.fp4 ?? spec.fp8 ?? spec.bf16;
  if (/fp8|int8/.test(query.quant.name)) return spec.fp8 ?? spec.int8;
  return spec.bf16;
}

/** Requests that the KV cache admits at once: what no throughput model may exceed. */
function capacityOf(query: SpeedQuery, bound?: 'low' | 'high'): number {
  const engine = engineProfile(query.backend, query.version) ?? engineProfile('vllm');
  const kv = findKvDtype(kvDtypeOf(query));
  if (!engine || !kv) return Number.POSITIVE_INFINITY;
  const memory = serveMemory({
    shape: query.shape,
    quant: query.quant,
    kv,
    gpu: query.gpu,
    engine,
    layout: query.layout,
    maxLen: query.isl + query.osl / 2,
    sequences: 256,
    batchedTokens: 8192,
  });
  const ranks = query.layout.attentionDp;
  const held = bound ? Math.max(0, memory.interval[bound] / memory.kvPerRequest) : memory.maxConcurrency;
  if (memory.maxConcurrency <= 1) return query.concurrency;
  return Math.max(1, held) * ranks;
}

/**
 * Kernels of one decode step, counted from the layer definitions in vLLM and SGLang: projections, norms, rotary,
 * cache write, attention, routing, grouped matrix products. Low-precision linears quantise their input first.
 */
function kernelCount(query: SpeedQuery): number {
  const { shape } = query;
  const gate = shape.gatedQuery ? 2 : 0;
  const shared = shape.sharedExperts || shape.sharedIntermediate ? (shape.gatedQuery ? 6 : 3) : 0;
  const mixers = { none: 0, attention: 6 + gate, latent: 12, linear: 13, mamba: 8 };
  const feeds = { none: 0, dense: 3, experts: 8 + shared };
  const quantise = query.quant.bytes < 1.5 ? 3 : 0;
  return layersOf(shape).reduce(
    (sum, group) => sum + group.count * (2 + mixers[group.mixer.kind] + feeds[group.feed] + quantise),
    12,
  );
}

/** TensorRT-LLM's published recipes keep KV in fp8 with low-precision weights; vLLM and SGLang keep 16 bits. */
function kvDtypeOf(query: SpeedQuery): string {
  return query.backend === 'trtllm' && query.quant.bytes < 1.5 ? 'fp8' : 'bf16';
}
