import { describe, expect, test } from 'vitest';
import { LEAST_COHORT, mixed } from '../src/movement/cohort-mixing.ts';
import { Deidentification } from '../src/movement/deidentification.ts';
import { Drawing } from '../src/movement/drawing.ts';
import { ElementBoxes, square } from '../src/movement/element-boxes.ts';
import { NoisedTargets } from '../src/movement/noised-targets.ts';
import type { PointerAction } from '../src/movement/pointer-action.ts';
import { partsOf } from '../src/movement/task-parts.ts';

const draws = (first = 1) => new Drawing(new Uint8Array(32).fill(first));
const click = (column: number, row = 1): PointerAction => ({
  kind: 'click',
  on: square(column * 48, row * 48),
  at: null,
});

describe('targets noised with a stated epsilon', () => {
  test('[MOV32] the chances of any outcome differ by at most e to the epsilon', () => {
    const epsilon = 4;
    const n = 200_000;
    const share = (from: number, outcome: number) => {
      const noise = new NoisedTargets(draws(from + 1), epsilon);
      const wanted = click(outcome).on.id;
      let hits = 0;
      for (let i = 0; i < n; i++) if (noise.instead(click(from)).on.id === wanted) hits++;
      return hits / n;
    };
    const stays = share(3, 3);
    const comes = share(4, 3);
    const squares = 40 * 22;
    const chance = 1 / squares;
    const stay = Math.expm1(epsilon) / (Math.expm1(epsilon) + squares);
    expect(stays).toBeCloseTo(stay + (1 - stay) * chance, 2);
    expect((stay + (1 - stay) * chance) / ((1 - stay) * chance)).toBeCloseTo(Math.exp(epsilon), 6);
    expect(comes).toBeLessThan(3 * (1 - stay) * chance);
  });

  test('[MOV32] neither points that would stay nor ends of drags come through', () => {
    const noise = new NoisedTargets(draws(), 0.001);
    const on = { ...square(96, 96), place: 'kept' as const };
    let [same, points] = [0, 0];
    for (let i = 0; i < 500; i++) {
      const drag = noise.instead({
        kind: 'drag',
        on,
        over: on,
        at: { x: 100, y: 101 },
        to: { x: 120, y: 121 },
      });
      if (drag.on.id === on.id) same++;
      if (drag.kind === 'drag' && drag.at.x === 100 && drag.at.y === 101) points++;
      const clicked = noise.instead({ kind: 'click', on, at: { x: 100, y: 101 } });
      expect(clicked.kind === 'click' && clicked.at).toBe(null);
    }
    expect(same).toBeLessThan(10);
    expect(points).toBeLessThan(3);
  });

  test('[MOV33] kinds and their order stay', () => {
    const noise = new NoisedTargets(draws(), 1);
    const kinds: PointerAction[] = [click(1), { kind: 'scroll', on: square(0, 0) }, click(2)];
    expect(kinds.map((one) => noise.instead(one).kind)).toEqual(['click', 'scroll', 'click']);
  });

  test.each([0, -1, Number.NaN, 21, Number.POSITIVE_INFINITY])('[MOV32] epsilon %d is refused', (epsilon) => {
    expect(() => new NoisedTargets(draws(), epsilon)).toThrow(RangeError);
  });

  test('[MOV2] open without epsilon is no level', () => {
    const options = { level: 'open', boxes: new ElementBoxes(), draws: draws() } as const;
    expect(() => new Deidentification({ sample() {} }, options)).toThrow(RangeError);
  });
});

describe('tasks mixed across people', () => {
  // Ten people; each acts on squares that all know, and on one that is hers alone.
  const cohort = Array.from({ length: 10 }, (_, person) =>
    Array.from({ length: 3 + person }, (_, task) =>
      Array.from({ length: 40 }, (_, i) => click((i + task) % 5 === 4 ? 20 + person : (i * 3 + person) % 5)),
    ),
  );

  test('[MOV30] every task has one piece of everybody, and everybody gives as many', () => {
    const { tasks } = mixed(cohort, draws());
    expect(tasks.length).toBeGreaterThan(8);
    for (const { actions, sources } of tasks) {
      expect(new Set(sources.map(({ person }) => person)).size).toBe(10);
      expect(actions).toHaveLength(80);
      for (const { person, task, from, to } of sources) {
        expect(to - from).toBe(8);
        expect(cohort[person]?.[task]).toEqual(expect.arrayContaining(actions.slice(from, to)));
      }
    }
  });

  test('[MOV30] the order of people is drawn anew for each task, and no piece is used twice', () => {
    const { tasks } = mixed(cohort, draws());
    const orders = new Set(tasks.map(({ sources }) => sources.map(({ person }) => person).join()));
    expect(orders.size).toBeGreaterThan(tasks.length / 2);
  });

  test('[MOV31] what few people acted on is dropped, and counted', () => {
    const { tasks, dropped } = mixed(cohort, draws());
    const own = cohort.flat(2).filter(({ on }) => on.x >= 20 * 48);
    expect(tasks.flatMap(({ actions }) => actions).some(({ on }) => on.x >= 20 * 48)).toBe(false);
    expect(dropped.rare).toBe(own.length);
    const given = tasks.reduce((sum, { actions }) => sum + actions.length, 0);
    expect(given + dropped.rare + dropped.rest).toBe(cohort.flat(2).length);
  });

  test('[MOV30] nine people are no cohort', () => {
    expect(LEAST_COHORT).toBe(10);
    expect(() => mixed(cohort.slice(1), draws())).toThrow(RangeError);
  });
});

describe('parts of a task', () => {
  test('[MOV27] in order, of nearly one length, none longer than the most', () => {
    const actions = Array.from({ length: 31 }, (_, i) => click(i % 40));
    const parts = partsOf(actions, 12);
    expect(parts.map(({ length }) => length)).toEqual([10, 11, 10]);
    expect(parts.flat()).toEqual(actions);
    expect(partsOf([], 12)).toEqual([[]]);
  });
});
