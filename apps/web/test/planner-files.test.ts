import { describe, expect, test } from 'vitest';
import { archiveOf } from '../src/planner/archive.ts';
import { modelOfFiles, type PickedFile } from '../src/planner/model-files.ts';
import { joinedOwn, noOwn, ownOfPlan, readCatalogue, withoutOwn } from '../src/planner/own-catalogue.ts';

const TODAY = '2026-11-22';
const file = (name: string, parts: BlobPart[]): PickedFile => new File(parts, name);

/** A file of `size` bytes of which only the first are there: what is read beyond them was asked for in error. */
function vast(name: string, head: Uint8Array<ArrayBuffer>, size: number): PickedFile & { asked: number } {
  const blob = new Blob([head]);
  const picked = {
    name,
    size,
    asked: 0,
    slice: (from = 0, to = size) => {
      picked.asked = Math.max(picked.asked, to - from);
      return blob.slice(from, to);
    },
  };
  return picked;
}

const u64 = (value: bigint) => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};
const config = {
  architectures: ['LlamaForCausalLM'],
  _name_or_path: 'house/small',
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 128,
  vocab_size: 100,
  max_position_embeddings: 4096,
};
const configFile = (change: object = {}) => file('config.json', [JSON.stringify({ ...config, ...change })]);

function safetensors(name: string, tensors: Record<string, number>): PickedFile {
  let at = 0;
  const header: Record<string, unknown> = {};
  for (const [tensor, elements] of Object.entries(tensors)) {
    header[tensor] = { dtype: 'BF16', shape: [elements], data_offsets: [at, at + elements * 2] };
    at += elements * 2;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  return file(name, [u64(BigInt(json.length)), json, new Uint8Array(at)]);
}

/** A GGUF file of one tensor; `change` spoils it. */
function ggufBytes(
  change: { version?: number; tensors?: bigint; kind?: number } = {},
): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  const bytes = (...values: number[]) => out.push(...values);
  const u32 = (n: number) => bytes(n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24);
  const long = (n: bigint) => bytes(...u64(n));
  const words = (text: string) => {
    long(BigInt(text.length));
    bytes(...new TextEncoder().encode(text));
  };
  bytes(0x47, 0x47, 0x55, 0x46);
  u32(change.version ?? 3);
  long(change.tensors ?? 1n);
  long(4n);
  words('general.architecture');
  u32(8);
  words('llama');
  for (const [key, value] of [
    ['llama.block_count', 2],
    ['llama.embedding_length', 64],
    ['llama.attention.head_count', 4],
  ] as const) {
    words(key);
    u32(4);
    u32(value);
  }
  words('blk.0.attn_q.weight');
  u32(1);
  long(4096n);
  u32(change.kind ?? 12);
  long(0n);
  while (out.length % 32 !== 0) out.push(0);
  return new Uint8Array(out);
}
const DATA = new Uint8Array((4096 / 256) * 144);
const gguf = (name: string, change = {}) => file(name, [ggufBytes(change), DATA]);

const faultsOf = async (...files: PickedFile[]) => {
  const read = await modelOfFiles(files, TODAY);
  return read.ok ? [] : read.faults;
};

describe('models from picked files', () => {
  test('a GGUF file tells shape, true size and kind', async () => {
    const read = await modelOfFiles([gguf('small-q4.gguf')], TODAY);
    if (!read.ok) throw new Error(read.faults.join());
    expect(read.model).toMatchObject({
      name: 'small-q4',
      weightBytes: 2304,
      date: TODAY,
      shape: { layers: 2, hidden: 64, quantMethod: 'q4_k' },
    });
    expect(read.said).toContain('2 layers');
  });

  test('config.json with its shards tells true sizes; alone, the shape', async () => {
    const shards = [
      safetensors('model-00001-of-00002.safetensors', { a: 100 }),
      safetensors('model-00002-of-00002.safetensors', { b: 50 }),
    ];
    const whole = await modelOfFiles([configFile(), ...shards], TODAY);
    expect(whole.ok && whole.model).toMatchObject({
      name: 'house/small',
      weightBytes: 300,
      confidence: 'high',
    });
    const alone = await modelOfFiles([configFile({ _name_or_path: '/home/somebody/x' })], TODAY);
    expect(alone.ok && alone.model).toMatchObject({
      name: 'own LlamaForCausalLM 2x64',
      confidence: 'medium',
    });
    expect(alone.ok && alone.model.weightBytes).toBeUndefined();
  });

  test('parts that are wanting would make wrong sizes: they are named', async () => {
    const one = safetensors('model-00002-of-00003.safetensors', { a: 100 });
    expect(await faultsOf(configFile(), one)).toEqual([expect.stringContaining('wanting: 1, 3')]);
    expect(await faultsOf(gguf('m-00001-of-00002.gguf'))).toEqual([expect.stringContaining('wanting: 2')]);
    expect(await faultsOf(gguf('a.gguf'), gguf('b.gguf'))).toEqual([expect.stringContaining('one')]);
  });

  test.each<[string, () => PickedFile[], RegExp]>([
    ['an empty file', () => [file('x.gguf', [])], /does not begin as a GGUF/],
    ['another magic', () => [file('x.gguf', ['GGML and more'])], /does not begin as a GGUF/],
    ['a GGUF cut short', () => [file('x.gguf', [ggufBytes().slice(0, 60)])], /cut short/],
    ['a version from elsewhere', () => [gguf('x.gguf', { version: 77 })], /version 77/],
    ['a kind that nobody knows', () => [gguf('x.gguf', { kind: 99 })], /kind that is not known/],
    ['data that is not there', () => [file('x.gguf', [ggufBytes()])], /the file has/],
    ['no model at all', () => [file('x.txt', ['hello'])], /is no GGUF/],
    ['JSON cut short', () => [file('config.json', ['{"hidden_size": 6'])], /not JSON/],
    ['another JSON', () => [file('config.json', ['{"a": 1}'])], /config.json/],
    ['safetensors alone', () => [safetensors('x.safetensors', { a: 1 })], /config.json/],
    ['safetensors of 3 bytes', () => [configFile(), file('x.safetensors', ['abc'])], /cut short/],
    [
      'a header longer than its file',
      () => [configFile(), file('x.safetensors', [u64(2n ** 60n), '{}'])],
      /1152921504606846976 bytes and has 10 in all/,
    ],
    [
      'one tensor in two files',
      () => [configFile(), safetensors('a.safetensors', { a: 1 }), safetensors('b.safetensors', { a: 1 })],
      /two files/,
    ],
    ['two configs', () => [configFile(), file('config2.json', ['{}'])], /one config.json/],
  ])('%s is refused with a sentence', async (_, files, says) => {
    const faults = await faultsOf(...files());
    expect(faults.join('\n')).toMatch(says);
    for (const fault of faults) expect(fault.length).toBeLessThanOrEqual(300);
  });

  test('JSON nested beyond any stack is refused, in a config, in a header, in a value', async () => {
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    const header = new TextEncoder().encode(`{"a":${deep}}`);
    for (const files of [
      [file('config.json', [deep])],
      [file('config.json', [JSON.stringify(config).replace('64', deep)])],
      [configFile(), file('x.safetensors', [u64(BigInt(header.length)), header])],
    ])
      expect((await faultsOf(...files)).length).toBeGreaterThan(0);
  });

  test('of a file of terabytes only a bounded head is ever asked for', async () => {
    const huge = 2 ** 43;
    const tensors = vast('x.safetensors', u64(2n ** 40n), huge);
    expect(await faultsOf(configFile(), tensors)).toEqual([expect.stringContaining('from no file')]);
    expect(tensors.asked).toBeLessThan(100);
    // Counts that would need all of it.
    const counted = vast('x.gguf', ggufBytes({ tensors: 2n ** 50n }), huge);
    expect((await faultsOf(counted)).join()).toContain('tensor count');
    expect(counted.asked).toBeLessThanOrEqual(64 * 2 ** 20);
    const long = vast('config.json', new Uint8Array([0x7b]), huge);
    expect(await faultsOf(long)).toEqual([expect.stringContaining('larger than')]);
    expect(long.asked).toBeLessThan(100);
  });
});

const vouched = { source: 'our invoice', date: TODAY, confidence: 'high' };
const card = {
  name: 'house_card',
  title: 'House card',
  vendor: 'nvidia',
  generation: 'hopper',
  class: 'data centre',
  aliases: [],
  spec: {
    memory: 80,
    usable: 79,
    bandwidth: 3000,
    bf16: 900,
    int8: 1800,
    power: 700,
    link: 450,
    network: 50,
  },
  ...vouched,
};
const price = {
  name: 'h100_sxm',
  category: 'gpu_price',
  unit: 'USD',
  low: 1,
  typical: 2,
  high: 3,
  ...vouched,
};
const units = Object.fromEntries(Object.keys(card.spec).map((name) => [name, 'as the catalogue']));

describe('the user’s own catalogue', () => {
  test('[PLN3] entries join, the later of a name wins, and they can be left out again', () => {
    const first = readCatalogue('gpus.json', { kind: 'gpus', units, rows: [card] });
    const again = readCatalogue('gpus.json', { kind: 'gpus', units, rows: [{ ...card, title: 'Newer' }] });
    if (!('own' in first && 'own' in again)) throw new Error(JSON.stringify([first, again]));
    const both = joinedOwn(first.own, again.own);
    expect(both.gpus.map(({ title }) => title)).toEqual(['Newer']);
    expect(withoutOwn(both, 'gpus', 'house_card')).toEqual(noOwn);
  });

  test.each<[string, unknown, RegExp]>([
    ['no object', 3, /not a JSON object/],
    ['another kind', { kind: 'fits', rows: [price] }, /must be one of/],
    ['no rows', { kind: 'gpus', rows: [], ...vouched }, /no rows/],
    ['[PLN1] a price without a source', { kind: 'costs', rows: [{ ...price, source: '' }] }, /no source/],
    ['a price of words', { kind: 'costs', rows: [{ ...price, typical: 'two' }] }, /typical/],
    [
      'a card without its bandwidth',
      { kind: 'gpus', units, rows: [{ ...card, spec: { ...card.spec, bandwidth: 0 } }] },
      /spec.bandwidth/,
    ],
    ['a model without a shape', { kind: 'models', units, rows: [{ name: 'x', ...vouched }] }, /shape/],
  ])('%s is refused with its place, and nothing of the file is taken', (_, given, says) => {
    const read = readCatalogue('own.json', given);
    expect('faults' in read && read.faults.join('\n')).toMatch(says);
  });

  test('of a plan’s entries the faulty are said and kept apart', () => {
    const { own, faulty, problems } = ownOfPlan({ gpus: [card, { name: 'x' }], costs: [null] });
    expect(own.gpus).toHaveLength(1);
    expect(faulty).toMatchObject({ gpus: [{ name: 'x' }], costs: [null] });
    expect(problems.map(({ at }) => at).join()).toContain('catalogue.gpus[1] spec.memory');
  });
});

describe('the archive of files to run', () => {
  test('is a tar that keeps names, bytes and modes', () => {
    const archive = archiveOf([
      { path: 'serve.sh', text: '#!/bin/sh\necho ü\n', mode: '0755' },
      { path: 'values.yaml', text: '', mode: '0644' },
    ]);
    const field = (from: number, length: number) =>
      new TextDecoder().decode(archive.subarray(from, from + length)).replace(/\0.*$/s, '');
    expect(archive.length % 512).toBe(0);
    expect([field(0, 100), field(100, 8), field(124, 12)]).toEqual(['serve.sh', '0000755', '00000000022']);
    expect(field(512, 512)).toBe('#!/bin/sh\necho ü\n');
    expect(field(1024, 100)).toBe('values.yaml');
    const sum = archive.slice(0, 512).reduce((n, byte, i) => n + (i >= 148 && i < 156 ? 32 : byte), 0);
    expect(Number.parseInt(field(148, 8), 8)).toBe(sum);
    expect(() => archiveOf([{ path: 'x'.repeat(100), text: '', mode: '0644' }])).toThrow(RangeError);
  });
});
