import { tpotColumns, tpotShape, ttftColumns, ttftShape, weigh } from './columns.ts';
import { nonNegative } from './nonnegative.ts';
import type { SpeedQuery } from './query.ts';
import { type SpeedTerms, speedTerms } from './terms.ts';

/** A measured row with its terms. */
export type SpeedRow = { query: SpeedQuery; terms: SpeedTerms; tpot: number; ttft: number };

export type SpeedFit = { tpot: number[]; ttft: number[] };

export function speedRow(query: SpeedQuery, tpot: number, ttft: number): SpeedRow {
  return { query, terms: speedTerms(query), tpot, ttft };
}

/**
 * Coefficients of both times from measured rows. Every family counts alike, whatever its number of rows; errors
 * are relative and robust (least absolute deviation of the logarithm, by re-weighting).
 */
export function fitSpeed(rows: readonly SpeedRow[]): SpeedFit {
  const importance = familyWeights(rows);
  const tpot = fitColumns({
    columns: rows.map((row) => tpotColumns(row.terms, row.query)),
    measured: rows.map((row) => row.tpot),
    prior: tpotShape.map((column) => column.prior),
    importance,
    ridge: 0.5,
    floor: 0.07,
    asymmetry: 0.4,
  });
  const ttft = fitColumns({
    columns: rows.map((row) =>
      ttftColumns(row.terms, row.query, weigh(tpotColumns(row.terms, row.query), tpot)),
    ),
    measured: rows.map((row) => row.ttft),
    prior: ttftShape.map((column) => column.prior),
    importance,
    ridge: 1,
    floor: 0.1,
    asymmetry: 1,
  });
  return { tpot, ttft };
}

/** Every family counts alike, whatever its number of rows. */
export function familyWeights(rows: readonly SpeedRow[]): number[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.query.family, (counts.get(row.query.family) ?? 0) + 1);
  return rows.map((row) => rows.length / counts.size / (counts.get(row.query.family) ?? 1));
}

export type ColumnFit = {
  columns: readonly number[][];
  measured: readonly number[];
  prior: readonly number[];
  importance: readonly number[];
  /** The pull towards the prior. */
  ridge: number;
  /** Errors below this (ln) count alike. */
  floor: number;
  /** How much less a row counts that is planned too high: the slow tail of a measurement is no fault of the plan. */
  asymmetry: number;
};

/** Non-negative coefficients by re-weighted least squares. */
export function fitColumns(input: ColumnFit): number[] {
  const { columns, measured, prior, importance, ridge, floor, asymmetry } = input;
  let robust = measured.map(() => 1);
  let solution = [...prior];
  for (let pass = 0; pass < 12; pass++) {
    solution = nonNegative(columns, measured, {
      weights: measured.map((value, i) => ((robust[i] ?? 1) * (importance[i] ?? 1)) / (value * value)),
      ridge,
      prior,
      rounds: 300,
    });
    robust = measured.map((value, i) => {
      const ratio = Math.max(1e-3, weigh(columns[i] ?? [], solution) / value);
      const off = Math.abs(Math.log(ratio));
      return 1 / Math.max(off, floor) / Math.max(ratio, 0.5) ** asymmetry;
    });
  }
  return solution;
}
