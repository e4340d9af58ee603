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
  const tpot = fitColumns(
    rows.map((row) => tpotColumns(row.terms, row.query)),
    rows.map((row) => row.tpot),
    tpotShape.map((column) => column.prior),
    importance,
    0.5,
    0.07,
    0.4,
  );
  const ttft = fitColumns(
    rows.map((row) => ttftColumns(row.terms, row.query, weigh(tpotColumns(row.terms, row.query), tpot))),
    rows.map((row) => row.ttft),
    ttftShape.map((column) => column.prior),
    importance,
    1,
    0.1,
    1,
  );
  return { tpot, ttft };
}

function familyWeights(rows: readonly SpeedRow[]): number[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.query.family, (counts.get(row.query.family) ?? 0) + 1);
  return rows.map((row) => rows.length / counts.size / (counts.get(row.query.family) ?? 1));
}

function fitColumns(
  columns: readonly number[][],
  measured: readonly number[],
  prior: readonly number[],
  importance: readonly number[],
  ridge: number,
  floor: number,
  asymmetry: number,
): number[] {
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
