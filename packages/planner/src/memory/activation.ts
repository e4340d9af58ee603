import type { Shape } from '../catalogue/shape.ts';

/**
 * The peak of what a step holds beside weights and KV. Two moments compete: the forward pass over the largest
 * batch of tokens, and the sampler over the logits of the largest number of sequences.
 *
 * The sampler holds some 38 bytes x vocabulary x sequences: logits in fp32, a sorted copy with 64-bit indices,
 * probabilities, their sum and masks. 38.3 is fitted to seven vLLM log lines (spread 37.9-39.5), of dense,
 * MoE, fp16 and 4-bit models at 128 to 1,024 sequences; the same figure at TP 1 and 2, because logits are
 * gathered. This also tests the guess of 38-40 x vocabulary x 1024: the 1024 is the number of sequences.
 */
export const samplerBytesPerLogit = 38.3;

/** Vision towers are profiled at their largest picture; widths of the usual ViT (1,280 wide, 3,420 inner). */
const patchBytes = 2 * (3 * 3420 + 3 * 1280);
const patchesPerToken = 4;
const visionTokens = 16384;

export type ActivationInput = {
  shape: Shape;
  tp: number;
  sequences: number;
  batchedTokens: number;
  maxLen: number;
};

export type Activation = { forward: number; sampler: number; vision: number; peak: number };

/** Bytes on one GPU. Source of the forward term: gate, up and product of an MLP and three hidden states alive. */
export function activationPeak(input: ActivationInput): Activation {
  const { shape, tp, sequences, batchedTokens } = input;
  const tokens = Math.max(1, batchedTokens);
  const wide = shape.experts
    ? ((shape.expertsActive ?? 1) * (shape.expertIntermediate ?? 0)) / tp +
      (shape.sharedIntermediate ?? 0) / tp
    : shape.intermediate / tp;
  const queries = (shape.heads * shape.headDim) / tp;
  const forward = tokens * 2 * (3 * Math.max(wide, queries) + 3 * shape.hidden);
  const kept = tokens * shape.hidden * 2;
  const sampler = kept + samplerBytesPerLogit * shape.vocab * sequences;
  const dynamicPictures = shape.visionParams !== undefined && /Qwen|Kimi|Step/.test(shape.architecture);
  const vision = dynamicPictures ? Math.min(visionTokens, input.maxLen) * patchesPerToken * patchBytes : 0;
  return { forward, sampler, vision, peak: Math.max(forward, sampler) + vision };
}

/** llama.cpp's compute buffer with flash attention: logits of one batch in fp32, and two hidden states. */
export function llamaBuffer(shape: Shape, batch: number): Activation {
  const forward = batch * (shape.vocab * 4 + shape.hidden * 8);
  return { forward, sampler: 0, vision: 0, peak: forward };
}
