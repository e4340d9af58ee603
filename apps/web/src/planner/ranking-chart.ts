import type { ControlWay } from '@aboveboard/planner/control/matrix';
import * as Plot from '@observablehq/plot';
import { chartStyle } from './charts.ts';
import { text } from './messages/en.ts';
import { share } from './numbers.ts';
import type { AxisMoves } from './ranking-moves.ts';

export const ROW = 34;
const fill: Record<ControlWay | 'tie', string> = {
  onPremise: 'var(--soft-term)',
  hybrid: 'var(--pale-term)',
  api: 'var(--warn-soft)',
  tie: 'var(--raised)',
};
/** The way's name in its part of the bar, as long as there is room for it. */
const letters = 7.2;

/** A bar an axis: who leads at each share of weight that the axis may have, and where it is now. */
export function rankingChart(
  moves: readonly AxisMoves[],
  titles: ReadonlyMap<string, string>,
  width: number,
) {
  const narrow = width < 520;
  const left = narrow ? 8 : 210;
  const name = (axis: string) => titles.get(axis) ?? axis;
  const rows = moves.flatMap(({ axis, spans }) => spans.map((span) => ({ ...span, axis: name(axis) })));
  const said = (leads: ControlWay | null) => (leads ? text.control.ways[leads] : text.ranking.tie);
  const room = (width - left - 20) / letters;
  const height = moves.length * (narrow ? ROW + 18 : ROW) + 50;
  return Plot.plot({
    width,
    height,
    style: chartStyle,
    marginLeft: left,
    marginRight: 20,
    marginBottom: 36,
    marginTop: narrow ? 20 : 10,
    x: {
      domain: [0, 1],
      label: text.ranking.share,
      labelArrow: 'none',
      labelAnchor: 'center',
      tickFormat: share,
      ticks: narrow ? 3 : 5,
    },
    y: {
      label: null,
      domain: moves.map(({ axis }) => name(axis)),
      tickSize: 0,
      ...(narrow ? { axis: null } : {}),
    },
    marks: [
      Plot.barX(rows, {
        x1: 'from',
        x2: 'to',
        y: 'axis',
        fill: (row: { leads: ControlWay | null }) => fill[row.leads ?? 'tie'],
        stroke: 'var(--line-strong)',
        insetTop: narrow ? 20 : 5,
        insetBottom: 5,
      }),
      Plot.text(
        rows.filter(({ from, to, leads }) => (to - from) * room >= said(leads).length),
        {
          x: ({ from, to }: { from: number; to: number }) => (from + to) / 2,
          y: 'axis',
          dy: narrow ? 8 : 0,
          text: ({ leads }: { leads: ControlWay | null }) => said(leads),
        },
      ),
      Plot.tickX(moves, {
        x: 'now',
        y: ({ axis }: AxisMoves) => name(axis),
        stroke: 'var(--ink)',
        strokeWidth: 3,
        insetTop: narrow ? 16 : 1,
        insetBottom: 1,
      }),
      // Where there is no room beside the bars, the axes' names stand over them.
      ...(narrow
        ? [
            Plot.text(moves, {
              x: 0,
              y: ({ axis }: AxisMoves) => name(axis),
              text: ({ axis }: AxisMoves) => name(axis),
              textAnchor: 'start',
              dy: -14,
              fontWeight: 600,
            }),
          ]
        : []),
    ],
  });
}
