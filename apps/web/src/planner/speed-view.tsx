import type { CurvePoint } from '@aboveboard/planner/speed/targets';
import { type ReactNode, useCallback } from 'react';
import { Chart } from './chart.tsx';
import { speedChart } from './charts.ts';
import { text } from './messages/en.ts';
import { figure } from './numbers.ts';

const HEIGHT = 260;

/** One replica's throughput against the time of a token, with the target. */
export function SpeedView(props: {
  name: string;
  titled: boolean;
  curve: readonly CurvePoint[];
  target: number;
  /** What no measured row stands behind. */
  unchecked: readonly string[];
}): ReactNode {
  const { name, curve, target } = props;
  const draw = useCallback((width: number) => speedChart(curve, target, width, HEIGHT), [curve, target]);
  const meeting = curve.filter(({ meets }) => meets).map(({ throughput }) => throughput);
  const between = ([low, high]: readonly [number, number]) => text.figures.between(figure(low), figure(high));
  const chart = (
    <Chart
      title={props.titled ? name : null}
      says={
        meeting.length > 0 ? text.speed.says(name, figure(Math.max(...meeting))) : text.speed.saysNone(name)
      }
      height={HEIGHT}
      draw={draw}
      table={{
        head: [
          text.speed.atOnce,
          `${text.figures.ttft} (${text.speed.tenth})`,
          `${text.figures.tpot} (${text.speed.tenth})`,
          `${text.speed.throughput} (${text.speed.tenth})`,
          text.speed.meets,
        ],
        rows: curve.map((point) => [
          String(point.concurrency),
          `${figure(point.ttft)} ms (${between(point.band.ttft)})`,
          `${figure(point.tpot)} ms (${between(point.band.tpot)})`,
          `${figure(point.throughput)} (${between(point.band.throughput)})`,
          point.meets ? text.figures.yes : text.figures.no,
        ]),
      }}
    />
  );
  if (props.unchecked.length === 0) return chart;
  return (
    <div>
      {chart}
      <p className="small">{text.figures.uncheckedIs(props.unchecked.join('; '))}</p>
    </div>
  );
}
