import { bundleBytes, readBundle } from '../src/bundle.ts';
import { decodeEvents, encodeEvents } from '../src/event-segment.ts';
import { RecordingError } from '../src/fault.ts';
import { decodeFrames, encodeFrames } from '../src/frame-segment.ts';
import { parseManifest } from '../src/manifest-check.ts';
import { MemoryPartStore } from '../src/memory-part-store.ts';
import type { StateItem } from '../src/state.ts';
import { checkStates, StateOrder } from '../src/state-check.ts';
import { decodeStates, encodeStates } from '../src/state-segment.ts';
import { parseTaskCards } from '../src/task-card-check.ts';
import { makeRun } from './arbitrary-state.ts';
import { SAMPLE_FIELDS, SAMPLE_ID, sampleRecording } from './sample-recording.ts';

/**
 * Seeded fuzzing of every parser: legal input with bytes or values changed, cut, doubled, moved and made
 * up. A parser may give a value or typed faults; any other error, a case that takes long, or memory that
 * grows fails it. Small bounds, so that what is beyond them is met often.
 */
export type Parser = { name: string; seeds: Uint8Array[]; parse: (bytes: Uint8Array) => unknown };

const LIMITS = {
  eventsInPart: 2000,
  statesInPart: 200,
  framesInPart: 50,
  nodes: 400,
  depth: 40,
  partBytes: 5000,
};

export async function parsers(): Promise<Parser[]> {
  const { manifest, events, options } = await sampleRecording(30);
  const bundle: Uint8Array[] = [];
  for await (const piece of bundleBytes({ id: SAMPLE_ID, store: options.store })) bundle.push(piece);
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const runs = [1, 2, 3].map((seed) => makeRun(seed, 12));
  const card = {
    id: 'a',
    version: 1,
    title: 't',
    goal: '{x}',
    inputs: [{ name: 'x', label: 'l', value: 'v' }],
    check: '',
    origins: [],
  };
  const frame = {
    t: 1,
    surface: 1,
    mime: 'image/png' as const,
    width: 4,
    height: 2,
    bytes: new Uint8Array(9),
  };
  return [
    {
      name: 'event segments',
      seeds: [
        encodeEvents(events, { tickMicroseconds: 100 }),
        encodeEvents(EVERY_KIND, { tickMicroseconds: 1000 }),
      ],
      parse: (bytes) => decodeEvents(bytes, LIMITS),
    },
    {
      name: 'state segments',
      seeds: runs.map(encodeStates),
      parse: (bytes) => new StateOrder(LIMITS).apply(decodeStates(bytes, LIMITS)),
    },
    {
      name: 'frame segments',
      seeds: [encodeFrames([frame, frame])],
      parse: (bytes) => decodeFrames(bytes, LIMITS),
    },
    {
      name: 'state items',
      seeds: runs.map(json),
      parse: (bytes) => {
        const value = parsed(text(bytes));
        const checked = checkStates(value, LIMITS);
        return checked.ok ? new StateOrder(LIMITS).apply(checked.value as StateItem[]) : checked.faults;
      },
    },
    {
      name: 'manifests',
      seeds: [json(manifest), json({ ...manifest, ...SAMPLE_FIELDS })],
      parse: (bytes) => parseManifest(bytes),
    },
    { name: 'task cards', seeds: [json([card])], parse: (bytes) => parseTaskCards(text(bytes)) },
    {
      name: 'bundles',
      seeds: [new Uint8Array(Buffer.concat(bundle))],
      parse: (bytes) => readBundle(oneChunk(bytes), new MemoryPartStore(), LIMITS),
    },
  ];
}

const EVERY_KIND = [
  {
    kind: 'navigate' as const,
    t: 1,
    surface: 1,
    origin: 'https://a.example',
    path: '/p1',
    cause: 'load' as const,
  },
  { kind: 'keydown' as const, t: 2, key: 'shortcut' as const, name: 'ctrl+s' },
  { kind: 'text' as const, t: 3, node: 4, value: { open: true as const, text: 'ACME' } },
  { kind: 'wheel' as const, t: 4, x: 1.5, y: 2, dx: 0, dy: 100, mode: 'pixel' as const },
  { kind: 'gap' as const, t: 5, until: 9, reason: 'cut' as const },
];

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

export type FuzzResult = { cases: number; refused: number; slowestMs: number };

/** Throws an error that names the seed and the case where a parser does what it may not. */
export async function fuzz(parser: Parser, seed: number, cases: number): Promise<FuzzResult> {
  const random = mulberry(seed);
  const result: FuzzResult = { cases, refused: 0, slowestMs: 0 };
  for (let i = 0; i < cases; i += 1) {
    const bytes = mutated(parser.seeds, random);
    const begin = performance.now();
    try {
      const pending = parser.parse(bytes);
      if (pending instanceof Promise) await pending;
    } catch (error) {
      if (!(error instanceof RecordingError) || error.faults.length === 0) {
        const message = `${parser.name}: seed ${seed}, case ${i}: not a typed fault`;
        throw new Error(message, { cause: error });
      }
      result.refused += 1;
    }
    result.slowestMs = Math.max(result.slowestMs, performance.now() - begin);
  }
  return result;
}

function mutated(seeds: readonly Uint8Array[], random: (limit: number) => number): Uint8Array {
  let bytes = (seeds[random(seeds.length)] as Uint8Array).slice();
  if (random(50) === 0) return Uint8Array.from({ length: random(200) }, () => random(256));
  for (let times = 1 + random(4); times > 0; times -= 1) {
    const at = random(bytes.length + 1);
    const to = Math.min(bytes.length, at + random(16));
    switch (random(7)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3:
        bytes = spliced(bytes, at, to, bytes.slice(random(bytes.length + 1)).slice(0, random(24)));
        break;
      case 4:
        bytes = spliced(bytes, at, at, bytes.slice(at, to));
        break;
      case 5:
        bytes = spliced(bytes, at, to, new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x0f]).slice(0, random(6)));
        break;
      default:
        bytes = spliced(
          bytes,
          at,
          at,
          Uint8Array.from({ length: random(8) }, () => random(256)),
        );
    }
    if (bytes.length === 0) break;
  }
  return bytes;
}

function spliced(bytes: Uint8Array, from: number, to: number, middle: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]));
}

function mulberry(seed: number): (limit: number) => number {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
