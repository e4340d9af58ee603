import { actionsOf } from '@aboveboard/dataset/actions';
import type { ModelAction } from '@aboveboard/dataset/export/model-action';
import { ReleasedClock } from '@aboveboard/dataset/released-clock';
import { releasedStep } from '@aboveboard/dataset/released-step';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const draws = (first = 1) => new Drawing(new Uint8Array(32).fill(first));
const click = (x: number, y: number): ModelAction => ({
  kind: 'click',
  button: 'left',
  count: 1,
  at: { x, y },
  held: [],
});
const box = { x: 0.2, y: 0.4, width: 0.1, height: 0.03 };

describe('places of a recording’s steps', () => {
  test('[MOV40] on a control a click is drawn in its box, wherever it was', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.double({ min: 0.2, max: 0.3, noNaN: true }), (key, x) => {
        const target = { role: 'button', box, height: 720 };
        const one = releasedStep(click(x, 0.41), target, draws(key));
        const other = releasedStep(click(0.25, 0.42), target, draws(key));
        expect(one).toEqual(other);
        expect(one.kept).toBe(0);
        const at = one.action.kind === 'click' ? one.action.at : { x: 0, y: 0 };
        expect(at.x >= 0.2 && at.x < 0.3 && at.y >= 0.4 && at.y < 0.43).toBe(true);
      }),
    );
  });

  test('[MOV40] where the place matters, or the box is not known, it stays and is counted', () => {
    const at = click(0.21, 0.41);
    for (const target of [
      { role: 'textbox', box, height: 720 },
      { role: 'slider', box, height: 720 },
      { role: 'canvas', box, height: 720 },
      { role: null, box, height: 720 },
      { role: 'button', box: null, height: 720 },
      // A link over two lines: its box holds places beside it.
      { role: 'link', box: { ...box, height: 0.08 }, height: 720 },
      { role: 'button', box: { ...box, x: 1.2 }, height: 720 },
    ])
      expect(releasedStep(at, target, draws())).toEqual({ action: at, kept: 1 });
  });

  test('[MOV40] of a control that the picture cuts off only what shows is hit', () => {
    const cut = { role: 'button', box: { x: 0.95, y: 0.4, width: 0.5, height: 0.03 }, height: 720 };
    for (let key = 0; key < 50; key++) {
      const { action } = releasedStep(click(0.99, 0.41), cut, draws(key));
      expect(action.kind === 'click' && action.at.x < 1).toBe(true);
    }
  });

  test('[MOV41] a drag keeps its ends and loses its way, but where the way is what it does', () => {
    const path = [
      { x: 0.1, y: 0.1 },
      { x: 0.15, y: 0.3 },
      { x: 0.5, y: 0.5 },
    ];
    const drag: ModelAction = { kind: 'drag', button: 'left', path, held: [] };
    const { action, kept } = releasedStep(drag, { role: 'listitem', box, height: 720 }, draws());
    expect(kept).toBe(2);
    const released = action.kind === 'drag' ? action.path : [];
    expect([released[0], released.at(-1)]).toEqual([path[0], path[2]]);
    expect(released).not.toContainEqual(path[1]);
    expect(releasedStep(drag, { role: 'canvas', box, height: 720 }, draws())).toEqual({
      action: drag,
      kept: 3,
    });
  });

  test('[MOV40] what is typed, pressed and waited for is untouched', () => {
    for (const action of [
      { kind: 'type', text: '[masked:8]' },
      { kind: 'keys', keys: ['Control', 's'], count: 1 },
      { kind: 'wait', seconds: 2 },
    ] satisfies ModelAction[])
      expect(releasedStep(action, { role: 'button', box, height: 720 }, draws())).toEqual({
        action,
        kept: 0,
      });
  });
});

/** Two clicks; the page settles so long after the first, and she thinks so long before the second. */
function recorded(holdMs: number, answerMs: number, thinksMs: number): RecordedEvent[] {
  const press = (t: number): RecordedEvent[] => [
    { kind: 'down', t, x: 50, y: 50, button: 0, pointer: 'mouse', node: 3 },
    { kind: 'up', t: t + holdMs, x: 50, y: 50, button: 0, pointer: 'mouse', node: 3 },
  ];
  const answered = 1000 + holdMs + answerMs;
  return [
    { kind: 'state', t: 10, surface: 0, index: 0, settled: true },
    ...press(1000),
    { kind: 'state', t: answered, surface: 0, index: 1, settled: true },
    ...press(answered + thinksMs),
  ];
}

describe('times of a recording', () => {
  const clockOf = (events: RecordedEvent[], key = 5) =>
    new ReleasedClock(actionsOf(events, { tickMicroseconds: 1000 }).actions, 1000, draws(key));

  test('[MOV42] how long she held and thought makes no difference', () => {
    const [slow, fast] = [recorded(400, 600, 9000), recorded(40, 600, 700)];
    const ticks = (events: RecordedEvent[]) => {
      const { actions } = actionsOf(events, { tickMicroseconds: 1000 });
      const clock = clockOf(events);
      return actions.filter(({ kind }) => kind === 'click').map(({ before }) => clock.at(before.t));
    };
    expect(ticks(slow)).toEqual(ticks(fast));
    expect(ticks(slow)).toHaveLength(2);
  });

  test('[MOV43] what the application took is kept to 250 ms', () => {
    const answered = (answerMs: number) => {
      const events = recorded(90, answerMs, 3000);
      const clock = clockOf(events);
      return clock.at(1090 + answerMs) - clock.at(1090);
    };
    expect(answered(600)).toBe(500);
    expect(answered(749)).toBe(500);
    expect(answered(750)).toBe(750);
    expect(answered(2600)).toBe(2500);
  });

  test('[MOV42] time never runs back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 20, max: 500 }), fc.integer({ min: 0, max: 20_000 })), {
          maxLength: 12,
        }),
        (parts) => {
          let t = 0;
          const events = parts.flatMap(([holdMs, gap], i): RecordedEvent[] => {
            t += gap + 30;
            const down = t;
            t += holdMs;
            const at = { x: 40 * i, y: 10, button: 0, pointer: 'mouse' as const };
            return [
              { kind: 'state', t: down - 20, surface: 0, index: i, settled: true },
              { kind: 'down', t: down, ...at },
              { kind: 'up', t, ...at },
            ];
          });
          const clock = clockOf(events);
          let last = -1;
          for (let tick = 0; tick < t + 30_000; tick += 173) {
            expect(clock.at(tick)).toBeGreaterThanOrEqual(last);
            last = clock.at(tick);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
