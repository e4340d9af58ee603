import { type ReactNode, useId } from 'react';
import type { DayCount } from './day-counts.ts';
import type { Messages } from './messages/en.ts';
import './log-feed.css';

const COUNTS = ['openings', 'recordings', 'datasets', 'deletions'] as const;

/** What was done with recordings, a row a day, those with nothing too. */
export function DayTable({ days, messages }: { days: readonly DayCount[]; messages: Messages }): ReactNode {
  const say = messages.days;
  const caption = useId();
  if (days.length === 0) return null;
  return (
    // Wider than a narrow screen it scrolls by itself, with keys too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable
    <section className="lb-days" aria-labelledby={caption} tabIndex={0}>
      <p className="lb-soft" id={caption}>
        {say.caption}
      </p>
      <table aria-labelledby={caption}>
        <thead>
          <tr>
            <th scope="col">{say.day}</th>
            {COUNTS.map((count) => (
              <th key={count} scope="col">
                {say[count]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map((row) => (
            <tr key={row.day}>
              <th scope="row">
                <time dateTime={row.day}>{row.day}</time>
              </th>
              {COUNTS.map((count) => (
                <td key={count}>{row[count].toLocaleString('en-GB')}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
