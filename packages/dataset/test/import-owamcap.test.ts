import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { RecordingError } from '@aboveboard/protocol/fault';
import { McapWriter } from '@mcap/core';
import { describe, expect, it } from 'vitest';
import { checkSource } from '../src/import/foreign-recording.ts';
import type { ImportSource } from '../src/import/import-account.ts';
import { owaMcap } from '../src/import/owamcap.ts';
import { imported } from './source-files.ts';

const MS = 1_000_000n;
type Line = [schema: string, ms: number, body: unknown];

/** One frame with one raw block (RFC 8878), which every reader of zstd takes. */
function zstdFrame(bytes: Uint8Array): Uint8Array {
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0xa0, ...littleEndian(bytes.length, 4)];
  return Uint8Array.from([...head, ...littleEndian((bytes.length << 3) | 1, 3), ...bytes]);
}
const littleEndian = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, at) => (value >>> (8 * at)) & 255);

async function mcap(
  lines: readonly Line[],
  { profile = 'owa', compression = '', extra = 0, chunkSize = 1024 } = {},
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let position = 0n;
  const writer = new McapWriter({
    chunkSize,
    writable: {
      position: () => position,
      async write(bytes) {
        parts.push(bytes.slice());
        position += BigInt(bytes.length);
      },
    },
    ...(compression === ''
      ? {}
      : { compressChunk: (bytes) => ({ compression, compressedData: zstdFrame(bytes) }) }),
  });
  await writer.start({ profile, library: 'made up, hunter2' });
  const channels = new Map<string, number>();
  for (const [name, ms, body] of lines) {
    let channelId = channels.get(name);
    if (channelId === undefined) {
      const schemaId = await writer.registerSchema({ name, encoding: 'jsonschema', data: new Uint8Array() });
      const channel = { schemaId, topic: name, messageEncoding: 'json', metadata: new Map() };
      channelId = await writer.registerChannel(channel);
      channels.set(name, channelId);
    }
    const logTime = 1_700_000_000_000n * MS + BigInt(Math.round(ms * 1e6));
    const data = new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
    await writer.addMessage({ channelId, sequence: 0, logTime, publishTime: logTime, data });
  }
  await writer.addMetadata({ name: 'host', metadata: new Map([['name', 'hunter2']]) });
  if (writer.statistics) writer.statistics.messageCount += BigInt(extra);
  await writer.end();
  const whole = new Uint8Array(Number(position));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function file(bytes: Uint8Array, slice = 4096): ImportSource {
  return {
    open: (name) =>
      name === 'recording.mcap'
        ? (async function* () {
            for (let at = 0; at < bytes.length; at += slice) yield bytes.subarray(at, at + slice);
          })()
        : null,
  };
}

async function faultsOf(source: ImportSource): Promise<string[]> {
  try {
    await checkSource(owaMcap, source);
  } catch (error) {
    return (error as RecordingError).faults.map(({ rule, at, message }) => `${rule} ${at}: ${message}`);
  }
  return [];
}

const mouse = (ms: number, body: object): Line => ['desktop/MouseEvent', ms, body];
const key = (ms: number, event_type: string, vk: number): Line => [
  'desktop/KeyboardEvent',
  ms,
  { event_type, vk },
];
const screen = (ms: number, source_shape: unknown): Line => [
  'desktop/ScreenCaptured',
  ms,
  { utc_ns: 1, source_shape, media_ref: { uri: 'hunter2.mkv', pts_ns: 0 } },
];
const LINES: readonly Line[] = [
  screen(0, [1920, 1080]),
  screen(16, [1920, 1080]),
  mouse(20, { event_type: 'move', x: 5, y: 6 }),
  mouse(30.25, { event_type: 'click', x: 5, y: 6, button: 'left', pressed: true }),
  mouse(80, { event_type: 'click', x: 5, y: 6, button: 'left', pressed: false }),
  mouse(90, { event_type: 'scroll', x: 5, y: 6, dx: 0, dy: -1 }),
  mouse(91, { event_type: 'click', x: 5, y: 6, button: 'unknown', pressed: true }),
  mouse(92, { event_type: 'press', name: 'a' }),
  key(100, 'press', 162),
  key(110, 'press', 83),
  key(120, 'release', 83),
  key(121, 'press', 165),
  key(122, 'press', 81),
  key(123, 'release', 165),
  key(130, 'release', 162),
  key(140, 'press', 72),
  ['desktop/WindowInfo', 150, { title: 'hunter2', rect: [0, 0, 1, 1], hWnd: 1 }],
  ['desktop/RawMouseEvent', 160, {}],
  ['desktop/Telepathy', 170, 'not JSON'],
  screen(180, [1280, 720]),
];

describe('OWAMcap', () => {
  it.each(['', 'zstd'])('[IMP50] [IMP52] [IMP53] accounts for every message (%s)', async (compression) => {
    const { recording, manifest } = await imported(owaMcap, file(await mcap(LINES, { compression }), 7));
    expect(manifest.origin).toEqual({
      format: 'owamcap',
      kept: 14,
      reduced: [
        { rule: 'action-unknown', count: 1 },
        { rule: 'button-unknown', count: 1 },
        { rule: 'metadata', count: 1 },
        { rule: 'raw-mouse', count: 1 },
        { rule: 'schema-unknown', count: 1 },
        { rule: 'screen-picture', count: 1 },
        { rule: 'window-title', count: 1 },
      ],
    });
    const events: RecordedEvent[] = [];
    for await (const some of recording.events()) events.push(...some);
    const told = events.map((event) => `${event.kind} ${event.t}${'name' in event ? ` ${event.name}` : ''}`);
    expect(told).toEqual([
      'surface 0',
      'focus 0',
      'geometry 0',
      'move 200',
      'down 303',
      'up 800',
      'wheel 900',
      'keydown 1000 Control',
      'keydown 1100 ctrl+s',
      'keyup 1200 ctrl+s',
      'keydown 1210 AltGraph',
      // What AltGr makes is a character, and stays unnamed.
      'keydown 1220',
      'keyup 1230 AltGraph',
      'keyup 1300 Control',
      'keydown 1400',
      'geometry 1800',
    ]);
    expect(events.find(({ kind }) => kind === 'wheel')).toMatchObject({ dy: 1, mode: 'line' });
    expect(JSON.stringify([events, manifest])).not.toContain('hunter2');
  });

  it('[IMP3] [IMP6] tells the faults of all messages at once, with their numbers', async () => {
    const bytes = await mcap([
      screen(0, 'large'),
      mouse(1, { event_type: 'move', x: 1e9, y: 'hunter2' }),
      mouse(2, { x: 1, y: 1 }),
      key(3, 'press', 999),
      key(4, 'hunter2', 65),
      ['desktop/KeyboardEvent', 5, '{"hunter2'],
      ['desktop/MouseEvent', 6, `"${'x'.repeat(1024 * 1024)}"`],
    ]);
    const faults = await faultsOf(file(bytes));
    expect(faults.map((fault) => fault.replace(/:.*/, ''))).toEqual([
      'IMP6 recording.mcap message 1',
      'IMP6 recording.mcap message 2',
      'IMP6 recording.mcap message 2',
      'IMP6 recording.mcap message 3',
      'IMP6 recording.mcap message 4',
      'IMP6 recording.mcap message 5',
      'IMP4 recording.mcap message 6',
      'IMP5 recording.mcap message 7',
    ]);
    expect(faults.join('')).not.toContain('hunter2');
  });

  it('[IMP51] refuses a container that lies, by name', async () => {
    const good = await mcap(LINES);
    expect(await faultsOf(file(good))).toEqual([]);
    expect(await faultsOf(file(await mcap(LINES, { profile: 'ros2' })))).toContain(
      'IMP51 recording.mcap: is not of the profile owa',
    );
    expect(await faultsOf(file(await mcap(LINES, { extra: 3 })))).toEqual([
      'IMP51 recording.mcap: has another number of messages than it says',
    ]);
    expect(await faultsOf(file(await mcap(LINES, { compression: 'lz4' })))).toContain(
      'IMP51 recording.mcap: has chunks compressed by lz4, which is not read',
    );
    // Uncompressed size of the first chunk: after magic, header, and the chunk's opcode, length and two times.
    const header = 8 + 9 + Number(new DataView(good.buffer).getBigUint64(9, true));
    const sizeAt = header + 9 + 16;
    expect(good[header]).toBe(6);
    for (const compression of ['', 'zstd']) {
      for (const size of [1n, 5000n, 1n << 40n]) {
        const lying = await mcap(LINES, { compression });
        new DataView(lying.buffer).setBigUint64(sizeAt, size, true);
        const [fault] = await faultsOf(file(lying));
        if (compression === '') expect(fault).toMatch(/^IMP51 .* has a chunk of another size than it says$/);
        else if (size > 5000n) expect(fault).toMatch(/^IMP5 .* has a chunk of more than 67108864 bytes$/);
        else expect(fault).toMatch(/^IMP(?:4|51) recording\.mcap: (?:has a chunk|is not sound)/);
      }
    }
    // A bit of the chunk's content: its CRC does not hold.
    const changed = good.slice();
    changed[sizeAt + 60] = (changed[sizeAt + 60] ?? 0) ^ 1;
    expect(await faultsOf(file(changed))).toContain('IMP4 recording.mcap: is not sound MCAP');
  });

  it('[IMP4] [IMP5] wherever it is cut off, and whatever follows it, is a fault; a record says its length in vain', async () => {
    const good = await mcap(LINES);
    for (let length = 0; length < good.length; length += 61) {
      const faults = await faultsOf(file(good.subarray(0, length)));
      expect(faults).toContain('IMP4 recording.mcap: ends in the middle');
    }
    const longer = new Uint8Array(good.length + 1);
    longer.set(good);
    expect(await faultsOf(file(longer))).toEqual(['IMP4 recording.mcap: is not sound MCAP']);
    let taken = 0;
    const endless: ImportSource = {
      open: () =>
        (async function* () {
          const start = good.slice(0, 17);
          new DataView(start.buffer).setBigUint64(9, 1n << 40n, true);
          yield start;
          for (;;) {
            taken += 1 << 20;
            yield new Uint8Array(1 << 20);
          }
        })(),
    };
    expect(await faultsOf(endless)).toContain('IMP5 recording.mcap: has a record longer than 67108864 bytes');
    expect(taken).toBeLessThan(70 * 1024 * 1024);
    expect(await faultsOf({ open: () => null })).toEqual(['IMP4 recording.mcap: is missing']);
  });

  it('[IMP10] a clock that jumps leaves a gap', async () => {
    const move = (ms: number) => mouse(ms, { event_type: 'move', x: 1, y: 1 });
    const bytes = await mcap([move(0), move(10), move(-9e8), move(-9e8 + 5), move(9e11)]);
    const { recording } = await imported(owaMcap, file(bytes));
    const told: string[] = [];
    for await (const events of recording.events()) told.push(...events.map(({ kind, t }) => `${kind} ${t}`));
    expect(told.slice(2)).toEqual([
      'move 0',
      'move 100',
      'gap 100',
      'move 100',
      'move 150',
      'gap 150',
      'move 150',
    ]);
  });
});
