import { type ReactNode, useId, useState } from 'react';
import { LINE_KINDS, type LineKind, type LogBook, type LogLine } from './log-line.ts';
import type { Messages } from './messages/en.ts';
import './log-feed.css';

export type LogFeedProps = {
  book: LogBook;
  messages: Messages;
  when: (seconds: number) => string;
  /** Gives a file to the person. */
  save: (name: string, bytes: Uint8Array) => void;
};

/** Lines that are shown at first, and with each step more: a long log must not stop the page. */
const PAGE = 100;

/** A log for people: newest first, filtered, each line with its proof. */
export function LogFeed({ book, messages, when, save }: LogFeedProps): ReactNode {
  const [shown, setShown] = useState<LineKind | 'all' | 'own'>('all');
  const [most, setMost] = useState(PAGE);
  const filter = useId();
  const { feed, kinds } = messages;
  const there = LINE_KINDS.filter((kind) => book.lines.some((line) => line.kind === kind));
  const lines = book.lines
    .filter((line) => shown === 'all' || (shown === 'own' ? line.own : line.kind === shown))
    .toReversed();
  const older = book.lines[0]?.first ?? 0;

  async function saveProof({ first }: LogLine): Promise<void> {
    const { proof, entry } = await book.proofOf(first);
    save(`entry-${first}.tlog-proof`, proof);
    save(`entry-${first}.bin`, entry);
  }

  return (
    <div className="lb">
      <details className="lb-checked">
        <summary>{feed.how}</summary>
        <ul>
          {book.checked.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </details>
      {book.lines.length > 0 && (
        <p className="lb-filter">
          <label htmlFor={filter}>{feed.filter}</label>{' '}
          <select
            id={filter}
            value={shown}
            onChange={(event) => {
              setShown(event.target.value as typeof shown);
              setMost(PAGE);
            }}
          >
            <option value="all">{feed.all}</option>
            {book.lines.some(({ own }) => own) && <option value="own">{feed.own}</option>}
            {there.map((kind) => (
              <option key={kind} value={kind}>
                {kinds[kind]}
              </option>
            ))}
          </select>
        </p>
      )}
      {lines.length === 0 && <p>{book.lines.length === 0 ? feed.none : feed.noneOfKind}</p>}
      <ol className="lb-lines" reversed start={lines.length}>
        {lines.slice(0, most).map((line) => (
          <li key={line.first} className={`lb-line lb-${line.kind}`}>
            <p className="lb-words">
              {line.at !== null && (
                <time dateTime={new Date(line.at * 1000).toISOString()}>{when(line.at)}</time>
              )}{' '}
              {line.words} {line.own && <strong className="lb-own">{feed.aboutYou}</strong>}
            </p>
            <p className="lb-soft">
              {feed.entry(line.first, line.last)}
              {line.detail && (
                <>
                  {' · '}
                  <code>{line.detail}</code>
                </>
              )}{' '}
              <button
                type="button"
                className="lb-proof"
                aria-label={feed.proofOf(line.first)}
                onClick={() => void saveProof(line)}
              >
                {feed.proof}
              </button>
            </p>
          </li>
        ))}
      </ol>
      {lines.length > most && (
        <button type="button" className="lb-proof" onClick={() => setMost(most + PAGE)}>
          {feed.more(Math.min(PAGE, lines.length - most))}
        </button>
      )}
      {older > 0 && <p className="lb-soft">{feed.older(older)}</p>}
    </div>
  );
}
