import type { RecordedEvent } from '@aboveboard/protocol/event';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import type { StateItem } from '@aboveboard/protocol/state';
import { expect, test } from 'vitest';
import { type ApplyOptions, applyEdits, EditError } from '../src/apply-edits.ts';
import { type EditList, NO_EDITS } from '../src/edit-list.ts';
import { measureLeaving } from '../src/leaving.ts';
import type { ReviewAction } from '../src/review-action.ts';
import type { Synthetic } from './synthetic-recording.ts';
import { codec, contents, RESULT, type Written, written } from './write-recording.ts';

const event = (e: RecordedEvent): Synthetic => ({ of: 'event', event: e });
const state = (t: number, change: StateItem['event'], surface = 0): Synthetic => ({
  of: 'state',
  item: { t, surface, event: change },
});
const page = (words: string): StateItem['event'] => ({
  type: 2,
  data: {
    initialOffset: { top: 0, left: 0 },
    node: {
      type: 0,
      id: 1,
      childNodes: [
        {
          type: 2,
          id: 2,
          tagName: 'html',
          attributes: {},
          childNodes: [
            {
              type: 2,
              id: 3,
              tagName: 'p',
              attributes: { title: 'a name', class: 'c1' },
              childNodes: [{ type: 3, id: 4, textContent: words }],
            },
          ],
        },
      ],
    },
  },
});
const texts = (id: number, value: string): StateItem['event'] => ({
  type: 3,
  data: { source: 0, texts: [{ id, value }], attributes: [], removes: [], adds: [] },
});

async function edited(original: Written, some: Partial<EditList>, more: Partial<ApplyOptions> = {}) {
  const target = codec(RESULT);
  await applyEdits({
    recording: original.recording,
    edits: { ...NO_EDITS, ...some },
    actions: original.actions,
    target,
    hitTest: async () => null,
    words: (text) => text,
    ...more,
  });
  const recording = await openRecording(target);
  return { recording, store: target.store, ...(await contents(recording)) };
}

test('[REV13] what a reader must know after a cut is said again at its end, and nothing else of it', async () => {
  const original = await written([
    event({ kind: 'surface', t: 0, surface: 0, phase: 'open', type: 'tab' }),
    event({ kind: 'focus', t: 0, scope: 'surface', surface: 0 }),
    event({ kind: 'task', t: 1, phase: 'start', text: 'First words' }),
    event({ kind: 'surface', t: 12, surface: 1, phase: 'open', type: 'popup' }),
    event({
      kind: 'navigate',
      t: 13,
      surface: 1,
      origin: 'https://b.example',
      path: '/first',
      cause: 'load',
    }),
    event({
      kind: 'navigate',
      t: 14,
      surface: 1,
      origin: 'https://b.example',
      path: '/second',
      cause: 'load',
    }),
    event({ kind: 'focus', t: 14, scope: 'surface', surface: 1 }),
    event({ kind: 'task', t: 15, phase: 'subgoal', text: 'Secret words' }),
    event({ kind: 'pause', t: 18, cause: 'contributor' }),
    event({ kind: 'resume', t: 25 }),
    event({ kind: 'task', t: 30, phase: 'end' }),
  ]);
  const { events, text } = await edited(original, { cuts: [{ from: 10, to: 20 }] });
  expect(events.filter((e) => e.t >= 10 && e.t <= 20)).toEqual([
    { kind: 'gap', t: 10, until: 20, reason: 'cut' },
    { kind: 'surface', t: 20, surface: 1, phase: 'open', type: 'popup' },
    { kind: 'navigate', t: 20, surface: 1, origin: 'https://b.example', path: '/second', cause: 'load' },
    { kind: 'focus', t: 20, scope: 'surface', surface: 1 },
    { kind: 'pause', t: 20, cause: 'contributor' },
  ]);
  expect(text).not.toContain('Secret');
  expect(text).not.toContain('/first');
});

test('[REV3] [REV17] removed time leaves a gap of no length; a cut to the end ends the recording', async () => {
  const original = await written([
    event({ kind: 'move', t: 0, x: 1, y: 1 }),
    event({ kind: 'move', t: 50, x: 2, y: 2 }),
    event({ kind: 'move', t: 100, x: 3, y: 3 }),
  ]);
  const middle = await edited(original, { cuts: [{ from: 10, to: 60 }], cutTime: 'remove' });
  expect(middle.events).toEqual([
    { kind: 'move', t: 0, x: 1, y: 1 },
    { kind: 'gap', t: 10, until: 10, reason: 'cut' },
    { kind: 'move', t: 50, x: 3, y: 3 },
  ]);
  expect(middle.recording.manifest.clock.durationTicks).toBe(50);
  const end = await edited(original, { cuts: [{ from: 60, to: 101 }] });
  expect(end.events.at(-1)).toEqual({ kind: 'gap', t: 60, until: 100, reason: 'cut' });
  expect(end.recording.manifest.clock.durationTicks).toBe(100);
  const short = await edited(original, { cuts: [{ from: 60, to: 101 }], cutTime: 'remove' });
  expect(short.recording.manifest.clock.durationTicks).toBe(60);
});

test('[REV14] the release of what was pressed in a cut goes with it', async () => {
  const original = await written([
    event({ kind: 'keydown', t: 1, key: 'modifier', name: 'Shift' }),
    event({ kind: 'keydown', t: 12, key: 'navigation', name: 'Enter' }),
    event({ kind: 'down', t: 13, x: 1, y: 1, button: 0, pointer: 'mouse' }),
    event({ kind: 'keyup', t: 21, key: 'navigation', name: 'Enter' }),
    event({ kind: 'up', t: 22, x: 1, y: 1, button: 0, pointer: 'mouse' }),
    event({ kind: 'keyup', t: 23, key: 'modifier', name: 'Shift' }),
  ]);
  const { events } = await edited(original, { cuts: [{ from: 10, to: 20 }] });
  expect(events.map((e) => e.kind)).toEqual(['keydown', 'gap', 'keyup']);
});

test('[REV5] new words for the task are the only ones; [REV7] reasons count over the steps that stay', async () => {
  const action = (index: number, from: number): Synthetic => ({
    of: 'action',
    action: { index, kind: 'click', from, to: from + 2, surface: 0, label: 'Click' } satisfies ReviewAction,
  });
  const original = await written([
    event({ kind: 'task', t: 0, phase: 'start', text: 'Old words' }),
    action(0, 5),
    action(1, 11),
    action(2, 30),
    event({ kind: 'task', t: 40, phase: 'end', text: 'Old words' }),
  ]);
  const reasons = [
    { action: 1, text: 'gone' },
    { action: 2, text: 'because 12' },
  ];
  const words = (text: string) => text.replace(/\d/g, '#');
  const { recording, events, text } = await edited(
    original,
    { task: 'New words 7', worked: true, reasons, cuts: [{ from: 10, to: 20 }] },
    { words },
  );
  expect(recording.manifest.task).toEqual({ kind: 'free', text: 'New words #' });
  expect(recording.manifest.outcome).toEqual({ worked: true, reasons: [{ action: 1, text: 'because ##' }] });
  expect(events.flatMap((e) => (e.kind === 'task' ? [e.text] : []))).toEqual(['New words #', 'New words #']);
  expect(text).not.toContain('Old');
  expect(text).not.toContain('gone');
});

test('[REV16] [REV27] counts of masks lose what was cut and gain what was masked', async () => {
  const original = await written([
    state(0, page('a name')),
    event({ kind: 'mask', t: 2, rule: 'text.not-shipped', count: 4 }),
    event({ kind: 'mask', t: 12, rule: 'text.not-shipped', count: 6 }),
    event({ kind: 'move', t: 40, x: 1, y: 1 }),
  ]);
  const { recording, events } = await edited(original, {
    cuts: [{ from: 10, to: 20 }],
    masks: [{ kind: 'element', surface: 0, node: 3, from: 0, to: 41 }],
  });
  expect(recording.manifest.masks).toEqual([
    { rule: 'text.not-shipped', count: 4 },
    { rule: 'review.element', count: 2 },
  ]);
  expect(events).toContainEqual({ kind: 'mask', t: 0, rule: 'review.element', count: 2 });
});

test('[REV20] [REV22] a mask over a moment closes the same piece of the page before and after', async () => {
  const original = await written([
    state(0, page('first name')),
    state(10, texts(4, 'second name')),
    state(20, texts(4, 'third name')),
    event({ kind: 'text', t: 21, node: 3, value: { open: true, text: 'third name' } }),
    event({ kind: 'move', t: 40, x: 1, y: 1 }),
  ]);
  const { text, states, events } = await edited(original, {
    masks: [{ kind: 'element', surface: 0, node: 3, from: 12, to: 14 }],
  });
  expect(text).not.toMatch(/(a|first|second|third) name/);
  expect(states).toHaveLength(3);
  expect(JSON.stringify(states[0])).toContain('"class":"c1"');
  expect(events).toContainEqual({
    kind: 'text',
    t: 21,
    node: 3,
    value: { open: false, length: 16, script: 'other' },
  });
});

test('[REV23] a choice in a masked list closes, and does not say which option it was', async () => {
  const select = (t: number, node: number, option: number) =>
    event({ kind: 'select', t, node, option, value: { open: true, text: 'third choice' } });
  const original = await written([
    state(0, page('a name')),
    select(20, 3, 4),
    select(30, 9, 4),
    select(40, 9, 10),
  ]);
  const { events, text } = await edited(original, {
    masks: [{ kind: 'element', surface: 0, node: 3, from: 0, to: 25 }],
  });
  const value = { open: false, length: 16, script: 'other' };
  expect(events.filter((e) => e.kind === 'select')).toEqual([
    { kind: 'select', t: 20, node: 3, value },
    // An option that was closed is closed wherever it is chosen.
    { kind: 'select', t: 30, node: 9, value },
    { kind: 'select', t: 40, node: 9, option: 10, value: { open: true, text: 'third choice' } },
  ]);
  expect(text).not.toContain('a name');
});

test('[REV24] where it is not known what a rectangle meets, the whole surface closes', async () => {
  const original = await written([state(0, page('a name')), event({ kind: 'move', t: 40, x: 1, y: 1 })]);
  const masks = [
    { kind: 'rectangle' as const, surface: 0, rect: { x: 0, y: 0, width: 5, height: 5 }, from: 5, to: 6 },
  ];
  expect((await edited(original, { masks })).text).not.toContain('a name');
  const asked: number[] = [];
  const known = await edited(
    original,
    { masks },
    {
      hitTest: async (_, t) => {
        asked.push(t);
        return [4];
      },
    },
  );
  expect(asked).toEqual([5]);
  expect(known.text).toContain('"title":"a name"');
  expect(JSON.stringify(known.states)).not.toContain('"textContent":"a name"');
});

test('[REV26] a mask that meets nothing is an error and makes no recording', async () => {
  const original = await written([state(0, page('a name')), event({ kind: 'move', t: 40, x: 1, y: 1 })]);
  const target = codec(RESULT);
  const masks = [{ kind: 'element' as const, surface: 0, node: 99, from: 0, to: 9 }];
  const edits = { ...NO_EDITS, masks };
  const attempt = applyEdits({
    recording: original.recording,
    edits,
    actions: [],
    target,
    hitTest: async () => [],
    words: (text) => text,
  });
  await expect(attempt).rejects.toThrow(EditError);
  expect(await target.store.list()).toEqual([]);
});

test('[REV40] what leaves is counted on the result', async () => {
  const original = await written([
    state(0, page('a name')),
    event({ kind: 'navigate', t: 1, surface: 0, origin: 'https://a.example', path: '/', cause: 'load' }),
    event({ kind: 'move', t: 15, x: 1, y: 1 }),
    event({
      kind: 'navigate',
      t: 16,
      surface: 0,
      origin: 'https://hidden.example',
      path: '/',
      cause: 'load',
    }),
    event({ kind: 'navigate', t: 17, surface: 0, origin: 'https://a.example', path: '/', cause: 'load' }),
    event({ kind: 'move', t: 40, x: 1, y: 1 }),
  ]);
  const { recording, store } = await edited(original, { cuts: [{ from: 10, to: 20 }] });
  const leaving = await measureLeaving(recording, store);
  expect(leaving.origins).toEqual(['https://a.example']);
  expect(leaving.events).toContainEqual({ kind: 'move', count: 1 });
  expect(leaving.bytes).toBe((await store.list()).reduce((sum, part) => sum + part.bytes, 0));
  expect(recording.manifest.id).toBe(RESULT);
});
