import type { CostAsked } from '@aboveboard/planner/cost/inputs';
import type { PlanAsked } from '@aboveboard/planner/scenario/plan';

/** A made-up site: what the time of a plan is measured on. */
export const costAsked: CostAsked = {
  rates: { EUR: 1.12 },
  gpu: 'h100_sxm',
  country: 'EU',
  gpus: 8,
  years: 5,
  contributors: 100,
  figures: {
    tokensIn: [5e9, 2e10, 4e10],
    tokensOut: [2e9, 6e9, 1e10],
    tokensPerGpu: [800, 1500, 2500],
    staffCost: [70_000, 95_000, 140_000],
    apiIn: 1.25,
    apiOut: 10,
  },
};

const one = (model: string, system: string, gpu: string, tp: number): PlanAsked => ({
  name: `${model} on ${tp} x ${system}`,
  memory: { model, gpu, tp, max_model_len: 16_384, engine: 'vllm', engine_version: '0.18.0' },
  speed: { model_path: model, system, backend: 'vllm', isl: 1024, osl: 512, concurrency: 32, tp_size: tp },
  service: { requests_a_second: 5, ttft_p95_ms: 3000, tpot_p95_ms: 80 },
  control: { evidence: [] },
  deploy: { port: 8000 },
  programme: { contributors: 100, hours_a_week: 5 },
});

export const scenarioAsked: readonly PlanAsked[] = [
  one('Qwen/Qwen3-32B', 'h100_sxm', 'h100_sxm', 2),
  one('openai/gpt-oss-120b', 'h200_sxm', 'h200_sxm', 2),
  one('meta-llama/Llama-3.3-70B-Instruct', 'b200_sxm', 'b200_sxm', 4),
];
