import type { Axis, ControlWay } from '@aboveboard/planner/control/matrix';
import type { ControlAnswer } from '@aboveboard/planner/control/score';
import { type ReactNode, useCallback, useMemo } from 'react';
import { type Cell, Chart } from './chart.tsx';
import { chartFormulas, text } from './messages/en.ts';
import { share } from './numbers.ts';
import { ROW, rankingChart } from './ranking-chart.ts';
import { leadsAt, rankingMoves } from './ranking-moves.ts';

/** The ranking by evidence and weights, and how it moves when they do. */
export function RankingView(props: {
  answer: ControlAnswer;
  axes: readonly Axis[];
  weights: Readonly<Record<string, number>>;
}): ReactNode {
  const { answer, axes, weights } = props;
  return (
    <>
      <h3>{text.control.ranking}</h3>
      {answer.comparedAxes.length === 0 ? (
        <p>{text.control.noRanking}</p>
      ) : (
        <>
          <ol>
            {answer.ranking.map(({ way, score }) => (
              <li key={way}>
                {text.control.share(
                  text.control.ways[way],
                  score === null ? text.control.noEvidence : share(score),
                  share(answer.leadShare[way]),
                )}
              </li>
            ))}
          </ol>
          <Moves answer={answer} axes={axes} weights={weights} />
        </>
      )}
      <p className="soft">{answer.notice}</p>
    </>
  );
}

function Moves({ answer, axes, weights }: Parameters<typeof RankingView>[0]): ReactNode {
  const titles = useMemo(() => new Map(axes.map(({ id, title }) => [id, title])), [axes]);
  const moves = useMemo(() => rankingMoves(answer, weights), [answer, weights]);
  const draw = useCallback((width: number) => rankingChart(moves, titles, width), [moves, titles]);
  const said = (leads: ControlWay | null) => (leads ? text.control.ways[leads] : text.ranking.tie);
  const leadCell = (title: string, of: number, one: (typeof moves)[number]): Cell => {
    const value = said(leadsAt(one, of));
    const inputs = answer.cells
      .filter(({ axis, score }) => axis === one.axis && score !== null)
      .map(({ way, score }) => [text.control.ways[way], share(score ?? 0)] as const);
    const how = () => ({
      title: `${titles.get(one.axis) ?? one.axis}: ${title}`,
      value,
      formula: chartFormulas.lead,
      inputs: [[text.ranking.share, share(of)] as const, ...inputs],
      sources: [],
    });
    return { value, how };
  };
  const moving = moves.filter(({ spans }) => spans.length > 1).length;
  return (
    <>
      <h3>{text.ranking.title}</h3>
      <p className="soft small">{text.ranking.note}</p>
      <Chart
        title={null}
        says={text.ranking.says(moving, moves.length)}
        height={moves.length * ROW + 50}
        draw={draw}
        table={{
          head: text.ranking.head,
          rows: moves.map((one) => [
            titles.get(one.axis) ?? one.axis,
            {
              value: share(one.now),
              how: () => ({
                title: `${titles.get(one.axis) ?? one.axis}: ${text.ranking.head[1] ?? ''}`,
                value: share(one.now),
                formula: chartFormulas.weight,
                inputs: moves.map(
                  ({ axis }) => [titles.get(axis) ?? axis, String(weights[axis] ?? 1)] as const,
                ),
                sources: [],
              }),
            },
            leadCell(text.ranking.head[2] ?? '', one.now, one),
            leadCell(text.ranking.head[3] ?? '', 0, one),
            leadCell(text.ranking.head[4] ?? '', 1, one),
            one.spans
              .slice(1)
              .map(({ from, leads }, i) =>
                text.ranking.change(share(from), said(one.spans[i]?.leads ?? null), said(leads)),
              )
              .join('; ') || text.ranking.never,
          ]),
        }}
      />
    </>
  );
}
