import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportRecording } from '@aboveboard/dataset/export/export-recording';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import type { PartLabel, PartSealer, PartStore } from '@aboveboard/protocol/part';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import type { SerializedNode, StateItem } from '@aboveboard/protocol/state';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { nodeCiphers } from '@aboveboard/server/recordings/node-ciphers';
import { nodeDeflate } from '@aboveboard/server/recordings/node-deflate';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { asRecordingKey } from '@aboveboard/vault/recording-key';
import {
  click,
  focus,
  front,
  geometry,
  key,
  navigate,
  state,
  typed,
} from '../../packages/dataset/test/event-rows.ts';
import { manifest } from '../../packages/dataset/test/shown-recording.ts';

/** What is done in a task: every third time a click, words and Enter, which are three steps, and else a click. */
export const DOINGS = 18;
/** Between two of them, and rows of the pointer on the way to each. */
const SECONDS = 2;
const MOVES = 60;
/** Rows of the table on the page, each with a name, a number and a button. */
const ROWS = 40;
const SURFACE = 3;

/** Writes `count` sealed recordings of `people` in turn, each a folder of parts; gives their sealed bytes in all. */
export async function writeTasks(folder: string, count: number, people: number): Promise<number> {
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const person = i % people;
    const id = `P${String(person).padStart(6, '0')}N${String(i).padStart(12, '0')}AA`;
    const at = join(folder, id);
    mkdirSync(at, { recursive: true });
    const store = new MemoryPartStore();
    const sealer = makePartSealer(keyOf(i), crypto.subtle, random, { padded: true }) as PartSealer;
    const writer = new RecordingWriter({ id, tickMicroseconds: 1000, store, sealer, deflate: webDeflate });
    for (const item of rowsOf(person, i)) {
      if ('event' in item) writer.state(item);
      else writer.event(item);
    }
    await writer.flush();
    const { signals, masks, task } = manifest;
    await writer.finish({
      ...{ class: 'own', week: '2026-W47', signals, masks, task },
      outcome: { worked: true, reasons: [] },
      agreement: { id: 'agreement', version: 2, digest: 'a'.repeat(64) },
      receipt: 'c'.repeat(64),
      software: [{ name: 'bench', version: '1' }],
    });
    for (const { index, kind } of await store.list()) {
      const part = await store.get(index);
      if (!part) throw new Error('a part went');
      bytes += part.sealed.length;
      writeFileSync(join(at, `${String(index).padStart(6, '0')}.${kind}`), part.sealed);
    }
  }
  return bytes;
}

export const taskIds = (folder: string): string[] => readdirSync(folder).sort();
export const personOf = (id: string): string => id.slice(0, 7);

/** Opened from its sealed parts, as a job opens it once it has the key. */
export async function openTask(folder: string, id: string): Promise<ExportRecording> {
  const sealer = makePartSealer(keyOf(Number(id.slice(8, 20))), nodeCiphers, random) as PartSealer;
  const store = folderStore(join(folder, id));
  return openRecording({ id, store, sealer, deflate: nodeDeflate, subtle: nodeCiphers });
}

function keyOf(i: number) {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, i + 1);
  return asRecordingKey(bytes);
}

function random(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

function folderStore(folder: string): PartStore {
  const parts = readdirSync(folder)
    .sort()
    .map((name) => ({ index: Number(name.slice(0, 6)), kind: name.slice(7) as PartLabel['kind'], name }));
  return {
    async put() {
      throw new Error('it is read only');
    },
    async get(index) {
      const part = parts[index];
      return part ? { kind: part.kind, sealed: new Uint8Array(readFileSync(join(folder, part.name))) } : null;
    },
    async list() {
      return parts.map(({ index, kind }) => ({ index, kind, bytes: 0 }));
    },
  };
}

/** A table of an application: press a button in a row, or type into the field above and press Enter. */
function rowsOf(person: number, number: number): (RecordedEvent | StateItem)[] {
  const rows: (RecordedEvent | StateItem)[] = [
    { kind: 'surface', t: 0, surface: SURFACE, phase: 'open', type: 'tab' },
    front(0, SURFACE),
    geometry(0, 1000, 600, SURFACE),
    navigate(1, '/start', SURFACE),
    {
      t: 5,
      surface: SURFACE,
      event: { type: 2, data: { node: page(number), initialOffset: { top: 0, left: 0 } } },
    },
    state(10, 0, true, SURFACE),
  ];
  let [x, y] = [500, 300];
  for (let step = 0; step < DOINGS; step++) {
    const t = 1000 * SECONDS * (step + 1);
    const row = (person * 7 + number * 3 + step * 5) % ROWS;
    const types = step % 3 === 2;
    const to = types ? { x: 200, y: 20 } : { x: 700 + (person % 50), y: 40 + row * 14 };
    for (let i = 1; i <= MOVES; i++) {
      const way = 10 * (i / MOVES) ** 3 - 15 * (i / MOVES) ** 4 + 6 * (i / MOVES) ** 5;
      rows.push({
        kind: 'move',
        t: t - 8 * (MOVES - i) - 1,
        x: Math.round(x + (to.x - x) * way),
        y: Math.round(y + (to.y - y) * way + ((i * 7 + person) % 3)),
      });
    }
    [x, y] = [to.x, to.y];
    if (types) {
      rows.push(...click(t, x, y, 0, FIELD), focus(t + 90, FIELD));
      for (let i = 0; i < 8; i++) rows.push(...typed(t + 100 + 60 * i));
      rows.push({
        kind: 'text',
        t: t + 600,
        node: FIELD,
        value: { open: false, length: 8, script: 'latin' },
      });
      rows.push(key('keydown', t + 700, 'Enter', 'navigation'));
    } else rows.push(...click(t, x, y, 0, nodeOf(row) + 5));
    const texts = [{ id: nodeOf(row) + 2, value: filler(number + step, 9) }];
    rows.push({
      t: t + 800,
      surface: SURFACE,
      event: { type: 3, data: { source: 0, texts, attributes: [], removes: [], adds: [] } },
    });
    rows.push(state(t + 810, step + 1, true, SURFACE));
  }
  return rows;
}

const FIELD = 11;
const nodeOf = (row: number) => 100 + 10 * row;

function page(number: number): SerializedNode {
  const rows = Array.from({ length: ROWS }, (_, row) =>
    element(nodeOf(row), 'tr', [
      element(nodeOf(row) + 1, 'td', [words(nodeOf(row) + 2, filler(number * ROWS + row, 12))]),
      element(nodeOf(row) + 3, 'td', [words(nodeOf(row) + 4, filler(number + row * 31, 7))]),
      element(nodeOf(row) + 5, 'button', [words(nodeOf(row) + 6, 'Open')], { type: 'button' }),
    ]),
  );
  const body = element(2, 'body', [
    element(10, 'form', [element(FIELD, 'input', [], { type: 'text', 'aria-label': 'Search' })]),
    element(20, 'table', [element(21, 'tbody', rows)]),
  ]);
  return { type: 0, id: 1, childNodes: [body] };
}

function element(
  id: number,
  tagName: string,
  childNodes: SerializedNode[] = [],
  attributes: Record<string, string> = {},
): SerializedNode {
  return { type: 2, id, tagName, attributes, childNodes };
}

const words = (id: number, textContent: string): SerializedNode => ({ type: 3, id, textContent });

/** As a recorder leaves it in the place of what was masked: letters that nothing tells of one another. */
function filler(seed: number, length: number): string {
  let [text, state] = ['', Math.imul(seed + 1, 0x9e3779b1) >>> 0];
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + i) >>> 0;
    text += String.fromCharCode(97 + (state % 26));
  }
  return text;
}
