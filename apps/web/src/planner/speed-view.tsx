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
}): ReactNode {
  const { name, curve, target } = props;
  const draw = useCallback((width: number) => speedChart(curve, target, width, HEIGHT), [curve, target]);
  const meeting = curve.filter(({ meets }) => meets).map(({ throughput }) => throughput);
  return (
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
          text.figures.ttft,
          text.figures.tpot,
          text.speed.throughput,
          text.speed.meets,
        ],
        rows: curve.map((point) => [
          String(point.concurrency),
          `${figure(point.ttft)} ms`,
          `${figure(point.tpot)} ms`,
          figure(point.throughput),
          point.meets ? text.figures.yes : text.figures.no,
        ]),
      }}
    />
  );
}
