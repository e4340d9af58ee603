import type { CostAnswer } from '@aboveboard/planner/cost/montecarlo';
import { type ReactNode, useCallback } from 'react';
import type { Answered } from './calculation.ts';
import { Chart, type ChartTable, TableBehind } from './chart.tsx';
import { assumedRow, breakEvenCell, cumulativeCell, tornadoRow } from './chart-workings.ts';
import { breakEvenChart, cumulativeChart, TORNADO_BARS, tornadoChart } from './charts.ts';
import { text } from './messages/en.ts';
import { money, share } from './numbers.ts';
import { ways } from './ways.ts';

const HEIGHT = 260;
type Props = { name: string; titled: boolean; cost: CostAnswer; answered: Answered };

export function CumulativeView({ name, titled, cost, answered }: Props): ReactNode {
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
      table={yearly(cost, answered)}
    />
  );
}

function yearly(cost: CostAnswer, answered: Answered): ChartTable {
  return {
    head: [
      text.cost.year,
      ...ways.map((way) => `${text.cost.ways[way]} ${text.cost.p50} (${text.cost.p10}–${text.cost.p90})`),
    ],
    rows: Array.from({ length: cost.years }, (_, year) => [
      String(year + 1),
      ...ways.map((way) => cumulativeCell(answered, way, year)),
    ]),
  };
}

export function BreakEvenView({ name, titled, cost, answered }: Props): ReactNode {
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
          breakEvenCell(answered, 'cloud', at + 1),
          breakEvenCell(answered, 'api', at + 1),
        ]),
      }}
    />
  );
}

export function TornadoView({ name, titled, cost, answered }: Props): ReactNode {
  const draw = useCallback((width: number) => tornadoChart(cost, width, HEIGHT), [cost]);
  const first = cost.tornado[0];
  return (
    <Chart
      title={titled ? name : null}
      says={text.cost.tornadoSays(name, first ? text.fields[first.field][0] : '')}
      height={HEIGHT}
      draw={draw}
      table={{
        head: [text.figures.figure, text.cost.low, text.cost.high, text.cost.rank],
        rows: cost.tornado.slice(0, TORNADO_BARS * 2).map(({ field }) => tornadoRow(answered, field)),
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
    <TableBehind
      summary={`${props.name}: ${label}`}
      label={`${props.name}: ${label}`}
      head={[text.figures.figure, text.cost.value, text.cost.source]}
      rows={cost.assumed.map(({ field, source }) => assumedRow(props.answered, field, source))}
    />
  );
}
