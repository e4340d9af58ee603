import type { ExportRecording } from '@aboveboard/dataset/export/export-recording';
import type { RiskReport } from '@aboveboard/dataset/risk/risk-report';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { SerializedNode, StateItem } from '@aboveboard/protocol/state';
import type { ReleaseSources } from '../src/release-making.ts';

/** What `count` people released, one each: a click, words and Enter, on one card and one page. The id begins with whose it is. */
export function releasedByPeople(count: number): ExportRecording[] {
  return Array.from({ length: count }, (_, person) => recordingOf(person));
}

function recordingOf(person: number): ExportRecording {
  const size = { width: 1000, height: 600 };
  const [x, y, surface, pointer] = [100 + 30 * person, 300, 3, 'mouse' as const];
  const events: RecordedEvent[] = [
    { kind: 'surface', t: 0, surface, phase: 'open', type: 'tab' },
    { kind: 'focus', t: 0, scope: 'surface', surface },
    {
      kind: 'geometry',
      t: 0,
      surface,
      viewport: size,
      window: { x: 0, y: 0, ...size },
      screen: size,
      ratio: 1,
      zoom: 1,
    },
    { kind: 'navigate', t: 1, surface, origin: 'https://erp.example', path: '/start', cause: 'load' },
    { kind: 'state', t: 10, surface, index: 1, settled: true },
    { kind: 'down', t: 1000, x, y, button: 0, pointer, node: BUTTON },
    { kind: 'up', t: 1080, x, y, button: 0, pointer },
    { kind: 'focus', t: 1100, scope: 'element', surface, node: FIELD },
    { kind: 'keydown', t: 2000, key: 'printable' },
    { kind: 'keyup', t: 2040, key: 'printable' },
    { kind: 'text', t: 2100, node: FIELD, value: { open: false, length: 8, script: 'latin' } },
    { kind: 'state', t: 2450, surface, index: 2, settled: true },
    { kind: 'keydown', t: 2500, key: 'navigation', name: 'Enter' },
  ];
  const card = {
    id: 'say-ok',
    version: 1,
    title: 'Say it',
    goal: 'Type {word} and press Enter',
    inputs: [{ name: 'word', label: 'Word', value: 'ok' }],
    check: 'It says ok',
    origins: [],
  };
  return {
    manifest: {
      format: 'aboveboard-recording',
      version: 1,
      id: `person${String(person).padStart(4, '0')}BBBBBBBBBBBB`,
      class: 'own',
      week: '2026-W47',
      clock: { tickMicroseconds: 1000, durationTicks: 2600 },
      task: { kind: 'card', card, inputs: { word: 'ok' } },
      outcome: { worked: true, reasons: [] },
      agreement: { id: 'agreement', version: 2, digest: 'a'.repeat(64) },
      receipt: null,
      software: [{ name: 'test', version: '1' }],
      signals: ['pointer'],
      parts: [],
      counts: { events: events.length, states: 3, frames: 0 },
      masks: [],
    },
    async *events() {
      yield events;
    },
    async *states() {
      yield page(surface, planted(person));
    },
  };
}

/** What her page alone shows, and no release. */
export const planted = (person: number) => `Wendeltreppe ${'abcdefghijklmnopqrstuvwxyz'[person % 26]}torf`;
const [BUTTON, FIELD] = [7, 9];

/** A wide button, a field that is filled in, and a text that is nobody else's. */
function page(surface: number, hers: string): StateItem[] {
  const words = (id: number, textContent: string): SerializedNode => ({ type: 3, id, textContent });
  const element = (
    id: number,
    tagName: string,
    childNodes: SerializedNode[],
    attributes: Record<string, string> = {},
  ): SerializedNode => ({ type: 2, id, tagName, attributes, childNodes });
  const wide = 'position:absolute;left:0;top:250px;width:90%;height:100px;font:32px sans-serif';
  const body = element(2, 'body', [
    element(3, 'h1', [words(4, 'Orders')]),
    element(5, 'p', [words(6, hers)], { style: 'font:32px sans-serif' }),
    element(BUTTON, 'button', [words(8, 'Submit')], { style: wide }),
    element(FIELD, 'input', [], { type: 'text', value: '' }),
  ]);
  const node: SerializedNode = {
    type: 0,
    id: 1,
    childNodes: [element(20, 'html', [element(21, 'head', []), body])],
  };
  const data = { href: 'https://erp.example/start', width: 1000, height: 600 };
  return [
    { t: 2, surface, event: { type: 4, data } },
    { t: 3, surface, event: { type: 2, data: { node, initialOffset: { top: 0, left: 0 } } } },
    { t: 2400, surface, event: { type: 3, data: { source: 5, id: FIELD, text: hers, isChecked: false } } },
  ];
}

/** A measurement that lies within any usual threshold, with a control that found nothing. */
export function quietRisk(): RiskReport {
  const best = { share: 0.1, low: 0.05, high: 0.15 };
  const found = { chance: 0.1, best: 'forest', attackers: { forest: best } };
  return {
    format: 'aboveboard-risk',
    formatVersion: 1,
    level: 'release',
    people: 20,
    sessions: 80,
    minutes: 400,
    naming: [{ length: 5, found, noSignal: found }],
    linking: [{ length: 5, found: { ...found, chance: 0.5 } }],
    joining: [],
  } as unknown as RiskReport;
}

/** Work of a quarter of an hour under the same card: a press every few seconds, at places that `person` likes. */
export function longWork(person: number, number: number): ExportRecording {
  const [first] = releasedByPeople(1);
  if (!first) throw new TypeError('nobody released anything');
  const events: RecordedEvent[] = [];
  for (let i = 0; i < 230; i++) {
    const t = 4500 * i;
    const [x, y] = [(60 + 83 * person + 47 * (i % 3)) % 980, 50 + 50 * ((i + number) % 10)];
    const at = { x, y, button: 0, pointer: 'mouse' as const };
    events.push({ kind: 'move', t, x: x - 20, y }, { kind: 'move', t: t + 20, x, y });
    events.push({ kind: 'down', t: t + 60, ...at }, { kind: 'up', t: t + 120, ...at });
  }
  return {
    ...first,
    manifest: {
      ...first.manifest,
      id: `person${String(person).padStart(4, '0')}C${String(number).padStart(11, '0')}`,
      clock: { tickMicroseconds: 1000, durationTicks: 4500 * 230 },
    },
    async *events() {
      for await (const begins of first.events()) yield begins.filter(({ t }) => t < 1000);
      yield events.map((event) => ({ ...event, t: event.t + 1000 }));
    },
  };
}

export function sourcesOfWork(people: number, each: number): ReleaseSources {
  const recordings = Array.from({ length: people * each }, (_, i) =>
    longWork(i % people, Math.floor(i / people)),
  );
  return {
    ids: recordings.map(({ manifest }) => manifest.id),
    open: async (id) => recordings.find(({ manifest }) => manifest.id === id) as ExportRecording,
    person: (id) => id.slice(0, 10),
  };
}
