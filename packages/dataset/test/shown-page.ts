import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { SerializedNode, StateItem } from '@aboveboard/protocol/state';
import type { ExportRecording } from '../src/export/export-recording.ts';
import { click, front, geometry, key, navigate, state, typed } from './event-rows.ts';
import { recordingOf } from './made-up-release.ts';

/** What only this person's page shows; nobody gave it to be shown. */
export const planted = (person: number) =>
  `Wendeltreppe${'abcdefghij'[person % 10]}${'klmnopqrst'[Math.floor(person / 10)]}`;
export const FILLER = 'Tanoli resena mitora';

/** As `recordingOf`, with a page: a heading that all have, a text that she alone has, a button that is pressed and a field. */
export function pageOf(person: number, number = 0): ExportRecording {
  const work = recordingOf(person, number);
  const events: RecordedEvent[] = [
    { kind: 'surface', t: 0, surface: 3, phase: 'open', type: 'tab' },
    front(0, 3),
    geometry(0, 1000, 600, 3),
    navigate(1, '/start', 3),
    state(10, 0, true, 3),
    ...click(1000, 20 + ((person * 37) % 900), 300, 0, 7),
    state(1200, 1, true, 3),
    { kind: 'focus', t: 1300, scope: 'element', surface: 3, node: 9 },
    ...typed(2000),
    { kind: 'text', t: 2100, node: 9, value: { open: false, length: 8, script: 'latin' } },
    key('keydown', 2500, 'Enter', 'navigation'),
    state(2600, 2, true, 3),
  ];
  return {
    manifest: { ...work.manifest, counts: { ...work.manifest.counts, states: 3, events: events.length } },
    async *events() {
      yield events;
    },
    async *states() {
      yield statesOf(planted(person));
    },
  };
}

const words = (id: number, textContent: string): SerializedNode => ({ type: 3, id, textContent });
const element = (
  id: number,
  tagName: string,
  childNodes: SerializedNode[],
  attributes: Record<string, string> = {},
): SerializedNode => ({ type: 2, id, tagName, attributes, childNodes });

function statesOf(hers: string): StateItem[] {
  const body = element(2, 'body', [
    element(3, 'h1', [words(4, 'Orders')]),
    element(5, 'p', [words(6, `${hers} of hers`)]),
    element(7, 'button', [element(70, 'span', [words(8, 'Submit')])], {
      'aria-expanded': 'false',
      role: 'button',
    }),
    element(9, 'input', [], { type: 'text', value: '', placeholder: hers }),
    element(10, 'div', [words(11, hers)], { hidden: '' }),
    element(12, 'div', [words(13, 'Submit')], { role: hers }),
  ]);
  const node: SerializedNode = {
    type: 0,
    id: 1,
    childNodes: [element(20, 'html', [element(21, 'head', [element(22, 'title', [words(23, hers)])]), body])],
  };
  return [
    { t: 10, surface: 3, event: { type: 2, data: { node, initialOffset: { top: 0, left: 0 } } } },
    {
      t: 1200,
      surface: 3,
      event: {
        type: 3,
        data: {
          source: 0,
          texts: [],
          attributes: [{ id: 7, attributes: { 'aria-expanded': 'true' } }],
          removes: [],
          adds: [],
        },
      },
    },
    { t: 2400, surface: 3, event: { type: 3, data: { source: 5, id: 9, text: FILLER, isChecked: false } } },
  ];
}
