import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropic } from '../src/export/anthropic.ts';
import type { Dialect } from '../src/export/dialect.ts';
import { type ModelAction, modelActionOf, NAMED_KEYS, shortcutKeys } from '../src/export/model-action.ts';
import { openai } from '../src/export/openai.ts';
import { pyautogui } from '../src/export/pyautogui.ts';
import { readCalls, writeCall } from '../src/export/python-call.ts';
import { uiTars } from '../src/export/ui-tars.ts';
import { click, down, geometry, hold, key, letGo, move, reduce, text, up, wheel } from './event-rows.ts';

const PICTURE = { width: 1280, height: 720 };
const DIALECTS: readonly [Dialect, number][] = [
  [pyautogui, 0.00006],
  [openai, 0.0008],
  [anthropic, 0.0008],
  [uiTars, 0.0006],
];

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const point = fc.record({ x: fraction, y: fraction });
const held = fc.subarray(['Control', 'Shift', 'Alt', 'Meta'] as const).map((names) => [...names]);
const button = fc.constantFrom('left' as const, 'middle' as const, 'right' as const);
const notches = fc.integer({ min: -20, max: 20 }).map((n) => n + 0);
const character = fc
  .string({ minLength: 1, maxLength: 1 })
  .filter((c) => !/[\s\p{C}]/u.test(c) && c === c.toLowerCase());
const modelAction: fc.Arbitrary<ModelAction> = fc.oneof(
  fc
    .record({
      kind: fc.constant('click' as const),
      button,
      count: fc.constantFrom(1 as const, 2 as const, 3 as const),
      at: point,
      held,
    })
    .map((action) => (action.button === 'left' ? action : { ...action, count: 1 as const })),
  fc.record({
    kind: fc.constant('drag' as const),
    button,
    path: fc.array(point, { minLength: 2, maxLength: 5 }),
    held,
  }),
  fc.record({ kind: fc.constant('move' as const), at: point }),
  fc
    .record({ kind: fc.constant('scroll' as const), at: point, dx: notches, dy: notches, held })
    .filter(({ dx, dy }) => dx !== 0 || dy !== 0),
  fc.record({
    kind: fc.constant('type' as const),
    text: fc.string({ unit: 'binary' }).filter((s) => s.isWellFormed()),
  }),
  fc.record({
    kind: fc.constant('select' as const),
    at: fc.option(point),
    text: fc.string({ unit: 'binary' }).filter((s) => s.isWellFormed()),
  }),
  fc.record({
    kind: fc.constant('keys' as const),
    keys: fc.oneof(
      fc.constantFrom(...NAMED_KEYS).map((name) => [name]),
      fc
        .tuple(
          held.filter((names) => names.length > 0),
          fc.oneof(character, fc.constantFrom('Enter', 'ArrowLeft', 'F5', 'Space', 'Backspace')),
        )
        .map(([names, last]) => [...names, last]),
    ),
    count: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant('done' as const), success: fc.boolean() }),
);

function expectSame(read: ModelAction | undefined, wrote: ModelAction, tolerance: number): void {
  const flatten = (action: ModelAction | undefined) =>
    JSON.parse(JSON.stringify(action)) as Record<string, unknown>;
  const near = (a: unknown, b: unknown): boolean => {
    if (typeof a === 'number' && typeof b === 'number') {
      return Number.isInteger(a) && Number.isInteger(b)
        ? Math.abs(a - b) <= tolerance
        : Math.abs(a - b) <= tolerance;
    }
    if (typeof a === 'object' && typeof b === 'object' && a && b) {
      const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
      return [...keys].every((name) =>
        near((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
      );
    }
    return a === b;
  };
  const [a, b] = [flatten(read), flatten(wrote)];
  expect(near(a, b) ? b : a).toEqual(b);
}

describe.each(DIALECTS.map(([dialect, tolerance]) => [dialect.name, dialect, tolerance] as const))(
  '[EXP5] dialect %s',
  (_, dialect, tolerance) => {
    it('what it says exactly reads as the same action', () => {
      fc.assert(
        fc.property(modelAction, (action) => {
          const { calls, exact } = dialect.write(action, PICTURE);
          if (!exact) return;
          const read = dialect.read(calls, PICTURE);
          expect(read).toHaveLength(1);
          expectSame(read?.[0], action, tolerance);
        }),
        { numRuns: 500 },
      );
    });

    it('what it shortens still reads, as actions', () => {
      fc.assert(
        fc.property(modelAction, (action) => {
          const { calls, exact } = dialect.write(action, PICTURE);
          if (!exact && calls.length > 0) expect(dialect.read(calls, PICTURE)?.length).toBeGreaterThan(0);
        }),
      );
    });

    it('refuses what is not of it, and runs nothing', () => {
      const strange = [
        null,
        7,
        '',
        'import os',
        "__import__('os').system('x')",
        {},
        { action: 'left_click' },
        { type: 'click' },
        [],
        "click(start_box='(a,b)')",
        'pyautogui.click(x=1',
        { action: '__proto__' },
        { type: 'constructor' },
      ];
      for (const call of strange) expect(dialect.read([call], PICTURE)).toBeNull();
      fc.assert(fc.property(fc.anything(), (call) => void dialect.read([call], PICTURE)));
    });
  },
);

describe('spelling', () => {
  const said = (dialect: Dialect, events: Parameters<typeof reduce>[0]) =>
    reduce([geometry(0, 1280, 720), ...events]).actions.flatMap((action) => {
      const model = modelActionOf(action, { tickMicroseconds: 1000 });
      return typeof model === 'string' ? [model] : dialect.write(model, PICTURE).calls;
    });

  it('[EXP10] pyautogui has fractions to four decimals', () => {
    expect(said(pyautogui, click(10, 640, 100))).toEqual(['pyautogui.click(x=0.5, y=0.1389)']);
    expect(said(pyautogui, [down(10, 64, 72), up(90, 640, 360)])).toEqual([
      "pyautogui.moveTo(x=0.05, y=0.1)\npyautogui.dragTo(x=0.5, y=0.5, button='left')",
    ]);
    expect(said(pyautogui, [wheel(10, 300, 0, 640, 360)])).toEqual([
      'pyautogui.moveTo(x=0.5, y=0.5)\npyautogui.scroll(-3)',
    ]);
    expect(said(pyautogui, [key('keydown', 5), text(6, "it's\n")])).toEqual([
      "pyautogui.write(message='it\\'s\\n')",
    ]);
    expect(said(pyautogui, [hold(1, 'Control'), ...click(10, 0, 0), letGo(200, 'Control')])).toEqual([
      "pyautogui.keyDown('ctrl')\npyautogui.click(x=0, y=0)\npyautogui.keyUp('ctrl')",
    ]);
  });

  it('[EXP15] OpenAI has pixels, paths and named buttons', () => {
    expect(said(openai, click(10, 640, 100, 2))).toEqual([
      { type: 'click', button: 'right', x: 640, y: 100 },
    ]);
    expect(said(openai, [down(10, 0, 0), move(20, 50, 50), up(90, 100, 100)])).toEqual([
      {
        type: 'drag',
        path: [
          { x: 0, y: 0 },
          { x: 50, y: 50 },
          { x: 100, y: 100 },
        ],
      },
    ]);
    expect(said(openai, [wheel(10, -200, 0, 5, 6)])).toEqual([
      { type: 'scroll', x: 5, y: 6, scroll_x: 0, scroll_y: -200 },
    ]);
  });

  it('[EXP20] Anthropic has coordinates, and keys by their X names', () => {
    expect(said(anthropic, [...click(10, 5, 6), ...click(200, 5, 6)])).toEqual([
      { action: 'double_click', coordinate: [5, 6] },
    ]);
    expect(said(anthropic, [key('keydown', 5, 'PageDown', 'navigation')])).toEqual([
      { action: 'key', text: 'Page_Down' },
    ]);
    expect(said(anthropic, [key('keydown', 5, 'ctrl+shift+s', 'shortcut')])).toEqual([
      { action: 'key', text: 'ctrl+shift+s' },
    ]);
    expect(said(anthropic, [wheel(10, 300, 0, 5, 6)])).toEqual([
      { action: 'scroll', coordinate: [5, 6], scroll_direction: 'down', scroll_amount: 3 },
    ]);
  });

  it('[EXP25] UI-TARS has thousandths', () => {
    expect(said(uiTars, click(10, 640, 72))).toEqual(["click(start_box='(500,100)')"]);
    expect(said(uiTars, [key('keydown', 5, 'ctrl+c', 'shortcut')])).toEqual(["hotkey(key='ctrl c')"]);
  });

  it('[EXP4] leaves out what lies outside of the picture, and says so', () => {
    expect(said(pyautogui, click(10, 1281, 5))).toEqual(['outside-the-picture']);
  });

  it('[ACT51] closed text is a masked span of its bucket', () => {
    const closed = {
      kind: 'text' as const,
      t: 9,
      value: { open: false as const, length: 16, script: 'latin' as const },
    };
    expect(said(pyautogui, [key('keydown', 5), closed])).toEqual(["pyautogui.write(message='[masked:16]')"]);
    expect(
      said(
        pyautogui,
        [5, 6, 7, 8, 9].map((t) => key('keydown', t)),
      ),
    ).toEqual(["pyautogui.write(message='[masked:8]')"]);
  });

  it('[EXP10] calls are read as data', () => {
    const call = { name: 'a.b', args: ["'\\\n\u0000\u2028é"], named: { n: -0.5, l: ['x', 'y'] } };
    expect(readCalls(writeCall(call))).toEqual([call]);
    expect(readCalls('a(b(c))')).toBeNull();
    expect(shortcutKeys('ctrl++')).toEqual(['Control', '+']);
  });
});
