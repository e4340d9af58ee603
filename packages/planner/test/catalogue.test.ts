import { describe, expect, test } from 'vitest';
import { builtInFiles } from '../src/catalogue/built-in.ts';
import { checkCatalogue } from '../src/catalogue/check.ts';
import { shapeFromConfig, shapeProblems } from '../src/catalogue/config.ts';
import { builtInGpus, findGpu } from '../src/catalogue/gpu.ts';
import { builtInModels, findModel, plainName, quantInName } from '../src/catalogue/model.ts';
import { nearNames } from '../src/catalogue/near.ts';
import { parameterCount } from '../src/memory/inventory.ts';

describe('near names', () => {
  const near = (found: { ok: boolean; problems?: { near?: string[] }[] }) => found.problems?.[0]?.near ?? [];

  test('[PLN4] come best first, once each', () => {
    expect(near(findModel('Qwen3-33B')).slice(0, 2)).toEqual(['Qwen/Qwen3-32B', 'Qwen/Qwen3-30B-A3B']);
    expect(near(findModel('gpt-oss-12b'))[0]).toBe('openai/gpt-oss-120b');
    expect(near(findGpu('rtx4091'))[0]).toBe('rtx_4090');
    expect(near(findGpu('H100 SXN'))[0]).toBe('h100_sxm');
    expect(near(findGpu('mi300'))[0]).toBe('mi300x');
    expect(nearNames('abcd', ['abdc', 'abcx', 'abcd', 'zzzz'])).toEqual(['abcd', 'abcx', 'abdc']);
    expect(nearNames('', ['a'])).toEqual([]);
    expect(nearNames('x1', [{ name: 'one', also: ['x1'] }, 'two'])).toEqual(['one']);
  });

  test('[PLN4] a slip of one finger anywhere in a name finds that name, whatever the letter', () => {
    const slips = builtInModels
      .filter((_, i) => i % 5 === 0)
      .flatMap(({ name }) =>
        [name.indexOf('/') + 2, Math.floor(name.length / 2), name.length - 2].map((at) => ({
          name,
          slip: `${name.slice(0, at)}ww${name.slice(at + 1)}`,
        })),
      );
    const missed = slips.filter(({ name, slip }) => {
      const found = findModel(slip);
      return !found.ok && !near(found).slice(0, 3).includes(name);
    });
    expect(missed).toEqual([]);
  });
});

describe('built-in catalogue', () => {
  test.each(Object.entries(builtInFiles))(
    '[PLN1] %s: no figure lacks unit, date, source or confidence',
    (name, file) => {
      expect(checkCatalogue(name, file)).toEqual([]);
    },
  );

  test('[PLN1] seeded holes are found: no unit, no date, no source, no confidence', () => {
    const row = {
      name: 'x',
      unit: 'USD',
      low: 1,
      typical: 2,
      high: 3,
      source: 's',
      date: 'd',
      confidence: 'low',
    };
    expect(checkCatalogue('f', { rows: [row] })).toEqual([]);
    for (const field of ['unit', 'date', 'source', 'confidence']) {
      expect(checkCatalogue('f', { rows: [{ ...row, [field]: '' }] }).map((p) => p.code)).toContain(
        'unsourced',
      );
    }
    const spec = { name: 'g', source: 's', date: 'd', confidence: 'low', spec: { memory: 80 } };
    expect(checkCatalogue('f', { units: {}, rows: [spec] })[0]?.at).toBe('f row 1 spec.memory');
    expect(
      checkCatalogue('f', { units: { memory: 'GiB' }, rows: [{ ...spec, spec: { memory: -1 } }] })[0]?.code,
    ).toBe('impossible');
    expect(checkCatalogue('f', { rows: [[1, 2]] })[0]?.code).toBe('unsourced');
    expect(checkCatalogue('f', 'no').map((p) => p.code)).toEqual(['corrupt']);
  });

  test('[PLN2] a name that says its size counts that many parameters', () => {
    // Left aside: names that count active, effective or text parameters only.
    const wrong = builtInModels.flatMap((model) => {
      const said = /-(\d+(?:\.\d+)?)[bB](?:-|$)/.exec(model.name);
      if (
        !said ||
        model.note?.includes('embedding') ||
        /gemma-3n|gemma-4-e|gemma-2-2b|Llama-4|Ministral-3|csm|VL|Vision|Pixtral/i.test(model.name)
      )
        return [];
      const off = parameterCount(model.shape) / 1e9 / Number(said[1]) - 1;
      return Math.abs(off) > 0.1 && Math.abs(parameterCount(model.shape) / 1e9 - Number(said[1])) > 0.6
        ? [`${model.name}: ${off}`]
        : [];
    });
    expect(wrong).toEqual([]);
  });

  test('[PLN2] published totals are met to 1 %', () => {
    const published: [string, number][] = [
      ['deepseek-ai/DeepSeek-R1', 671.03],
      ['Qwen/Qwen3-235B-A22B', 235.09],
      ['openai/gpt-oss-120b', 116.8],
      ['meta-llama/Meta-Llama-3.1-8B', 8.03],
      ['meta-llama/Meta-Llama-3.1-405B', 405.9],
      ['moonshotai/Kimi-K2-Instruct', 1026.4],
      ['mistralai/Mixtral-8x7B-v0.1', 46.7],
      ['nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', 31.58],
      ['Qwen/Qwen3.5-397B-A17B', 397],
    ];
    for (const [name, billions] of published) {
      const found = findModel(name);
      expect(found.ok && Math.abs(parameterCount(found.value.shape) / 1e9 / billions - 1), name).toBeLessThan(
        0.01,
      );
    }
  });

  test('every built-in shape is possible, and complete', () => {
    const needed = [
      'layers',
      'hidden',
      'heads',
      'kvHeads',
      'headDim',
      'intermediate',
      'vocab',
      'maxPosition',
    ] as const;
    for (const { name, shape } of builtInModels) {
      for (const field of needed) expect(Number.isFinite(shape[field]), `${name} ${field}`).toBe(true);
    }
    for (const model of builtInModels) expect(shapeProblems(model.shape), model.name).toEqual([]);
  });
});

describe('finding by name', () => {
  test.each([
    ['unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit', 'meta-llama/Meta-Llama-3.1-8B', 'bnb-4bit'],
    ['meta-llama/Llama-3.1-8B-Instruct', 'meta-llama/Meta-Llama-3.1-8B', undefined],
    ['nvidia/DeepSeek-R1-NVFP4', 'deepseek-ai/DeepSeek-R1', 'nvfp4'],
    ['unsloth/mistral-7b-instruct-v0.3-bnb-4bit', 'mistralai/Mistral-7B-v0.3', 'bnb-4bit'],
    ['Qwen/Qwen2.5-7B-Instruct-AWQ', 'Qwen/Qwen2.5-7B', 'awq'],
    ['google/gemma-3-27b-it', 'google/gemma-3-27b', undefined],
    ['unsloth/qwen2.5-3b-instruct-unsloth-bnb-4bit', 'Qwen/Qwen2.5-3B', 'bnb-4bit-dynamic'],
  ])('[PLN4] %s is %s', (asked, name, quant) => {
    const found = findModel(asked);
    expect(found.ok && found.value.name).toBe(name);
    expect(found.ok && found.value.quantFromName).toBe(quant);
  });

  test('[PLN4] an unknown name lists near names', () => {
    const found = findModel('Qwen/Qwen3-33B');
    expect(found.ok).toBe(false);
    expect(!found.ok && found.problems[0]?.near).toContain('Qwen/Qwen3-32B');
    const gpu = findGpu('RTX 4091');
    expect(!gpu.ok && gpu.problems[0]?.near?.length).toBeGreaterThan(0);
  });

  test('[PLN4] different sizes are different models', () => {
    expect(plainName('Qwen/Qwen3-8B')).not.toBe(plainName('Qwen/Qwen3-32B'));
    expect(plainName('google/gemma-3-4b-it')).not.toBe(plainName('google/gemma-2-4b-it'));
    expect(quantInName('Qwen/Qwen3-8B')).toBeUndefined();
  });

  test('[PLN4] no two models of different shape share a plain name', () => {
    const first = new Map<string, string>();
    const clashes: string[] = [];
    for (const model of builtInModels) {
      const plain = plainName(model.name);
      const rest = { ...model.shape };
      delete rest.draftLayers;
      const size = String(Math.round(parameterCount(rest) / 1e8));
      const before = first.get(plain);
      if (before !== undefined && before !== size) clashes.push(model.name);
      first.set(plain, size);
    }
    expect(clashes).toEqual([]);
  });

  test.each(['NVIDIA H100 80GB HBM3', 'h100_sxm', 'H100', 'H100 80GB', 'NVIDIA H100-SXM-80GB'])(
    '[PLN4] %s is an H100',
    (name) => {
      const found = findGpu(name);
      expect(found.ok && found.value.name).toBe('h100_sxm');
    },
  );

  test('[PLN4] a GPU name finds one GPU only', () => {
    for (const gpu of builtInGpus) {
      const found = findGpu(gpu.title);
      expect(found.ok && found.value.name, gpu.title).toBe(gpu.name);
    }
  });

  test('[PLN3] own entries come first', () => {
    const gpu = builtInGpus[0];
    if (!gpu) throw new Error('no GPUs');
    const found = findGpu(gpu.name, [{ ...gpu, spec: { ...gpu.spec, memory: 1 } }]);
    expect(found.ok && found.value.spec.memory).toBe(1);
  });
});

describe('config.json', () => {
  const llama = {
    architectures: ['LlamaForCausalLM'],
    hidden_size: 4096,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    num_hidden_layers: 32,
    intermediate_size: 14336,
    vocab_size: 128256,
    max_position_embeddings: 131072,
  };

  test('is read as the catalogue has it', () => {
    const read = shapeFromConfig(llama);
    expect(read.ok && parameterCount(read.value)).toBe(8_030_261_248);
  });

  test('a nested text_config is read', () => {
    const read = shapeFromConfig({ architectures: ['X'], text_config: llama });
    expect(read.ok && read.value.layers).toBe(32);
  });

  test('[PLN70] all that is wrong is told at once', () => {
    const read = shapeFromConfig({ hidden_size: -1, num_attention_heads: 3.5, vocab_size: 1e12 });
    expect(!read.ok && read.problems.map((p) => p.at)).toEqual(
      expect.arrayContaining(['hidden_size', 'num_attention_heads', 'vocab_size', 'layers']),
    );
  });

  test.each([null, 7, [], 'x'])('%j is no config', (given) => {
    expect(shapeFromConfig(given).ok).toBe(false);
  });

  test('heads that do not divide are impossible', () => {
    const read = shapeFromConfig({ ...llama, num_key_value_heads: 7 });
    expect(!read.ok && read.problems[0]?.at).toBe('kvHeads');
  });
});
