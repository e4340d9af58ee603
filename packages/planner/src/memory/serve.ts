import type { Gpu } from '../catalogue/gpu.ts';
import type { Shape } from '../catalogue/shape.ts';
import type { Checked, Problem } from '../problem.ts';
import { type Activation, activationPeak, llamaBuffer } from './activation.ts';
import { type EngineProfile, unslothSequences } from './engine.ts';
import { type KvDtype, type KvLine, kvBytesPerRequest, kvLines, kvRates, llamaWindowCells } from './kv.ts';
import type { QuantLayout } from './quant.ts';
import { type Layout, oneGpu, totalBytes, type WeightLine, weightsPerGpu } from './weights.ts';

const gib = 2 ** 30;

export type ServeInput = {
  shape: Shape;
  quant: QuantLayout;
  kv: { key: KvDtype; value: KvDtype };
  gpu: Gpu;
  engine: EngineProfile;
  layout: Layout;
  maxLen: number;
  fraction?: number;
  sequences?: number;
  batchedTokens?: number;
  /** Bytes of all tensors from a real file's header, in place of the layout's sum; cut as the layout is cut. */
  fileBytes?: number;
  /** GiB that the driver reports, in place of the catalogue's. */
  gpuGib?: number;
  loraRank?: number;
  draft?: boolean;
  latent?: 'unfolded' | 'twice' | 'once';
};

/** Bytes, on the fullest GPU. */
export type ServeMemory = {
  weights: WeightLine[];
  weightBytes: number;
  kv: KvLine[];
  kvPerToken: number;
  kvPerRequest: number;
  activation: Activation;
  nonTorch: number;
  /** What of `nonTorch` is communication's; the rest is context, libraries and what the allocator does not give back. */
  communication: number;
  graphs: number;
  capacity: number;
  budget: number;
  /** What is left for KV; negative where the rest does not fit. */
  kvAvailable: number;
  kvTokens: number;
  /** Requests of full length at once, and the longest one request that fits. */
  maxConcurrency: number;
  maxContext: number;
  fits: boolean;
  /** The largest term: what to change first. */
  binds: 'weights' | 'kv' | 'activations' | 'overhead';
  assumed: { fraction: number; sequences: number; batchedTokens: number };
  /**
   * Meant to hold `kvAvailable` in 80 % of cases, bytes. Its width was read off eleven measured rows: no more. Where
   * a term was never measured (`unchecked`), it holds each such term twice over and left out, and promises no share.
   */
  interval: { low: number; high: number };
  /** What in this answer no measured row stands behind, in words. */
  unchecked: string[];
};

/** What a GPU holds when it serves a model. Call `checkLayout` first; this sums. */
export function serveMemory(input: ServeInput): ServeMemory {
  const { shape, engine, layout } = input;
  const capacity = (input.gpuGib ?? input.gpu.spec.usable) * gib;
  const pad = paddingOf(input);
  const weights = weightsPerGpu(shape, input.quant, layout, {
    pad,
    rope: engine.engine !== 'llama.cpp',
    ...(input.draft ? { draft: true } : {}),
  });
  // Unsloth starts vLLM with adapter slots, of its default rank where none is said.
  const loraRank = input.loraRank ?? (engine.engine === 'unsloth' ? 16 : 0);
  if (loraRank > 0) weights.push({ role: 'adapters', bytes: loraBytes(shape, loraRank, layout.tp) });
  const weightBytes = realBytes(input, totalBytes(weights));
  const attentionTp = Math.max(1, layout.tp / layout.attentionDp);
  const kv = kvLines(shape, {
    key: input.kv.key,
    value: input.kv.value,
    tp: attentionTp,
    pp: layout.pp,
    ...(input.latent ? { latent: input.latent } : {}),
    ...(input.draft ? { draft: true } : {}),
  });
  const gpus = layout.tp * layout.pp;
  const communication = (gpus < 2 ? 0 : gpus === 2 ? engine.ncclGib.two : engine.ncclGib.more) * gib;
  const nonTorch = engine.nonTorchGib * gib + communication;
  const fraction = input.fraction ?? engine.fraction;
  const batchedTokens =
    input.batchedTokens ?? engine.maxBatchedTokens(capacity / gib, input.gpu.generation, input.maxLen);
  const peak = (sequences: number) =>
    activationPeak({ shape, tp: layout.tp, sequences, batchedTokens, maxLen: input.maxLen });
  const sequences = input.sequences ?? defaultSequences(input, capacity, capacity * fraction - weightBytes);
  const activation = engine.engine === 'llama.cpp' ? llamaBuffer(shape, batchedTokens) : peak(sequences);
  const graphs = engine.graphsGib * gib;
  const budget = budgetOf(engine, capacity, fraction, weightBytes);
  const rest = activation.peak + nonTorch + (engine.graphsInBudget ? graphs : 0);
  const kvAvailable = budget - weightBytes - rest;
  const rates = kvRates(kv);
  const cells =
    engine.engine === 'llama.cpp'
      ? (window: number, tokens: number) => llamaWindowCells(tokens, window, 1, batchedTokens)
      : undefined;
  const held = (tokens: number) => kvBytesPerRequest(kv, tokens, batchedTokens, engine.block, cells);
  const perRequest = held(input.maxLen);
  const blockBytes = (rates.full + rates.sliding) * engine.block;
  const hybrid = rates.sliding > 0 || rates.request > 0;
  const maxConcurrency = Math.max(0, kvAvailable / perRequest);
  const kvTokens = hybrid
    ? Math.floor(maxConcurrency * input.maxLen)
    : Math.max(0, Math.floor(kvAvailable / blockBytes) * engine.block);
  const unchecked = uncheckedTerms(input);
  const doubt = unchecked.length > 0 ? rest + expandedLatent(input) : 0;
  const spread = 0.15 * gib + 0.0015 * budget + 0.002 * weightBytes;
  return {
    weights,
    weightBytes,
    kv,
    kvPerToken: rates.full + rates.sliding,
    kvPerRequest: perRequest,
    activation,
    nonTorch,
    communication,
    graphs,
    capacity,
    budget,
    kvAvailable,
    kvTokens,
    maxConcurrency,
    maxContext: longest(held, kvAvailable, shape.maxPosition),
    fits: kvAvailable >= perRequest,
    binds: binding(weightBytes, perRequest, activation.peak, nonTorch),
    assumed: { fraction, sequences, batchedTokens },
    interval: {
      low: kvAvailable - spread - doubt - (unchecked.length > 0 && !engine.graphsInBudget ? graphs : 0),
      high: kvAvailable + spread + (unchecked.length > 0 ? rest : 0),
    },
    unchecked,
  };
}

/** What no measured row stands behind: the overheads of an engine, or of one kind of attention in it. */
function uncheckedTerms({ engine, shape }: ServeInput): string[] {
  if (engine.checked === null)
    return [`${engine.engine}: no measured row of its memory; overheads are its documentation's and vLLM's`];
  if (engine.engine === 'llama.cpp' && shape.kvRank)
    return ['llama.cpp with latent attention: its builds differ in whether keys and values are unfolded'];
  return [];
}

/** Keys and values of one layer over the context, unfolded in 16 bits: what some builds hold beside the cache. */
function expandedLatent({ engine, shape, maxLen }: ServeInput): number {
  if (engine.engine !== 'llama.cpp' || !shape.kvRank) return 0;
  const { headDim, nopeDim = headDim, valueDim = headDim, ropeDim = 0 } = shape;
  return maxLen * shape.heads * (nopeDim + ropeDim + valueDim) * 2;
}

/** The file's bytes in the proportion that the layout puts on the fullest GPU. */
function realBytes(input: ServeInput, planned: number): number {
  if (input.fileBytes === undefined) return planned;
  const options = { rope: false, ...(input.draft ? { draft: true } : {}) };
  const whole = totalBytes(weightsPerGpu(input.shape, input.quant, oneGpu, options));
  const here = totalBytes(weightsPerGpu(input.shape, input.quant, input.layout, options));
  return (input.fileBytes * here) / whole;
}

function budgetOf(engine: EngineProfile, capacity: number, fraction: number, weights: number): number {
  if (engine.fractionOf === 'after-weights') return weights + (capacity - weights) * fraction;
  return capacity * fraction;
}

function defaultSequences(input: ServeInput, capacity: number, left: number): number {
  if (input.engine.engine === 'unsloth') return unslothSequences(left / gib);
  return input.engine.maxNumSeqs(capacity / gib, input.gpu.generation);
}

/** Hopper kernels for mxfp4 pad both widths to multiples of 256 (vLLM): 2,880 becomes 3,072 on one side. */
function paddingOf(input: ServeInput): number {
  if (input.quant.name !== 'mxfp4' || input.engine.engine === 'llama.cpp') return 1;
  const width = input.shape.expertIntermediate ?? input.shape.intermediate;
  return (Math.ceil(width / 256) * 256) / width;
}

/** Adapter slots: rank x (in + out) of every linear, in 16 bits. */
export function loraBytes(shape: Shape, rank: number, tp = 1): number {
  const q = shape.heads * shape.headDim;
  const kv = shape.kvHeads * shape.headDim;
  const h = shape.hidden;
  const attention = h + q + 2 * (h + kv) + (q + h);
  const mlp = 3 * (h + shape.intermediate);
  return (shape.layers * rank * (attention + mlp) * 2) / tp;
}

/** The longest request that fits, by halving. */
function longest(held: (tokens: number) => number, available: number, most: number): number {
  if (available <= 0 || held(1) > available) return 0;
  let low = 1;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (held(middle) <= available) low = middle;
    else high = middle - 1;
  }
  return low;
}

function binding(weights: number, kv: number, activations: number, overhead: number): ServeMemory['binds'] {
  const terms = { weights, kv, activations, overhead };
  return (Object.keys(terms) as (keyof typeof terms)[]).reduce((a, b) => (terms[b] > terms[a] ? b : a));
}

/** What a layout cannot be, all at once, with what would be right. */
export function checkLayout(shape: Shape, layout: Layout): Checked<Layout> {
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(layout)) {
    if (!Number.isInteger(value) || value < 1) {
      problems.push({
        code: 'impossible',
        at: name,
        message: `must be a whole number of at least 1, is ${value}`,
      });
    }
  }
  if (problems.length === 0) {
    if (layout.tp % layout.attentionDp !== 0)
      problems.push({
        code: 'not-divisible',
        at: 'attention_dp_size',
        message: `does not divide tp ${layout.tp}`,
      });
    const attentionTp = Math.max(1, layout.tp / layout.attentionDp);
    if (shape.heads % attentionTp !== 0)
      problems.push({
        code: 'not-divisible',
        at: 'tp',
        message: `${shape.heads} attention heads cannot be cut over ${attentionTp} GPUs`,
        right: divisors(shape.heads).join(', '),
      });
    if (layout.pp > shape.layers)
      problems.push({ code: 'impossible', at: 'pp', message: `more stages than the ${shape.layers} layers` });
    if (shape.experts && shape.experts % layout.expertEp !== 0)
      problems.push({
        code: 'not-divisible',
        at: 'moe_ep_size',
        message: `${shape.experts} experts cannot be cut over ${layout.expertEp} GPUs`,
        right: divisors(shape.experts).join(', '),
      });
  }
  return problems.length ? { ok: false, problems } : { ok: true, value: layout };
}

function divisors(of: number): number[] {
  return Array.from({ length: Math.min(of, 128) }, (_, i) => i + 1).filter((n) => of % n === 0);
}
