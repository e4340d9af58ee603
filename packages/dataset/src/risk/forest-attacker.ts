import { Drawing } from '@aboveboard/redact/movement/drawing';
import { type Attacker, type Example, piecesOf, type TrainedAttacker } from './attacker.ts';
import { FEATURES, featuresOf, type Piece } from './piece.ts';
import { seedKey } from './seed-key.ts';

const TREES = 120;
const LEAST_LEAF = 2;
const DEEPEST = 24;

/** Extremely randomised trees on the shares of every channel: knows nothing of order, and all of habits. */
export const forestAttacker: Attacker = {
  name: 'forest',
  train(examples, people, seed) {
    const pieces = trainingPieces(examples);
    const weights = balance(pieces, people);
    const draws = new Drawing(seedKey('forest', seed));
    const trees = Array.from({ length: TREES }, () => growTree(pieces, weights, people, draws));
    return scorePieces((features) => {
      const sum = new Float64Array(people);
      for (const tree of trees) {
        const leaf = tree(features);
        for (let p = 0; p < people; p++) sum[p] = (sum[p] as number) + (leaf[p] as number);
      }
      return sum.map((value) => Math.log((value + 0.5) / (TREES + 0.5 * people)));
    });
  },
};

export function trainingPieces(examples: readonly Example[]): Piece[] {
  return examples.flatMap(({ person, strokes, tokens }) =>
    piecesOf(strokes.length).map(([from, to]) => ({
      person,
      features: featuresOf(strokes, from, to, tokens),
    })),
  );
}

/** The evidence of a task's pieces, added up. */
export function scorePieces(score: (features: Float32Array) => Float64Array): TrainedAttacker {
  return ({ strokes, tokens }) => {
    let total: Float64Array | null = null;
    for (const [from, to] of piecesOf(strokes.length)) {
      const one = score(featuresOf(strokes, from, to, tokens));
      if (total === null) total = one;
      else for (let p = 0; p < one.length; p++) total[p] = (total[p] as number) + (one[p] as number);
    }
    return total as Float64Array;
  };
}

/** A weight for each piece, so that all people count alike. */
export function balance(pieces: readonly Piece[], people: number): Float64Array {
  const counts = new Float64Array(people);
  for (const { person } of pieces) counts[person] = (counts[person] as number) + 1;
  return Float64Array.from(pieces, ({ person }) => pieces.length / (people * (counts[person] as number)));
}

type Tree = (features: Float32Array) => Float64Array;
type Node = { leaf: Float64Array } | { feature: number; at: number; below: Node; above: Node };

function growTree(pieces: readonly Piece[], weights: Float64Array, people: number, draws: Drawing): Tree {
  const tries = Math.ceil(1.5 * Math.sqrt(FEATURES));
  const left = new Float64Array(people);
  const right = new Float64Array(people);
  const grow = (members: Int32Array, depth: number): Node => {
    const total = new Float64Array(people);
    for (const m of members) {
      const p = (pieces[m] as Piece).person;
      total[p] = (total[p] as number) + (weights[m] as number);
    }
    const sum = total.reduce((a, b) => a + b, 0);
    const pure = total.some((value) => value > sum - 1e-9);
    if (pure || members.length < 2 * LEAST_LEAF || depth === DEEPEST)
      return { leaf: total.map((v) => v / sum) };
    let best = { gain: 1e-9, feature: -1, at: 0 };
    for (let k = 0; k < tries; k++) {
      const feature = draws.below(FEATURES);
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const m of members) {
        const value = (pieces[m] as Piece).features[feature] as number;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (!(high > low)) continue;
      const at = low + (high - low) * draws.unit();
      left.fill(0);
      right.fill(0);
      for (const m of members) {
        const { person, features } = pieces[m] as Piece;
        const side = (features[feature] as number) <= at ? left : right;
        side[person] = (side[person] as number) + (weights[m] as number);
      }
      const gain = spread(total) - spread(left) - spread(right);
      if (gain > best.gain) best = { gain, feature, at };
    }
    if (best.feature < 0) return { leaf: total.map((value) => value / sum) };
    const { feature, at } = best;
    const goesBelow = (m: number) => ((pieces[m] as Piece).features[feature] as number) <= at;
    const below = members.filter(goesBelow);
    const above = members.filter((m) => !goesBelow(m));
    if (below.length === 0 || above.length === 0) return { leaf: total.map((value) => value / sum) };
    return { feature, at, below: grow(below, depth + 1), above: grow(above, depth + 1) };
  };
  const root = grow(
    Int32Array.from(pieces, (_, i) => i),
    0,
  );
  return (features) => {
    let node = root;
    while ('feature' in node) node = (features[node.feature] as number) <= node.at ? node.below : node.above;
    return node.leaf;
  };
}

/** Gini's impurity times the weight. */
function spread(counts: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (const value of counts) {
    sum += value;
    squares += value * value;
  }
  return sum > 0 ? sum - squares / sum : 0;
}
