import type { Role } from './inventory.ts';

/**
 * How a quantiser lays out weights: bytes a parameter of the tensors that it touches, scales and zeros included,
 * and which roles it leaves as they were. Nominal bits err: Q4_0 is 0.5625 bytes and not 0.5.
 */
export type QuantLayout = {
  name: string;
  /** Bytes a parameter of touched tensors. */
  bytes: number;
  touches: 'linears' | 'experts' | 'all';
  /** Bytes a parameter of the tensors that it leaves. */
  rest: number;
  source: string;
};

const vllm = 'vLLM and the quantiser: block and scale sizes of the format';
const ggml = 'ggml block structs (ggml-common.h): block bytes / block weights';
const mixed = 'llama.cpp tools/quantize/README.md: bits a weight of whole files, Llama-3.1-8B';
const linears = (name: string, bytes: number, source = vllm): QuantLayout => ({
  name,
  bytes,
  touches: 'linears',
  rest: 2,
  source,
});
const file = (name: string, bits: number, source = ggml): QuantLayout => ({
  name,
  bytes: bits / 8,
  touches: 'all',
  rest: bits / 8,
  source,
});

const layouts: QuantLayout[] = [
  { name: 'fp32', bytes: 4, touches: 'all', rest: 4, source: 'IEEE 754' },
  { name: 'bf16', bytes: 2, touches: 'all', rest: 2, source: 'IEEE 754' },
  linears('fp8', 1 + 4 / (128 * 128)),
  linears('int8', 1 + 2 / 4096),
  linears('awq', 0.5 + 2 / 128 + 0.5 / 128),
  linears('gptq', 0.5 + 2 / 128 + 0.5 / 128),
  linears('int4', 0.5 + 2 / 128),
  // 64-weight blocks, their scales quantised again in blocks of 256 (double quantisation).
  linears('bnb-4bit', 0.5 + 1 / 64 + 4 / (64 * 256)),
  // Some 3 % of the linears stay in 16 bits; its makers say less than 10 % larger than plain 4-bit.
  linears(
    'bnb-4bit-dynamic',
    0.97 * (0.5 + 1 / 64 + 4 / (64 * 256)) + 0.03 * 2,
    'Unsloth: dynamic 4-bit quantisation',
  ),
  linears('bnb-8bit', 1 + 4 / 4096),
  linears('nvfp4', 0.5 + 1 / 16),
  // Recipes that quantise the experts of latent-attention models and leave the attention in 16 bits.
  {
    name: 'nvfp4-experts',
    bytes: 0.5 + 1 / 16,
    touches: 'experts',
    rest: 2,
    source: 'NVIDIA model cards of DeepSeek-R1-NVFP4',
  },
  {
    name: 'int4-experts',
    bytes: 0.5 + 2 / 32,
    touches: 'experts',
    rest: 2,
    source: 'model card of Kimi-K2.5: experts in groups of 32',
  },
  {
    name: 'mxfp4',
    bytes: 0.5 + 1 / 32,
    touches: 'experts',
    rest: 2,
    source: 'OCP Microscaling 1.0: blocks of 32',
  },
  file('q4_0', 4.5),
  file('q4_1', 5),
  file('q5_0', 5.5),
  file('q5_1', 6),
  file('q8_0', 8.5),
  file('q2_k', 2.625),
  file('q3_k', 3.4375),
  file('q4_k', 4.5),
  file('q5_k', 5.5),
  file('q6_k', 6.5625),
  file('iq1_s', 1.5625),
  file('iq1_m', 1.75),
  file('iq2_xxs', 2.0625),
  file('iq2_xs', 2.3125),
  file('iq2_s', 2.5),
  file('iq3_xxs', 3.0625),
  file('iq3_s', 3.4375),
  file('iq4_xs', 4.25),
  file('iq4_nl', 4.5),
  file('tq1_0', 1.6875),
  file('tq2_0', 2.0625),
  // Mixes of kinds: whole files as the quantiser's table gives them for an 8 B model. A larger model's file has
  // fewer bits a weight, since its tables are a smaller share; the header of the file itself says exactly.
  file('q2_k_s', 2.9697, mixed),
  file('q3_k_s', 3.6429, mixed),
  file('q3_k_l', 4.2979, mixed),
  file('iq2_m', 2.9294, mixed),
  file('iq3_xs', 3.4977, mixed),
  file('iq3_m', 3.7628, mixed),
  file('q3_k_m', 4.0, mixed),
  file('q4_k_s', 4.67, mixed),
  file('q4_k_m', 4.89, mixed),
  file('q5_k_s', 5.57, mixed),
  file('q5_k_m', 5.7, mixed),
];

const aliases: Record<string, string> = {
  '': 'bf16',
  none: 'bf16',
  auto: 'bf16',
  fp16: 'bf16',
  float16: 'bf16',
  bfloat16: 'bf16',
  half: 'bf16',
  f16: 'bf16',
  f32: 'fp32',
  float32: 'fp32',
  fp8_block: 'fp8',
  'compressed-tensors': 'fp8',
  fbgemm_fp8: 'fp8',
  w8a8: 'int8',
  w4a16: 'int4',
  int4_wo: 'int4',
  awq_marlin: 'awq',
  gptq_marlin: 'gptq',
  bitsandbytes: 'bnb-4bit',
  bnb: 'bnb-4bit',
  '4bit': 'bnb-4bit',
  '8bit': 'bnb-8bit',
  fp4: 'nvfp4',
  modelopt: 'nvfp4',
  modelopt_fp4: 'nvfp4',
};

export const quantNames: readonly string[] = layouts.map((layout) => layout.name);

export function findQuant(wanted: string): QuantLayout | undefined {
  const lower = wanted
    .replace(/\(.*\)/, '')
    .trim()
    .toLowerCase();
  const name = aliases[lower] ?? lower;
  return (
    layouts.find((layout) => layout.name === name) ??
    layouts.find((layout) => layout.name === name.replace(/[ -]+/g, '_'))
  );
}

/** Bytes of one parameter of a role. Quantisers leave embeddings, heads, routers, norms and vision as they were. */
export function bytesOf(layout: QuantLayout, role: Role): number {
  if (layout.touches === 'all') return role === 'norm' && layout.bytes < 2 ? 4 : layout.bytes;
  if (layout.touches === 'experts') return role === 'experts' ? layout.bytes : layout.rest;
  const left: Role[] = ['embedding', 'head', 'router', 'norm', 'vision'];
  return left.includes(role) ? layout.rest : layout.bytes;
}
