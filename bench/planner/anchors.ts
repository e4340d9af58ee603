import type { Anchor } from '@aboveboard/planner/speed/anchor';
import { leanOn } from '@aboveboard/planner/speed/anchor';
import type { SpeedFit } from '@aboveboard/planner/speed/fit';
import { fitSpeed } from '@aboveboard/planner/speed/fit';
import { quantile } from './csv.ts';
import { type Band, type Measured, planned } from './speed.ts';

export function anchorOf(row: Measured, fit: SpeedFit): Anchor {
  const { query } = row;
  const plan = planned(row, fit);
  return {
    model: query.model,
    family: query.family,
    system: query.gpu.name,
    backend: query.backend,
    version: query.version,
    quant: query.quant.name,
    isl: query.isl,
    osl: query.osl,
    concurrency: query.concurrency,
    gpus: query.gpus,
    attentionDp: query.layout.attentionDp,
    expertEp: query.layout.expertEp,
    tpot: row.tpot,
    ttft: row.ttft,
    offTpot: Math.log(row.tpot / plan.tpot),
    offTtft: Math.log(row.ttft / plan.ttft),
    source: `serving_measurements.csv: ${(row.source.split(';')[0] ?? '').replace('source_file=', '')}`,
    date: row.measuredAt.slice(0, 10),
  };
}

export type Leaned = { row: Measured; basis: string; tpot: number; ttft: number };

/**
 * Rows planned with anchors, a whole part of the table left out at a time: `curve` leaves out every row of the same
 * family, system, backend, version, layout and lengths; `system` every row of the family on that system. The fit
 * is on all rows but the part's.
 */
export function partLeftOut(
  rows: readonly Measured[],
  part: (row: Measured) => string,
  folds: number,
): Leaned[] {
  const names = [...new Set(rows.map(part))].sort();
  const foldOf = new Map(names.map((name, i) => [name, i % Math.min(folds, names.length)]));
  const result: Leaned[] = [];
  for (let fold = 0; fold < Math.min(folds, names.length); fold++) {
    const kept = rows.filter((row) => foldOf.get(part(row)) !== fold);
    const fit = fitSpeed(kept);
    const anchors = kept.map((row) => anchorOf(row, fit));
    for (const row of rows.filter((r) => foldOf.get(part(r)) === fold)) {
      const plan = planned(row, fit);
      const lean = leanOn(anchors, row.query);
      result.push({
        row,
        basis: lean.basis,
        tpot: plan.tpot * Math.exp(lean.tpot),
        ttft: plan.ttft * Math.exp(lean.ttft),
      });
    }
  }
  return result;
}

export const curveOf = ({ query: q }: Measured) =>
  [
    q.family,
    q.gpu.name,
    q.backend,
    q.version,
    q.quant.name,
    q.gpus,
    q.layout.attentionDp,
    q.layout.expertEp,
    q.isl,
    q.osl,
  ].join('|');
export const systemOf = ({ query: q }: Measured) => `${q.family}|${q.gpu.name}`;

export function residualBand(leaned: readonly Leaned[], time: 'tpot' | 'ttft'): Band {
  const off = leaned.map((l) => Math.log(l.row[time] / l[time]));
  return { low: quantile(off, 0.1), high: quantile(off, 0.9) };
}
