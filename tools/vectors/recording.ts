import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { bundleBytes } from '../../packages/protocol/src/bundle.ts';
import type { RecordedEvent } from '../../packages/protocol/src/event.ts';
import { encodeEvents } from '../../packages/protocol/src/event-segment.ts';
import { encodeFrames, type FrameItem } from '../../packages/protocol/src/frame-segment.ts';
import type { Manifest } from '../../packages/protocol/src/manifest.ts';
import { MemoryPartStore } from '../../packages/protocol/src/memory-part-store.ts';
import type { StateItem } from '../../packages/protocol/src/state.ts';
import { encodeStates } from '../../packages/protocol/src/state-segment.ts';

/**
 * Writes vectors/recording: `node tools/vectors/recording.ts`. What it writes is checked in and is the
 * reference: a difference after running it means that the format has drifted.
 *
 * A case has `kind` (what the bytes or the value are), `reason`, `rule` (null where it is valid), `bytes`
 * in hex or `value`, `limits` other than the default ones, and `expect`: `refused`, or what is decoded.
 */
const folder = new URL('../../vectors/recording/', import.meta.url);
const ID = 'AAAAAAAAAAAAAAAAAAAAAA';

type Case = { kind: string; reason: string; rule: string | null; limits?: object; expect: unknown } & (
  | { bytes: string }
  | { value: unknown }
);
const cases = new Map<string, Case>();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function valid(name: string, kind: string, reason: string, bytes: Uint8Array, expect: unknown): void {
  cases.set(`${name}.valid`, { kind, reason, rule: null, bytes: hex(bytes), expect });
}
function bad(
  name: string,
  kind: string,
  rule: string,
  reason: string,
  bytes: Uint8Array,
  limits?: object,
): void {
  const more = limits ? { limits } : {};
  cases.set(`${name}.invalid`, { kind, reason, rule, bytes: hex(bytes), ...more, expect: 'refused' });
}
function badValue(
  name: string,
  kind: string,
  rule: string,
  reason: string,
  value: unknown,
  limits?: object,
): void {
  cases.set(`${name}.invalid`, {
    kind,
    reason,
    rule,
    value,
    ...(limits ? { limits } : {}),
    expect: 'refused',
  });
}
const bytesOf = (...values: (number | readonly number[])[]) => new Uint8Array(values.flat());
const changed = (bytes: Uint8Array, at: number, value: number) => bytes.slice().fill(value, at, at + 1);
const joined = (...pieces: Uint8Array[]) => new Uint8Array(Buffer.concat(pieces));

// --- events
const ticks = { tickMicroseconds: 100 } as const;
const geometry: RecordedEvent = {
  kind: 'geometry',
  t: 0,
  surface: 1,
  viewport: { width: 1280, height: 720.5 },
  window: { x: -8, y: 0, width: 1296, height: 820 },
  screen: { width: 1920, height: 1080 },
  ratio: 1.25,
  zoom: 1,
};
const everyKind: RecordedEvent[] = [
  { kind: 'task', t: 0, phase: 'start', text: 'File an expense' },
  { kind: 'surface', t: 0, surface: 1, phase: 'open', type: 'tab' },
  geometry,
  { kind: 'focus', t: 0, scope: 'surface', surface: 1 },
  { kind: 'navigate', t: 1, surface: 1, origin: 'https://expenses.example', path: '/p1', cause: 'load' },
  { kind: 'state', t: 2, surface: 1, index: 0, settled: true },
  { kind: 'frame', t: 2, surface: 1, index: 0 },
  { kind: 'move', t: 80, x: 100, y: 200.25 },
  { kind: 'down', t: 160, x: 100, y: 200.25, button: 0, pointer: 'mouse', node: 7 },
  { kind: 'up', t: 240, x: 100, y: 200.25, button: 0, pointer: 'mouse' },
  { kind: 'wheel', t: 320, x: 100, y: 200.25, dx: 0, dy: -53.25, mode: 'pixel' },
  { kind: 'scroll', t: 330, surface: 1, node: 3, x: 0, y: 1200.5 },
  { kind: 'keydown', t: 400, key: 'printable' },
  { kind: 'keyup', t: 410, key: 'printable' },
  { kind: 'keydown', t: 420, key: 'shortcut', name: 'ctrl+shift+s', repeat: true },
  { kind: 'text', t: 500, node: 7, value: { open: true, text: 'ACME GmbH & Söhne' } },
  { kind: 'text', t: 500, value: { open: false, length: 16, script: 'latin' } },
  { kind: 'mask', t: 510, rule: 'text.not-shipped', count: 2 },
  { kind: 'pause', t: 600, cause: 'contributor' },
  { kind: 'resume', t: 900 },
  { kind: 'gap', t: 900, until: 1000, reason: 'paused' },
  { kind: 'task', t: 1000, phase: 'end' },
];
const path: RecordedEvent[] = Array.from({ length: 24 }, (_, i) => ({
  kind: 'move',
  t: 1000 + i * 80 + ((i * 7) % 5),
  x: 300 + i * i,
  y: 400 - 3 * i,
}));
const eventSets: [string, string, RecordedEvent[]][] = [
  ['events-none', 'no events at all', []],
  ['events-path', 'a steady path: whole pixels, second-order differences', path],
  ['events-every-kind', 'one of every kind, with and without what is optional', everyKind],
  [
    'events-select',
    'choices in a native list, and a space that types nothing',
    [
      { kind: 'keydown', t: 5, key: 'navigation', name: 'Space' },
      { kind: 'select', t: 10, node: 7, option: 9, value: { open: true, text: 'Travel' } },
      { kind: 'select', t: 20, value: { open: false, length: 8, script: 'digits' } },
    ],
  ],
  [
    'events-shake',
    'a path that jumps: first-order differences are shorter',
    path.map((e, i) => ({ ...e, x: i % 2 ? 900 : 5 }) as RecordedEvent),
  ],
  [
    'events-fraction',
    'eight bits of fraction, and the ends of the range',
    [
      { kind: 'move', t: 0, x: 4_194_304, y: -4_194_304 },
      { kind: 'move', t: 2 ** 31 - 1, x: 1 / 256, y: 0 },
    ],
  ],
];
for (const [name, reason, events] of eventSets)
  valid(name, 'events', reason, encodeEvents(events, ticks), events);
valid(
  'events-millisecond',
  'events',
  'ticks of a millisecond',
  encodeEvents(path, { tickMicroseconds: 1000 }),
  path,
);

const walk = encodeEvents(path, ticks);
const mixed = encodeEvents(everyKind, ticks);
bad('events-empty-bytes', 'events', 'REC40', 'no bytes', bytesOf());
bad('events-newer', 'events', 'REC40', 'a newer version of the segment', changed(walk, 0, 2));
bad(
  'events-flags',
  'events',
  'REC40',
  'a flag that is not known',
  changed(walk, 1, (walk[1] as number) | 0x80),
);
bad('events-shift', 'events', 'REC40', 'more bits of fraction than there are', changed(walk, 1, 9));
bad('events-truncated', 'events', 'REC48', 'cut in the middle of the times: fewer bytes than events', walk.subarray(0, 16));
bad('events-truncated-fields', 'events', 'REC40', 'cut one byte before the end', mixed.subarray(0, -1));
bad('events-trailing', 'events', 'REC47', 'a byte after the end', joined(walk, bytesOf(0)));
bad('events-doubled', 'events', 'REC47', 'the segment twice', joined(walk, walk));
bad(
  'events-billions',
  'events',
  'REC48',
  'four billion declared events',
  bytesOf(1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f),
);
bad(
  'events-more-than-bytes',
  'events',
  'REC48',
  'more declared events than bytes',
  bytesOf(1, 0, 0x80, 0x02, 0, 0x80, 0x02),
);
bad('events-over-limit', 'events', 'REC48', 'more events than the limit', walk, { eventsInPart: 23 });
bad(
  'events-long-number',
  'events',
  'REC41',
  'a count in more bytes than it takes',
  bytesOf(1, 0, 0x80, 0x00),
);
bad(
  'events-endless-number',
  'events',
  'REC41',
  'a number without an end',
  bytesOf(1, 0, ...new Array(12).fill(0xff)),
);
bad(
  'events-unknown-kind',
  'events',
  'REC43',
  'a kind that is not known',
  bytesOf(1, 0, 1, 20, 1, 0, 0, 0, 0, 0),
);
bad('events-empty-run', 'events', 'REC43', 'an empty run', bytesOf(1, 0, 1, 0, 0, 0, 0, 0, 0, 0));
bad(
  'events-split-run',
  'events',
  'REC43',
  'two runs of the same kind',
  bytesOf(1, 0, 2, 15, 1, 15, 1, 0, 0, 0, 0),
);
bad(
  'events-long-run',
  'events',
  'REC43',
  'a run that is longer than the rest',
  bytesOf(1, 0, 1, 15, 2, 0, 0, 0),
);
bad('events-backwards', 'events', 'REC20', 'a time that goes back', bytesOf(1, 0, 2, 15, 2, 0, 5, 0, 1));
bad(
  'events-late',
  'events',
  'REC44',
  'a first time beyond 31 bits',
  bytesOf(1, 0, 1, 15, 1, 0, [0x80, 0x80, 0x80, 0x80, 0x08], 0),
);
bad(
  'events-far',
  'events',
  'REC21',
  'a place out of range',
  bytesOf(1, 0, 1, 0, 1, 0, 0, 0, [0x82, 0x80, 0x80, 0x04], 0),
);
bad(
  'events-string-unused',
  'events',
  'REC42',
  'a string that nothing uses: a place to hide',
  bytesOf(1, 0, 1, 15, 1, 1, 3, 0x41, 0x64, 0x61, 0, 0),
);
bad(
  'events-string-missing',
  'events',
  'REC42',
  'a string number that is not there',
  bytesOf(1, 0, 1, 16, 1, 0, 0, 0, 0, 1),
);
bad(
  'events-string-broken',
  'events',
  'REC42',
  'a string that is not UTF-8',
  bytesOf(1, 0, 1, 16, 1, 1, 1, 0xff, 0, 0, 0, 1),
);
bad(
  'events-string-huge',
  'events',
  'REC42',
  'a string longer than the limit',
  bytesOf(1, 0, 1, 16, 1, 1, [0xff, 0xff, 0xff, 0x7f], 0x41),
);
bad(
  'events-printable-named',
  'events',
  'REC26',
  'a printable key with its character',
  bytesOf(1, 0, 1, 4, 1, 1, 1, 0x61, 0, 0, 0, 1, 0),
);
bad(
  'events-true-length',
  'events',
  'REC27',
  'closed text with its true length',
  bytesOf(1, 0, 1, 6, 1, 0, 0, 0, 0, 1, 7),
);
bad('events-word', 'events', 'REC46', 'a word that is not in its list', bytesOf(1, 0, 1, 14, 1, 0, 0, 0, 4));
bad(
  'events-gap-backwards',
  'events',
  'REC36',
  'a gap that ends before it begins',
  bytesOf(1, 0, 1, 18, 1, 0, 5, 0, 4, 0),
);
const middle = Math.floor(mixed.length / 2);
bad(
  'events-bit-flip',
  'events',
  'REC46',
  'one bit flipped in a column of words',
  changed(mixed, mixed.length - 1, 0x40 ^ (mixed.at(-1) as number)),
);
bad(
  'events-reordered',
  'events',
  'REC43',
  'the halves of a segment in the other order after the head',
  joined(mixed.subarray(0, 3), mixed.subarray(middle), mixed.subarray(3, middle)),
);

// --- states
const page: StateItem[] = [
  {
    t: 3,
    surface: 1,
    event: { type: 4, data: { href: 'https://expenses.example/p1', width: 1280, height: 720.5 } },
  },
  {
    t: 3,
    surface: 1,
    event: {
      type: 2,
      data: {
        initialOffset: { top: 0, left: 0 },
        node: {
          type: 0,
          id: 1,
          childNodes: [
            { type: 1, id: 2, name: 'html', publicId: '', systemId: '' },
            {
              type: 2,
              id: 3,
              tagName: 'html',
              attributes: { lang: 'en', 'data-n': 1.5, hidden: true },
              childNodes: [
                {
                  type: 2,
                  id: 4,
                  tagName: 'style',
                  attributes: {},
                  childNodes: [{ type: 3, id: 5, textContent: 'p { color: red }', isStyle: true }],
                },
                {
                  type: 2,
                  id: 6,
                  tagName: 'p',
                  attributes: { class: 'c1' },
                  childNodes: [{ type: 3, id: 7, textContent: 'Expenses' }],
                },
                { type: 2, id: 8, tagName: 'iframe', attributes: {}, childNodes: [] },
              ],
            },
          ],
        },
      },
    },
  },
  {
    t: 90,
    surface: 1,
    event: {
      type: 3,
      data: {
        source: 0,
        texts: [{ id: 7, value: 'Expense' }],
        attributes: [
          {
            id: 6,
            attributes: { class: null, style: { color: 'red', margin: ['0', 'important'], top: false } },
          },
        ],
        removes: [{ parentId: 3, id: 4 }],
        adds: [
          {
            parentId: 3,
            nextId: 6,
            node: { type: 2, id: 9, tagName: 'svg', attributes: {}, childNodes: [], isSVG: true },
          },
        ],
      },
    },
  },
  {
    t: 95,
    surface: 1,
    event: {
      type: 3,
      data: {
        source: 0,
        texts: [],
        attributes: [],
        removes: [],
        adds: [
          {
            parentId: 8,
            nextId: null,
            node: {
              type: 0,
              id: 20,
              childNodes: [{ type: 2, id: 21, rootId: 20, tagName: 'html', attributes: {}, childNodes: [] }],
            },
          },
        ],
        isAttachIframe: true,
      },
    },
  },
  { t: 99, surface: 1, event: { type: 3, data: { source: 3, id: 1, x: 0, y: 120.25 } } },
  { t: 99, surface: 1, event: { type: 3, data: { source: 4, width: 1000, height: 700 } } },
  { t: 100, surface: 1, event: { type: 3, data: { source: 5, id: 6, text: 'xxxx', isChecked: false } } },
  {
    t: 101,
    surface: 1,
    event: {
      type: 3,
      data: {
        source: 15,
        id: 1,
        styleIds: [1],
        styles: [{ styleId: 1, rules: [{ rule: '.a { top: 0 }', index: 0 }] }],
      },
    },
  },
  {
    t: 102,
    surface: 1,
    event: {
      type: 3,
      data: {
        source: 8,
        styleId: 1,
        adds: [{ rule: '.b { left: 0 }', index: [0, 1] }],
        removes: [{ index: 0 }],
      },
    },
  },
  {
    t: 103,
    surface: 1,
    event: {
      type: 3,
      data: {
        source: 13,
        styleId: 1,
        index: [0],
        set: { property: 'color', value: 'red', priority: 'important' },
      },
    },
  },
];
const states = encodeStates(page);
valid('states-every-change', 'states', 'every change that a state may hold', states, page);
valid('states-none', 'states', 'no states', encodeStates([]), []);
bad('states-newer', 'states', 'REC50', 'a newer version of the segment', changed(states, 0, 2));
bad('states-truncated', 'states', 'REC50', 'cut in the middle', states.subarray(0, states.length - 40));
bad('states-trailing', 'states', 'REC54', 'a byte after the end', joined(states, bytesOf(0)));
bad(
  'states-billions',
  'states',
  'REC50',
  'four billion declared states',
  bytesOf(1, 0xff, 0xff, 0xff, 0xff, 0x0f),
);
bad('states-unknown-change', 'states', 'REC53', 'a change that is not known', bytesOf(1, 1, 0, 0, 0, 9));
bad(
  'states-huge-list',
  'states',
  'REC53',
  'a list of four billion',
  bytesOf(1, 1, 0, 0, 0, 2, 0, [0xff, 0xff, 0xff, 0xff, 0x0f]),
);
const deepNode = (depth: number): number[] => Array.from({ length: depth }, () => [2, 2, 0, 0, 1]).flat();
bad(
  'states-deep',
  'states',
  'REC57',
  'a tree of 600 levels',
  bytesOf(1, 1, 1, 1, 0x62, 0, 0, 1, 0, 0, deepNode(600)),
);
bad('states-many-nodes', 'states', 'REC57', 'more nodes than the limit', states, { nodes: 5 });
bad(
  'states-proto',
  'states',
  'REC53',
  'an attribute named __proto__',
  bytesOf(1, 1, 2, 1, 9, 0x62, [...Buffer.from('__proto__')], 0, 0, 1, 0, 0, 2, 2, 0, 1, 1, 3, 0),
);
const one = (node: object): StateItem[] =>
  [
    {
      t: 0,
      surface: 1,
      event: {
        type: 2,
        data: { node: { type: 0, id: 1, childNodes: [node] }, initialOffset: { top: 0, left: 0 } },
      },
    },
  ] as StateItem[];
const el = (tagName: string, attributes: object = {}) =>
  one({ type: 2, id: 2, tagName, attributes, childNodes: [] });
for (const [name, rule, reason, items] of [
  ['states-script', 'REC58', 'a script', el('script')],
  ['states-handler', 'REC59', 'a handler', el('b', { onclick: 'x()' })],
  [
    'states-script-address',
    'REC59',
    'a script address with a tab in it',
    el('a', { href: 'java\tscript:x()' }),
  ],
  ['states-srcdoc', 'REC59', 'a frame with its own source', el('iframe', { srcdoc: '<script>x()</script>' })],
  [
    'states-remote-picture',
    'REC59',
    'a picture that would be fetched',
    el('img', { src: 'https://evil.example/p.png' }),
  ],
  [
    'states-css-escape',
    'REC59',
    'a style whose address is hidden behind an escape',
    el('b', { style: 'background: \\75 rl(//evil.example)' }),
  ],
  [
    'states-css-import',
    'REC60',
    'a sheet that fetches another',
    one({ type: 3, id: 2, textContent: '@import "//evil.example"', isStyle: true }),
  ],
  ['states-twice', 'REC56', 'an id that is there twice', one({ type: 3, id: 1, textContent: '' })],
] as const) {
  bad(name, 'states', rule, reason, encodeStates(items as StateItem[]));
}
badValue(
  'states-comment',
  'state-items',
  'REC55',
  'a comment node',
  one({ type: 5, id: 2, textContent: '' }),
);
badValue('states-timestamp', 'state-items', 'REC53', "rrweb's own timestamp, which is a calendar time", [
  { ...el('b')[0], timestamp: 1 },
]);
const contradiction = (data: object) => [...page.slice(0, 2), { t: 9, surface: 1, event: { type: 3, data } }];
const nothing = { source: 0, texts: [], attributes: [], removes: [], adds: [] };
badValue(
  'order-unknown-node',
  'state-order',
  'REC62',
  'text of a node that is not there',
  contradiction({ ...nothing, texts: [{ id: 99, value: '' }] }),
);
badValue('order-no-snapshot', 'state-order', 'REC62', 'a change before the first snapshot', [page[2]]);
badValue(
  'order-repeated-id',
  'state-order',
  'REC56',
  'an addition with an id that is taken',
  contradiction({
    ...nothing,
    adds: [{ parentId: 3, nextId: null, node: { type: 3, id: 7, textContent: '' } }],
  }),
);
badValue(
  'order-frame-address',
  'state-order',
  'REC59',
  'an address that is allowed on links, set on a frame',
  contradiction({ ...nothing, attributes: [{ id: 8, attributes: { src: 'data:image/png;base64,AAAA' } }] }),
);

// --- frames
const pictures: FrameItem[] = [
  { t: 5, surface: 1, mime: 'image/png', width: 2, height: 1, bytes: bytesOf(1, 2, 3) },
  { t: 9, surface: 1, mime: 'image/webp', width: 16_384, height: 1, bytes: bytesOf(4) },
];
const frames = encodeFrames(pictures);
valid(
  'frames-two',
  'frames',
  'two frames',
  frames,
  pictures.map((frame) => ({ ...frame, bytes: hex(frame.bytes) })),
);
bad('frames-truncated', 'frames', 'REC65', 'cut in a picture', frames.subarray(0, -1));
bad('frames-trailing', 'frames', 'REC65', 'a byte after the end', joined(frames, bytesOf(0)));
bad('frames-newer', 'frames', 'REC65', 'a newer version', changed(frames, 0, 2));
bad(
  'frames-billions',
  'frames',
  'REC65',
  'billions of declared frames',
  bytesOf(1, 0xff, 0xff, 0xff, 0xff, 0x0f),
);
bad('frames-type', 'frames', 'REC66', 'a type that is not known', bytesOf(1, 1, 0, 1, 3, 1, 1, 1, 0));
bad('frames-side', 'frames', 'REC66', 'a side of 0', bytesOf(1, 1, 0, 1, 0, 0, 1, 1, 0));
bad(
  'frames-wide',
  'frames',
  'REC66',
  'a side beyond the limit',
  bytesOf(1, 1, 0, 1, 0, [0x81, 0x80, 0x01], 1, 1, 0),
);
bad(
  'frames-huge',
  'frames',
  'REC66',
  'a picture of gigabytes',
  bytesOf(1, 1, 0, 1, 0, 1, 1, [0xff, 0xff, 0xff, 0xff, 0x07], 0),
);

// --- deflate
bad(
  'deflate-bomb',
  'deflate',
  'REC72',
  'a megabyte of zeros against a limit of 64 KiB',
  deflateRawSync(new Uint8Array(1_048_576)),
  { inflatedBytes: 65_536 },
);
bad(
  'deflate-truncated',
  'deflate',
  'REC72',
  'a stream without its end',
  deflateRawSync(bytesOf(1, 2, 3, 4, 5, 6, 7, 8)).subarray(0, -2),
);
bad(
  'deflate-trailing',
  'deflate',
  'REC72',
  'bytes after the end of the stream',
  joined(deflateRawSync(bytesOf(1, 2, 3)), bytesOf(1, 2, 3)),
);

// --- manifests
const manifest: Manifest = {
  format: 'aboveboard-recording',
  version: 1,
  id: ID,
  class: 'own',
  week: '2026-W47',
  clock: { tickMicroseconds: 100, durationTicks: 1000 },
  task: { kind: 'free', text: 'File an expense' },
  outcome: { worked: true, reasons: [] },
  agreement: { id: 'agreement-1', version: 1, digest: 'a'.repeat(64) },
  receipt: 'b'.repeat(64),
  software: [{ name: 'aboveboard', version: '0.1.0' }],
  signals: ['pointer', 'states'],
  parts: [
    { kind: 'states', index: 0, from: 0, to: 103, count: 10, bytes: 300, sha256: 'c'.repeat(64) },
    { kind: 'events', index: 1, from: 0, to: 1000, count: 22, bytes: 200, sha256: 'd'.repeat(64) },
  ],
  counts: { events: 22, states: 10, frames: 0 },
  masks: [{ rule: 'text.not-shipped', count: 2 }],
};
cases.set('manifest-own.valid', {
  kind: 'manifest',
  reason: 'a legal manifest',
  rule: null,
  value: manifest,
  expect: manifest,
});
const part = manifest.parts[1] as Manifest['parts'][number];
for (const [name, rule, reason, change] of [
  ['newer', 'REC3', 'a newer version', { version: 2 }],
  ['unknown-field', 'REC2', 'a field that is not known: a clock', { startedAt: '2026-11-22T09:00:00Z' }],
  ['id', 'REC4', 'an id that is a path', { id: '../../etc/passwd' }],
  ['unconsented', 'REC5', 'own without a receipt', { receipt: null }],
  ['week', 'REC6', 'a day in place of a week', { week: '2026-11-22' }],
  ['week-53', 'REC6', 'a week that the year does not have', { week: '2025-W53' }],
  ['index-jump', 'REC12', 'a hole among the parts', { parts: [manifest.parts[0], { ...part, index: 2 }] }],
  ['part-twice', 'REC12', 'a part twice', { parts: [...manifest.parts, part] }],
  ['part-kind-path', 'REC12', 'a path in place of a kind', { parts: [{ ...part, kind: '../x' }] }],
  ['counts', 'REC13', 'counts that are not the sums', { counts: { events: 23, states: 10, frames: 0 } }],
  [
    'billions',
    'REC87',
    'billions of events in a part',
    { parts: [manifest.parts[0], { ...part, count: 4e9 }], counts: { events: 4e9, states: 10, frames: 0 } },
  ],
  ['beyond-end', 'REC7', 'a part beyond the end', { clock: { tickMicroseconds: 100, durationTicks: 999 } }],
  ['foreign', 'REC15', 'an import that does not say what it was', { class: 'foreign', receipt: null }],
] as const) {
  badValue(`manifest-${name}`, 'manifest', rule, reason, { ...manifest, ...change });
}
bad('manifest-not-json', 'manifest-bytes', 'REC2', 'no JSON', new TextEncoder().encode('{"format":'));
bad('manifest-not-utf8', 'manifest-bytes', 'REC2', 'no UTF-8', bytesOf(0x22, 0xff, 0x22));

// --- bundles
const store = new MemoryPartStore();
await store.put({ recording: ID, index: 0, kind: 'states' }, bytesOf(1, 2, 3));
await store.put({ recording: ID, index: 1, kind: 'events' }, bytesOf(4, 5));
await store.put({ recording: ID, index: 2, kind: 'manifest' }, bytesOf(6));
const pieces: Uint8Array[] = [];
for await (const piece of bundleBytes({ id: ID, store })) pieces.push(piece);
const bundle = joined(...pieces);
valid('bundle-three-parts', 'bundle', 'two parts and a manifest (sealed bytes are made up)', bundle, [
  { index: 0, kind: 'states', sealed: '010203' },
  { index: 1, kind: 'events', sealed: '0405' },
  { index: 2, kind: 'manifest', sealed: '06' },
]);
const [head, h0, p0, h1, p1, h2, p2, trailer] = pieces as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
bad('bundle-empty', 'bundle', 'REC85', 'no bytes', bytesOf());
bad(
  'bundle-magic',
  'bundle',
  'REC80',
  'another kind of file',
  joined(new TextEncoder().encode('PK\u0003\u0004'), bundle),
);
bad('bundle-newer', 'bundle', 'REC80', 'a newer version', changed(bundle, 7, 2));
bad(
  'bundle-id-path',
  'bundle',
  'REC80',
  'a path in place of the id',
  joined(head.subarray(0, 8), new TextEncoder().encode('../../../../etc/passwd'), bundle.subarray(30)),
);
bad(
  'bundle-truncated',
  'bundle',
  'REC85',
  'cut in the last part',
  bundle.subarray(0, bundle.length - trailer.length - 1),
);
bad('bundle-no-trailer', 'bundle', 'REC85', 'without its trailer', joined(head, h0, p0, h1, p1, h2, p2));
bad(
  'bundle-bit-flip',
  'bundle',
  'REC86',
  'one bit of a part flipped',
  changed(bundle, 40, (bundle[40] as number) ^ 1),
);
bad(
  'bundle-reordered',
  'bundle',
  'REC82',
  'two parts in the other order',
  joined(head, h1, p1, h0, p0, h2, p2, trailer),
);
bad(
  'bundle-swapped',
  'bundle',
  'REC86',
  'the bytes of two parts of one length swapped behind their heads',
  joined(head, h0, bytesOf(3, 2, 1), h1, p1, h2, p2, trailer),
);
bad(
  'bundle-duplicated',
  'bundle',
  'REC82',
  'a part twice',
  joined(head, h0, p0, h0, p0, h1, p1, h2, p2, trailer),
);
bad('bundle-dropped', 'bundle', 'REC82', 'a part left out', joined(head, h0, p0, h2, p2, trailer));
bad(
  'bundle-after-manifest',
  'bundle',
  'REC82',
  'a part after the manifest',
  joined(head, h0, p0, h1, p1, h2, p2, changed(h0, 5, 3), p0, trailer),
);
bad('bundle-kind', 'bundle', 'REC81', 'a kind that is not known', changed(bundle, 31, 9));
bad(
  'bundle-huge-part',
  'bundle',
  'REC83',
  'a part of four gigabytes',
  joined(head, bytesOf(0x50, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)),
);
bad(
  'bundle-empty-part',
  'bundle',
  'REC83',
  'a part without bytes',
  joined(head, bytesOf(0x50, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
);
bad('bundle-too-large', 'bundle', 'REC84', 'more bytes than the limit', bundle, { bundleBytes: 60 });
bad('bundle-too-many', 'bundle', 'REC84', 'more parts than the limit', bundle, { parts: 0 });
bad('bundle-trailing', 'bundle', 'REC86', 'a byte after the end', joined(bundle, bytesOf(0)));

mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(new URL(file, folder));
for (const [name, content] of cases)
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(content, null, 2)}\n`);
console.log(`${cases.size} cases in vectors/recording`);
