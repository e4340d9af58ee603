import { whenWords } from '../screens/rules-section.tsx';
import { ownDataWords as say } from './own-data-words.ts';
import type { OwnBooks } from './use-own-books.ts';

/** What of hers a legal hold keeps, why, until when, by whom approved, and that her erasure waits (HLD26). */
export function HoldsSection({ books }: { books: OwnBooks }) {
  const { holds, waiting } = books;
  return (
    <>
      {holds.length > 0 && (
        <section className="stack" aria-labelledby="holds-heading">
          <h2 id="holds-heading">{say.holds}</h2>
          <p>{say.holdsLead}</p>
          <ul className="list">
            {holds.map(({ id, reason, until, entry, erasureWaits, proof }) => (
              <li key={id} className="card">
                <p className="wrap-anywhere">{say.hold(id, reason, until)}</p>
                <p className="soft small">{say.holdBy}</p>
                <p>{erasureWaits ? say.holdWaits : say.holdNoErasure}</p>
                <p className={proof === 'differs' ? 'note note-fault' : 'soft small'}>
                  <strong>{say.entry(entry)}. </strong>
                  {say.holdProofs[proof]}
                </p>
              </li>
            ))}
          </ul>
        </section>
      )}
      {waiting.length > 0 && (
        <section className="stack" aria-labelledby="waiting-heading">
          <h2 id="waiting-heading">{say.waiting}</h2>
          <ul className="stack">
            {waiting.map(({ at, recordings, until }) => (
              <li key={`${at}-${until}`}>{say.waitingOne(whenWords(at), recordings.length, until)}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
