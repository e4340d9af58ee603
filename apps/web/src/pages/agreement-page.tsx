import { type PartyRole, parseAgreement } from '@aboveboard/consent/agreement';
import { agreementWords } from '@aboveboard/consent/agreement-words';
import { en } from '@aboveboard/consent/messages/en';
import type { InstalledAgreement } from '@aboveboard/protocol/installation';
import type { ReactNode } from 'react';
import { bytesInWords } from '../figures.ts';
import { agreementOrReason } from '../installed-agreement.ts';
import { Loaded, useLoaded } from '../loaded.tsx';
import { words } from '../messages/en.ts';
import { text as steward } from '../stewards/messages/en.ts';
import { OverviewPanel } from '../stewards/overview-panel.tsx';
import '../stewards/stewards.css';

const text = words.agreement;

/** The agreement in words, for everyone; before it, for its parties, whether it still holds. */
export default function AgreementPage({ party }: { party: PartyRole | null }): ReactNode {
  const [loading, retry] = useLoaded(agreementOrReason);
  return (
    <>
      <h1>{party ? steward.overview.title : text.title}</h1>
      {party && (
        <>
          <OverviewPanel party={party} />
          <h2>{text.title}</h2>
        </>
      )}
      <Loaded of={loading} retry={retry}>
        {(answer) =>
          'none' in answer ? (
            <p className="notice">
              {answer.none} {text.none}
            </p>
          ) : (
            <Installed installed={answer} />
          )
        }
      </Loaded>
    </>
  );
}

function Installed({ installed }: { installed: InstalledAgreement }): ReactNode {
  const parsed = parseAgreement(new TextEncoder().encode(installed.document));
  return (
    <>
      <p>{text.lead}</p>
      {parsed.ok ? (
        agreementWords(parsed.value, en).map((passage) => (
          <section key={passage.heading}>
            <h2>{passage.heading}</h2>
            <ul>
              {passage.sentences.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </section>
        ))
      ) : (
        <div className="notice danger" role="alert">
          <p>{text.unreadable}</p>
          <ul>
            {parsed.faults.map((fault) => (
              <li key={`${fault.rule} ${fault.at}`}>
                {fault.rule}, {fault.at}: {fault.message}
              </li>
            ))}
          </ul>
        </div>
      )}
      <h2>{text.attachments}</h2>
      <ul>
        {installed.attachments.map((attachment) => (
          <li key={attachment.digest}>
            <a href={`/api/agreement/attachments/${attachment.digest}`} download={attachment.name}>
              {attachment.name}
            </a>{' '}
            <span className="soft">({bytesInWords(attachment.bytes)})</span>
          </li>
        ))}
      </ul>
      <h2>{text.digest}</h2>
      <p>
        <code className="long">{installed.digest}</code>
      </p>
      <details>
        <summary>{text.document}</summary>
        <pre className="command">
          <code>{installed.document}</code>
        </pre>
      </details>
    </>
  );
}
