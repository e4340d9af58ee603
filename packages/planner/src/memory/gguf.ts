import type { Shape } from '../catalogue/shape.ts';
import type { Checked, Problem } from '../problem.ts';
import type { FileTensor } from './safetensors.ts';

/**
 * The header of a GGUF file, versions 2 and 3, from its first bytes: magic, counts, metadata, tensor infos.
 * Source: ggml's docs/gguf.md. The bytes are an attacker's: every count is bounded by the bytes that are there
 * before a loop or an allocation relies on it, and tensor data must not overlap.
 */
export type GgufHeader = {
  version: number;
  metadata: Map<string, GgufValue>;
  tensors: FileTensor[];
};

/** Strings beyond 64 KiB are emptied; arrays keep their length, and short ones of numbers their numbers. */
export type GgufValue = string | number | boolean | { array: number; numbers?: number[] };

/** Block bytes and block weights of each tensor kind. Source: ggml-common.h. */
const kinds: Record<number, [name: string, bytes: number, weights: number]> = {
  0: ['f32', 4, 1],
  1: ['f16', 2, 1],
  2: ['q4_0', 18, 32],
  3: ['q4_1', 20, 32],
  6: ['q5_0', 22, 32],
  7: ['q5_1', 24, 32],
  8: ['q8_0', 34, 32],
  9: ['q8_1', 36, 32],
  10: ['q2_k', 84, 256],
  11: ['q3_k', 110, 256],
  12: ['q4_k', 144, 256],
  13: ['q5_k', 176, 256],
  14: ['q6_k', 210, 256],
  15: ['q8_k', 292, 256],
  16: ['iq2_xxs', 66, 256],
  17: ['iq2_xs', 74, 256],
  18: ['iq3_xxs', 98, 256],
  19: ['iq1_s', 50, 256],
  20: ['iq4_nl', 18, 32],
  21: ['iq3_s', 110, 256],
  22: ['iq2_s', 82, 256],
  23: ['iq4_xs', 136, 256],
  24: ['i8', 1, 1],
  25: ['i16', 2, 1],
  26: ['i32', 4, 1],
  27: ['i64', 8, 1],
  28: ['f64', 8, 1],
  29: ['iq1_m', 56, 256],
  30: ['bf16', 2, 1],
  34: ['tq1_0', 54, 256],
  35: ['tq2_0', 66, 256],
  39: ['mxfp4', 17, 32],
};

class Corrupt extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

class Reader {
  at = 0;
  readonly view: DataView;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  need(count: number): number {
    const from = this.at;
    if (count < 0 || from + count > this.bytes.byteLength)
      throw new Corrupt(from, `the header ends here; ${count} bytes more were announced`);
    this.at = from + count;
    return from;
  }
  u32(): number {
    return this.view.getUint32(this.need(4), true);
  }
  u64(what: string, most: number): number {
    const from = this.at;
    const value = this.view.getBigUint64(this.need(8), true);
    if (value > BigInt(most)) throw new Corrupt(from, `${what} of ${value}; at most ${most}`);
    return Number(value);
  }
  text(): string {
    const length = this.u64('string', this.bytes.byteLength);
    const from = this.need(length);
    return length > 65536 ? '' : new TextDecoder().decode(this.bytes.subarray(from, from + length));
  }
}

export function readGgufHeader(bytes: Uint8Array, fileBytes?: number): Checked<GgufHeader> {
  try {
    return { ok: true, value: read(new Reader(bytes), fileBytes) };
  } catch (error) {
    if (!(error instanceof Corrupt)) throw error;
    const problem: Problem = { code: 'corrupt', at: `byte ${error.at}`, message: error.message };
    return { ok: false, problems: [problem] };
  }
}

function read(reader: Reader, fileBytes?: number): GgufHeader {
  if (reader.u32() !== 0x46554747) throw new Corrupt(0, 'does not begin with GGUF');
  const version = reader.u32();
  if (version !== 2 && version !== 3) throw new Corrupt(4, `version ${version}; 2 and 3 are known`);
  // The least a tensor info takes is 24 bytes, a key and value 13: counts beyond that cannot be true.
  const tensorCount = reader.u64('tensor count', Math.floor(reader.bytes.byteLength / 24));
  const pairCount = reader.u64('metadata count', Math.floor(reader.bytes.byteLength / 13));
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < pairCount; i++) {
    const key = reader.text();
    metadata.set(key, readValue(reader, reader.u32(), 0));
  }
  const infos: (FileTensor & { from: number })[] = [];
  for (let i = 0; i < tensorCount; i++) infos.push(readTensor(reader));
  const alignment = Math.max(1, Number(metadata.get('general.alignment') ?? 32));
  const dataFrom = Math.ceil(reader.at / alignment) * alignment;
  let end = 0;
  for (const info of [...infos].sort((a, b) => a.from - b.from)) {
    if (info.from < end)
      throw new Corrupt(reader.at, `tensor ${info.name.slice(0, 80)} overlaps the tensor before it`);
    end = info.from + info.bytes;
  }
  if (fileBytes !== undefined && dataFrom + end > fileBytes)
    throw new Corrupt(reader.at, `tensors reach byte ${dataFrom + end}, the file has ${fileBytes}`);
  return {
    version,
    metadata,
    tensors: infos.map(({ name, kind, elements, bytes }) => ({ name, kind, elements, bytes })),
  };
}

function readTensor(reader: Reader): FileTensor & { from: number } {
  const start = reader.at;
  const name = reader.text();
  const dimensions = reader.u32();
  if (dimensions > 8) throw new Corrupt(start, `${dimensions} dimensions; at most 8`);
  let elements = 1;
  for (let d = 0; d < dimensions; d++) elements *= reader.u64('dimension', 2 ** 40);
  const kind = kinds[reader.u32()];
  if (!kind) throw new Corrupt(start, `tensor ${name.slice(0, 80)} has a kind that is not known`);
  if (!Number.isSafeInteger(elements)) throw new Corrupt(start, 'more elements than can be counted');
  const from = reader.u64('offset', Number.MAX_SAFE_INTEGER);
  return { name, kind: kind[0], elements, bytes: Math.ceil(elements / kind[2]) * kind[1], from };
}

const scalar: Record<number, number> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

function readValue(reader: Reader, type: number, depth: number): GgufValue {
  if (type === 8) return reader.text();
  if (type === 9) {
    if (depth > 4) throw new Corrupt(reader.at, 'arrays nested too deep');
    const inner = reader.u32();
    const count = reader.u64('array', reader.bytes.byteLength);
    const width = scalar[inner];
    if (width !== undefined && count <= 4096) {
      const numbers: number[] = [];
      for (let i = 0; i < count; i++) numbers.push(Number(readValue(reader, inner, depth + 1)));
      return { array: count, numbers };
    }
    if (width !== undefined) reader.need(width * count);
    else for (let i = 0; i < count; i++) readValue(reader, inner, depth + 1);
    return { array: count };
  }
  const width = scalar[type];
  if (width === undefined) throw new Corrupt(reader.at, `value of kind ${type}, which is not known`);
  const at = reader.need(width);
  switch (type) {
    case 0:
      return reader.view.getUint8(at);
    case 1:
      return reader.view.getInt8(at);
    case 2:
      return reader.view.getUint16(at, true);
    case 3:
      return reader.view.getInt16(at, true);
    case 4:
      return reader.view.getUint32(at, true);
    case 5:
      return reader.view.getInt32(at, true);
    case 6:
      return reader.view.getFloat32(at, true);
    case 7:
      return reader.view.getUint8(at) !== 0;
    case 10:
      return Number(reader.view.getBigUint64(at, true));
    case 11:
      return Number(reader.view.getBigInt64(at, true));
    default:
      return reader.view.getFloat64(at, true);
  }
}

/** The shape that a GGUF's metadata tells. */
export function shapeFromGguf(header: GgufHeader): Checked<Shape> {
  const { metadata } = header;
  const architecture = String(metadata.get('general.architecture') ?? '');
  const get = (key: string) => {
    const value = metadata.get(`${architecture}.${key}`);
    return typeof value === 'number' ? value : undefined;
  };
  // Some models give one figure a layer: the largest decides where one is wanted.
  const list = (key: string) => {
    const value = metadata.get(`${architecture}.${key}`);
    return typeof value === 'object' ? value.numbers : undefined;
  };
  const kvByLayer = list('attention.head_count_kv');
  const layers = get('block_count');
  const hidden = get('embedding_length');
  const heads = get('attention.head_count') ?? most(list('attention.head_count'));
  const missing = Object.entries({
    block_count: layers,
    embedding_length: hidden,
    'attention.head_count': heads,
  })
    .filter(([, value]) => value === undefined)
    .map(
      ([key]): Problem => ({
        code: 'missing',
        at: `${architecture}.${key}`,
        message: 'is not in the metadata',
      }),
    );
  if (layers === undefined || hidden === undefined || heads === undefined)
    return { ok: false, problems: missing };
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const vocab = get('vocab_size') ?? (typeof tokens === 'object' ? tokens.array : 32000);
  const shape: Shape = {
    architecture,
    layers,
    hidden,
    heads,
    kvHeads: get('attention.head_count_kv') ?? most(kvByLayer) ?? heads,
    headDim: get('attention.key_length') ?? Math.floor(hidden / heads),
    intermediate: get('feed_forward_length') ?? most(list('feed_forward_length')) ?? 4 * hidden,
    vocab,
    tied: !header.tensors.some((tensor) => tensor.name === 'output.weight'),
    maxPosition: get('context_length') ?? 4096,
  };
  if (kvByLayer && kvByLayer.length === layers) shape.kvHeadsByLayer = kvByLayer;
  const optional: [keyof Shape, string][] = [
    ['experts', 'expert_count'],
    ['expertsActive', 'expert_used_count'],
    ['expertIntermediate', 'expert_feed_forward_length'],
    ['sharedExperts', 'expert_shared_count'],
    ['denseFirst', 'leading_dense_block_count'],
    ['qRank', 'attention.q_lora_rank'],
    ['kvRank', 'attention.kv_lora_rank'],
    ['ropeDim', 'rope.dimension_count'],
    ['window', 'attention.sliding_window'],
    ['valueDim', 'attention.value_length'],
  ];
  for (const [field, key] of optional) {
    const value = get(key);
    if (value && (field !== 'ropeDim' || shape.kvRank)) Object.assign(shape, { [field]: value });
  }
  return { ok: true, value: shape };
}

const most = (values: readonly number[] | undefined) => (values?.length ? Math.max(...values) : undefined);
