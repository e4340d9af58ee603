import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { builtInModels } from '../src/catalogue/model.ts';
import { askDeploy, type DeployAsked } from '../src/deploy/question.ts';
import { shellWord, systemdWord, yamlText } from '../src/deploy/quote.ts';

const asked: DeployAsked = {
  model: 'Qwen/Qwen3-32B',
  gpu: 'H100',
  tp: 2,
  max_model_len: 16000,
  engine: 'vllm',
  engine_version: '0.11.0',
};
const filesOf = (change: Partial<DeployAsked> = {}) => {
  const answer = askDeploy({ ...asked, ...change });
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  return Object.fromEntries(answer.value.files.map((file) => [file.path, file.text]));
};

describe('files', () => {
  test('[PLN60] they carry the figures of the plan', () => {
    const files = filesOf();
    expect(Object.keys(files)).toEqual([
      'serve.sh',
      'inference.service',
      'compose.yaml',
      'values.yaml',
      'preflight.sh',
      'air-gap.json',
    ]);
    for (const path of ['inference.service', 'compose.yaml', 'values.yaml']) {
      expect(files[path]).toContain('--tensor-parallel-size');
      expect(files[path]).toContain('16000');
    }
    expect(files['preflight.sh']).toContain('the plan needs 2');
    expect(files['compose.yaml']).toContain('count: 2');
  });

  test('[PLN60] a plan that does not fit writes nothing and says what would', () => {
    const answer = askDeploy({ ...asked, gpu: 'l4', tp: 1 });
    expect(!answer.ok && answer.problems[0]?.message).toContain('binds');
  });

  test.each([
    ['sglang', '--mem-fraction-static'],
    ['llama.cpp', '--n-gpu-layers'],
  ])('%s has its own arguments', (engine, argument) => {
    expect(filesOf({ engine, engine_version: null, max_num_seqs: 4 })['serve.sh']).toContain(argument);
  });

  test('[PLN62] loopback, no hub, no telemetry, no egress', () => {
    const files = filesOf();
    expect(files['serve.sh']).toContain('127.0.0.1');
    expect(files['inference.service']).toContain('IPAddressDeny=any');
    expect(files['compose.yaml']).toContain('internal: true');
    expect(files['values.yaml']).toContain('egress: []');
    for (const path of ['serve.sh', 'inference.service', 'compose.yaml', 'values.yaml']) {
      expect(files[path]).toContain('HF_HUB_OFFLINE');
      expect(files[path]).toContain('VLLM_NO_USAGE_STATS');
    }
  });

  test('the air-gap list has images, models, drivers and their digests', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const answer = askDeploy({ ...asked, image_digest: digest });
    expect(answer.ok && answer.value.airGap.map((item) => item.kind)).toEqual(
      expect.arrayContaining(['image', 'model', 'driver', 'package', 'file']),
    );
    expect(answer.ok && answer.value.airGap[0]?.digest).toBe(digest);
    expect(answer.ok && answer.value.airGap.find((item) => item.kind === 'model')?.gib).toBeCloseTo(61, 0);
  });
});

describe("AMD's accelerators", () => {
  const amd = { gpu: 'mi300x', tp: 2, engine_version: null };

  test('[PLN60] have their own devices, limits and driver', () => {
    const files = filesOf(amd);
    expect(files['compose.yaml']).toContain('devices: ["/dev/kfd", "/dev/dri"]');
    expect(files['values.yaml']).toContain('amd.com/gpu: 2');
    for (const [path, text] of Object.entries(files)) expect(text.includes('nvidia'), path).toBe(false);
    expect(filesOf()['values.yaml']).toContain('nvidia.com/gpu: 2');
    const other = askDeploy({ ...asked, gpu: 'b60', tp: 4, model: 'Qwen/Qwen3-8B', engine_version: null });
    expect(!other.ok && other.problems[0]).toMatchObject({ at: 'gpu', right: 'nvidia, amd' });
  });
});

describe('preflight', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aboveboard-preflight-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs the script with made-up tools before the system's. */
  const run = (script: string, tools: Record<string, string>) => {
    const tool = mkdtempSync(join(folder, 'tools-'));
    for (const [name, body] of Object.entries({ curl: 'exit 7', ...tools }))
      writeFileSync(join(tool, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    const { stdout } = spawnSync('sh', ['-c', script], {
      env: { PATH: `${tool}:/usr/bin:/bin` },
      encoding: 'utf8',
    });
    return stdout;
  };
  const model = join(folder, 'model');
  writeFileSync(model, '');
  const nvidia = (memory: number, driver: string) => `case "$*" in
    *memory.total*) printf '%s\\n%s\\n' ${memory} 81559 ;;
    *memory.used*) printf '3\\n4\\n' ;;
    *driver*) printf '%s\\n' ${driver} ;;
    *) printf 'H100\\nH100\\n' ;;
  esac`;

  test("[PLN60] holds NVIDIA's cards against the plan", () => {
    const script = filesOf({ model_path: model })['preflight.sh'] ?? '';
    const good = run(script, { 'nvidia-smi': nvidia(81559, '550.90.07') });
    expect(good).toContain('ok    GPUs: 2');
    expect(good).toContain('ok    GPU memory: 81559 MiB');
    expect(good).toContain('ok    driver: 550.90.07');
    expect(good).toContain('ok    egress closed: https://1.1.1.1');
    const bad = run(script, { 'nvidia-smi': nvidia(40960, '470.1'), curl: 'exit 0' });
    expect(bad).toContain('FAIL  GPU memory: 40960 MiB');
    expect(bad).toContain('FAIL  driver: 470.1');
    expect(bad).toContain('FAIL  egress is open: https://1.1.1.1');
    expect(bad).toContain('The machine does not match the plan.');
  });

  test("[PLN60] holds AMD's cards against the plan", () => {
    const script =
      filesOf({ gpu: 'mi300x', tp: 2, engine_version: null, model_path: model })['preflight.sh'] ?? '';
    const smi = (gib: number) =>
      `printf 'device,VRAM Total Memory (B),VRAM Total Used Memory (B)\\n'; for card in 0 1; do printf 'card%s,%s,1000000\\n' $card ${gib * 2 ** 30}; done`;
    const good = run(script, { 'rocm-smi': smi(192) });
    expect(good).toContain('ok    GPUs: 2');
    expect(good).toContain('ok    GPU memory: 196608 MiB');
    expect(run(script, { 'rocm-smi': smi(64) })).toContain('FAIL  GPU memory: 65536 MiB');
    expect(run(script, {})).toContain('FAIL  no rocm-smi');
  });
});

describe('files of a model', () => {
  const shape = builtInModels.find(({ name }) => name === 'Qwen/Qwen3-8B')?.shape;
  const files = [
    { name: 'model-00001-of-00002.safetensors', bytes: 5 * 2 ** 30, sha256: 'b'.repeat(64) },
    { name: 'model-00002-of-00002.safetensors', bytes: 3 * 2 ** 30 },
  ];
  const given = { shape, weight_bytes: 8 * 2 ** 30, files };

  test('[PLN63] each comes with its size and, where it was read, its digest', () => {
    const answer = askDeploy({ ...asked, model: given, served_name: 'own' });
    expect(answer.ok && answer.value.airGap.filter(({ kind }) => kind === 'model')).toMatchObject([
      { name: files[0]?.name, gib: 5, digest: `sha256:${'b'.repeat(64)}` },
      { name: files[1]?.name, gib: 3, digest: null },
    ]);
  });

  test.each([
    ['a folder', { name: '../x', bytes: 1 }],
    ['a command', { name: 'a;b', bytes: 1 }],
    ['no size', { name: 'a' }],
    ['no digest', { name: 'a', bytes: 1, sha256: 'x' }],
  ])('[PLN61, PLN63] %s is refused', (_, file) => {
    const answer = askDeploy({ ...asked, model: { ...given, files: [file] } });
    expect(!answer.ok && answer.problems[0]?.at).toBe('model.files');
  });
});

describe('what a user wrote', () => {
  test.each<[string, Partial<DeployAsked>]>([
    ['a name that ends a quote', { served_name: "x'; rm -rf ~; '" }],
    ['a path with a line', { model_path: '/srv/x\nExecStartPost=/bin/sh' }],
    ['a path that climbs', { model_path: '/srv/../etc' }],
    ['an image with a space', { image: 'a b' }],
    ['a user with a colon', { user: 'root:0' }],
    ['a digest that is none', { image_digest: 'sha256:xyz' }],
    ['a port of the system', { port: 80 }],
    ['a driver with a command', { min_driver: '550$(id)' }],
  ])('[PLN61] %s is refused', (_, change) => {
    expect(askDeploy({ ...asked, ...change }).ok).toBe(false);
  });

  test('[PLN61] quotes hold', () => {
    expect(shellWord("a'b")).toBe(`'a'\\''b'`);
    expect(shellWord('plain-1.0')).toBe('plain-1.0');
    expect(systemdWord('a b%c')).toBe('"a b%%c"');
    expect(yamlText('a: "b"')).toBe('"a: \\"b\\""');
  });
});
