import { describe, expect, test } from 'vitest';
import { askDeploy } from '../src/deploy/question.ts';
import { engineNames, engineProfile } from '../src/memory/engine.ts';
import { askMemory, type MemoryAsked } from '../src/memory/question.ts';
import { askFinetune } from '../src/memory/tune-question.ts';
import { askSpeed } from '../src/speed/question.ts';
import { shippedBands } from '../src/speed/table.ts';
import { askThroughput, shippedThroughputFit } from '../src/speed/throughput-question.ts';

const memory: MemoryAsked = { model: 'Qwen/Qwen3-32B', gpu: 'h100_sxm', tp: 2, max_model_len: 8192 };
const held = (change: Partial<MemoryAsked>) => {
  const answer = askMemory({ ...memory, ...change });
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  return answer.value;
};

describe('memory that no row checks', () => {
  test('[PLN16] every engine says what checks it, or every answer says that nothing does', () => {
    for (const engine of engineNames) {
      const profile = engineProfile(engine);
      const answer = held({ engine });
      // Seeded hole: a profile that lost its rows but not its word would differ here.
      expect(answer.unchecked.length > 0, engine).toBe(profile?.checked === null);
      expect(answer.confidence, engine).toBe(profile?.checked === null ? 'low' : 'medium');
      expect(answer.interval.coverage, engine).toBe(profile?.checked === null ? null : 0.8);
    }
    expect(engineNames.filter((name) => engineProfile(name)?.checked === null)).toEqual(['sglang', 'trtllm']);
  });

  test('[PLN16] the interval holds each unmeasured overhead twice and not at all', () => {
    const { kv_available_gib_per_gpu: middle, interval, ...rest } = held({ engine: 'sglang' });
    const graphs = engineProfile('sglang')?.graphsGib ?? 0;
    const overhead = rest.activation_peak_gib + rest.other_gib;
    expect(middle - interval.low).toBeGreaterThanOrEqual(overhead);
    expect(interval.high - middle).toBeGreaterThanOrEqual(overhead - graphs);
    const checked = held({ engine: 'vllm' });
    expect(interval.high - interval.low).toBeGreaterThan(3 * (checked.interval.high - checked.interval.low));
  });

  test('[PLN16] latent attention in llama.cpp may unfold its cache', () => {
    const plain = held({ engine: 'llama.cpp', tp: 1, quant: 'q4_k_m' });
    expect(plain.unchecked).toEqual([]);
    const latent = held({ model: 'deepseek-ai/DeepSeek-R1', engine: 'llama.cpp', tp: 8, quant: 'q4_k_m' });
    expect(latent.unchecked[0]).toContain('latent');
    expect(latent.kv_available_gib_per_gpu - latent.interval.low).toBeGreaterThan(0.6);
  });

  test('[PLN16] written files carry the words', () => {
    const deployed = askDeploy({ ...memory, engine: 'sglang' });
    expect(deployed.ok && deployed.value.unchecked).toHaveLength(1);
    const script = deployed.ok ? deployed.value.files.find(({ path }) => path === 'serve.sh')?.text : '';
    expect(script).toMatch(/^#!\/bin\/sh\n# Unchecked: sglang/);
    const known = askDeploy({ ...memory, engine: 'vllm' });
    expect(known.ok && known.value.unchecked).toEqual([]);
  });
});

describe('fine-tuning that no row checks', () => {
  const run = (change: object) => {
    const answer = askFinetune({ model: 'Qwen/Qwen3-8B', method: 'qlora', batch: 2, seq: 2048, ...change });
    if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
    return answer.value;
  };

  test('[PLN16] several GPUs, whole models and rare optimizers say so and have twice the band', () => {
    const known = run({});
    expect([known.unchecked, known.confidence, known.interval.coverage]).toEqual([[], 'medium', 0.8]);
    for (const change of [{ gpus: 4, sharding: 'fsdp' }, { method: 'full' }, { optimizer: 'sgd' }]) {
      const { unchecked, confidence, interval, peak_gib: peak } = run(change);
      expect([unchecked.length, confidence, interval.coverage]).toEqual([1, 'low', null]);
      const wide = Math.log(interval.high / peak) / Math.log(known.interval.high / known.peak_gib);
      expect(wide).toBeCloseTo(2, 9);
    }
  });
});

describe('speed that no row checks', () => {
  const asked = {
    model_path: 'Qwen/Qwen3-32B',
    system: 'h100_sxm',
    backend: 'vllm',
    isl: 1024,
    osl: 512,
    concurrency: 16,
    tp_size: 4,
  };
  const answerOf = (change: Partial<typeof asked>) => {
    const answer = askSpeed({ ...asked, ...change });
    if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
    return answer.value;
  };

  test('[PLN35] an unknown engine is an error with near names', () => {
    const answer = askSpeed({ ...asked, backend: 'sglnag' });
    expect(!answer.ok && answer.problems).toMatchObject([
      { at: 'backend', code: 'unknown-name', near: ['sglang'] },
    ]);
    expect(answerOf({ backend: 'TensorRT-LLM' })).toEqual(answerOf({ backend: 'trtllm' }));
  });

  test('[PLN35] an unmeasured engine has the interval of engines left out', () => {
    const { unchecked, confidence, ttft_ms: ttft } = answerOf({ backend: 'llama.cpp' });
    expect([unchecked.length, confidence]).toEqual([1, 'low']);
    expect(Math.log(ttft.p90 / ttft.p50)).toBeGreaterThanOrEqual(shippedBands.otherEngine.ttft.high - 1e-9);
    for (const backend of ['vllm', 'sglang', 'trtllm']) expect(answerOf({ backend }).unchecked).toEqual([]);
  });

  test('[PLN16] a batch that an unchecked memory caps is planned at both ends of it', () => {
    const full = { isl: 30_000, concurrency: 256, tp_size: 2 };
    const capped = answerOf({ ...full, backend: 'sglang' });
    expect(capped.admitted).toBeLessThan(256);
    expect(capped.unchecked[0]).toContain('capped');
    expect(capped.confidence).toBe('low');
    const band = (answer: typeof capped) => answer.ttft_ms.p90 / answer.ttft_ms.p10;
    const roomy = answerOf({ ...full, concurrency: 2, backend: 'sglang' });
    expect(roomy.unchecked).toEqual([]);
    const own = shippedBands[capped.basis as 'extrapolated'].ttft;
    expect(band(capped)).toBeGreaterThan(1.02 * Math.exp(own.high - own.low));
    expect(answerOf({ ...full, backend: 'vllm' }).unchecked).toEqual([]);
  });
});

describe('throughput', () => {
  const asked = { model_path: 'meta-llama/Llama-2-70b', system: 'h200_sxm', isl: 294, osl: 274 };

  test('[PLN36] a load that was measured has the narrower band', () => {
    const known = askThroughput({ ...asked, scenario: 'Server', workload: 'llama2-70b' });
    const other = askThroughput({ ...asked, scenario: 'Server' });
    if (!known.ok || !other.ok) throw new Error('no answer');
    expect([known.value.basis, known.value.confidence]).toEqual(['interpolated', 'medium']);
    expect([other.value.basis, other.value.confidence]).toEqual(['extrapolated', 'low']);
    const wide = (reply: typeof known.value) =>
      reply.throughput_tok_s_per_gpu.p90 / reply.throughput_tok_s_per_gpu.p10;
    expect(wide(other.value)).toBeGreaterThan(wide(known.value));
    // MLPerf v5.1 has some 4,000 tokens a second and H200 in this scenario.
    expect(known.value.throughput_tok_s_per_gpu.p50).toBeGreaterThan(2500);
    expect(known.value.throughput_tok_s_per_gpu.p50).toBeLessThan(6000);
    const band = shippedThroughputFit.newLoad;
    expect(band.high - band.low).toBeGreaterThan(shippedThroughputFit.high - shippedThroughputFit.low);
  });

  test('[PLN70] all that is wrong at once, with near names', () => {
    const answer = askThroughput({
      ...asked,
      system: 'h2000',
      isl: 0,
      scenario: 'Ofline',
      workload: 'llama2',
      precision: 'fp5',
    });
    expect(!answer.ok && answer.problems.map((p) => p.at)).toEqual([
      'system',
      'isl',
      'scenario',
      'precision',
      'workload',
    ]);
    expect(!answer.ok && answer.problems.map((p) => p.near?.[0])).toEqual([
      'h200_sxm',
      undefined,
      'Offline',
      expect.anything(),
      'llama2-70b',
    ]);
  });
});
