import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bundleBytes, readBundle } from '../src/bundle.ts';
import { MemoryPartStore } from '../src/memory-part-store.ts';
import type { PartLabel } from '../src/part.ts';
import { openRecording } from '../src/recording-reader.ts';
import { ruleOf } from './rule-of.ts';
import { collected, SAMPLE_ID, sampleRecording } from './sample-recording.ts';

async function fileOf(store: MemoryPartStore): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bundleBytes({ id: SAMPLE_ID, store })) pieces.push(piece);
  // A copy of its own: slice() of a Buffer shares its bytes.
  return new Uint8Array(Buffer.concat(pieces));
}

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = (bytes: Uint8Array, size = 1000, limits = {}) =>
  readBundle(chunks(bytes, size), new MemoryPartStore(), limits);

async function storeOf(parts: Uint8Array[]): Promise<MemoryPartStore> {
  const store = new MemoryPartStore();
  for (const [index, sealed] of parts.entries()) {
    const kind: PartLabel['kind'] = index === parts.length - 1 ? 'manifest' : 'events';
    await store.put({ recording: SAMPLE_ID, index, kind }, sealed);
  }
  return store;
}

describe('bundles', async () => {
  const sample = await sampleRecording(700);
  const file = await fileOf(sample.options.store);

  test('[REC80] a recording comes out of its file as it went in', async () => {
    const into = new MemoryPartStore();
    const contents = await readBundle(chunks(file, 777), into);
    expect(contents.id).toBe(SAMPLE_ID);
    expect(contents.parts).toEqual(await sample.options.store.list());
    const opened = await openRecording({ ...sample.options, store: into });
    expect(await collected(opened.events())).toEqual(sample.events);
    expect(await fileOf(into)).toEqual(file);
  });

  test('[REC81] any parts come back the same, however the stream is cut', async () => {
    const part = fc.uint8Array({ minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 400 }),
        async (parts, size) => {
          const store = await storeOf(parts);
          const into = new MemoryPartStore();
          const { parts: listed } = await readBundle(chunks(await fileOf(store), size), into);
          expect(listed).toEqual(await store.list());
          for (const [index, sealed] of parts.entries())
            expect((await into.get(index))?.sealed).toEqual(sealed);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('[REC85] a file that ends at any byte is refused', async () => {
    const small = await fileOf(await storeOf([new Uint8Array(5), new Uint8Array(7)]));
    for (let length = 0; length < small.length; length += 1) {
      expect(await ruleOf(() => read(small.subarray(0, length)))).toBe('REC85');
    }
  });

  test('[REC86] a file with any bit flipped is refused', async () => {
    const small = await fileOf(await storeOf([new Uint8Array(5), new Uint8Array(7)]));
    for (let bit = 0; bit < small.length * 8; bit += 1) {
      const flipped = small.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await ruleOf(() => read(flipped))).toMatch(/^REC8[0-6]$/);
    }
  });

  test('[REC86] more bytes at the end are refused', async () => {
    expect(await ruleOf(() => read(Buffer.concat([file, new Uint8Array(1)])))).toBe('REC86');
  });

  test('[REC83] an announced length that does not come costs only what comes', async () => {
    const head = file.subarray(0, 30);
    const part = new Uint8Array([0x50, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff]);
    expect(await ruleOf(() => read(Buffer.concat([head, part])))).toBe('REC85');
    const large = new Uint8Array([0x50, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    expect(await ruleOf(() => read(Buffer.concat([head, large])))).toBe('REC83');
  });

  test('[REC84] a file beyond the limit is refused as soon as it is', async () => {
    let given = 0;
    async function* endless() {
      yield file.subarray(0, 30);
      for (let index = 0; ; index += 1) {
        given += 1011;
        const head = new Uint8Array(11);
        head.set([0x50, 0]);
        new DataView(head.buffer).setUint32(2, index);
        new DataView(head.buffer).setUint32(6, 1001);
        yield head;
        yield new Uint8Array(1000);
      }
    }
    expect(await ruleOf(() => readBundle(endless(), new MemoryPartStore(), { bundleBytes: 1_000_000 }))).toBe(
      'REC84',
    );
    expect(given).toBeLessThan(1_100_000);
    expect(await ruleOf(() => readBundle(endless(), new MemoryPartStore(), { parts: 50 }))).toBe('REC84');
  });

  test('[REC82] an unfinished recording has no file', async () => {
    const store = new MemoryPartStore();
    await store.put({ recording: SAMPLE_ID, index: 0, kind: 'events' }, new Uint8Array(1));
    expect(await ruleOf(() => fileOf(store))).toBe('REC82');
  });

  test('[REC83] the source is let go when the reading ends early', async () => {
    let closed = false;
    async function* source() {
      try {
        for (;;) yield new Uint8Array(100);
      } finally {
        closed = true;
      }
    }
    expect(await ruleOf(() => readBundle(source(), new MemoryPartStore()))).toBe('REC80');
    expect(closed).toBe(true);
  });
});
