import { Drawing } from '@aboveboard/redact/movement/drawing';
import type { Attacker } from './attacker.ts';
import { balance, scorePieces, trainingPieces } from './forest-attacker.ts';
import { FEATURES, type Piece } from './piece.ts';
import { seedKey } from './seed-key.ts';

const MOST_STEPS = 12_000;
const STEPS_OF_PIECE = 60;
const SHRINK = 2e-3;
const RATE = 0.08;

/** Multinomial logistic regression on standardised features, by AdaGrad: many weak habits at once. */
export const linearAttacker: Attacker = {
  name: 'linear',
  train(examples, people, seed) {
    const pieces = trainingPieces(examples);
    const weights = balance(pieces, people);
    const { centre, scale } = standardOf(pieces);
    const inputs = pieces.map(({ features }) => standardised(features, centre, scale));
    const draws = new Drawing(seedKey('linear', seed));
    const w = new Float64Array(people * (FEATURES + 1));
    const seen = new Float64Array(w.length).fill(1e-6);
    const scores = new Float64Array(people);
    const steps = Math.min(MOST_STEPS, STEPS_OF_PIECE * pieces.length);
    for (let step = 0; step < steps; step++) {
      const pick = draws.below(pieces.length);
      const input = inputs[pick] as Float32Array;
      const { person } = pieces[pick] as Piece;
      logits(w, input, scores);
      softmax(scores);
      for (let p = 0; p < people; p++) {
        const error = ((scores[p] as number) - (p === person ? 1 : 0)) * (weights[pick] as number);
        const at = p * (FEATURES + 1);
        for (let i = 0; i <= FEATURES; i++) {
          const value = i === FEATURES ? 1 : (input[i] as number);
          const slope = error * value + SHRINK * (w[at + i] as number);
          const square = (seen[at + i] as number) + slope * slope;
          seen[at + i] = square;
          w[at + i] = (w[at + i] as number) - (RATE * slope) / Math.sqrt(square);
        }
      }
    }
    return scorePieces((features) => {
      const out = new Float64Array(people);
      logits(w, standardised(features, centre, scale), out);
      softmax(out);
      return out.map((value) => Math.log(value + 1e-3));
    });
  },
};

function logits(w: Float64Array, input: Float32Array, out: Float64Array): void {
  for (let p = 0; p < out.length; p++) {
    const at = p * (FEATURES + 1);
    let sum = w[at + FEATURES] as number;
    for (let i = 0; i < FEATURES; i++) sum += (w[at + i] as number) * (input[i] as number);
    out[p] = sum;
  }
}

/** In place. */
export function softmax(scores: Float64Array): void {
  let most = Number.NEGATIVE_INFINITY;
  for (const value of scores) most = Math.max(most, value);
  let sum = 0;
  for (let p = 0; p < scores.length; p++) {
    const value = Math.exp((scores[p] as number) - most);
    scores[p] = value;
    sum += value;
  }
  for (let p = 0; p < scores.length; p++) scores[p] = (scores[p] as number) / sum;
}

function standardOf(pieces: readonly Piece[]): { centre: Float64Array; scale: Float64Array } {
  const centre = new Float64Array(FEATURES);
  const scale = new Float64Array(FEATURES);
  for (const { features } of pieces)
    for (let i = 0; i < FEATURES; i++)
      centre[i] = (centre[i] as number) + (features[i] as number) / pieces.length;
  for (const { features } of pieces)
    for (let i = 0; i < FEATURES; i++)
      scale[i] =
        (scale[i] as number) + ((features[i] as number) - (centre[i] as number)) ** 2 / pieces.length;
  return { centre, scale: scale.map((value) => (value > 1e-9 ? 1 / Math.sqrt(value + 1e-3) : 0)) };
}

function standardised(features: Float32Array, centre: Float64Array, scale: Float64Array): Float32Array {
  return features.map((value, i) => {
    const z = (value - (centre[i] as number)) * (scale[i] as number);
    return Math.max(-4, Math.min(4, z));
  });
}
