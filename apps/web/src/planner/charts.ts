import type { Way } from '@aboveboard/planner/cost/flows';
import type { CostAnswer } from '@aboveboard/planner/cost/montecarlo';
import type { CurvePoint } from '@aboveboard/planner/speed/targets';
import * as Plot from '@observablehq/plot';
import { text } from './messages/en.ts';
import { compact, share } from './numbers.ts';
import { ways } from './ways.ts';

/** The pictures. Colours are the page's tokens, so both schemes and print come by themselves. */
const colour: Record<Way, string> = {
  onPremise: 'var(--way-own)',
  cloud: 'var(--way-rented)',
  api: 'var(--way-api)',
};
const dash: Record<Way, string> = { onPremise: '', cloud: '7 3', api: '2 3' };
export const chartStyle = {
  fontSize: '12px',
  fontFamily: 'var(--font)',
  background: 'none',
  color: 'var(--ink)',
};

/** Labels at the ends of lines, moved apart where they would lie on each other; `y` grows upwards, in data. */
function apart<T extends { y: number }>(
  labels: readonly T[],
  least: number,
  most: number,
): (T & { at: number })[] {
  const sorted = [...labels].sort((a, b) => a.y - b.y).map((label) => ({ ...label, at: label.y }));
  for (let i = 1; i < sorted.length; i++) {
    const [below, here] = [sorted[i - 1], sorted[i]];
    if (below && here) here.at = Math.max(here.at, below.at + least);
  }
  let ceiling = most;
  for (const label of sorted.reverse()) {
    label.at = Math.min(label.at, ceiling);
    ceiling = label.at - least;
  }
  return sorted;
}

export function speedChart(curve: readonly CurvePoint[], target: number, width: number, height: number) {
  // Far beyond the target nothing is decided; the picture ends there.
  const shown = curve.filter((point, i) => i === 0 || point.tpot <= target * 2.5);
  const most = Math.max(...shown.map((point) => point.throughput));
  const right = Math.max(target * 1.15, ...shown.map((point) => point.tpot));
  return Plot.plot({
    width,
    height,
    style: chartStyle,
    marginLeft: 48,
    marginBottom: 40,
    marginRight: 24,
    x: {
      domain: [0, right * 1.04],
      label: text.speed.latency,
      labelArrow: 'none',
      labelAnchor: 'center',
      ticks: 5,
    },
    y: {
      domain: [0, most * 1.12],
      label: text.speed.throughput,
      labelArrow: 'none',
      tickFormat: compact,
      ticks: 5,
      grid: true,
    },
    marks: [
      Plot.rect([0], { x1: 0, x2: target, y1: 0, y2: most * 1.12, fill: 'var(--accent-soft)' }),
      Plot.ruleX([target], { stroke: 'var(--accent)', strokeDasharray: '4 3' }),
      Plot.text([target], {
        x: target,
        y: 0,
        text: () => text.speed.target,
        textAnchor: 'end',
        dx: -5,
        dy: -10,
        fill: 'var(--accent)',
      }),
      // Where eight cases of ten lie, as far as the picture reaches.
      Plot.ruleY(shown, {
        y: 'throughput',
        x1: (point: CurvePoint) => point.band.tpot[0],
        x2: (point: CurvePoint) => Math.min(point.band.tpot[1], right * 1.04),
        stroke: 'var(--accent)',
        strokeOpacity: 0.45,
        strokeWidth: 3,
      }),
      Plot.line(shown, { x: 'tpot', y: 'throughput', stroke: 'var(--ink-soft)', strokeWidth: 1.5 }),
      Plot.dot(shown, {
        x: 'tpot',
        y: 'throughput',
        r: 4.5,
        stroke: 'var(--accent)',
        strokeWidth: 2,
        fill: (point: CurvePoint) => (point.meets ? 'var(--accent)' : 'var(--surface)'),
      }),
      Plot.text(
        shown.filter((_, i) => i >= shown.length - 5),
        {
          x: 'tpot',
          y: 'throughput',
          text: (point: CurvePoint) => String(point.concurrency),
          dx: 8,
          dy: 10,
          textAnchor: 'start',
        },
      ),
    ],
  });
}

export function cumulativeChart(cost: CostAnswer, width: number, height: number) {
  const months = cost.years * 12;
  const rows = ways.flatMap((way) =>
    cost.cumulative[way].p50.map((p50, i) => ({
      way,
      year: (i + 1) / 12,
      p10: cost.cumulative[way].p10[i] ?? 0,
      p50,
      p90: cost.cumulative[way].p90[i] ?? 0,
    })),
  );
  const most = Math.max(...rows.map((row) => row.p90));
  const ends = apart(
    ways.map((way) => ({ way, y: cost.cumulative[way].p50[months - 1] ?? 0 })),
    (most * 17) / (height - 60),
    most,
  );
  return Plot.plot({
    width,
    height,
    style: chartStyle,
    marginLeft: 48,
    marginBottom: 36,
    marginRight: 62,
    x: {
      domain: [0, cost.years],
      label: text.cost.year,
      labelArrow: 'none',
      labelAnchor: 'center',
      ticks: cost.years,
      tickFormat: 'd',
    },
    y: {
      domain: [0, most],
      label: cost.currency,
      labelArrow: 'none',
      tickFormat: compact,
      ticks: 5,
      grid: true,
    },
    marks: ways.flatMap((way) => {
      const own = rows.filter((row) => row.way === way);
      return [
        Plot.areaY(own, { x: 'year', y1: 'p10', y2: 'p90', fill: colour[way], fillOpacity: 0.14 }),
        Plot.lineY(own, {
          x: 'year',
          y: 'p50',
          stroke: colour[way],
          strokeWidth: 2.5,
          strokeDasharray: dash[way],
        }),
        Plot.text(
          ends.filter((end) => end.way === way),
          {
            x: cost.years,
            y: 'at',
            text: () => text.cost.ways[way],
            dx: 6,
            textAnchor: 'start',
            fill: colour[way],
            fontWeight: 600,
          },
        ),
      ];
    }),
  });
}

export function breakEvenChart(cost: CostAnswer, width: number, height: number) {
  const others = ['cloud', 'api'] as const;
  const rows = (other: 'cloud' | 'api') =>
    [0, ...cost.breakEven[other].byMonth].map((chance, month) => ({ chance, year: month / 12 }));
  const ends = apart(
    others.map((other) => ({ other, y: cost.breakEven[other].byMonth.at(-1) ?? 0 })),
    34 / (height - 60),
    1,
  );
  return Plot.plot({
    width,
    height,
    style: chartStyle,
    marginLeft: 48,
    marginBottom: 36,
    marginRight: 92,
    x: {
      domain: [0, cost.years],
      label: text.cost.year,
      labelArrow: 'none',
      labelAnchor: 'center',
      ticks: cost.years,
      tickFormat: 'd',
    },
    y: {
      domain: [0, 1],
      label: text.cost.chance,
      labelArrow: 'none',
      tickFormat: share,
      ticks: 5,
      grid: true,
    },
    marks: others.flatMap((other) => [
      Plot.lineY(rows(other), {
        x: 'year',
        y: 'chance',
        stroke: colour[other],
        strokeWidth: 2.5,
        strokeDasharray: dash[other],
        curve: 'step-after',
      }),
      Plot.text(
        ends.filter((end) => end.other === other),
        {
          x: cost.years,
          y: 'at',
          text: () =>
            `${text.cost.against(text.cost.ways[other])}\n${text.cost.never(share(cost.breakEven[other].never))}`,
          dx: 6,
          textAnchor: 'start',
          fill: colour[other],
        },
      ),
    ]),
  });
}

export const TORNADO_BARS = 8;
export function tornadoChart(cost: CostAnswer, width: number, height: number) {
  const bars = cost.tornado
    .slice(0, TORNADO_BARS)
    .map(({ field, low, high }) => ({ label: text.fields[field][0], low, high }));
  return Plot.plot({
    width,
    height,
    style: chartStyle,
    marginLeft: 118,
    marginTop: 28,
    marginBottom: 36,
    marginRight: 20,
    x: {
      label: `${text.cost.ways.onPremise} − ${text.cost.ways.api}, ${cost.currency}`,
      labelArrow: 'none',
      labelAnchor: 'center',
      tickFormat: compact,
      ticks: 4,
      grid: true,
      inset: 8,
    },
    y: { label: null, domain: bars.map(({ label }) => label), tickSize: 0 },
    marks: [
      Plot.ruleX([0], { stroke: 'var(--line-strong)' }),
      Plot.barX(bars, {
        x1: 'low',
        x2: 'high',
        y: 'label',
        fill: 'var(--way-own)',
        fillOpacity: 0.28,
        insetTop: 4,
        insetBottom: 4,
      }),
      Plot.tickX(bars, {
        x: 'low',
        y: 'label',
        stroke: 'var(--way-own)',
        strokeWidth: 3,
        insetTop: 4,
        insetBottom: 4,
      }),
      // Which end is which, said once, at the longest bar.
      ...(['low', 'high'] as const).map((end) =>
        Plot.text(bars.slice(0, 1), {
          x: end,
          y: 'label',
          text: () => (end === 'low' ? text.cost.p10 : text.cost.p90),
          dy: -18,
          fill: end === 'low' ? 'var(--way-own)' : 'var(--way-rented)',
        }),
      ),
      Plot.dot(bars, { x: 'high', y: 'label', fill: 'var(--way-rented)', r: 5 }),
    ],
  });
}
