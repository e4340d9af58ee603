import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { SerializedNode, StateItem } from '@aboveboard/protocol/state';
import type { ExportRecording } from '../src/export/export-recording.ts';
import { click, front, geometry, key, navigate, state, typed } from './event-rows.ts';
import { manifest } from './shown-recording.ts';

const element = (
  id: number,
  tagName: string,
  childNodes: SerializedNode[] = [],
  attributes: Record<string, string> = {},
): SerializedNode => ({ type: 2, id, tagName, attributes, childNodes });

/** Nodes of the page below. */
export const NODE = { field: 11, send: 12, row: 14, agree: 21, later: 30 } as const;

const PAGE: SerializedNode = {
  type: 0,
  id: 1,
  childNodes: [
    element(2, 'body', [
      element(10, 'form', [
        element(NODE.field, 'input', [], { type: 'text' }),
        element(NODE.send, 'button', [], { 'aria-label': 'Save' }),
      ]),
      element(NODE.row, 'td', [{ type: 3, id: 15, textContent: 'maxobi trulen' }]),
      element(20, 'div', [element(NODE.agree, 'button', [], { 'aria-label': 'OK' })], { role: 'dialog' }),
      element(NODE.later, 'button', [], { 'aria-label': 'Next' }),
    ]),
  ],
};

const full = (t: number): StateItem => ({
  t,
  surface: 3,
  event: { type: 2, data: { node: PAGE, initialOffset: { top: 0, left: 0 } } },
});

/** What is done a second apart: a press on a node, Enter or a word in it, the way to another page, a word of the task, the dialog's end. */
export type Doing =
  | { press: number }
  | { enter: number }
  | { type: number }
  | { go: string; origin?: string }
  | { say: 'subgoal' }
  | { dialogGoes: true };

/** A recording of these doings under a card, in one tab with the page above. */
export function longTask(doings: readonly Doing[], id = manifest.id): ExportRecording {
  const events: RecordedEvent[] = [
    { kind: 'surface', t: 0, surface: 3, phase: 'open', type: 'tab' },
    front(0, 3),
    geometry(0, 1000, 600, 3),
    navigate(1, '/start', 3),
    state(10, 0, true, 3),
  ];
  const states: StateItem[] = [full(5)];
  for (const [i, doing] of doings.entries()) {
    const t = 1000 * (i + 1);
    if ('press' in doing) events.push(...click(t, 10 * (i % 90) + 30, 300, 0, doing.press));
    else if ('enter' in doing) {
      events.push({ kind: 'focus', t, scope: 'element', surface: 3, node: doing.enter });
      events.push(key('keydown', t + 1, 'Enter', 'navigation'));
    } else if ('type' in doing) {
      events.push({ kind: 'focus', t, scope: 'element', surface: 3, node: doing.type }, ...typed(t + 1));
      events.push({
        kind: 'text',
        t: t + 60,
        node: doing.type,
        value: { open: false, length: 16, script: 'latin' },
      });
    } else if ('go' in doing) {
      events.push({
        ...(navigate(t, doing.go, 3) as Extract<RecordedEvent, { kind: 'navigate' }>),
        ...(doing.origin ? { origin: doing.origin } : {}),
      });
    } else if ('say' in doing) events.push({ kind: 'task', t, phase: 'subgoal' });
    else {
      const removes = [{ parentId: 2, id: 20 }];
      states.push({
        t,
        surface: 3,
        event: { type: 3, data: { source: 0, texts: [], attributes: [], removes, adds: [] } },
      });
    }
    events.push(state(t + 500, i + 1, true, 3));
  }
  const durationTicks = 1000 * (doings.length + 1);
  return {
    manifest: {
      ...manifest,
      id,
      class: 'own',
      clock: { tickMicroseconds: 1000, durationTicks },
      outcome: { worked: true, reasons: [] },
      agreement: { id: 'agreement', version: 2, digest: 'a'.repeat(64) },
      counts: { events: events.length, states: states.length, frames: 0 },
    },
    async *events() {
      yield events;
    },
    async *states() {
      yield states;
    },
  };
}

/** Presses on what is no form, dialog or way. */
export const presses = (count: number): Doing[] =>
  Array.from({ length: count }, () => ({ press: NODE.later }));

/** The same done by another hand: how long keys and buttons are held, and how the pointer comes to where it presses. */
export function byHand(recording: ExportRecording, hand: 'quick' | 'slow'): ExportRecording {
  const [held, between] = hand === 'quick' ? [30, 4] : [140, 60];
  return {
    ...recording,
    async *events() {
      for await (const events of recording.events()) {
        yield events.flatMap((event): RecordedEvent[] => {
          if (event.kind === 'up') return [{ ...event, t: event.t - 80 + held }];
          if (event.kind === 'keyup') return [{ ...event, t: event.t - 40 + Math.min(held, 50) }];
          if (event.kind !== 'down') return [event];
          const way = Array.from({ length: 6 }, (_, i): RecordedEvent => {
            const left = 6 - i;
            return {
              kind: 'move',
              t: event.t - left * between,
              x: event.x + left * between,
              y: event.y + left,
            };
          });
          return [...way, event];
        });
      }
    },
  };
}
