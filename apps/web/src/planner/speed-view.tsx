import type { CurvePoint } from '@aboveboard/planner/speed/targets';
import { type ReactNode, useCallback } from 'react';
import type { Answered } from './calculation.ts';
import { Chart } from './chart.tsx';
import { speedRow } from './chart-workings.ts';
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
  answered: Answered;
}): ReactNode {
  const { name, curve, target } = props;
  const draw = useCallback((width: number) => speedChart(curve, target, width, HEIGHT), [curve, target]);
  const meeting = curve.filter(({ meets }) => meets).map(({ throughput }) => throughput);
  // What no measured row stands behind.
  const unchecked = props.answered.answer.speed?.unchecked ?? [];
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
        rows: curve.map((point) => speedRow(props.answered, point)),
      }}
    />
  );
  if (unchecked.length === 0) return chart;
  return (
    <div>
      {chart}
      <p className="small">{text.figures.uncheckedIs(unchecked.join('; '))}</p>
    </div>
  );
}
