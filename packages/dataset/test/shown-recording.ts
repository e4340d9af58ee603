import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { ExportRecording } from '../src/export/export-recording.ts';
import type { Frame } from '../src/frame-source.ts';
import { click, focus, front, geometry, key, navigate, state, text, typed } from './event-rows.ts';

/** A click, a word typed and Enter, on a card that says so; pictures were drawn at 10, 1200 and 2600. */
const EVENTS: RecordedEvent[] = [
  { kind: 'surface', t: 0, surface: 3, phase: 'open', type: 'tab' },
  front(0, 3),
  geometry(0, 1000, 600, 3),
  navigate(1, '/start', 3),
  state(10, 0, true, 3),
  ...click(1000, 500, 300),
  focus(1010, 9),
  state(1200, 1, true, 3),
  ...typed(2000),
  ...typed(2100),
  key('keydown', 2500, 'Enter', 'navigation'),
  text(2510, 'ok', 9),
  state(2600, 2, true, 3),
];

export const manifest: Manifest = {
  format: 'aboveboard-recording',
  version: 1,
  id: 'BBBBBBBBBBBBBBBBBBBBBB',
  class: 'demonstration',
  week: '2026-W47',
  clock: { tickMicroseconds: 1000, durationTicks: 2600 },
  task: {
    kind: 'card',
    card: {
      id: 'say-ok',
      version: 1,
      title: 'Say it',
      goal: 'Type {word} and press Enter',
      inputs: [{ name: 'word', label: 'Word', value: 'ok' }],
      check: 'It says ok',
      origins: [],
    },
    inputs: { word: 'ok' },
  },
  outcome: { worked: true, reasons: [{ action: 0, text: 'the field is there' }] },
  agreement: null,
  receipt: null,
  software: [{ name: 'test', version: '1' }],
  signals: ['pointer'],
  parts: [],
  counts: { events: EVENTS.length, states: 3, frames: 0 },
  masks: [],
};

export const recording: ExportRecording = {
  manifest,
  async *events() {
    yield EVENTS.slice(0, 7);
    yield EVENTS.slice(7);
  },
  async *states() {},
};

/** Pictures of 1000 x 700 with a bar of 100 above the viewport. */
export const frame = (t: number): Frame => ({
  want: { surface: 3, t },
  png: Uint8Array.of(0x89, 0x50, t & 255),
  width: 1000,
  height: 700,
  viewport: { x: 0, y: 100, width: 1000, height: 600 },
});
