import type { Send } from '../screens/recorder-link.ts';
import { whenWords } from '../screens/rules-section.tsx';
import type { KeptNotice } from './kept-notices.ts';
import { ownDataWords as say } from './own-data-words.ts';

/** What was read of hers in a breach, by which role, when, under what, and what she can do (T20; BRE15). */
export function NoticesSection({ notices, send }: { notices: readonly KeptNotice[]; send: Send }) {
  if (notices.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="notices-heading">
      <h2 id="notices-heading">{say.notices}</h2>
      {notices.map(({ board, at, read, notice }) => (
        <div key={board} className="card stack">
          <p>
            <strong>{say.noticeLead(notice.from, notice.to)}</strong>
          </p>
          <ul className="stack">
            {notice.readings.map(({ day, by, kind, grant, recordings, entry }, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a notice never changes
              <li key={n}>
                <p>{say.reading(by, kind, recordings.length, day)}</p>
                <p className="soft small wrap-anywhere">
                  {grant === null ? say.noGrant : say.grant(grant)}. {recordings.join(', ')}.{' '}
                  {entry === null ? say.noticeUnlogged : `${say.entry(entry)}.`}
                </p>
              </li>
            ))}
          </ul>
          {notice.more > 0 && <p>{say.noticeMore(notice.more)}</p>}
          <p>{say.noticeAct}</p>
          <p className="soft small">{say.noticeCame(whenWords(at))}</p>
          {!read && (
            <button type="button" onClick={() => void send({ command: 'notice-read', board })}>
              {say.noticeRead}
            </button>
          )}
        </div>
      ))}
    </section>
  );
}
