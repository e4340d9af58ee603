import type { ReactNode } from 'react';
import { grantWords, type ReadGrant, standingWords } from './grant-words.ts';
import { text } from './messages/en.ts';

/** One request in words, how it stands, and what may be done about it. */
export function GrantCard({ read, children }: { read: ReadGrant; children?: ReactNode }): ReactNode {
  const { shown, grant } = read;
  const title = `grant-${shown.id}`;
  return (
    <section className="panel" aria-labelledby={title}>
      <h3 id={title}>
        {text.state[shown.state]} <span className="soft">{shown.id.slice(0, 8)}</span>
      </h3>
      {grant ? (
        <ul>
          {grantWords(grant).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : (
        <p role="alert" className="notice danger">
          {text.unreadable}
        </p>
      )}
      {standingWords(shown).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <details>
        <summary>{text.list.document}</summary>
        <pre className="command">
          <code>{shown.document}</code>
        </pre>
        <p>
          {text.list.digest}: <code className="long">{shown.digest}</code>
        </p>
      </details>
      {grant && children}
    </section>
  );
}
