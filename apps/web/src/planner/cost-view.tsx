import type { CostAnswer } from '@aboveboard/planner/cost/montecarlo';
import { type ReactNode, useCallback } from 'react';
import type { Answered } from './calculation.ts';
import { Chart, type ChartTable, Table } from './chart.tsx';
import { breakEvenChart, cumulativeChart, TORNADO_BARS, tornadoChart } from './charts.ts';
import { text } from './messages/en.ts';
import { compact, figure, money, share } from './numbers.ts';
import { ways } from './ways.ts';

const HEIGHT = 260;
type Props = { name: string; titled: boolean; cost: CostAnswer };

export function CumulativeView({ name, titled, cost }: Props): ReactNode {
  const draw = useCallback((width: number) => cumulativeChart(cost, width, HEIGHT), [cost]);
  const ends = ways.map(
    (way) => `${text.cost.ways[way]} ${money(cost.cumulative[way].p50.at(-1) ?? 0, cost.currency)}`,
  );
  return (
    <Chart
      title={titled ? name : null}
      says={text.cost.says(name, ends.join(', '))}
      height={HEIGHT}
      draw={draw}
      table={yearly(cost)}
    />
  );
}

function yearly(cost: CostAnswer): ChartTable {
  return {
    head: [
      text.cost.year,
      ...ways.map((way) => `${text.cost.ways[way]} ${text.cost.p50} (${text.cost.p10}–${text.cost.p90})`),
    ],
    rows: Array.from({ length: cost.years }, (_, year) => [
      String(year + 1),
      ...ways.map((way) => {
        const at = (of: readonly number[]) => compact(of[year * 12 + 11] ?? 0);
        const { p10, p50, p90 } = cost.cumulative[way];
        return `${cost.currency} ${at(p50)} (${at(p10)}–${at(p90)})`;
      }),
    ]),
  };
}

export function BreakEvenView({ name, titled, cost }: Props): ReactNode {
  const draw = useCallback((width: number) => breakEvenChart(cost, width, HEIGHT), [cost]);
  const { cloud, api } = cost.breakEven;
  return (
    <Chart
      title={titled ? name : null}
      says={text.cost.breakEvenSays(name, share(1 - cloud.never), share(1 - api.never))}
      height={HEIGHT}
      draw={draw}
      table={{
        head: [text.cost.month, text.cost.ways.cloud, text.cost.ways.api],
        rows: Array.from({ length: cost.years * 2 }, (_, half) => half * 6 + 5).map((at) => [
          String(at + 1),
          share(cloud.byMonth[at] ?? 0),
          share(api.byMonth[at] ?? 0),
        ]),
      }}
    />
  );
}

export function TornadoView({ name, titled, cost }: Props): ReactNode {
  const draw = useCallback((width: number) => tornadoChart(cost, width, HEIGHT), [cost]);
  const first = cost.tornado[0];
  const rho = new Map(cost.rankCorrelations.map((entry) => [entry.field, entry.rho]));
  return (
    <Chart
      title={titled ? name : null}
      says={text.cost.tornadoSays(name, first ? text.fields[first.field][0] : '')}
      height={HEIGHT}
      draw={draw}
      table={{
        head: [text.figures.figure, text.cost.low, text.cost.high, text.cost.rank],
        rows: cost.tornado
          .slice(0, TORNADO_BARS * 2)
          .map(({ field, low, high }) => [
            text.fields[field][0],
            money(low, cost.currency),
            money(high, cost.currency),
            (rho.get(field) ?? 0).toFixed(2),
          ]),
      }}
    />
  );
}

/** Where the figures come from that the user did not give. */
export function AssumedView(props: { name: string; answered: Answered }): ReactNode {
  const { cost } = props.answered.answer;
  if (!cost) return null;
  const label = text.cost.assumed(cost.assumed.length);
  return (
    <details className="behind">
      <summary>
        {props.name}: {label}
      </summary>
      <Table
        label={`${props.name}: ${label}`}
        head={[text.figures.figure, text.cost.value, text.cost.source]}
        rows={cost.assumed.map(({ field, source }) => [
          text.fields[field][0],
          figure(props.answered.figures[field]?.typical ?? 0),
          source,
        ])}
      />
    </details>
  );
}
