import type { RecordingError } from '@aboveboard/protocol/fault';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentnetRaw } from '../src/import/agentnet-raw.ts';
import { ducktrack } from '../src/import/ducktrack.ts';
import { checkSource } from '../src/import/foreign-recording.ts';
import { ImportAccount, type Importer } from '../src/import/import-account.ts';
import { rrweb } from '../src/import/rrweb.ts';
import { elementsOf, linesOf } from '../src/import/source-text.ts';
import { imported, textSource } from './source-files.ts';

const METADATA = JSON.stringify({ system: 'Linux', screen_width: 800, screen_height: 600 });
const desktop = (lines: readonly string[], metadata = METADATA) =>
  textSource({ 'metadata.json': metadata, 'events.jsonl': lines.join('\n') });
const page = (text: string) => textSource({ 'events.json': text });

async function faultsOf(importer: Importer, source: Parameters<typeof checkSource>[1]): Promise<string[]> {
  try {
    await checkSource(importer, source);
  } catch (error) {
    return (error as RecordingError).faults.map(({ rule, at }) => `${rule} ${at}`);
  }
  return [];
}

const move = (time_stamp: unknown, x: unknown = 1) => JSON.stringify({ time_stamp, action: 'move', x, y: 2 });

describe('faults', () => {
  it('[IMP3] are told all at once, with their lines, and nothing of the content', async () => {
    const lines = [
      move(1),
      '{"time_stamp": 1.1, "action": "mo',
      move('soon'),
      move(1.2, 1e300),
      move(1.3, 'left'),
      '[1,2]',
      JSON.stringify({ time_stamp: 2, action: 'click', x: 1, y: 1, button: 7, pressed: 'yes' }),
      JSON.stringify({ time_stamp: 2, action: 'press', name: '' }),
      JSON.stringify({ time_stamp: 2 }),
      JSON.stringify({ time_stamp: 1e20, action: 'move', x: 1, y: 1 }),
    ];
    expect(await faultsOf(ducktrack, desktop(lines))).toEqual([
      'IMP4 events.jsonl line 2',
      'IMP6 events.jsonl line 3',
      'IMP6 events.jsonl line 4',
      'IMP6 events.jsonl line 5',
      'IMP4 events.jsonl line 6',
      'IMP6 events.jsonl line 7',
      'IMP6 events.jsonl line 8',
      'IMP6 events.jsonl line 9',
      'IMP6 events.jsonl line 10',
    ]);
    await expect(imported(ducktrack, desktop(['{"hunter2']))).rejects.toThrow(/^(?!.*hunter2)/);
  });

  it('[IMP3] are a hundred at most, and the others counted', async () => {
    const faults = await faultsOf(ducktrack, desktop(Array.from({ length: 500 }, () => 'x')));
    expect(faults).toHaveLength(101);
  });

  it('[IMP2] leave nothing half-written', async () => {
    let opened = 0;
    const { importRecording } = await import('../src/import/foreign-recording.ts');
    const source = desktop([move(1), 'x']);
    await expect(
      importRecording(
        ducktrack,
        source,
        () => {
          opened++;
          throw new Error('never');
        },
        { week: '2026-W47', software: [] },
      ),
    ).rejects.toThrow(/IMP4/);
    expect(opened).toBe(0);
  });

  it('[IMP4] name what is missing, empty, not UTF-8 or of another shape', async () => {
    expect(await faultsOf(ducktrack, textSource({}))).toEqual(['IMP4 metadata.json', 'IMP4 events.jsonl']);
    expect(await faultsOf(ducktrack, desktop([]))).toContain('IMP4 events.jsonl');
    expect(await faultsOf(agentnetRaw, desktop([move(1)], '[]'))).toContain('IMP4 metadata.json');
    expect(await faultsOf(ducktrack, desktop([move(1)], '{"screen_width":"wide"}'))).toEqual([
      'IMP6 metadata.json',
    ]);
    expect(await faultsOf(rrweb, page('[]'))).toEqual(['IMP4 events.json']);
    expect(await faultsOf(rrweb, page('[{"type":4'))).toContain('IMP4 events.json');
    expect(await faultsOf(rrweb, page('[7]'))).toContain('IMP4 events.json item 1');
    const bytes = {
      open: () =>
        (async function* () {
          yield Uint8Array.of(0x7b, 0xff, 0x7d, 0x0a);
        })(),
    };
    expect(await faultsOf(ducktrack, bytes)).toContain('IMP4 events.jsonl line 1');
  });

  it('[IMP5] a line or an element that is too long is refused, and not kept', async () => {
    const account = new ImportAccount();
    const limits = { pieceBytes: 100, pieces: 10 };
    const source = page(`{"a":"${'x'.repeat(1000)}"}\n{"b":1}`);
    const texts: (string | null)[] = [];
    for await (const { text } of linesOf(
      'f',
      source.open('events.json') as AsyncIterable<Uint8Array>,
      account,
      limits,
    ))
      texts.push(text);
    expect(texts).toEqual([null, '{"b":1}']);
    expect(account.faults.map(({ rule, at }) => `${rule} ${at}`)).toEqual(['IMP5 f line 1']);
  });

  it('[IMP31] a page with impossible nodes is refused', async () => {
    const snapshot = (node: unknown) =>
      page(
        JSON.stringify([
          { type: 4, timestamp: 1, data: { href: 'https://a.example/', width: 1, height: 1 } },
          { type: 2, timestamp: 2, data: { node } },
        ]),
      );
    const deep = Array.from({ length: 600 }).reduce<object>(
      (child, _, i) => ({ type: 2, id: i + 2, tagName: 'p', attributes: {}, childNodes: [child] }),
      { type: 3, id: 1, textContent: '' },
    );
    for (const node of [
      null,
      7,
      { type: 9, id: 1 },
      { type: 2, id: 1, tagName: '<img>', childNodes: [] },
      { type: 0, id: -1, childNodes: [] },
      { type: 0, id: 1, childNodes: 'x' },
      { type: 0, id: 1, childNodes: [null] },
      deep,
    ]) {
      expect(await faultsOf(rrweb, snapshot(node))).toEqual(['IMP31 events.json item 2']);
    }
  });

  it('[IMP35] what contradicts the page becomes the page that came of it', async () => {
    const node = (id: number) => ({ type: 2, id, tagName: 'p', attributes: {}, childNodes: [] });
    const change = (timestamp: number, data: object) => ({
      type: 3,
      timestamp,
      data: { source: 0, texts: [], attributes: [], removes: [], adds: [], ...data },
    });
    const events = [
      change(0, { adds: [] }),
      { type: 4, timestamp: 1, data: { href: 'about:blank', width: 9, height: 9 } },
      {
        type: 2,
        timestamp: 2,
        data: { node: { type: 0, id: 1, childNodes: [{ ...node(2), tagName: 'html' }] } },
      },
      change(3, { adds: [{ parentId: 2, nextId: null, node: node(3) }] }),
      change(4, { adds: [{ parentId: 2, nextId: null, node: node(3) }], removes: [{ parentId: 2, id: 99 }] }),
    ];
    const { recording, manifest } = await imported(rrweb, page(JSON.stringify(events)));
    const { StateTree } = await import('@aboveboard/protocol/state-tree');
    const strict = new StateTree();
    for await (const items of recording.states()) for (const { event } of items) strict.apply(event);
    expect(strict.size).toBe(3);
    expect(manifest.origin).toMatchObject({ kept: 4, reduced: [{ rule: 'before-first-state', count: 1 }] });
  });

  it('[IMP10] a clock that jumps leaves a gap, and one that stumbles leaves none', async () => {
    const { recording } = await imported(
      ducktrack,
      desktop([move(100), move(100.5), move(100.2), move(20), move(20.1)]),
    );
    const events = [];
    for await (const some of recording.events()) events.push(...some);
    expect(events.slice(3).map(({ kind, t }) => `${kind} ${t}`)).toEqual([
      'move 0',
      'move 5000',
      'move 5000',
      'gap 5000',
      'move 5000',
      'move 6000',
    ]);
  });

  it('[IMP34] a context menu tells the secondary button', async () => {
    const interaction = (timestamp: number, type: number) => ({
      type: 3,
      timestamp,
      data: { source: 2, type, id: 2, x: 5, y: 5 },
    });
    const events = [1, 0, 1, 3, 0, 1, 0].map((type, i) => interaction(i * 700, type));
    const { recording } = await imported(
      rrweb,
      page(events.map((event) => JSON.stringify(event)).join('\n')),
    );
    const buttons: number[] = [];
    for await (const some of recording.events())
      for (const event of some) if (event.kind === 'down') buttons.push(event.button);
    expect(buttons).toEqual([0, 2, 0]);
  });
});

describe('pieces', () => {
  it('[IMP4] are the same however the bytes are cut', async () => {
    const value = fc.record({
      a: fc.string({ unit: 'grapheme' }),
      b: fc.array(fc.record({ c: fc.string() })),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (values, chunk, inArray) => {
          const text = inArray
            ? JSON.stringify(values, null, 1)
            : values.map((one) => JSON.stringify(one)).join('\n');
          const source = textSource({ f: text }, chunk).open('f') as AsyncIterable<Uint8Array>;
          const account = new ImportAccount();
          const read: unknown[] = [];
          for await (const piece of elementsOf('f', source, account))
            read.push(JSON.parse(piece.text as string));
          expect(account.faults).toEqual([]);
          expect(read).toEqual(values);
        },
      ),
    );
  });

  it('[IMP3] whatever comes, an importer ends with faults or a recording', async () => {
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          time_stamp: fc.oneof(fc.double(), fc.string()),
          action: fc.constantFrom('move', 'click', 'scroll', 'press', 'release', 'pause', 'resume', 'x'),
          x: fc.oneof(fc.double(), fc.constant(null)),
          y: fc.double(),
          dx: fc.double(),
          dy: fc.integer(),
          name: fc.string(),
          button: fc.constantFrom('left', '__proto__'),
          pressed: fc.boolean(),
        })
        .map((one) => JSON.stringify(one)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        await faultsOf(ducktrack, desktop(lines));
      }),
      { numRuns: 300 },
    );
    const data = fc.record(
      {
        source: fc.integer({ min: 0, max: 17 }),
        type: fc.integer({ min: 0, max: 11 }),
        id: fc.oneof(fc.integer(), fc.nat(5)),
        x: fc.double(),
        y: fc.double(),
        text: fc.string(),
        positions: fc.oneof(
          fc.anything(),
          fc.array(fc.record({ x: fc.integer(), y: fc.integer(), timeOffset: fc.integer() })),
        ),
        adds: fc.array(fc.anything()),
        node: fc.anything(),
      },
      { requiredKeys: ['source'] },
    );
    const event = fc.record({
      type: fc.integer({ min: 0, max: 8 }),
      timestamp: fc.oneof(fc.integer(), fc.double()),
      data: fc.oneof(data, fc.anything()),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 8 }), async (events) => {
        let text: string;
        try {
          text = JSON.stringify(events);
        } catch {
          return;
        }
        await faultsOf(rrweb, page(text));
      }),
      { numRuns: 300 },
    );
  });
});
