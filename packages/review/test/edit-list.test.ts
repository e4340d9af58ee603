import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CutClock } from '../src/cut-clock.ts';
import { commandOf } from '../src/desk-keys.ts';
import { beginDesk, desk } from '../src/desk-state.ts';
import { checkEdits, type EditBounds } from '../src/edit-check.ts';
import { beginHistory, change, redo, undo } from '../src/edit-history.ts';
import { type Cut, melt, NO_EDITS, touchesCut, withCut, withReason } from '../src/edit-list.ts';

type Vectors = {
  bounds: EditBounds;
  valid: { why: string; edits: unknown; cuts?: Cut[] }[];
  invalid: { why: string; edits: unknown; rules: string[] }[];
};
const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/review/edit-lists.json', import.meta.url), 'utf8'),
);

describe('[REV1] edit lists from outside', () => {
  test.each(vectors.valid)('valid: $why', ({ edits, cuts }) => {
    const checked = checkEdits(edits, vectors.bounds);
    expect(checked.ok).toBe(true);
    if (checked.ok && cuts) expect(checked.value.cuts).toEqual(cuts);
  });
  test.each(vectors.invalid)('invalid: $why', ({ edits, rules }) => {
    const checked = checkEdits(edits, vectors.bounds);
    expect(checked.ok ? [] : checked.faults.map((fault) => fault.rule)).toEqual(rules);
  });
  test('[REV5] the words of a card stay as they are', () => {
    const checked = checkEdits({ ...NO_EDITS, task: 'x' }, { ...vectors.bounds, taskKind: 'card' });
    expect(checked.ok ? [] : checked.faults[0]?.rule).toBe('REV5');
  });
  test('anything at all ends in a list of faults or in edits', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        expect(typeof checkEdits(input, vectors.bounds).ok).toBe('boolean');
      }),
      { numRuns: 2000 },
    );
  });
});

const cuts = fc.array(
  fc.tuple(fc.nat(100), fc.nat(30)).map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 5 },
);

test('[REV2] melted cuts hold the same instants, in order and apart', () => {
  fc.assert(
    fc.property(cuts, (list) => {
      const melted = melt(list);
      for (let t = 0; t < 140; t += 1) {
        const isIn = (one: Cut) => one.from <= t && t < one.to;
        expect(melted.some(isIn)).toBe(list.some(isIn));
      }
      melted.slice(1).forEach((cut, i) => {
        expect(cut.from).toBeGreaterThan(melted[i]?.to ?? 0);
      });
    }),
  );
});

test('[REV3] kept time stays where it is; removed time moves what follows forward and never back', () => {
  fc.assert(
    fc.property(cuts, (list) => {
      const [kept, removed] = [
        new CutClock({ cuts: list, cutTime: 'keep' }),
        new CutClock({ cuts: list, cutTime: 'remove' }),
      ];
      let outside = 0;
      for (let t = 0; t < 140; t += 1) {
        expect(kept.map(t)).toBe(t);
        expect(removed.map(t)).toBe(outside);
        if (!removed.cutAt(t)) outside += 1;
      }
    }),
  );
});

test('[REV11] of another gap that reaches into a cut, what is outside stays', () => {
  const clock = new CutClock({
    cuts: [
      { from: 10, to: 20 },
      { from: 30, to: 40 },
    ],
    cutTime: 'keep',
  });
  expect(clock.outside(5, 35)).toEqual([
    { from: 5, until: 10 },
    { from: 20, until: 30 },
  ]);
  expect(clock.outside(12, 18)).toEqual([]);
  expect(clock.outside(25, 25)).toEqual([{ from: 25, until: 25 }]);
  expect(clock.outside(15, 15)).toEqual([]);
});

test('undo and redo go through the same states; a new change forgets what was undone', () => {
  const one = withCut(NO_EDITS, { from: 1, to: 2 });
  const two = withCut(one, { from: 5, to: 9 });
  const made = change(change(beginHistory(), one), two);
  expect(undo(made).present).toEqual(one);
  expect(redo(undo(made)).present).toEqual(two);
  expect(undo(undo(undo(made))).present).toEqual(NO_EDITS);
  expect(change(undo(made), NO_EDITS).future).toEqual([]);
  expect(change(made, { ...two })).toBe(made);
});

test('[REV7] blank words take a reason back', () => {
  const reasoned = withReason(withReason(NO_EDITS, 2, 'b'), 1, 'a');
  expect(reasoned.reasons.map((reason) => reason.action)).toEqual([1, 2]);
  expect(withReason(reasoned, 1, ' ').reasons).toEqual([{ action: 2, text: 'b' }]);
  expect(touchesCut([{ from: 5, to: 9 }], 9, 12)).toBe(false);
  expect(touchesCut([{ from: 5, to: 9 }], 1, 5)).toBe(true);
});

test('marks that would make no range forget the other one', () => {
  let state = desk(beginDesk(), { do: 'from', t: 50 });
  state = desk(state, { do: 'to', t: 20 });
  expect(state.marks).toEqual({ from: null, to: 20 });
  expect(desk(state, { do: 'cut' })).toBe(state);
  state = desk(desk(state, { do: 'from', t: 10 }), { do: 'cut' });
  expect(state.history.present.cuts).toEqual([{ from: 10, to: 20 }]);
});

test('[REV6] nothing is preset', () => {
  expect(beginDesk().history.present).toEqual(NO_EDITS);
  expect(NO_EDITS.worked).toBeNull();
});

test('[REV41] no key releases, discards or keeps; words typed in a field set nothing off', () => {
  const key = (some: object) => ({
    key: '',
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    target: null,
    ...some,
  });
  const commands = new Set<string | null>();
  for (let code = 32; code < 127; code += 1) {
    for (const shiftKey of [true, false]) {
      for (const ctrlKey of [true, false]) {
        const pressed = key({ key: String.fromCharCode(code), shiftKey, ctrlKey });
        commands.add(commandOf(pressed, false));
        const field = { matches: (selector: string) => selector.includes('textarea') };
        expect(commandOf({ ...pressed, target: field as unknown as EventTarget }, false)).toBeNull();
      }
    }
  }
  expect([...commands].sort()).toEqual([null, 'cut', 'from', 'mask', 'play', 'redo', 'to', 'undo'].sort());
});
