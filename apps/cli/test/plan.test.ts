import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const [out, err] = [[] as string[], [] as string[]];
  const program = makeProgram({
    version: '1.2.3',
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  return { code: await program.run(args), out: out.join(''), err: err.join('') };
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const lines = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');
const memory = {
  model: 'Qwen/Qwen3-32B',
  gpu: 'H100',
  tp: 2,
  max_model_len: 16_000,
  engine: 'vllm',
  engine_version: '0.11.0',
};

describe('filters', () => {
  it('answers each line in order; a bad line does not stop the next', async () => {
    const given = file(
      'memory.jsonl',
      `${lines(memory)}\nno json\n${lines({ model: 'Qwen/Qwen3-33B', gpu: 'h100' })}\n`,
    );
    const { code, out } = await run('plan', 'memory', given);
    expect(code).toBe(1);
    const [first, second, third] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(Object.keys(first)).toEqual(
      expect.arrayContaining([
        'weights_gib_per_gpu',
        'kv_bytes_per_token_per_gpu',
        'kv_bytes_per_request_per_gpu',
        'activation_peak_gib',
        'other_gib',
        'kv_available_gib_per_gpu',
        'kv_tokens',
        'fits',
        'interval',
      ]),
    );
    expect(second.problems[0].code).toBe('corrupt');
    expect(third.problems[0].near).toContain('Qwen/Qwen3-32B');
  });

  it('speed has the fields that were agreed', async () => {
    const asked = {
      model_path: 'Qwen/Qwen3-32B',
      system: 'h100_sxm',
      backend: 'vllm',
      backend_version: '0.12.0',
      precision: null,
      isl: 1024,
      osl: 512,
      concurrency: 16,
      tp_size: 4,
      attention_dp_size: null,
      moe_tp_size: 1,
      moe_ep_size: 1,
    };
    const { code, out } = await run('plan', 'speed', file('speed.jsonl', lines(asked)));
    expect(code).toBe(0);
    const answer = JSON.parse(out);
    expect(Object.keys(answer.ttft_ms)).toEqual(['p10', 'p50', 'p90']);
    expect(Object.keys(answer.tpot_ms)).toEqual(['p10', 'p50', 'p90']);
    expect(answer).toMatchObject({
      basis: 'measured',
      throughput_tok_s_per_gpu: { p50: expect.any(Number) },
      anchors: [expect.anything()],
    });
  });

  it.each([
    [
      'finetune',
      {
        model: 'Qwen/Qwen3-8B',
        method: 'qlora',
        r: 16,
        batch: 2,
        seq: 2048,
        optimizer: 'adamw_8bit',
        gradient_checkpointing: true,
        gpu: 'rtx 4090',
      },
      'peak_gib',
    ],
    [
      'cost',
      {
        gpu: 'h100_sxm',
        country: 'EU',
        rates: { EUR: 1.1 },
        draws: 100,
        figures: { tokensIn: 1e9, tokensOut: 1e9, tokensPerGpu: 1000, staffCost: 9e4, apiIn: 1, apiOut: 5 },
      },
      'breakEven',
    ],
    [
      'throughput',
      { model_path: 'meta-llama/Llama-2-70b', system: 'h200_sxm', isl: 294, osl: 274 },
      'throughput_tok_s_per_gpu',
    ],
    ['control', {}, 'cells'],
    ['programme', { contributors: 10 }, 'stored'],
  ])('%s', async (name, asked, field) => {
    const { code, out } = await run('plan', name, file(`${name}.jsonl`, lines(asked)));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toHaveProperty(field);
  });

  it('a model is given by its files', async () => {
    const config = file('config.json', {
      architectures: ['LlamaForCausalLM'],
      hidden_size: 64,
      num_attention_heads: 4,
      num_hidden_layers: 2,
      intermediate_size: 128,
      vocab_size: 100,
    });
    const header = Buffer.from(JSON.stringify({ w: { dtype: 'F16', shape: [2], data_offsets: [0, 4] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const weights = join(folder, 'model.safetensors');
    writeFileSync(weights, Buffer.concat([length, header, Buffer.alloc(4)]));
    const asked = { ...memory, tp: 1, model: { config, safetensors: [weights] } };
    const { out } = await run('plan', 'memory', file('own.jsonl', lines(asked)));
    expect(JSON.parse(out).fits).toBe(true);
    const carried = async (...options: string[]) => {
      const given = file('deploy-own.jsonl', lines({ ...asked, served_name: 'own' }));
      const deployed = JSON.parse((await run('plan', 'deploy', given, ...options)).out);
      return deployed.airGap.find(({ kind }: { kind: string }) => kind === 'model');
    };
    expect(await carried()).toMatchObject({ name: 'model.safetensors', digest: null });
    const sum = createHash('sha256').update(readFileSync(weights)).digest('hex');
    expect((await carried('--digests')).digest).toBe(`sha256:${sum}`);
    writeFileSync(weights, Buffer.from('GGUF'));
    const bad = await run('plan', 'memory', file('bad.jsonl', lines({ ...asked, model: { gguf: weights } })));
    expect(JSON.parse(bad.out).problems[0].code).toBe('corrupt');
  });

  it('deploy writes its files once, and never over others', async () => {
    const given = file('deploy.jsonl', lines(memory));
    const out = join(folder, 'out');
    expect((await run('plan', 'deploy', given, '--out', out)).code).toBe(0);
    expect(statSync(join(out, 'preflight.sh')).mode & 0o111).not.toBe(0);
    expect(readFileSync(join(out, 'compose.yaml'), 'utf8')).toContain('internal: true');
    expect((await run('plan', 'deploy', given, '--out', out)).code).toBe(1);
  });
});

describe('plan files', () => {
  const plan = { name: 'One', memory, control: {} };

  it('reports as Markdown, HTML and JSON', async () => {
    const given = file('plan.json', { scenarios: [plan, { ...plan, name: 'Two' }] });
    expect((await run('plan', given)).out).toContain('## Two');
    expect((await run('plan', given, '--report', 'html')).out).toContain('<!doctype html>');
    expect(JSON.parse((await run('plan', given, '--report', 'json')).out)).toHaveLength(2);
    expect((await run('plan', given, '--report', 'pdf')).code).toBe(2);
  });

  it('says every problem of every scenario', async () => {
    const given = file('bad.json', {
      scenarios: [{ memory: { model: 'x' } }, { memory: { ...memory, tp: 3 } }],
    });
    const { code, err } = await run('plan', given);
    expect(code).toBe(1);
    expect(err).toContain('scenarios[0].memory.model');
    expect(err).toContain('scenarios[0].memory.gpu');
    expect(err).toContain('right: 1, 2, 4, 8, 16, 32, 64');
  });

  it('own catalogue files come first, and are checked', async () => {
    const row = {
      name: 'h100_sxm',
      title: 'Mine',
      aliases: ['h100'],
      vendor: 'x',
      class: 'x',
      generation: 'hopper',
      source: 's',
      date: 'd',
      confidence: 'low',
      spec: { memory: 8, usable: 8, bandwidth: 1, bf16: 1, int8: 1, power: 1, link: 1, network: 1 },
    };
    const units = {
      memory: 'GiB',
      usable: 'GiB',
      bandwidth: 'GB/s',
      bf16: 'TFLOP/s',
      int8: 'TOP/s',
      power: 'W',
      link: 'GB/s',
      network: 'GB/s',
    };
    const own = file('gpus.json', { kind: 'gpus', units, rows: [row] });
    const given = file('memory.jsonl', lines({ ...memory, tp: 1 }));
    const { out } = await run('plan', 'memory', given, '--catalogue', own);
    expect(JSON.parse(out).fits).toBe(false);
    const bare = file('bare.json', { kind: 'gpus', units: {}, rows: [{ ...row, source: '' }] });
    expect((await run('plan', 'memory', given, '--catalogue', bare)).err).toContain('has no source');
    expect((await run('plan', 'catalogue', 'check', bare)).code).toBe(1);
    expect((await run('plan', 'catalogue', 'check')).code).toBe(0);
    expect(existsSync(own)).toBe(true);
  });
});
