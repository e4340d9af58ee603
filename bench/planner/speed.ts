import { tpotColumns, ttftColumns, weigh } from '@aboveboard/planner/speed/columns';
import { fitSpeed, type SpeedFit, type SpeedRow, speedRow } from '@aboveboard/planner/speed/fit';
import { speedQuery } from '@aboveboard/planner/speed/query';
import { number, quantile, type Row, readTable } from './csv.ts';

export type Measured = SpeedRow & { id: string; source: string; measuredAt: string };

/** Every serving row; a row that the planner cannot read is an error, not left out. */
export function servingRows(): Measured[] {
  return readTable('serving_measurements.csv').map((row) => {
    const asked = speedQuery(askedOf(row));
    if (!asked.ok) throw new Error(`${row['id']}: ${asked.problems.map((p) => p.message).join('; ')}`);
    return {
      ...speedRow(
        asked.value,
        number(row['silicon_tpot_ms']) ?? Number.NaN,
        number(row['silicon_ttft_ms']) ?? Number.NaN,
      ),
      id: row['id'] ?? '',
      source: row['silicon_data_source'] ?? '',
      measuredAt: row['measured_at'] ?? '',
    };
  });
}

export function askedOf(row: Row) {
  return {
    model_path: row['model_path'] ?? '',
    system: row['system'] ?? '',
    backend: row['backend'] ?? '',
    backend_version: row['backend_version'] ?? '',
    precision: row['precision'] ?? '',
    isl: number(row['isl']) ?? 0,
    osl: number(row['osl']) ?? 0,
    concurrency: number(row['concurrency']) ?? number(row['batch_size']) ?? 0,
    tp_size: number(row['tp_size']) ?? 1,
    attention_dp_size: number(row['attention_dp_size']) ?? null,
    moe_tp_size: number(row['moe_tp_size']) ?? null,
    moe_ep_size: number(row['moe_ep_size']) ?? null,
  };
}

export function planned(row: SpeedRow, fit: SpeedFit): { tpot: number; ttft: number } {
  const tpot = weigh(tpotColumns(row.terms, row.query), fit.tpot);
  return { tpot, ttft: weigh(ttftColumns(row.terms, row.query, tpot), fit.ttft) };
}

export type LeftOut = { row: Measured; tpot: number; ttft: number; band: { tpot: Band; ttft: Band } };
export type Band = { low: number; high: number };

export const familiesOf = (rows: readonly SpeedRow[]) =>
  [...new Set(rows.map((row) => row.query.family))].sort();

/**
 * Each family planned by a fit on the others. Its interval comes from the residuals of the other families, each of
 * them left out in its turn too: nothing of the scored family reaches its interval.
 */
export function familyLeftOut(rows: readonly Measured[]): LeftOut[] {
  const families = familiesOf(rows);
  return families.flatMap((family) => {
    const others = rows.filter((row) => row.query.family !== family);
    const fit = fitSpeed(others);
    const band = bandOf(
      others,
      families.filter((f) => f !== family),
    );
    return rows
      .filter((row) => row.query.family === family)
      .map((row) => ({ row, ...planned(row, fit), band }));
  });
}

/** 10th and 90th percentile of ln(measured / planned), each family left out, every family counted alike. */
export function bandOf(rows: readonly SpeedRow[], families: readonly string[]): { tpot: Band; ttft: Band } {
  const residuals: { tpot: number[]; ttft: number[] } = { tpot: [], ttft: [] };
  for (const family of families) {
    const fit = fitSpeed(rows.filter((row) => row.query.family !== family));
    for (const row of rows.filter((r) => r.query.family === family)) {
      const plan = planned(row, fit);
      residuals.tpot.push(Math.log(row.tpot / plan.tpot));
      residuals.ttft.push(Math.log(row.ttft / plan.ttft));
    }
  }
  const band = (values: number[]) => ({ low: quantile(values, 0.1), high: quantile(values, 0.9) });
  return { tpot: band(residuals.tpot), ttft: band(residuals.ttft) };
}

/** 10th and 90th percentile of rows of an engine that no fit has seen, planned as an engine without rows is. */
export function engineBand(rows: readonly SpeedRow[]): { tpot: Band; ttft: Band } {
  const residuals: { tpot: number[]; ttft: number[] } = { tpot: [], ttft: [] };
  for (const engine of new Set(rows.map((row) => row.query.backend))) {
    const fit = fitSpeed(rows.filter((row) => row.query.backend !== engine));
    for (const row of rows.filter((r) => r.query.backend === engine)) {
      const plan = planned({ ...row, query: { ...row.query, backend: 'unmeasured' } }, fit);
      residuals.tpot.push(Math.log(row.tpot / plan.tpot));
      residuals.ttft.push(Math.log(row.ttft / plan.ttft));
    }
  }
  const band = (values: number[]) => ({ low: quantile(values, 0.1), high: quantile(values, 0.9) });
  return { tpot: band(residuals.tpot), ttft: band(residuals.ttft) };
}

/** The floors on the same rows: a plain roofline (peak rates, one token at a time, prefill not interleaved). */
export function roofline(row: SpeedRow): { tpot: number; ttft: number } {
  const t = row.terms;
  return {
    tpot: Math.max(t.dense + t.experts + t.kv, t.flops),
    ttft: Math.max(t.prefill + t.prefillAttention, t.pass),
  };
}
