import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Deidentification, type MovementLevel } from '../src/movement/deidentification.ts';
import { Drawing } from '../src/movement/drawing.ts';
import { type ElementBox, ElementBoxes, holds } from '../src/movement/element-boxes.ts';
import type { PointerAction } from '../src/movement/pointer-action.ts';
import { PointerReducer } from '../src/movement/pointer-reducer.ts';
import { DOWN, MOVE, PointerTrack, type SampleKind, UP, WHEEL } from '../src/movement/pointer-sample.ts';
import { POPULATION } from '../src/movement/population.ts';

const KEY = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 5) & 0xff);

const at = fc.record({ x: fc.integer({ min: 0, max: 1919 }), y: fc.integer({ min: 0, max: 1079 }) });
const act = fc.oneof(
  fc.record({ kind: fc.constantFrom('click', 'double-click', 'triple-click', 'scroll'), at }),
  fc.record({ kind: fc.constant('drag'), at, to: at }),
);
type Act = { kind: string; at: { x: number; y: number }; to?: { x: number; y: number } };

/** One person's way of doing these: her pace, her detours, her place in the square, her holding. */
type Hand = { pace: number; detour: number; aside: number; hold: number; turns: number };
const hand: fc.Arbitrary<Hand> = fc.record({
  pace: fc.integer({ min: 5, max: 40 }),
  detour: fc.integer({ min: 0, max: 60 }),
  aside: fc.integer({ min: 1, max: 46 }),
  hold: fc.integer({ min: 10, max: 300 }),
  turns: fc.integer({ min: 1, max: 12 }),
});

function recorded(acts: readonly Act[], hand: Hand): PointerTrack {
  const track = new PointerTrack();
  let t = 0;
  const give = (x: number, y: number, kind: SampleKind) => {
    track.sample(t, x, y, kind);
    t += hand.pace;
  };
  const press = (x: number, y: number) => {
    give(x, y, DOWN);
    t += hand.hold;
    give(x, y, UP);
  };
  for (const { kind, at, to } of acts) {
    t += 1500 + 10 * hand.pace;
    // In the same square, wherever in it her hand falls.
    const x = Math.floor(at.x / 48) * 48 + hand.aside;
    const y = Math.floor(at.y / 48) * 48 + ((hand.aside * 7) % 48);
    give(x + hand.detour, y, MOVE);
    give(x, y + hand.detour, MOVE);
    if (kind === 'scroll') for (let i = 0; i < hand.turns; i++) give(x, y, WHEEL);
    else if (kind === 'drag' && to) {
      give(at.x, at.y, DOWN);
      give(at.x + 40, at.y + hand.detour, MOVE);
      give(to.x, to.y, UP);
    } else {
      press(x, y);
      if (kind !== 'click') press(x, y);
      if (kind === 'triple-click') press(x, y);
    }
  }
  return track;
}

function brought(track: PointerTrack, level: MovementLevel, boxes = new ElementBoxes()): PointerTrack {
  const out = new PointerTrack();
  const task = new Deidentification(out, { level, boxes, draws: new Drawing(KEY), epsilon: 1 });
  track.giveTo(task);
  task.end();
  return out;
}

function reduced(track: PointerTrack, boxes = new ElementBoxes()): PointerAction[] {
  const actions: PointerAction[] = [];
  const reducer = new PointerReducer(boxes, (action) => actions.push(action));
  track.giveTo(reducer);
  reducer.end();
  return actions;
}

/** Kind, element and order: what MOV26 is about. */
function kept(actions: readonly PointerAction[]): string[] {
  return actions.map((action) =>
    [action.kind, action.on.id, action.kind === 'drag' ? action.over.id : ''].join(' '),
  );
}

const rows = (track: PointerTrack) =>
  Array.from({ length: track.length }, (_, i) =>
    [track.t[i], track.x[i], track.y[i], track.kind[i]].join(','),
  );

const acts = fc.array(act, { minLength: 1, maxLength: 25 });

describe('movement at release', () => {
  test('[MOV25] two hands that do the same give the same bytes with the same key', () => {
    fc.assert(
      fc.property(acts, hand, hand, (acts, one, other) => {
        expect(rows(brought(recorded(acts, one), 'release'))).toEqual(
          rows(brought(recorded(acts, other), 'release')),
        );
      }),
      { numRuns: 150 },
    );
  });

  test('[MOV26] the actions that come out are those that went in', () => {
    fc.assert(
      fc.property(acts, hand, (acts, hand) => {
        const before = recorded(acts, hand);
        expect(kept(reduced(brought(before, 'release')))).toEqual(kept(reduced(before)));
      }),
      { numRuns: 150 },
    );
  });

  test('[MOV26] whatever rows come, with boxes laid over each other', () => {
    const row = fc.tuple(
      fc.integer({ min: -50, max: 900 }),
      fc.integer({ min: -30, max: 400 }),
      fc.integer({ min: -30, max: 300 }),
      fc.integer({ min: 0, max: 3 }),
    );
    const box = fc.record({
      x: fc.integer({ min: 0, max: 300 }),
      y: fc.integer({ min: 0, max: 200 }),
      width: fc.integer({ min: 9, max: 200 }),
      height: fc.integer({ min: 9, max: 200 }),
      place: fc.constantFrom<ElementBox['place']>('kept'),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 200 }), fc.array(box, { maxLength: 6 }), (rows, boxes) => {
        const elements = new ElementBoxes(boxes.map((one, id) => ({ ...one, id })));
        const track = new PointerTrack();
        let t = 0;
        for (const [dt, x, y, kind] of rows) {
          t += dt;
          track.sample(t, x, y, kind as SampleKind);
        }
        const before = reduced(track, elements);
        const after = reduced(brought(track, 'release', elements), elements);
        expect(after.map(({ kind }) => kind)).toEqual(before.map(({ kind }) => kind));
        for (const [i, action] of after.entries()) {
          const was = before[i] as PointerAction;
          if ('at' in was && was.at) expect('at' in action && action.at).toEqual(was.at);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('[MOV21] clicks on atomic elements fall into their box, and elsewhere in it than they were', () => {
    fc.assert(
      fc.property(acts, hand, (acts, hand) => {
        const clicks = acts.filter(({ kind }) => kind !== 'drag' && kind !== 'scroll');
        const before = reduced(recorded(clicks, hand));
        const track = brought(recorded(clicks, hand), 'release');
        let at = 0;
        for (const action of before) {
          const presses = action.kind === 'click' ? 1 : action.kind === 'double-click' ? 2 : 3;
          for (let n = 0; n < presses; at++) {
            if (track.kind[at] !== DOWN) continue;
            n++;
            expect(holds(action.on, track.x[at] as number, track.y[at] as number)).toBe(true);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('[MOV23, MOV24] times begin at 0 and say nothing of when it was', () => {
    const track = recorded([{ kind: 'click', at: { x: 100, y: 100 } }], {
      pace: 10,
      detour: 3,
      aside: 5,
      hold: 50,
      turns: 1,
    });
    const later = new PointerTrack();
    for (let i = 0; i < track.length; i++) {
      later.sample(
        (track.t[i] as number) * 3 + 1e9,
        track.x[i] as number,
        track.y[i] as number,
        track.kind[i] as SampleKind,
      );
    }
    expect(rows(brought(later, 'release'))).toEqual(rows(brought(track, 'release')));
    expect(brought(track, 'release').t[0]).toBeLessThan(2500);
  });
});

describe('what people in general do', () => {
  const many = Array.from({ length: 400 }, (_, i): Act => {
    const at = { x: (i * 211) % 1900, y: (i * 97) % 1000 };
    return { kind: i % 5 === 4 ? 'scroll' : 'click', at };
  });
  const hand: Hand = { pace: 7, detour: 30, aside: 3, hold: 333, turns: 17 };

  test('[MOV20] holding, pace and turns are the population’s, not the hand’s', () => {
    const track = brought(recorded(many, hand), 'release');
    const holds: number[] = [];
    let turns = 0;
    for (let i = 1; i < track.length; i++) {
      if (track.kind[i] === UP) holds.push((track.t[i] as number) - (track.t[i - 1] as number));
      if (track.kind[i] === WHEEL) turns++;
    }
    holds.sort((a, b) => a - b);
    expect(holds).toHaveLength(320);
    expect(Math.abs((holds[160] as number) - POPULATION.hold[0])).toBeLessThan(10);
    expect(turns / 80).toBeLessThan(9);
  });

  test('[MOV21] places lie about the middle, on no edge, and spread', () => {
    const track = brought(recorded(many, hand), 'release');
    const inside: number[] = [];
    for (let i = 0; i < track.length; i++)
      if (track.kind[i] === DOWN) inside.push((track.x[i] as number) % 48);
    const mean = inside.reduce((a, b) => a + b, 0) / inside.length;
    expect(Math.abs(mean - 24)).toBeLessThan(2.5);
    expect(Math.min(...inside)).toBeGreaterThan(0);
    expect(new Set(inside).size).toBeGreaterThan(15);
  });

  test('[MOV22] ends of drags are passed exactly, and on a scaled screen within their pixel', () => {
    const drag: Act = { kind: 'drag', at: { x: 501, y: 302 }, to: { x: 777, y: 404 } };
    const track = recorded([drag], hand);
    const ends = (out: PointerTrack) => {
      const points: [number, number][] = [];
      for (let i = 0; i < out.length; i++)
        if (out.kind[i] === DOWN || out.kind[i] === UP) points.push([out.x[i] as number, out.y[i] as number]);
      return points;
    };
    expect(ends(brought(track, 'release'))).toEqual([
      [501, 302],
      [777, 404],
    ]);
    const scaled = new PointerTrack();
    const small = new Deidentification(scaled, {
      level: 'release',
      boxes: new ElementBoxes(),
      draws: new Drawing(KEY),
      screen: { width: 960, height: 540 },
    });
    track.giveTo(small);
    small.end();
    for (const [i, [x, y]] of ends(scaled).entries()) {
      const [px, py] = [
        [501, 302],
        [777, 404],
      ][i] as [number, number];
      expect(x >= 2 * px && x < 2 * px + 2 && y >= 2 * py && y < 2 * py + 2).toBe(true);
    }
  });
});

describe('the property test itself', () => {
  test('a hole is seen: a release that kept the pace would not be the same for two hands', () => {
    const acts: Act[] = [{ kind: 'click', at: { x: 100, y: 100 } }];
    const slow = recorded(acts, { pace: 40, detour: 9, aside: 20, hold: 200, turns: 1 });
    const fast = recorded(acts, { pace: 5, detour: 0, aside: 30, hold: 20, turns: 4 });
    expect(rows(brought(slow, 'vault'))).not.toEqual(rows(brought(fast, 'vault')));
  });
});
