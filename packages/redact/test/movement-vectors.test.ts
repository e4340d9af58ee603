import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ElementBox, ElementBoxes } from '../src/movement/element-boxes.ts';
import type { PointerAction } from '../src/movement/pointer-action.ts';
import { PointerReducer } from '../src/movement/pointer-reducer.ts';
import { KIND_NAMES, type SampleKind } from '../src/movement/pointer-sample.ts';

type Vector = {
  rules: string[];
  why: string;
  elements?: ElementBox[];
  rows: [t: number, x: number, y: number, kind: (typeof KIND_NAMES)[number]][];
  actions: { kind: string; on: unknown; over?: unknown; at?: unknown; to?: unknown }[];
  orphans?: number;
  clock?: number;
};

const FOLDER = new URL('../../../vectors/movement/', import.meta.url);
const VECTORS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Vector] as const);

/** A square by its column and row, an element by its id. */
function named({ id, x, y }: ElementBox): unknown {
  return id >= 0 ? id : [x / 48, y / 48];
}

function plain(action: PointerAction): Vector['actions'][number] {
  switch (action.kind) {
    case 'drag':
      return {
        kind: action.kind,
        on: named(action.on),
        over: named(action.over),
        at: action.at,
        to: action.to,
      };
    case 'scroll':
      return { kind: action.kind, on: named(action.on) };
    default:
      return { kind: action.kind, on: named(action.on), ...(action.at ? { at: action.at } : {}) };
  }
}

describe('[MOV10, MOV11, MOV12, MOV13, MOV4] what a task keeps', () => {
  test.each(VECTORS)('%s', (_, vector) => {
    const actions: PointerAction[] = [];
    const reducer = new PointerReducer(new ElementBoxes(vector.elements ?? []), (one) => actions.push(one));
    for (const [t, x, y, kind] of vector.rows)
      reducer.sample(t, x, y, KIND_NAMES.indexOf(kind) as SampleKind);
    reducer.end();
    expect(actions.map(plain), vector.why).toEqual(vector.actions);
    expect(reducer.counts.orphans).toBe(vector.orphans ?? 0);
    expect(reducer.counts.clock).toBe(vector.clock ?? 0);
  });

  test('[MOV14] points that stay are counted', () => {
    const reducer = new PointerReducer(
      new ElementBoxes([{ id: 1, x: 0, y: 0, width: 50, height: 50, place: 'kept' }]),
      () => {},
    );
    for (const [x, kind] of [
      [10, 1],
      [10, 2],
      [200, 1],
      [300, 2],
      [400, 1],
      [400, 2],
    ] as const)
      reducer.sample(x * 10, x, 10, kind);
    reducer.end();
    // One click on what keeps its place, two ends of a drag, none of the click on a square.
    expect(reducer.counts).toMatchObject({ actions: 3, keptPoints: 3 });
  });
});
