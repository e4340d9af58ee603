import { deflateRawSync, gzipSync, inflateRawSync } from 'node:zlib';
import type { EventColumns } from '@aboveboard/protocol/event-columns';
import { decodeEvents, encodeEvents } from '@aboveboard/protocol/event-segment';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { chromium } from 'playwright-core';
import { build } from 'rolldown';
import type { BrowserFigures } from './codec/in-browser.ts';
import { HOUR_AT_125_HZ, type Motion, mouseMotion, segmentsOf, trackedEvents } from './codec/motion.ts';
import type { Measured, Target } from './report.ts';

const SEGMENT = 500;
const ROUNDS = 7;

export const targets: Target[] = [
  { metric: 'bytes_per_event_0.1ms', op: '<=', value: 1.65, unit: 'B' },
  { metric: 'bytes_per_event_1ms', op: '<=', value: 1.25, unit: 'B' },
  { metric: 'encode_node', op: '>=', value: 5_000_000, unit: 'events/s' },
  { metric: 'decode_node', op: '>=', value: 10_000_000, unit: 'events/s' },
  { metric: 'encode_browser', op: '>=', value: 500_000, unit: 'events/s' },
  { metric: 'decoded_equal', op: '>=', value: 1, unit: '1 = all' },
];

export async function run(): Promise<Measured> {
  const fine = mouseMotion(HOUR_AT_125_HZ, 100);
  const coarse = mouseMotion(HOUR_AT_125_HZ, 1000);
  const metrics: Record<string, number> = {};
  const json: Record<string, number> = {};
  const parquet: Record<string, number> = {};
  const rrweb: Record<string, number> = {};
  let equal = true;
  const streams: [string, Motion][] = [
    ['0.1ms', fine],
    ['1ms', coarse],
    ['ducktrack_0.1ms', trackedEvents('ducktrack', 100)],
    ['ducktrack_1ms', trackedEvents('ducktrack', 1000)],
    ['agentnet_0.1ms', trackedEvents('agentnet-raw', 100)],
    ['agentnet_1ms', trackedEvents('agentnet-raw', 1000)],
  ];
  for (const [name, motion] of streams) {
    const segments = segmentsOf(motion, SEGMENT);
    const sealed = segments.map((columns) => deflateRawSync(encodeEvents(columns, motion)));
    equal &&= sealed.every((bytes, i) =>
      isSame(decodeEvents(inflateRawSync(bytes)).columns, segments[i] as EventColumns),
    );
    const metric = `bytes_per_event_${name}`;
    const count = motion.columns.length;
    metrics[metric] = total(sealed) / count;
    json[metric] = total(segments.map(jsonGzip)) / count;
    parquet[metric] = parquetBytes(motion) / count;
    rrweb[metric] = total(segments.map((columns) => rrwebGzip(columns, motion))) / count;
  }
  metrics['decoded_equal'] = equal ? 1 : 0;
  Object.assign(metrics, nodeSpeed(fine));
  Object.assign(json, jsonSpeed(fine));
  const browser = await browserFigures(fine);
  metrics['encode_browser'] = browser.encode;
  metrics['decode_browser'] = browser.decode;
  metrics['bytes_per_event_browser'] = browser.bytes / HOUR_AT_125_HZ;
  if (!browser.same) metrics['decoded_equal'] = 0;
  return {
    metrics,
    peers: {
      'JSON+gzip': json,
      Parquet: parquet,
      'rrweb+gzip': rrweb,
      'DEFLATE alone': deflateSpeed(fine),
    },
    notes: [
      `${HOUR_AT_125_HZ} moves in segments of ${SEGMENT}; how the motion was made: bench/codec/motion.ts`,
      'bytes are after DEFLATE and before sealing; level and strategy are the default ones, as in the browser',
      `encode: EventColumns -> encodeEvents -> deflateRawSync; decode: inflateRawSync -> decodeEvents -> EventColumns; one thread, median of ${ROUNDS} rounds over all segments, after one to warm up; sealing and digests are not in it`,
      'encode_browser, decode_browser: the same with CompressionStream and DecompressionStream, one segment after the other, in headless Chromium',
      'JSON+gzip: the same 500 events as an array of objects; rrweb+gzip: the same as MouseMove events batched by 500 ms, all positions kept, whole milliseconds as its format has it; Parquet: one file of all events, DELTA_BINARY_PACKED, gzip pages',
      'ducktrack and agentnet: all their events, clicks, wheel and keys included; Parquet and rrweb hold only time and place there',
    ],
  };
}

function nodeSpeed(motion: Motion): Record<string, number> {
  const segments = segmentsOf(motion, SEGMENT);
  const sealed = segments.map((columns) => deflateRawSync(encodeEvents(columns, motion)));
  const count = motion.columns.length;
  return {
    encode_node: rate(count, () => {
      for (const columns of segments) deflateRawSync(encodeEvents(columns, motion));
    }),
    decode_node: rate(count, () => {
      for (const bytes of sealed) decodeEvents(inflateRawSync(bytes));
    }),
    encode_node_without_deflate: rate(count, () => {
      for (const columns of segments) encodeEvents(columns, motion);
    }),
  };
}

/** The floor: what the compressor alone takes for the same bytes in the same run. */
function deflateSpeed(motion: Motion): Record<string, number> {
  const plain = segmentsOf(motion, SEGMENT).map((columns) => encodeEvents(columns, motion));
  const sealed = plain.map((bytes) => deflateRawSync(bytes));
  return {
    encode_node: rate(motion.columns.length, () => {
      for (const bytes of plain) deflateRawSync(bytes);
    }),
    decode_node: rate(motion.columns.length, () => {
      for (const bytes of sealed) inflateRawSync(bytes);
    }),
  };
}

function jsonSpeed(motion: Motion): Record<string, number> {
  const events = segmentsOf(motion, SEGMENT).map((columns) => [...columns]);
  return {
    encode_node: rate(motion.columns.length, () => {
      for (const some of events) gzipSync(JSON.stringify(some));
    }),
  };
}

function rate(count: number, work: () => void): number {
  work();
  const times = Array.from({ length: ROUNDS }, () => {
    const begin = performance.now();
    work();
    return performance.now() - begin;
  }).sort((a, b) => a - b);
  return count / ((times[ROUNDS >> 1] as number) / 1000);
}

async function browserFigures({ columns }: Motion): Promise<BrowserFigures> {
  const bundle = await build({
    input: new URL('codec/in-browser.ts', import.meta.url).pathname,
    output: { format: 'iife', name: 'codec' },
    write: false,
    logLevel: 'silent',
  });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: bundle.output[0].code });
    const rows = [...columns] as { t: number; x: number; y: number }[];
    const [t, x, y] = [rows.map((row) => row.t), rows.map((row) => row.x), rows.map((row) => row.y)];
    return await page.evaluate(
      ([times, xs, ys, size]) =>
        (globalThis as unknown as { codec: typeof import('./codec/in-browser.ts') }).codec.measure(
          times,
          xs,
          ys,
          size,
        ),
      [t, x, y, SEGMENT] as const as [number[], number[], number[], number],
    );
  } finally {
    await browser.close();
  }
}

function jsonGzip(columns: EventColumns): Uint8Array {
  return gzipSync(JSON.stringify([...columns]));
}

function rrwebGzip(columns: EventColumns, { tickMicroseconds }: Motion): Uint8Array {
  const events: unknown[] = [];
  let positions: { x: number; y: number; id: number; timeOffset: number }[] = [];
  let begin = 0;
  const emit = (timestamp: number) => {
    if (positions.length === 0) return;
    for (const position of positions) position.timeOffset -= timestamp;
    events.push({ type: 3, data: { source: 1, positions }, timestamp });
    positions = [];
  };
  let ms = 0;
  for (const event of columns) {
    if (!('x' in event) || event.kind === 'scroll') continue;
    ms = Math.round((event.t * tickMicroseconds) / 1000);
    if (positions.length === 0) begin = ms;
    positions.push({ x: event.x, y: event.y, id: 1, timeOffset: ms });
    if (ms - begin >= 500) emit(ms);
  }
  emit(ms);
  return gzipSync(JSON.stringify(events));
}

function parquetBytes({ columns }: Motion): number {
  const placed = [...columns].filter((event) => 'x' in event && event.kind !== 'scroll') as {
    t: number;
    x: number;
    y: number;
  }[];
  const isWhole = placed.every(({ x, y }) => Number.isInteger(x) && Number.isInteger(y));
  const scale = isWhole ? 1 : 256;
  const column = (name: 't' | 'x' | 'y', factor: number): ColumnSource => ({
    name,
    data: Int32Array.from(placed, (event) => event[name] * factor),
    type: 'INT32',
    encoding: 'DELTA_BINARY_PACKED',
  });
  const file = parquetWriteBuffer({
    columnData: [column('t', 1), column('x', scale), column('y', scale)],
    codec: 'GZIP',
    compressors: { GZIP: (bytes: Uint8Array) => gzipSync(bytes) },
  });
  return file.byteLength;
}

function total(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function isSame(a: EventColumns, b: EventColumns): boolean {
  if (a.length !== b.length || a.others.length !== b.others.length) return false;
  for (let i = 0; i < a.length; i += 1) {
    if (a.kinds[i] !== b.kinds[i] || a.t[i] !== b.t[i] || a.x[i] !== b.x[i] || a.y[i] !== b.y[i])
      return false;
  }
  return JSON.stringify(a.others) === JSON.stringify(b.others);
}
