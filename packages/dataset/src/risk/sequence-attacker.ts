import type { Attacker, Example } from './attacker.ts';
import { MarkovModel } from './markov-model.ts';
import { bin, cellOf, coarseOf, tokenHash, wayOf } from './piece.ts';
import { REST, STROKE, STROKE_WIDTH } from './stroke.ts';
import { combined, type Views, weightsOf } from './view-weights.ts';

type View = { order: number; symbols: (example: Example) => number[] };

/** Symbols lie below 2^21. */
const VIEWS: readonly View[] = [
  { order: 2, symbols: ofActions((row) => row[STROKE.kind] as number) },
  { order: 1, symbols: ofActions((row) => cellOf(x(row), y(row)) * 4 + kind(row)) },
  { order: 2, symbols: ofActions((row) => coarseOf(x(row), y(row)) * 4 + kind(row)) },
  { order: 2, symbols: ofActions((row) => wayOf(row) * 4 + kind(row)) },
  { order: 1, symbols: ofActions((row) => offset(row)) },
  { order: 1, symbols: ofStrokes((row) => wayOf(row) * 4 + kind(row)) },
  { order: 1, symbols: ofStrokes((row) => log(row, STROKE.gap, 14) * 16 + log(row, STROKE.duration, 12)) },
  { order: 1, symbols: ofActions((row) => log(row, STROKE.hold, 20) * 32 + log(row, STROKE.dwell, 20)) },
  { order: 1, symbols: ofStrokes((row) => log(row, STROKE.step, 30)) },
  {
    order: 1,
    symbols: ofStrokes(
      (row) =>
        bin(row[STROKE.straight] as number, 0.3, 1, 6) * 256 +
        log(row, STROKE.peak, 15) * 16 +
        bin(row[STROKE.peakAt] as number, 0, 1, 5),
    ),
  },
  {
    order: 0,
    symbols: ofActions(
      (row) => bin(row[STROKE.inX] as number, 0, 48, 8) * 8 + bin(row[STROKE.inY] as number, 0, 48, 8),
    ),
  },
  { order: 1, symbols: ofActions((row) => log(row, STROKE.turns, 12) * 16 + log(row, STROKE.dragged, 12)) },
  { order: 1, symbols: ({ tokens }) => tokens.map((token) => tokenHash(token) % 0x10_0000) },
];

/** Chains of what follows what, seen thirteen ways; how much each is worth is learnt on sessions held back. */
export const sequenceAttacker: Attacker = {
  name: 'sequence',
  train(examples, people) {
    const weights = weightsOf(examples, people, (shown) => learn(shown, people));
    const views = learn(examples, people);
    return (example) => combined(views(example), weights);
  },
};

/** The same task is looked at in many splits. */
const known = new WeakMap<Example, number[][]>();

function symbolsOf(example: Example): number[][] {
  let symbols = known.get(example);
  if (symbols === undefined) {
    symbols = VIEWS.map((view) => view.symbols(example));
    known.set(example, symbols);
  }
  return symbols;
}

function learn(examples: readonly Example[], people: number): Views {
  const models = VIEWS.map(({ order }) => new MarkovModel(people, order));
  for (const example of examples)
    for (const [v, symbols] of symbolsOf(example).entries())
      (models[v] as MarkovModel).learn(example.person, symbols);
  return (example) => symbolsOf(example).map((symbols, v) => (models[v] as MarkovModel).score(symbols));
}

function ofActions(symbol: (row: Float32Array) => number): View['symbols'] {
  return ofStrokes((row) => (row[STROKE.kind] === REST ? -1 : symbol(row)));
}

function ofStrokes(symbol: (row: Float32Array) => number): View['symbols'] {
  return ({ strokes: { rows, length } }) => {
    const symbols: number[] = [];
    for (let i = 0; i < length; i++) {
      const one = symbol(rows.subarray(i * STROKE_WIDTH, (i + 1) * STROKE_WIDTH));
      if (one >= 0) symbols.push(one);
    }
    return symbols;
  };
}

function x(row: Float32Array): number {
  return row[STROKE.x1] as number;
}

function y(row: Float32Array): number {
  return row[STROKE.y1] as number;
}

function kind(row: Float32Array): number {
  return row[STROKE.kind] as number;
}

/** The way there, to some 100 px. */
function offset(row: Float32Array): number {
  const across = bin(x(row) - (row[STROKE.x0] as number), -1000, 1000, 21);
  return across * 32 + bin(y(row) - (row[STROKE.y0] as number), -700, 700, 15);
}

function log(row: Float32Array, column: number, bins: number): number {
  return bin(row[column] as number, 0, 15, bins);
}
