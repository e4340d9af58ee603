import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bundleBytes, readBundle } from '../src/bundle.ts';
import { decodeEvents, encodeEvents } from '../src/event-segment.ts';
import { type Checked, RecordingError } from '../src/fault.ts';
import { decodeFrames, encodeFrames } from '../src/frame-segment.ts';
import { checkManifest, parseManifest } from '../src/manifest-check.ts';
import { MemoryPartStore } from '../src/memory-part-store.ts';
import { limitsWith, type RecordingLimits } from '../src/recording-limits.ts';
import type { StateItem } from '../src/state.ts';
import { checkStates, StateOrder } from '../src/state-check.ts';
import { decodeStates, encodeStates } from '../src/state-segment.ts';
import { webDeflate } from '../src/web-deflate.ts';
import { ruleOf } from './rule-of.ts';

/** vectors/recording: what is valid decodes to what stands there and encodes to the same bytes; the rest is refused. */
type Vector = {
  kind: string;
  reason: string;
  rule: string | null;
  bytes?: string;
  value?: unknown;
  limits?: Partial<RecordingLimits>;
  expect: unknown;
};

const folder = new URL('../../../vectors/recording/', import.meta.url);
const vectors = readdirSync(folder)
  .sort()
  .map((file): [string, Vector] => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Vector]);

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/**
 * Decoded as JSON has it, and how to encode it again: only asked of what is valid, because a writer checks
 * too and would hide what a reader lets through.
 */
async function read(
  vector: Vector,
): Promise<{ value: unknown; again: (() => string | Promise<string>) | null }> {
  const bytes = new Uint8Array(Buffer.from(vector.bytes ?? '', 'hex'));
  const limits = vector.limits ?? {};
  switch (vector.kind) {
    case 'events': {
      const { columns, tickMicroseconds } = decodeEvents(bytes, limits);
      return { value: [...columns], again: () => hex(encodeEvents([...columns], { tickMicroseconds })) };
    }
    case 'states': {
      const items = decodeStates(bytes, limits);
      return { value: items, again: () => hex(encodeStates(items)) };
    }
    case 'state-items':
      return { value: checked(checkStates(vector.value, limits)), again: null };
    case 'state-order': {
      const items = checked(checkStates(vector.value, limits)) as StateItem[];
      const faults = new StateOrder(limits).apply(items);
      if (faults.length > 0) throw new RecordingError(faults);
      return { value: items, again: null };
    }
    case 'frames': {
      const frames = decodeFrames(bytes, limits);
      return {
        value: frames.map((frame) => ({ ...frame, bytes: hex(frame.bytes) })),
        again: () => hex(encodeFrames(frames)),
      };
    }
    case 'deflate':
      return { value: hex(await webDeflate.inflate(bytes, limitsWith(limits).inflatedBytes)), again: null };
    case 'manifest':
      return { value: checked(checkManifest(vector.value, limits)), again: null };
    case 'manifest-bytes':
      return { value: checked(parseManifest(bytes, limits)), again: null };
    case 'bundle': {
      const store = new MemoryPartStore();
      const { id, parts } = await readBundle(oneChunk(bytes), store, limits);
      const value = [];
      for (const { index, kind } of parts)
        value.push({ index, kind, sealed: hex((await store.get(index))?.sealed ?? bytes) });
      const again = async () => {
        let file = '';
        for await (const piece of bundleBytes({ id, store })) file += hex(piece);
        return file;
      };
      return { value, again };
    }
    default:
      throw new Error(`no such kind of vector: ${vector.kind}`);
  }
}

function checked<T>(result: Checked<T>): T {
  if (!result.ok) throw new RecordingError(result.faults);
  return result.value;
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe('vectors', () => {
  test('there are some', () => {
    expect(vectors.length).toBeGreaterThan(80);
  });

  test.each(vectors.filter(([, { rule }]) => rule === null))(
    '%s is read and written the same',
    async (_, vector) => {
      const { value, again } = await read(vector);
      expect(value).toEqual(vector.expect);
      if (again !== null) expect(await again()).toBe(vector.bytes);
    },
  );

  test.each(vectors.filter(([, { rule }]) => rule !== null))(
    '%s is refused by its rule',
    async (_, vector) => {
      expect(await ruleOf(() => read(vector))).toBe(vector.rule);
    },
  );
});
