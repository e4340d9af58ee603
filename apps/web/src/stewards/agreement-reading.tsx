import type { Agreement } from '@aboveboard/consent/agreement';
import { differenceWords } from '@aboveboard/consent/agreement-difference';
import { agreementWords } from '@aboveboard/consent/agreement-words';
import { en } from '@aboveboard/consent/messages/en';
import type { ReactNode } from 'react';
import { text } from './messages/en.ts';

/** An agreement as a contributor reads it: the same words, from the same document. */
export function AgreementReading({
  agreement,
  level = 3,
}: {
  agreement: Agreement;
  level?: 2 | 3;
}): ReactNode {
  const Heading = `h${level}` as const;
  return agreementWords(agreement, en).map(({ heading, sentences }) => (
    <section key={heading}>
      <Heading>{heading}</Heading>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence} className="long">
            {sentence}
          </li>
        ))}
      </ul>
    </section>
  ));
}

/** What changes between two versions, in words, and what of it each contributor agrees to anew. */
export function AgreementComparison(props: { older: Agreement; newer: Agreement; level?: 2 | 3 }): ReactNode {
  const { older, newer, level = 3 } = props;
  const { changes, passages, consent } = differenceWords(older, newer, en);
  const Heading = `h${level}` as const;
  return (
    <>
      <p>{text.draft.compareLead(older.version)}</p>
      {changes.length + passages.length === 0 && <p>{text.draft.same}</p>}
      {changes.length > 0 && (
        <ul>
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
      {passages.map(({ heading, gone, came }) => (
        <section key={heading}>
          <Heading>{heading}</Heading>
          <ul className="difference">
            {gone.map((sentence) => (
              <li key={`- ${sentence}`} className="gone long">
                <strong>{text.draft.gone}:</strong> {sentence}
              </li>
            ))}
            {came.map((sentence) => (
              <li key={`+ ${sentence}`} className="came long">
                <strong>{text.draft.came}:</strong> {sentence}
              </li>
            ))}
          </ul>
        </section>
      ))}
      <Heading>{text.draft.consent}</Heading>
      <ul>
        {consent.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}
