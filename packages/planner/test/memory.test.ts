import { describe, expect, test } from 'vitest';
import { findModel } from '../src/catalogue/model.ts';
import type { Shape } from '../src/catalogue/shape.ts';
import { activationPeak, llamaBuffer } from '../src/memory/activation.ts';
import { compareVersions, engineProfile } from '../src/memory/engine.ts';
import { finetunePeak } from '../src/memory/finetune.ts';
import { findKvDtype, kvBytesPerRequest, kvLines, kvRates, llamaWindowCells } from '../src/memory/kv.ts';
import { findQuant } from '../src/memory/quant.ts';
import { askMemory } from '../src/memory/question.ts';
import { askFinetune } from '../src/memory/tune-question.ts';
import { oneGpu, totalBytes, weightsPerGpu } from '../src/memory/weights.ts';

const shapeOf = (name: string): Shape => {
  const found = findModel(name);
  if (!found.ok) throw new Error(name);
  return found.value.shape;
};
const perToken = (name: string, kv = 'bf16', tp = 1) => {
  const dtype = findKvDtype(kv);
  if (!dtype) throw new Error(kv);
  const rates = kvRates(kvLines(shapeOf(name), { ...dtype, tp, pp: 1 }));
  return rates.full + rates.sliding;
};

describe('KV', () => {
  // Measured: engines' own log lines, https://github.com/vllm-project/vllm and https://github.com/ikawrakow/ik_llama.cpp
  test.each([
    ['Qwen/Qwen3-32B', 'bf16', 1, 262144],
    ['Qwen/Qwen3-14B', 'bf16', 1, 163840],
    ['openai/gpt-oss-120b', 'bf16', 1, 73728],
    ['meta-llama/Llama-3.2-3B', 'bf16', 1, 114688],
    ['deepseek-ai/DeepSeek-R1', 'bf16', 1, 61 * 576 * 2],
    ['deepseek-ai/DeepSeek-R1', 'q8_0', 1, (61 * 576 * 34) / 32],
  ])('[PLN10] %s %s tp %i', (name, kv, tp, bytes) => {
    expect(perToken(name, kv, tp)).toBe(bytes);
  });

  test('[PLN10] TP cuts KV heads until there is one left', () => {
    expect(perToken('Qwen/Qwen3-30B-A3B', 'bf16', 4)).toBe(perToken('Qwen/Qwen3-30B-A3B') / 4);
    expect(perToken('Qwen/Qwen3-30B-A3B', 'bf16', 8)).toBe(perToken('Qwen/Qwen3-30B-A3B') / 4);
  });

  test('[PLN10] latent attention is not cut by TP; unfolded and twice cost more', () => {
    expect(perToken('deepseek-ai/DeepSeek-R1', 'bf16', 8)).toBe(perToken('deepseek-ai/DeepSeek-R1'));
    const dtype = findKvDtype('f16');
    const shape = shapeOf('deepseek-ai/DeepSeek-R1');
    if (!dtype) throw new Error('f16');
    const of = (latent: 'unfolded' | 'twice' | 'once') =>
      kvRates(kvLines(shape, { ...dtype, tp: 1, pp: 1, latent })).full;
    // 512 tokens: 2,440 MiB unfolded; 64.81 MiB for Kimi K2 kept twice (log lines).
    expect((of('unfolded') * 512) / 2 ** 20).toBe(2440);
    expect((of('twice') * 512) / 2 ** 20).toBeCloseTo(64.81, 2);
  });

  test('[PLN10] keys and values kept differently: iq4_nl and f16', () => {
    const mib = (perToken('meta-llama/Meta-Llama-3.1-8B', 'iq4_nl/f16') * 1024) / 2 ** 20;
    expect(mib).toBe(82);
  });

  test('[PLN10] a draft layer adds one layer', () => {
    const dtype = findKvDtype('bf16');
    if (!dtype) throw new Error('bf16');
    const shape = shapeOf('Qwen/Qwen3-8B');
    const with_ = kvRates(kvLines(shape, { ...dtype, tp: 1, pp: 1, draft: true })).full;
    expect(with_ / kvRates(kvLines(shape, { ...dtype, tp: 1, pp: 1 })).full).toBeCloseTo(37 / 36, 10);
  });

  test('[PLN11] windows cap a request, states do not grow', () => {
    const dtype = findKvDtype('bf16');
    if (!dtype) throw new Error('bf16');
    const lines = kvLines(shapeOf('openai/gpt-oss-20b'), { ...dtype, tp: 1, pp: 1 });
    const short = kvBytesPerRequest(lines, 100_000, 2048);
    const full = kvBytesPerRequest(lines, 200_000, 2048);
    // Half of the layers slide: twice the tokens add only the other half.
    expect(full - short).toBe(100_000 * 12 * 2048);
    const hybrid = kvLines(shapeOf('Qwen/Qwen3.5-27B'), { ...dtype, tp: 1, pp: 1 });
    expect(kvRates(hybrid).request).toBeGreaterThan(48 * 48 * 128 * 128 * 4);
    expect(kvRates(hybrid).full).toBe(16 * 4 * 256 * 2 * 2);
    const mamba = kvLines(shapeOf('nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16'), { ...dtype, tp: 1, pp: 1 });
    expect(kvRates(mamba).full).toBe(6 * 2 * 128 * 2 * 2);
    expect(llamaWindowCells(131072, 1024, 1, 512)).toBe(1536);
  });

  test('per-layer heads are summed', () => {
    const dtype = findKvDtype('bf16');
    if (!dtype) throw new Error('bf16');
    const shape = { ...shapeOf('Qwen/Qwen3-8B'), layers: 3, kvHeadsByLayer: [8, 0, 2] };
    expect(kvRates(kvLines(shape, { ...dtype, tp: 1, pp: 1 })).full).toBe(10 * 128 * 2 * 2);
  });
});

describe('weights', () => {
  const gib = (name: string, quant: string, tp = 1) => {
    const layout = findQuant(quant);
    if (!layout) throw new Error(quant);
    return totalBytes(weightsPerGpu(shapeOf(name), layout, { ...oneGpu, tp, expertTp: tp })) / 2 ** 30;
  };

  // Measured: "Model weights take" of vLLM's logs.
  test.each([
    ['meta-llama/Meta-Llama-3.1-8B', 'bf16', 14.9888],
    ['meta-llama/Meta-Llama-3-8B', 'bf16', 14.96],
    ['Qwen/Qwen3-32B', 'bf16', 61.03],
    ['meta-llama/Llama-3.2-3B', 'bf16', 6.016],
    ['microsoft/phi-4', 'bnb-4bit', 8.49],
  ])('[PLN12] %s %s', (name, quant, measured) => {
    expect(Math.abs(gib(name, quant) / measured - 1)).toBeLessThan(0.004);
  });

  test('[PLN12] quantisers leave embeddings, and Q4_0 is not half a byte', () => {
    expect(gib('Qwen/Qwen3-0.6B', 'awq')).toBeGreaterThan((0.6e9 * 0.52) / 2 ** 30);
    expect(findQuant('q4_0')?.bytes).toBe(0.5625);
    expect(findQuant('nvfp4')?.bytes).toBe(0.5625);
    expect(findQuant('mxfp4')?.bytes).toBe(0.53125);
    expect(findQuant('Q4_K_M')?.name).toBe('q4_k_m');
    expect(findQuant('no')).toBeUndefined();
  });

  test('[PLN12] KV projections are copied beyond one a head', () => {
    const layout = findQuant('bf16');
    if (!layout) throw new Error('bf16');
    const kv = (tp: number) =>
      weightsPerGpu(shapeOf('Qwen/Qwen3-30B-A3B'), layout, { ...oneGpu, tp, expertTp: tp }).find(
        (l) => l.role === 'keyvalue',
      )?.bytes;
    expect(kv(8)).toBe(kv(4));
    expect(kv(4)).toBe((kv(1) ?? 0) / 4);
  });
});

describe('engines', () => {
  test('[PLN13] profiles hold from a version on', () => {
    expect(engineProfile('vllm', '0.21.3')?.fraction).toBe(0.9);
    expect(engineProfile('vllm', 'v0.22.0')?.fraction).toBe(0.92);
    expect(engineProfile('vllm')?.fraction).toBe(0.92);
    expect(engineProfile('TensorRT-LLM')?.fractionOf).toBe('after-weights');
    expect(engineProfile('nothing')).toBeUndefined();
    expect(compareVersions('0.9', '0.10')).toBeLessThan(0);
  });

  test('the sampler decides the peak, at 38 bytes a logit', () => {
    const peak = activationPeak({
      shape: shapeOf('Qwen/Qwen3-32B'),
      tp: 2,
      sequences: 1024,
      batchedTokens: 8192,
      maxLen: 16000,
    });
    expect(peak.peak / 2 ** 30).toBeCloseTo(5.64, 1);
  });
});

describe('questions', () => {
  const asked = {
    model: 'Qwen/Qwen3-32B',
    gpu: 'H100',
    tp: 2,
    max_model_len: 16000,
    engine: 'vllm',
    engine_version: '0.11.0',
  };

  test('[PLN14] a plan says what holds it', () => {
    const answer = askMemory(asked);
    expect(answer.ok && answer.value).toMatchObject({
      fits: true,
      binds: 'weights',
      kv_bytes_per_token_per_gpu: 131072,
    });
    // Measured: 34.49 GiB left, 5.64 GiB peak.
    expect(answer.ok && answer.value.kv_available_gib_per_gpu).toBeCloseTo(34.5, 0);
    expect(answer.ok && answer.value.assumed).toMatchObject({ max_num_seqs: 1024 });
  });

  test('[PLN15] a launcher that was guessed is said, and the interval holds the other guess', () => {
    const line = {
      model: 'unsloth/phi-4-bnb-4bit',
      gpu: 'Tesla T4',
      engine: 'vllm',
      engine_version: '0.8.0',
      max_model_len: 512,
      gpu_memory_utilization: 0.7,
    };
    const guessed = askMemory(line);
    const plain = askMemory({ ...line, max_num_seqs: 256 });
    expect(guessed.ok && guessed.value.assumed).toMatchObject({
      max_num_seqs: 128,
      launcher: expect.stringContaining('Unsloth'),
    });
    expect(plain.ok && plain.value.assumed).not.toHaveProperty('launcher');
    expect(guessed.ok && plain.ok && guessed.value.interval.low <= plain.value.kv_available_gib_per_gpu).toBe(
      true,
    );
    // Measured: 1.24 GiB.
    expect(guessed.ok && guessed.value.kv_available_gib_per_gpu).toBeCloseTo(1.24, 1);
  });

  test('[PLN14] what does not fit says so', () => {
    const answer = askMemory({ ...asked, model: 'deepseek-ai/DeepSeek-R1', tp: 8 });
    expect(answer.ok && answer.value).toMatchObject({ fits: false, kv_tokens: 0, max_context: 0 });
  });

  test('[PLN11] llama.cpp keeps padded cells of a window', () => {
    const line = {
      model: 'google/gemma-3-27b',
      gpu: 'h100',
      engine: 'llama.cpp',
      kv_dtype: 'f16',
      quant: 'q4_0',
    };
    const answer = askMemory({ ...line, max_model_len: 131_072 });
    const layer = 2 * 16 * 128 * 2;
    expect(answer.ok && answer.value.kv_bytes_per_request_per_gpu).toBe(layer * (10 * 131_072 + 52 * 1536));
    // All layers, all tokens, as the log of a build without windows printed it: 63,488 MiB.
    expect(answer.ok && (answer.value.kv_bytes_per_token_per_gpu * 131_072) / 2 ** 20).toBe(63_488);
  });

  test('[PLN70] everything that is wrong is told at once', () => {
    const answer = askMemory({
      model: 'nobody/nothing-1B',
      gpu: 'H1000',
      kv_dtype: 'x',
      quant: 'y',
      gpu_memory_utilization: 2,
      max_model_len: -1,
      engine: 'z',
    });
    expect(!answer.ok && answer.problems.map((p) => p.at).sort()).toEqual([
      'engine',
      'gpu',
      'gpu_memory_utilization',
      'kv_dtype',
      'max_model_len',
      'model',
      'quant',
    ]);
  });

  test('[PLN70] a TP that does not divide lists those that do', () => {
    const answer = askMemory({ ...asked, tp: 3 });
    expect(!answer.ok && answer.problems[0]).toMatchObject({
      code: 'not-divisible',
      at: 'tp',
      right: '1, 2, 4, 8, 16, 32, 64',
    });
  });

  test('fine-tuning: sharding cuts what its stage says', () => {
    const shape = shapeOf('meta-llama/Meta-Llama-3.1-8B');
    const quant = findQuant('bf16');
    if (!quant) throw new Error('bf16');
    const peak = (sharding: 'none' | 'zero3') =>
      finetunePeak({
        shape,
        quant,
        method: 'full',
        rank: 1,
        batch: 1,
        sequence: 2048,
        optimizer: 'adamw',
        checkpointing: 'layer',
        gpus: 8,
        sharding,
      }).peakGib;
    expect(peak('none') / peak('zero3')).toBeGreaterThan(4);
  });

  test('fine-tuning: measured runs lie in the interval', () => {
    const answer = askFinetune({
      model: 'unsloth/mistral-7b-v0.3',
      method: 'qlora',
      r: 16,
      batch: 2,
      seq: 2048,
      optimizer: 'adamw_8bit',
      gradient_checkpointing: 'unsloth',
      gpu: 'Tesla T4',
    });
    expect(answer.ok && answer.value.interval.low).toBeLessThan(5.836);
    expect(answer.ok && answer.value.interval.high).toBeGreaterThan(5.836);
    expect(answer.ok && answer.value.fits).toBe(true);
    expect(askFinetune({ model: 'Qwen/Qwen3-8B', method: 'magic', batch: 0 }).ok).toBe(false);
  });

  test('[PLN14] llama.cpp: the compute buffer is the logits of a batch, as its log lines say', () => {
    // Log lines: Qwen3-32B at a batch of 1,024: 633.5 MiB; Qwen3-235B-A22B at 4,096: 2,502 MiB.
    const mib = (name: string, batch: number) => {
      const model = findModel(name);
      return model.ok ? llamaBuffer(model.value.shape, batch).peak / 2 ** 20 : 0;
    };
    expect(mib('Qwen/Qwen3-32B', 1024)).toBeCloseTo(633.5, 1);
    expect(mib('Qwen/Qwen3-235B-A22B', 4096)).toBeCloseTo(2502, 0);
    const answer = askMemory({ model: 'Qwen/Qwen3-32B', gpu: 'l40s', engine: 'llama.cpp', quant: 'q4_k_m' });
    expect(answer.ok && answer.value.assumed).toMatchObject({ flash_attention: 'on' });
  });
});
