import type { OwnSession } from '@aboveboard/protocol/staff';
import type { ReactNode } from 'react';
import { text } from './messages/en.ts';
import { staff } from './staff-client.ts';

const say = text.account.sessions;
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const inWords = (seconds: number) => moment.format(new Date(seconds * 1000));

/** Where this account is signed in (IDN80, IDN81); this browser's own ends by the button above that says so. */
export function OwnSessions(props: {
  sessions: OwnSession[];
  doing: (act: () => Promise<unknown>, done: string) => Promise<void>;
}): ReactNode {
  const { sessions, doing } = props;
  const hasOthers = sessions.some(({ isThis }) => !isThis);
  return (
    <>
      <h2>{say.title}</h2>
      <p>{say.lead}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus */}
      <section className="scroll" tabIndex={0} aria-label={say.title}>
        <table className="narrow">
          <thead>
            <tr>
              <th>{say.columns.began}</th>
              <th>{say.columns.by}</th>
              <th>{say.columns.expires}</th>
              <th>
                <span className="hidden">{say.end}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.map(({ session, began, expires, by, isThis }) => (
              <tr key={session}>
                <td>{inWords(began)}</td>
                <td>{say.by[by]}</td>
                <td>{inWords(expires)}</td>
                <td>
                  {isThis ? (
                    say.isThis
                  ) : (
                    <button
                      type="button"
                      className="button plain"
                      aria-label={say.endOne(inWords(began))}
                      onClick={() => void doing(() => staff.endSession(session), say.ended)}
                    >
                      {say.end}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {hasOthers ? (
        <div className="buttons">
          <button
            type="button"
            className="button"
            onClick={() => void doing(staff.endOtherSessions, say.endedOthers)}
          >
            {say.endOthers}
          </button>
        </div>
      ) : (
        <p className="soft">{say.alone}</p>
      )}
    </>
  );
}
