import { describe, expect, test } from 'vitest';
import { builtInGpus, type Gpu } from '../src/catalogue/gpu.ts';
import { builtInModels, type Model } from '../src/catalogue/model.ts';
import { planScenario } from '../src/scenario/plan.ts';

const known = builtInModels.find(({ name }) => name === 'Qwen/Qwen3-8B') as Model;
const h100 = builtInGpus.find(({ name }) => name === 'h100_sxm') as Gpu;

describe('the user’s own entries', () => {
  const model: Model = { ...known, name: 'house/own-8b', weightBytes: 9 * 2 ** 30 };
  const gpu: Gpu = { ...h100, name: 'house_card', title: 'House card', aliases: [] };
  const asked = {
    memory: { model: model.name, gpu: gpu.name, max_model_len: 8192 },
    finetune: { model: model.name, gpu: gpu.name, method: 'lora' },
    speed: {
      model_path: model.name,
      system: gpu.name,
      backend: 'vllm',
      isl: 1000,
      osl: 200,
      concurrency: 4,
      tp_size: 1,
    },
    cost: {
      gpu: gpu.name,
      country: 'EU',
      rent_of: 'h100_sxm',
      figures: { gpuPrice: 30_000, tokensIn: 1e9, tokensOut: 1e8, staffCost: 9e4, apiIn: 1, apiOut: 4 },
      rates: { EUR: 1.1 },
      draws: 50,
    },
    deploy: {},
  };

  test('[PLN3] hold in every part of a plan: memory, fine-tuning, speed, cost and deployment', () => {
    const planned = planScenario({ ...asked, catalogue: { models: [model], gpus: [gpu] } });
    if (!planned.ok) throw new Error(JSON.stringify(planned.problems));
    expect(planned.value.memory?.weights_gib_per_gpu).toBeCloseTo(9);
    expect(planned.value.deploy?.airGap.find(({ kind }) => kind === 'model')?.gib).toBe(9);
    expect(planned.value.speed).toBeDefined();
    expect(planned.value.cost).toBeDefined();
  });

  test('[PLN3, PLN4] without them the same names are unknown in each of those parts', () => {
    const planned = planScenario(asked);
    expect(planned.ok).toBe(false);
    const places = planned.ok ? [] : planned.problems.map(({ at }) => at);
    for (const at of ['memory.model', 'memory.gpu', 'speed.model_path', 'speed.system', 'cost.gpu'])
      expect(places).toContain(at);
  });
});
