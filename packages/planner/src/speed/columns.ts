import type { SpeedQuery } from './query.ts';
import type { SpeedTerms } from './terms.ts';

/**
 * The columns whose non-negative sum is a time in ms, and what each coefficient is expected to be before any row
 * is seen. The priors are physics and the vendors' own figures (bandwidth efficiency 0.75-0.8, MFU 0.4-0.65,
 * 2-3 us a kernel in a CUDA graph); the fit pulls towards them, so a family that was never measured is not
 * planned from the accidents of the others.
 */
export type Column = { name: string; prior: number };

export const tpotShape: readonly Column[] = [
  { name: 'kernels', prior: 0.003 },
  { name: 'kernels before Blackwell', prior: 0.0005 },
  { name: 'collectives', prior: 0.02 },
  { name: 'collectives, by hops', prior: 0.005 },
  { name: 'collectives, by batch and hops', prior: 0.1 },
  { name: 'dense weights', prior: 1.25 },
  { name: 'expert weights', prior: 1.35 },
  { name: 'expert weights that are unpacked first', prior: 0.3 },
  { name: 'KV', prior: 1.2 },
  { name: 'latent attention', prior: 2 },
  { name: 'dense arithmetic', prior: 1.6 },
  { name: 'expert arithmetic', prior: 2.2 },
  { name: 'all-reduce bytes', prior: 1.3 },
  { name: 'interleaved prefill, dense', prior: 1.6 },
  { name: 'interleaved prefill, experts', prior: 6 },
  { name: 'interleaved attention', prior: 1.8 },
  { name: 'interleaved all-reduce', prior: 1.3 },
  { name: 'batch, square root', prior: 0.3 },
  { name: 'batch, linear', prior: 0.1 },
  { name: 'interleaved kernels', prior: 0.004 },
  { name: 'interleaved weight passes', prior: 1.2 },
];

/** ms columns of the time of one output token. */
export function tpotColumns(terms: SpeedTerms, query: SpeedQuery): number[] {
  // Racks beyond a node serve prefill and decode apart: nothing is interleaved there.
  const mixed = terms.gpus <= 8 ? terms.admitted / query.osl : 0;
  const { layers, admitted } = terms;
  return [
    terms.kernels,
    query.gpu.generation === 'blackwell' ? 0 : terms.kernels,
    terms.gpus > 1 ? layers : 0,
    layers * Math.log2(terms.gpus),
    (Math.sqrt(admitted) * layers * Math.log2(terms.gpus)) / 100,
    terms.dense,
    terms.experts,
    unpacked(query) ? terms.experts : 0,
    terms.kv,
    terms.latentFlops,
    terms.moe ? 0 : terms.flops,
    terms.moe ? terms.flops : 0,
    terms.comm,
    terms.moe ? 0 : mixed * terms.prefill,
    terms.moe ? mixed * terms.prefill : 0,
    mixed * terms.prefillAttention,
    mixed * terms.prefillComm,
    (Math.sqrt(admitted) * layers) / 100,
    (admitted * layers) / 1000,
    mixed * terms.kernels,
    mixed * Math.max(1, query.isl / 8192) * terms.pass,
  ];
}

/** Four-bit weights that the GPU cannot multiply: int4 anywhere, mxfp4 before Blackwell. */
function unpacked(query: SpeedQuery): boolean {
  if (/^(int4|awq|gptq|bnb-4)/.test(query.quant.name)) return true;
  return /^(mxfp4|nvfp4)/.test(query.quant.name) && query.gpu.spec.fp4 === undefined;
}

/** The engines that were measured: each has columns of its own; another is planned with vLLM's. */
export const backends: readonly string[] = ['trtllm', 'vllm', 'sglang'];

export const ttftShape: readonly Column[] = [
  { name: 'server', prior: 20 },
  ...backends.flatMap((backend) => [
    { name: `${backend}: launches`, prior: 0.06 },
    { name: `${backend}: step under way`, prior: 1 },
    { name: `${backend}: own prefill`, prior: 1 },
    { name: `${backend}: prompts ahead`, prior: 0.05 },
    { name: `${backend}: prompts ahead, square root`, prior: 0.2 },
    { name: `${backend}: steps ahead`, prior: 0.15 },
    { name: `${backend}: launches ahead`, prior: 0.003 },
  ]),
  { name: 'waiting for KV', prior: 0.5 },
];

/** ms columns of the time to the first token; `tpot` is the planned time of an output token. */
export function ttftColumns(terms: SpeedTerms, query: SpeedQuery, tpot: number): number[] {
  const own =
    1.6 * terms.prefill * (terms.moe ? 2.5 : 1) +
    1.5 * terms.prefillAttention +
    1.3 * terms.prefillComm +
    1.2 * Math.max(1, query.isl / 8192) * terms.pass;
  const ahead = Math.sqrt(terms.admitted);
  const columns = [1];
  const known = backends.includes(query.backend) ? query.backend : 'vllm';
  for (const backend of backends) {
    const on = backend === known ? 1 : 0;
    columns.push(
      on * terms.kernels,
      on * tpot,
      on * own,
      on * terms.admitted * own,
      on * ahead * own,
      on * ahead * tpot,
      on * ahead * terms.kernels,
    );
  }
  // Beyond what KV admits a request waits for others to end.
  columns.push(Math.max(0, query.concurrency / terms.admitted - 1) * query.osl * tpot * 0.5);
  return columns;
}

export function weigh(columns: readonly number[], coefficients: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < columns.length; i++) sum += (columns[i] ?? 0) * (coefficients[i] ?? 0);
  return sum;
}
