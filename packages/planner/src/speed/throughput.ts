import type { Gpu } from '../catalogue/gpu.ts';
import type { Shape } from '../catalogue/shape.ts';
import { activeParameterCount } from '../memory/inventory.ts';
import { findKvDtype, kvLines } from '../memory/kv.ts';
import { weigh } from './columns.ts';
import { nonNegative } from './nonnegative.ts';
import type { Basis } from './table.ts';

/**
 * Throughput of a machine that is kept full (MLPerf's Offline, Server and Interactive), in output tokens a second
 * and accelerator: the time of a token is arithmetic for itself and its share of the prompt, and the reading of
 * its context's KV; times a factor for how strict the scenario's limits are, and for the maker's software.
 */
export type Load = {
  shape: Shape;
  gpu: Gpu;
  precision: 'fp4' | 'fp8' | 'bf16' | 'int8';
  isl: number;
  osl: number;
  scenario: string;
  workload: string;
};

export type ThroughputFit = {
  /** ms a token of each column. */
  columns: number[];
  /** ln factors on the time. */
  scenario: Record<string, number>;
  vendor: Record<string, number>;
  /** By workload and scenario: what the columns leave. */
  workload: Record<string, number>;
  /** ln(measured / planned) at the 10th and 90th percentile: of accelerators left out, and of loads left out. */
  low: number;
  high: number;
  newLoad: { low: number; high: number };
};

export function throughputColumns(load: Load): number[] {
  const { spec } = load.gpu;
  const peak =
    load.precision === 'fp4'
      ? (spec.fp4 ?? spec.fp8 ?? spec.int8)
      : load.precision === 'fp8'
        ? (spec.fp8 ?? spec.bf16)
        : load.precision === 'int8'
          ? spec.int8
          : spec.bf16;
  const flops = (2 * activeParameterCount(load.shape) * (load.isl + load.osl)) / load.osl;
  const kv = findKvDtype('fp8');
  const lines = kv ? kvLines(load.shape, { ...kv, tp: 1, pp: 1 }) : [];
  const context = load.isl + load.osl / 2;
  const bytes = lines.reduce(
    (sum, line) => sum + line.layers * (line.perToken * Math.min(context, line.window ?? context)),
    0,
  );
  // What does not shrink with precision: norms, sampling, launches; bandwidth-bound and per layer.
  const rest = (load.shape.layers * load.shape.hidden * 2 * 40) / (spec.bandwidth * 1e6);
  return [flops / (peak * 1e9), bytes / (spec.bandwidth * 1e6), rest];
}

export type LoadRow = { load: Load; measured: number };

const prior = [2, 1.2, 1];

/** Alternates non-negative columns with shrunk medians of the factors. */
export function fitThroughput(rows: readonly LoadRow[]): ThroughputFit {
  const columns = rows.map((row) => throughputColumns(row.load));
  const times = rows.map((row) => 1000 / row.measured);
  const fit: ThroughputFit = {
    columns: prior,
    scenario: {},
    vendor: {},
    workload: {},
    low: 0,
    high: 0,
    newLoad: { low: 0, high: 0 },
  };
  const counts = new Map<string, number>();
  const cell = (row: LoadRow) => `${row.load.gpu.name}|${row.load.workload}|${row.load.scenario}`;
  for (const row of rows) counts.set(cell(row), (counts.get(cell(row)) ?? 0) + 1);
  const weight = (row: LoadRow) => 1 / (counts.get(cell(row)) ?? 1);
  for (let pass = 0; pass < 8; pass++) {
    const targets = times.map((time, i) => time / Math.exp(factors(fit, rows[i]?.load)));
    fit.columns = nonNegative(columns, targets, {
      weights: targets.map((target, i) => weight(rows[i] as LoadRow) / target ** 2),
      ridge: 0.1,
      prior,
    });
    for (const [table, keyOf, pull] of [
      [fit.scenario, (l: Load) => l.scenario, 1],
      [fit.vendor, (l: Load) => l.gpu.vendor, 1],
      [fit.workload, (l: Load) => `${l.workload}|${l.scenario}`, 0.5],
    ] as const) {
      const groups = new Map<string, { off: number; weight: number }[]>();
      rows.forEach((row, i) => {
        const key = keyOf(row.load);
        const planned = Math.log(weigh(columns[i] ?? [], fit.columns)) + factors(fit, row.load);
        const own = table[key] ?? 0;
        groups.set(key, [
          ...(groups.get(key) ?? []),
          { off: Math.log(times[i] ?? 1) - planned + own, weight: weight(row) },
        ]);
      });
      for (const [key, group] of groups) {
        const total = group.reduce((sum, g) => sum + g.weight, 0);
        table[key] = group.reduce((sum, g) => sum + g.weight * g.off, 0) / (total + pull);
      }
    }
  }
  return fit;
}

function factors(fit: ThroughputFit, load: Load | undefined): number {
  if (!load) return 0;
  return (
    (fit.scenario[load.scenario] ?? 0) +
    (fit.vendor[load.gpu.vendor] ?? 0) +
    (fit.workload[`${load.workload}|${load.scenario}`] ?? 0)
  );
}

export type ThroughputAnswer = { tokensPerSecond: number; low: number; high: number; basis: Basis };

/** Output tokens a second and accelerator. */
export function planThroughput(load: Load, fit: ThroughputFit): ThroughputAnswer {
  const time = weigh(throughputColumns(load), fit.columns) * Math.exp(factors(fit, load));
  const known = fit.workload[`${load.workload}|${load.scenario}`] !== undefined;
  // Of a load that nobody measured more is unknown than of an accelerator.
  const band = known ? fit : fit.newLoad;
  return {
    tokensPerSecond: 1000 / time,
    low: (1000 / time) * Math.exp(Math.min(fit.low, band.low)),
    high: (1000 / time) * Math.exp(Math.max(fit.high, band.high)),
    basis: known ? 'interpolated' : 'extrapolated',
  };
}
