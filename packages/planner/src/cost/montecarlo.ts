import { seeded } from '../speed/seeded.ts';
import {
  breakEvenMonth,
  type CostDraw,
  cashFlows,
  emptyFlows,
  figure,
  presentValue,
  type Way,
  ways,
} from './flows.ts';
import { type CostField, type CostPlan, costFields, costIndex } from './inputs.ts';
import { type Percentiles, percentiles, percentilesOf } from './percentiles.ts';
import { draw } from './quantity.ts';

export type CostAnswer = {
  currency: string;
  years: number;
  /** Present value of all cost. */
  total: Record<Way, Percentiles>;
  perMillionTokens: Record<Way, Percentiles>;
  perContributorMonth: Record<Way, Percentiles> | null;
  /** Undiscounted cumulative cost by month at the typical figures, and its fan. */
  cumulative: Record<Way, { p10: number[]; p50: number[]; p90: number[] }>;
  /** By month, the chance that owning has by then cost no more; `never` within the plan. */
  breakEven: Record<'cloud' | 'api', { byMonth: number[]; never: number; typicalMonth: number | null }>;
  /** Each figure at its P10 and P90, others typical: total of owning less total of the API. */
  tornado: { field: CostField; low: number; high: number; swing: number }[];
  /** Spearman's rho of each figure's draws with total of owning less total of the API. */
  rankCorrelations: { field: CostField; rho: number }[];
  /** How often each way is the cheapest. */
  cheapest: Record<Way, number>;
  draws: number;
  seed: number;
  assumed: CostPlan['assumed'];
};

/** All of a cost plan: typical flows, draws, break-even, tornado, correlations. Deterministic for a seed. */
export function planCost(plan: CostPlan): CostAnswer {
  const fields = Object.keys(costFields) as CostField[];
  const months = plan.years * 12;
  const vary = fields.filter((field) => plan.figures[field].high > plan.figures[field].low);
  const typical: CostDraw = Float64Array.from(fields, (field) => plan.figures[field].typical);
  const random = seeded(plan.seed);
  const flows = emptyFlows(months);
  const count = plan.draws;
  const ranges = vary.map((field) => ({
    at: costIndex[field],
    range: plan.figures[field],
    uniform: new Float64Array(count),
  }));
  const totals = {
    onPremise: new Float64Array(count),
    cloud: new Float64Array(count),
    api: new Float64Array(count),
  };
  const millions = new Float64Array(count);
  const crossed = { cloud: new Float64Array(months + 1), api: new Float64Array(months + 1) };
  const cheapest = { onPremise: 0, cloud: 0, api: 0 };
  // The fan needs every month of every draw; five hundred of ten thousand fix its percentiles well enough, and a
  // hundred those of a first, quick answer.
  const fanSize = Math.min(count, 500, Math.max(100, Math.floor(count / 20)));
  const fan = Object.fromEntries(ways.map((way) => [way, new Float64Array(fanSize * months)])) as Record<
    Way,
    Float64Array
  >;
  const current = typical.slice();
  for (let i = 0; i < count; i++) {
    for (const { at, range, uniform } of ranges) {
      const u = random();
      current[at] = draw(range, u);
      uniform[i] = u;
    }
    cashFlows(current, plan.years, plan.gpus, flows);
    let best: Way = 'onPremise';
    for (const way of ways) {
      totals[way][i] = presentValue(flows.monthly[way], figure(current, costIndex.discount));
      if ((totals[way][i] ?? 0) < (totals[best][i] ?? 0)) best = way;
      if (i < fanSize) accumulate(flows.monthly[way], fan[way], i, months);
    }
    cheapest[best] += 1 / count;
    millions[i] = flows.millions;
    for (const other of ['cloud', 'api'] as const) {
      const month = breakEvenMonth(
        flows.monthly.onPremise,
        flows.monthly[other],
        figure(current, costIndex.discount),
      );
      crossed[other][month] = (crossed[other][month] ?? 0) + 1 / count;
    }
  }
  const gap = totals.onPremise.map((value, i) => value - (totals.api[i] ?? 0));
  const typicalFlows = cashFlows(typical, plan.years, plan.gpus);
  const each = <T>(make: (way: Way) => T) =>
    Object.fromEntries(ways.map((way) => [way, make(way)])) as Record<Way, T>;
  const contributors = plan.contributors;
  return {
    currency: plan.currency,
    years: plan.years,
    total: each((way) => percentiles(totals[way])),
    perMillionTokens: each((way) =>
      percentiles(totals[way].map((value, i) => value / Math.max(1e-9, millions[i] ?? 0))),
    ),
    perContributorMonth: contributors
      ? each((way) => percentiles(totals[way].map((value) => value / contributors / months)))
      : null,
    cumulative: each((way) => fanOf(fan[way], fanSize, months)),
    breakEven: {
      cloud: breakEven(
        crossed.cloud,
        typicalFlows.monthly.onPremise,
        typicalFlows.monthly.cloud,
        figure(typical, costIndex.discount),
      ),
      api: breakEven(
        crossed.api,
        typicalFlows.monthly.onPremise,
        typicalFlows.monthly.api,
        figure(typical, costIndex.discount),
      ),
    },
    tornado: tornado(plan, vary, typical),
    rankCorrelations: correlations(
      vary,
      ranges.map((range) => range.uniform),
      gap,
    ),
    cheapest,
    draws: count,
    seed: plan.seed,
    assumed: plan.assumed,
  };
}

function accumulate(flows: Float64Array, into: Float64Array, at: number, months: number): void {
  let sum = 0;
  for (let month = 0; month < months; month++) {
    sum += flows[month] ?? 0;
    into[at * months + month] = sum;
  }
}

function fanOf(
  fan: Float64Array,
  size: number,
  months: number,
): { p10: number[]; p50: number[]; p90: number[] } {
  const result = { p10: [] as number[], p50: [] as number[], p90: [] as number[] };
  const column = new Float64Array(size);
  for (let month = 0; month < months; month++) {
    for (let i = 0; i < size; i++) column[i] = fan[i * months + month] ?? 0;
    const { p10, p50, p90 } = percentilesOf(column);
    result.p10.push(p10);
    result.p50.push(p50);
    result.p90.push(p90);
  }
  return result;
}

function breakEven(crossed: Float64Array, own: Float64Array, other: Float64Array, discount: number) {
  const byMonth: number[] = [];
  let sum = 0;
  for (let month = 1; month < crossed.length; month++) {
    sum += crossed[month] ?? 0;
    byMonth.push(sum);
  }
  const typicalMonth = breakEvenMonth(own, other, discount);
  return { byMonth, never: crossed[0] ?? 0, typicalMonth: typicalMonth === 0 ? null : typicalMonth };
}

function tornado(plan: CostPlan, vary: readonly CostField[], typical: CostDraw): CostAnswer['tornado'] {
  const flows = emptyFlows(plan.years * 12);
  const gapAt = (field: CostField, value: number) => {
    const figures = typical.slice();
    figures[costIndex[field]] = value;
    cashFlows(figures, plan.years, plan.gpus, flows);
    return (
      presentValue(flows.monthly.onPremise, figure(figures, costIndex.discount)) -
      presentValue(flows.monthly.api, figure(figures, costIndex.discount))
    );
  };
  return vary
    .map((field) => {
      const low = gapAt(field, draw(plan.figures[field], 0.1));
      const high = gapAt(field, draw(plan.figures[field], 0.9));
      return { field, low, high, swing: Math.abs(high - low) };
    })
    .sort((a, b) => b.swing - a.swing);
}

function correlations(
  vary: readonly CostField[],
  uniforms: readonly Float64Array[],
  gap: Float64Array,
): CostAnswer['rankCorrelations'] {
  const target = ranks(gap);
  // A draw rises with its uniform number, so that number is its rank already (to 1 / sqrt(draws)).
  return vary
    .map((field, i) => ({ field, rho: pearson(uniforms[i] ?? new Float64Array(0), target) }))
    .sort((a, b) => Math.abs(b.rho) - Math.abs(a.rho));
}

/** Ranks by counting in a sorted copy; draws are continuous, so ties do not matter. */
function ranks(values: Float64Array): Float64Array {
  const sorted = Float64Array.from(values).sort();
  return values.map((value) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

function pearson(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  if (n < 2) return 0;
  const left0 = a.reduce((sum, x) => sum + x, 0) / n;
  const right0 = b.reduce((sum, x) => sum + x, 0) / n;
  let top = 0;
  let left = 0;
  let right = 0;
  for (let i = 0; i < n; i++) {
    const x = (a[i] ?? 0) - left0;
    const y = (b[i] ?? 0) - right0;
    top += x * y;
    left += x * x;
    right += y * y;
  }
  return left > 0 && right > 0 ? top / Math.sqrt(left * right) : 0;
}
