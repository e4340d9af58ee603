import { useState } from 'react';
import { ownDataWords as say } from './own-data-words.ts';
import type { ReadingDay } from './proved-readings.ts';
import type { OwnBooks } from './use-own-books.ts';

const FEW_DAYS = 7;

/** Each reading of hers in words, with what this device found of it in the log; each day's number, also none. */
export function ReadingsSection({ books }: { books: OwnBooks }) {
  const { there, readings, days } = books;
  if (!there?.answer) return null;
  const wrong = readings.filter(({ proof }) => proof === 'differs').length;
  return (
    <section className="stack" aria-labelledby="readings-heading">
      <h2 id="readings-heading">{say.readings}</h2>
      {wrong > 0 && (
        <p className="note note-fault" role="alert">
          {say.alarm(wrong)}
        </p>
      )}
      {readings.length === 0 && <p>{say.readingsNone(days.length)}</p>}
      <ol className="list">
        {readings.map(({ day, by, kind, recordings, grant, entry, proof }, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list is replaced as a whole
          <li key={n} className="card">
            <p>{say.reading(by, kind, recordings.length, day)}</p>
            <p className="soft small wrap-anywhere">{grant === null ? say.noGrant : say.grant(grant)}</p>
            <p className={proof === 'differs' ? 'note note-fault' : 'soft small'}>
              {entry !== null && <strong>{say.entry(entry)}. </strong>}
              {say.proofs[proof]}
            </p>
          </li>
        ))}
      </ol>
      <Days days={days} />
    </section>
  );
}

function Days({ days }: { days: readonly ReadingDay[] }) {
  const [all, setAll] = useState(false);
  const newest = days.toReversed();
  const shown = all ? newest : newest.slice(0, FEW_DAYS);
  return (
    <div className="stack">
      <h3 id="days-heading">{say.days}</h3>
      <p className="soft small">{say.daysHint}</p>
      <table className="day-readings" aria-labelledby="days-heading">
        <thead>
          <tr>
            <th scope="col">{say.day}</th>
            <th scope="col">{say.hers}</th>
            <th scope="col">{say.inAll}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ day, hers, inAll }) => (
            <tr key={day}>
              <th scope="row">
                <time dateTime={day}>{day}</time>
              </th>
              <td>{hers.toLocaleString('en-GB')}</td>
              <td>{inAll === null ? say.unknown : inAll.toLocaleString('en-GB')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!all && days.length > FEW_DAYS && (
        <button type="button" onClick={() => setAll(true)}>
          {say.moreDays(days.length)}
        </button>
      )}
    </div>
  );
}
