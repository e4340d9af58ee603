import type { Strokes } from './stroke.ts';

/** A task as attackers read it. */
export type Example = {
  person: number;
  session: number;
  strokes: Strokes;
  tokens: readonly string[];
};

/**
 * A way of naming who did a task. It is trained anew for every split, on tasks that went through the same
 * transformation as those that it is asked about (RISK1).
 */
export type Attacker = {
  readonly name: string;
  /** `people` is how many there are; every example's person is below. */
  train(examples: readonly Example[], people: number, seed: number): TrainedAttacker;
};

/** For each person how likely it is that she did the task, as a logarithm, but for a constant. */
export type TrainedAttacker = (example: Example) => Float64Array;

/** Pieces of at most this many strokes, so that long tasks are many examples and not one. */
export const PIECE_STROKES = 120;

/** From and to of each piece; a piece of less than half the length belongs to the one before it. */
export function piecesOf(length: number): [from: number, to: number][] {
  const count = Math.max(1, Math.round(length / PIECE_STROKES));
  return Array.from({ length: count }, (_, i) => [
    Math.round((i * length) / count),
    Math.round(((i + 1) * length) / count),
  ]);
}
