import { describe, expect, test } from 'vitest';
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
