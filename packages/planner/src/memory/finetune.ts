import fits from '../../catalogue/fits.json' with { type: 'json' };
import type { Shape } from '../catalogue/shape.ts';
import { layersOf } from '../catalogue/shape.ts';
import { parameterCount } from './inventory.ts';
import type { QuantLayout } from './quant.ts';
import { loraBytes } from './serve.ts';
import { oneGpu, totalBytes, weightsPerGpu } from './weights.ts';

const gib = 2 ** 30;

export type Optimizer = 'adamw' | 'adamw_8bit' | 'paged_adamw_8bit' | 'sgd' | 'adafactor';
export type Sharding = 'none' | 'zero1' | 'zero2' | 'zero3';

export type FinetuneInput = {
  shape: Shape;
  method: 'full' | 'lora' | 'qlora';
  quant: QuantLayout;
  rank: number;
  batch: number;
  sequence: number;
  optimizer: Optimizer;
  /** `offload`: checkpoints kept in the host's memory (Unsloth). */
  checkpointing: 'none' | 'layer' | 'offload';
  gpus?: number;
  sharding?: Sharding;
  /** Trainable parameters, where the adapter's targets are known to differ from all linears. */
  trainable?: number;
};

/** Bytes a trainable parameter of optimizer state. Source: the optimizers' state tensors. */
const stateBytes: Record<Optimizer, number> = {
  adamw: 8,
  // One byte for each of two moments, and block scales.
  adamw_8bit: 2.06,
  // Paged states can be evicted; they are counted as if they were not.
  paged_adamw_8bit: 2.06,
  sgd: 0,
  adafactor: 0.1,
};

export type FinetuneTerms = {
  weights: number;
  /** Of the weights, those that the quantiser changed. */
  quantised: number;
  trainable: number;
  gradients: number;
  optimizer: number;
  /** Inputs of each layer that are kept for the backward pass. */
  checkpoints: number;
  /** One layer's own intermediates, or all layers' where nothing is recomputed. */
  activations: number;
  logits: number;
};

/**
 * The terms of a training step's peak, bytes on one GPU. Sources: ZeRO (Rajbhandari et al. 2020) for what is cut
 * by stage; Korthikanti et al. 2022 for activations (34 s b h a layer in 16 bits, attention scores apart, since
 * flash attention keeps none).
 */
export function finetuneTerms(input: FinetuneInput): FinetuneTerms {
  const { shape, method } = input;
  const gpus = input.gpus ?? 1;
  const stage = { none: 0, zero1: 1, zero2: 2, zero3: 3 }[input.sharding ?? 'none'];
  const cut = (from: number) => (stage >= from ? gpus : 1);
  const lines = weightsPerGpu(shape, input.quant, oneGpu, { rope: false });
  const experts = lines.find((line) => line.role === 'experts');
  // bitsandbytes replaces linear modules only: experts fused into one parameter stay in 16 bits.
  const fused = input.quant.name.startsWith('bnb') && shape.architecture.startsWith('Gemma4');
  if (experts && fused) experts.bytes *= 2 / input.quant.bytes;
  // Gemma 3n was made to keep its per-layer embeddings outside the accelerator, and trainers do.
  const embedding = lines.find((line) => line.role === 'embedding');
  if (embedding && shape.architecture.startsWith('Gemma3n')) {
    embedding.bytes -= (shape.embeddingExtraParams ?? 0) * 2;
  }
  const weights = totalBytes(lines) / cut(3);
  const kept = ['embedding', 'head', 'router', 'norm', 'vision'];
  const quantised =
    method === 'qlora'
      ? totalBytes(lines.filter((line) => !kept.includes(line.role) && !(line === experts && fused))) / cut(3)
      : 0;
  const full = method === 'full';
  const trainable = full ? parameterCount(shape) : (input.trainable ?? loraBytes(shape, input.rank) / 2);
  const tokens = input.batch * input.sequence;
  const layers = layersOf(shape).reduce((sum, group) => sum + group.count, 0);
  const wide = shape.experts
    ? (shape.expertsActive ?? 1) * (shape.expertIntermediate ?? 0) + (shape.sharedIntermediate ?? 0)
    : shape.intermediate;
  const oneLayer = tokens * 2 * (8 * shape.hidden + 3 * wide);
  return {
    weights,
    quantised,
    // Adapters are kept in fp32 by the usual trainers, so is the master copy of a full run.
    trainable: full ? (trainable * 4) / cut(3) : trainable * 4,
    gradients: (trainable * (full ? 2 : 4)) / cut(2),
    optimizer: (trainable * stateBytes[input.optimizer]) / cut(1),
    checkpoints: input.checkpointing === 'layer' ? tokens * shape.hidden * 2 * layers : 0,
    activations: input.checkpointing === 'none' ? oneLayer * layers : oneLayer,
    // Encoders and embedding models are trained without a head over the vocabulary.
    logits: /Model$/.test(shape.architecture) ? 0 : tokens * shape.vocab * 4,
  };
}

/** Coefficients of the terms, in the order of `finetuneColumns`, and the 80 % band of left-out residuals (ln). */
export type FinetuneFit = { coefficients: number[]; low: number; high: number };

/** The terms in GiB as the fit's columns. The last is what the runtime keeps for itself. */
export function finetuneColumns(terms: FinetuneTerms): number[] {
  return [
    terms.quantised / gib,
    (terms.weights - terms.quantised) / gib,
    (terms.trainable + terms.gradients + terms.optimizer) / gib,
    (terms.checkpoints + terms.activations) / gib,
    terms.logits / gib,
    1,
  ];
}

export type FinetunePeak = { peakGib: number; low: number; high: number; terms: FinetuneTerms };

/** The peak that the allocator reserves, with an 80 % interval. */
export function finetunePeak(input: FinetuneInput, fit: FinetuneFit = fits.finetune): FinetunePeak {
  const terms = finetuneTerms(input);
  const columns = finetuneColumns(terms);
  const peakGib = columns.reduce((sum, x, i) => sum + x * (fit.coefficients[i] ?? 0), 0);
  return { peakGib, low: peakGib * Math.exp(fit.low), high: peakGib * Math.exp(fit.high), terms };
}
