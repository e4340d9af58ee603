import type { About } from '@aboveboard/protocol/installation';
import type { ReactNode } from 'react';
import { words } from '../messages/en.ts';

export function AboutPage({ about }: { about: About }): ReactNode {
  const text = words.about;
  return (
    <>
      <h1>{text.title}</h1>
      <dl className="facts">
        <dt>{text.kind}</dt>
        <dd>{about.installation === 'demonstration' ? text.demonstration : text.production}</dd>
        <dt>{text.software}</dt>
        <dd>
          {about.software.name} {about.software.version}
        </dd>
        <dt>{text.agreement}</dt>
        <dd>
          {about.agreement ? (
            <>
              {about.agreement.id}, version {about.agreement.version}
              <br />
              <code>{about.agreement.digest}</code>
            </>
          ) : (
            text.noAgreement
          )}
        </dd>
        <dt>{text.recipient}</dt>
        <dd>
          <details>
            <summary>
              <code>{about.uploadRecipient.slice(0, 24)}…</code>
            </summary>
            <code>{about.uploadRecipient}</code>
          </details>
        </dd>
      </dl>
      <h2>{text.plain}</h2>
      <ul>
        {text.plainItems.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </>
  );
}
