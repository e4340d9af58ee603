import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { StateItem } from '@aboveboard/protocol/state';
import { describe, expect, it } from 'vitest';
import type { Action, Modifier, SelectAction } from '../src/action.ts';
import { readSteps } from '../src/action-steps.ts';
import { stepWords } from '../src/messages/en.ts';
import type { Target } from '../src/tree-target.ts';

const state = (t: number, id: number, label: string): StateItem => ({
  t,
  surface: 0,
  event: {
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
                id,
                tagName: 'button',
                attributes: {},
                childNodes: [{ type: 3, id: id + 1, textContent: label }],
              },
            ],
          },
        ],
      },
    },
  },
});

const press = (t: number, node: number): RecordedEvent[] => [
  { kind: 'down', t, x: 10, y: 10, button: 0, pointer: 'mouse', node },
  { kind: 'up', t: t + 50, x: 10, y: 10, button: 0, pointer: 'mouse', node },
];

describe('steps in words', () => {
  it('[ACT35] [ACT51] says a choice with its option where that is open, and a space with what it pressed', () => {
    const list: Target = { id: 7, role: 'combobox', name: 'Kind', selector: 'select' };
    const box: Target = { id: 8, role: 'checkbox', name: '', selector: 'input' };
    const select = (value: SelectAction['value']) => ({ kind: 'select', value }) as Action;
    expect(stepWords(select({ open: true, text: 'Travel' }), list)).toBe(
      'Choose “Travel” in the list “Kind”',
    );
    expect(stepWords(select({ open: false, length: 8, script: 'latin' }), list)).toBe(
      'Choose an option in the list “Kind”',
    );
    expect(stepWords(select({ open: true, text: 'Travel' }), null)).toBe('Choose “Travel” in a list');
    const space = { kind: 'key', name: 'Space', modifiers: [] as Modifier[] } as Action;
    expect(stepWords(space, box)).toBe('Press Space on the tick box');
    expect(stepWords(space, null)).toBe('Press Space');
  });

  it('names the target as the state before the action has it, not the one after', async () => {
    const events: RecordedEvent[] = [
      { kind: 'focus', t: 0, scope: 'surface', surface: 0 },
      ...press(1000, 10),
      ...press(5000, 20),
      ...press(9000, 99),
    ];
    const { steps } = await readSteps({
      manifest: { clock: { tickMicroseconds: 1000, durationTicks: 10_000 } } as Manifest,
      async *events() {
        yield events;
      },
      async *states() {
        yield [state(100, 10, 'Save')];
        yield [state(1200, 20, 'Close')];
      },
    });
    expect(steps.map((step) => step.label)).toEqual([
      'Click the button “Save”',
      'Click the button “Close”',
      'Click the page',
    ]);
    expect(steps[0]).toMatchObject({ index: 0, kind: 'click', from: 1000, node: 10, x: 10, y: 10 });
  });
});
