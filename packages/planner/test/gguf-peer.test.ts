import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GGMLQuantizationType, gguf } from '@huggingface/gguf';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readGgufHeader } from '../src/memory/gguf.ts';

// Our reader takes bytes that a hostile file's author chose, in a browser and without I/O; theirs asks a URL or a
// file. What both can read, both must read alike (docs/adr/0057-own-gguf-reader.md).

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aboveboard-gguf-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Value = { key: string; type: 4 | 6 | 7 | 8 | 10; value: string | number | boolean };
type Tensor = { name: string; kind: number; blocks: number; rows: number };

/** Kinds that both know: number, weights and bytes of a block. Source: ggml-common.h. */
const KINDS = [
  [0, 1, 4],
  [1, 1, 2],
  [2, 32, 18],
  [8, 32, 34],
  [12, 256, 144],
  [14, 256, 210],
  [30, 1, 2],
] as const;

function written(version: 2 | 3, values: readonly Value[], tensors: readonly Tensor[]): Buffer {
  const parts: Buffer[] = [];
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    parts.push(bytes);
  };
  const u64 = (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    parts.push(bytes);
  };
  const text = (value: string) => {
    const bytes = Buffer.from(value);
    u64(bytes.length);
    parts.push(bytes);
  };
  parts.push(Buffer.from('GGUF'));
  u32(version);
  u64(tensors.length);
  u64(values.length);
  for (const { key, type, value } of values) {
    text(key);
    u32(type);
    if (type === 8) text(String(value));
    else if (type === 7) parts.push(Buffer.from([value ? 1 : 0]));
    else if (type === 10) u64(Number(value));
    else if (type === 6) {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(Number(value));
      parts.push(bytes);
    } else u32(Number(value));
  }
  let offset = 0;
  for (const { name, kind, blocks, rows } of tensors) {
    const [, weights, bytes] = KINDS.find(([one]) => one === kind) ?? [0, 0, 0];
    text(name);
    u32(2);
    u64(blocks * weights);
    u64(rows);
    u32(kind);
    u64(offset);
    offset += Math.ceil((blocks * rows * bytes) / 32) * 32;
  }
  return Buffer.concat(parts);
}

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);
const value: fc.Arbitrary<Value> = fc
  .record({ key: name, type: fc.constantFrom(4, 6, 7, 8, 10) })
  .chain(({ key, type }) =>
    (type === 8
      ? fc.string({ maxLength: 40 })
      : type === 7
        ? fc.boolean()
        : type === 6
          ? fc.float({ noNaN: true, noDefaultInfinity: true })
          : fc.nat(0xffff_ffff)
    ).map((of): Value => ({ key: `x.${key}`, type: type as Value['type'], value: of })),
  );
const tensor: fc.Arbitrary<Tensor> = fc.record({
  name,
  kind: fc.constantFrom(...KINDS.map(([kind]) => kind)),
  blocks: fc.integer({ min: 1, max: 40 }),
  rows: fc.integer({ min: 1, max: 5000 }),
});

test('a header says the same to our reader as to the one of Hugging Face: metadata, names, kinds, sizes', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<2 | 3>(2, 3),
      fc.uniqueArray(value, { minLength: 1, maxLength: 12, selector: (one) => one.key }),
      fc.uniqueArray(tensor, { minLength: 1, maxLength: 20, selector: (one) => one.name }),
      async (version, values, tensors) => {
        const bytes = written(version, values, tensors);
        const path = join(folder, `${compared}.gguf`);
        writeFileSync(path, bytes);
        const theirs = await gguf(path, { allowLocalFile: true });
        const ours = readGgufHeader(bytes);
        if (!ours.ok) throw new Error(JSON.stringify(ours.problems));
        const plain = (of: unknown) => (typeof of === 'bigint' ? Number(of) : of);
        for (const { key } of values)
          expect(ours.value.metadata.get(key), key).toEqual(plain(theirs.metadata[key as never]));
        expect(ours.value.tensors.map((one) => [one.name, one.kind, one.elements])).toEqual(
          theirs.tensorInfos.map((one) => [
            one.name,
            GGMLQuantizationType[one.dtype].toLowerCase(),
            one.shape.reduce((product, size) => product * Number(size), 1),
          ]),
        );
        compared += 1;
      },
    ),
    { seed: 11, numRuns: 60 },
  );
  expect(compared).toBeGreaterThanOrEqual(60);
});
