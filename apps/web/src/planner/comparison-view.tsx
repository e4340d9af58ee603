import { memo, type ReactNode } from 'react';
import type { Answered } from './calculation.ts';
import { text } from './messages/en.ts';
import { Figure } from './working.tsx';
import { keyFigures } from './workings.ts';

export type Shown = { name: string; answered: Answered | null };

/** The figures that decide, a column a scenario. */
export const ComparisonView = memo(function ComparisonView(props: {
  scenarios: readonly Shown[];
}): ReactNode {
  const { scenarios } = props;
  const draws = scenarios.flatMap(({ answered }) => answered?.answer.cost?.draws ?? []);
  const years = scenarios.find(({ answered }) => answered?.answer.cost)?.answered?.answer.cost?.years ?? 5;
  const rows = keyFigures(years)
    .map((row) => ({
      ...row,
      cells: scenarios.map(({ answered }) => (answered ? row.of(answered) : null)),
    }))
    .filter(({ cells }) => cells.some((cell) => cell !== null));
  return (
    <section aria-labelledby="planner-figures">
      <h2 id="planner-figures">{text.figures.title}</h2>
      <p className="soft small">
        {text.figures.note} {draws.length > 0 && text.figures.draws(Math.min(...draws))}
      </p>
      <div className="scroll">
        <table className="comparison">
          <thead>
            <tr>
              <th scope="col">{text.figures.figure}</th>
              {scenarios.map(({ name }, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: scenarios are known by their place
                <th key={i} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row">{row.label}</th>
                {row.cells.map((working, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: scenarios are known by their place
                  <td key={i}>{working ? <Figure working={working} /> : text.figures.notAsked}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
});
