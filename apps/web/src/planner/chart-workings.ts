import type { Way } from '@aboveboard/planner/cost/flows';
import type { CostField } from '@aboveboard/planner/cost/inputs';
import type { CurvePoint } from '@aboveboard/planner/speed/targets';
import type { Answered } from './calculation.ts';
import type { Cell } from './chart.tsx';
import { chartFormulas, formulas, text } from './messages/en.ts';
import { compact, figure, money, share } from './numbers.ts';
import type { Working } from './working.tsx';
import { costInputs, workingOf } from './workings.ts';

/** The figures of the charts, as their tables show them: each opens what it was made from. */
type Shown = { title: string; value: string; inputs: Working['inputs']; formula?: string };

function cell(answered: Answered, id: string, shown: Shown): Cell {
  return {
    value: shown.value,
    how: () => {
      // The key figure's interval is not this point's; what this one's is stands in its value.
      const { range: _, ...base } = workingOf(answered, id) ?? { formula: '', inputs: [], sources: [] };
      return {
        ...base,
        ...(shown.formula ? { formula: shown.formula } : {}),
        title: shown.title,
        value: shown.value,
        inputs: [...shown.inputs, ...base.inputs],
      };
    },
  };
}

const between = ([low, high]: readonly [number, number]) => text.figures.between(figure(low), figure(high));

export function speedRow(answered: Answered, point: CurvePoint): Cell[] {
  const atOnce = String(point.concurrency);
  const inputs = [[text.speed.atOnce, atOnce]] as const;
  const figures = [
    ['ttft', text.figures.ttft, `${figure(point.ttft)} ms (${between(point.band.ttft)})`],
    ['tpot', text.figures.tpot, `${figure(point.tpot)} ms (${between(point.band.tpot)})`],
    ['throughput', text.speed.throughput, `${figure(point.throughput)} (${between(point.band.throughput)})`],
  ] as const;
  return [
    atOnce,
    ...figures.map(([id, title, value]) => cell(answered, id, { title, value, inputs })),
    point.meets ? text.figures.yes : text.figures.no,
  ];
}

/** Cost from the beginning to the end of a year, counted from 0. */
export function cumulativeCell(answered: Answered, way: Way, year: number): Cell {
  const { cost } = answered.answer;
  if (!cost) return '';
  const at = (of: readonly number[]) => compact(of[year * 12 + 11] ?? 0);
  const { p10, p50, p90 } = cost.cumulative[way];
  return cell(answered, `total ${way}`, {
    title: chartFormulas.upTo(text.cost.ways[way], year + 1),
    value: `${cost.currency} ${at(p50)} (${at(p10)}–${at(p90)})`,
    formula: formulas.spent(formulas.monthly[way]),
    inputs: [[text.cost.year, chartFormulas.firstTo(year + 1)]],
  });
}

/** The chance that owning has cost no more by the end of a month, counted from 1. */
export function breakEvenCell(answered: Answered, other: 'cloud' | 'api', month: number): Cell {
  const chance = answered.answer.cost?.breakEven[other].byMonth[month - 1];
  return cell(answered, `even ${other}`, {
    title: `${text.figures.breakEven(text.cost.ways[other])}, ${text.figures.month(month)}`,
    value: share(chance ?? 0),
    inputs: [[text.cost.month, String(month)]],
  });
}

export function tornadoRow(answered: Answered, field: CostField): Cell[] {
  const { cost } = answered.answer;
  const bar = cost?.tornado.find((one) => one.field === field);
  if (!cost || !bar) return [];
  const name = text.fields[field][0];
  const rho = cost.rankCorrelations.find((one) => one.field === field)?.rho ?? 0;
  const opened = (title: string, value: string, formula: string): Cell => ({
    value,
    how: () => ({
      title: `${name}: ${title}`,
      value,
      basis: text.basis.drawn,
      formula,
      ...costInputs(answered, [field]),
    }),
  });
  return [
    name,
    opened(text.cost.low, money(bar.low, cost.currency), chartFormulas.swing),
    opened(text.cost.high, money(bar.high, cost.currency), chartFormulas.swing),
    opened(text.cost.rank, rho.toFixed(2), chartFormulas.rank),
  ];
}

/** A figure of the plan that the user did not give. */
export function assumedRow(answered: Answered, field: CostField, source: string): Cell[] {
  const value = figure(answered.figures[field]?.typical ?? 0);
  const how = (): Working => ({
    title: text.fields[field][0],
    value,
    formula: chartFormulas.given,
    ...costInputs(answered, [field]),
  });
  return [text.fields[field][0], { value, how }, source];
}
