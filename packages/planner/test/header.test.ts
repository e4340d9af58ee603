import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGgufHeader, shapeFromGguf } from '../src/memory/gguf.ts';
import { modelOfGguf, modelOfSafetensors } from '../src/memory/model-file.ts';
import { askMemory } from '../src/memory/question.ts';
import { readSafetensorsHeader } from '../src/memory/safetensors.ts';

const encoder = new TextEncoder();

function safetensors(header: unknown, length?: bigint): Uint8Array {
  const json = encoder.encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

class Gguf {
  readonly parts: number[] = [];
  u32(value: number): this {
    for (let i = 0; i < 4; i++) this.parts.push((value >>> (8 * i)) & 255);
    return this;
  }
  u64(value: bigint): this {
    for (let i = 0n; i < 8n; i++) this.parts.push(Number((value >> (8n * i)) & 255n));
    return this;
  }
  text(value: string): this {
    this.u64(BigInt(value.length));
    this.parts.push(...encoder.encode(value));
    return this;
  }
  bytes(): Uint8Array {
    return Uint8Array.from(this.parts);
  }
}

const header = (tensors: bigint, pairs: bigint, version = 3) =>
  new Gguf().u32(0x46554747).u32(version).u64(tensors).u64(pairs);
const tensor = (gguf: Gguf, name: string, elements: bigint, kind: number, offset: bigint) =>
  gguf.text(name).u32(1).u64(elements).u32(kind).u64(offset);

describe('safetensors', () => {
  test('tensors are read', () => {
    const read = readSafetensorsHeader(
      safetensors({
        __metadata__: { a: 'b' },
        w: { dtype: 'BF16', shape: [2, 3], data_offsets: [0, 12] },
        v: { dtype: 'F32', shape: [], data_offsets: [12, 16] },
      }),
      1000,
    );
    expect(read.ok && read.value.map((t) => [t.name, t.elements, t.bytes])).toEqual([
      ['w', 6, 12],
      ['v', 1, 4],
    ]);
  });

  test.each<[string, Uint8Array]>([
    ['a huge header length', safetensors({}, 2n ** 62n)],
    ['a header longer than the bytes', safetensors({}, 99_999n)],
    ['no bytes', new Uint8Array(3)],
    ['an array', safetensors([])],
    [
      'a shape of huge sizes',
      safetensors({ w: { dtype: 'F32', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 1] } }),
    ],
    ['a negative size', safetensors({ w: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } })],
    ['a wrong length', safetensors({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } })],
    [
      'overlap',
      safetensors({
        a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
        b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
      }),
    ],
    ['a hole', safetensors({ a: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } })],
    ['an unknown dtype', safetensors({ a: { dtype: 'F7', shape: [1], data_offsets: [0, 4] } })],
  ])('[PLN20] %s is corrupt', (_, bytes) => {
    const read = readSafetensorsHeader(bytes);
    expect(!read.ok && read.problems.every((p) => p.code === 'corrupt')).toBe(true);
  });

  test('[PLN20] offsets beyond the file are corrupt', () => {
    expect(
      readSafetensorsHeader(safetensors({ w: { dtype: 'F32', shape: [1000], data_offsets: [0, 4000] } }), 100)
        .ok,
    ).toBe(false);
  });

  test('[PLN20] any bytes are answered', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        (bytes) => typeof readSafetensorsHeader(bytes).ok === 'boolean',
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('GGUF', () => {
  test('metadata and tensors are read, and tell the shape', () => {
    const gguf = header(2n, 4n)
      .text('general.architecture')
      .u32(8)
      .text('llama')
      .text('llama.block_count')
      .u32(4)
      .u32(2);
    gguf.text('llama.embedding_length').u32(4).u32(64).text('llama.attention.head_count').u32(4).u32(4);
    tensor(gguf, 'a', 64n, 2, 0n);
    tensor(gguf, 'b', 10n, 0, 64n);
    const read = readGgufHeader(gguf.bytes());
    expect(read.ok && read.value.tensors.map((t) => [t.kind, t.bytes])).toEqual([
      ['q4_0', 36],
      ['f32', 40],
    ]);
    const shape = read.ok ? shapeFromGguf(read.value) : undefined;
    expect(shape?.ok && shape.value).toMatchObject({
      layers: 2,
      hidden: 64,
      heads: 4,
      headDim: 16,
      tied: true,
    });
  });

  test.each<[string, Uint8Array]>([
    ['another magic', new Gguf().u32(1).u32(3).u64(0n).u64(0n).bytes()],
    ['an unknown version', header(0n, 0n, 9).bytes()],
    ['a huge tensor count', header(2n ** 60n, 0n).bytes()],
    ['a huge metadata count', header(0n, 2n ** 40n).bytes()],
    [
      'a huge string',
      header(0n, 1n)
        .u64(2n ** 50n)
        .bytes(),
    ],
    [
      'a huge array',
      header(0n, 1n)
        .text('k')
        .u32(9)
        .u32(4)
        .u64(2n ** 30n)
        .u32(0)
        .u32(0)
        .bytes(),
    ],
    ['an unknown value kind', header(0n, 1n).text('k').u32(77).u64(0n).u64(0n).bytes()],
    ['too many dimensions', header(1n, 0n).text('t').u32(200).u64(0n).u64(0n).u64(0n).bytes()],
    ['overlapping tensors', tensor(tensor(header(2n, 0n), 'a', 64n, 0, 0n), 'b', 64n, 0, 4n).bytes()],
    ['an end in the middle', tensor(header(2n, 0n), 'a', 64n, 0, 0n).u64(0n).u64(0n).u64(0n).bytes()],
  ])('[PLN20] %s is corrupt, with its place', (_, bytes) => {
    const read = readGgufHeader(bytes);
    expect(!read.ok && read.problems[0]?.code).toBe('corrupt');
    expect(!read.ok && read.problems[0]?.at).toMatch(/^byte \d+$/);
  });

  test('[PLN20] a count beyond what the bytes could hold is refused before it is counted', () => {
    for (const bytes of [header(2n ** 40n, 0n).bytes(), header(0n, 2n ** 40n).bytes()]) {
      const read = readGgufHeader(bytes);
      expect(!read.ok && read.problems[0]?.message).toContain('at most');
    }
  });

  test('[PLN20] tensors beyond the file are corrupt', () => {
    expect(readGgufHeader(tensor(header(1n, 0n), 'a', 1_000_000n, 0, 0n).bytes(), 1000).ok).toBe(false);
  });

  test('[PLN20] any bytes after a good start are answered', () => {
    const start = header(3n, 2n).bytes();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        (tail) => typeof readGgufHeader(Uint8Array.from([...start, ...tail])).ok === 'boolean',
      ),
      { seed: 11, numRuns: 300 },
    );
  });
});

describe('a model given by its files', () => {
  const config = {
    architectures: ['LlamaForCausalLM'],
    hidden_size: 64,
    num_attention_heads: 4,
    num_hidden_layers: 2,
    intermediate_size: 128,
    vocab_size: 100,
  };

  test('[PLN12] true tensor sizes are used', () => {
    const bytes = safetensors({ w: { dtype: 'F16', shape: [500_000], data_offsets: [0, 1_000_000] } });
    const read = modelOfSafetensors([{ name: 'a', head: bytes, bytes: 2_000_000 }], config);
    expect(read.ok && read.value).toMatchObject({ weight_bytes: 1_000_000, kinds: { F16: 1_000_000 } });
    const asked = { gpu: 'l4', engine: 'llama.cpp', max_model_len: 128 };
    const real = askMemory({ ...asked, model: read.ok ? read.value : {} });
    expect(real.ok && real.value.weights_gib_per_gpu).toBeCloseTo(1_000_000 / 2 ** 30, 6);
    const planned = askMemory({ ...asked, model: { config } });
    expect(planned.ok && planned.value.weights_gib_per_gpu).not.toBeCloseTo(1_000_000 / 2 ** 30, 6);
    expect(askMemory({ ...asked, model: { config, weight_bytes: -1 } }).ok).toBe(false);
  });

  test('[PLN20, PLN70] a tensor in two shards is corrupt, and every faulty file is named', () => {
    const bytes = safetensors({ w: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } });
    const files = ['a', 'b', 'c'].map((name) => ({
      name,
      head: name === 'c' ? new Uint8Array(2) : bytes,
      bytes: 1000,
    }));
    const read = modelOfSafetensors(files, { ...config, vocab_size: -1 });
    expect(!read.ok && read.problems.map((p) => p.at)).toEqual(['b', 'c byte 0', 'vocab_size']);
  });

  test('GGUF with KV heads for each layer', () => {
    const gguf = header(1n, 5n)
      .text('general.architecture')
      .u32(8)
      .text('x')
      .text('x.block_count')
      .u32(4)
      .u32(2);
    gguf.text('x.embedding_length').u32(4).u32(64).text('x.attention.head_count').u32(4).u32(4);
    gguf.text('x.attention.head_count_kv').u32(9).u32(4).u64(2n).u32(4).u32(1);
    const bytes = tensor(gguf, 'w', 64n, 8, 0n).bytes();
    const read = modelOfGguf({ name: 'f', head: bytes, bytes: bytes.length + 200 });
    expect(read.ok && read.value.shape).toMatchObject({ kvHeads: 4, kvHeadsByLayer: [4, 1] });
    const answer = askMemory({
      model: read.ok ? read.value : {},
      gpu: 'l4',
      engine: 'llama.cpp',
      kv_dtype: 'f16',
      max_model_len: 64,
    });
    expect(answer.ok && answer.value.kv_bytes_per_token_per_gpu).toBe(5 * 16 * 2 * 2);
  });
});
