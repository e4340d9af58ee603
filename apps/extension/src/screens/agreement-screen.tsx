import { type Agreement, parseAgreement } from '@aboveboard/consent/agreement';
import { agreementWords, type Passage } from '@aboveboard/consent/agreement-words';
import { en } from '@aboveboard/consent/messages/en';
import { useMemo, useState } from 'react';
import { words } from '../messages/en.ts';
import type { RecorderView } from '../wire/panel-message.ts';
import { AgreementChoice, choiceOf, useChosen } from './agreement-choice.tsx';
import type { Send } from './recorder-link.ts';

const say = words.agreement;

export function readAgreement(document: string): Agreement | null {
  const parsed = parseAgreement(new TextEncoder().encode(document));
  return parsed.ok ? parsed.value : null;
}

/** The agreement in plain words, and her yes or no: the two buttons are alike, and nothing is chosen for her. */
export function AgreementScreen({ view, send }: { view: RecorderView; send: Send }) {
  const document = view.agreement?.document ?? '';
  const agreement = useMemo(() => readAgreement(document), [document]);
  const [chosen, choose] = useChosen();
  const [asked, setAsked] = useState(false);
  if (!agreement) return <p className="note note-fault">{words.faults.agreement}</p>;
  const passages = agreementWords(agreement, en);
  const lacking = chosen.apps.size === 0 || chosen.purposes.size === 0;

  const accept = async () => {
    if (lacking) {
      setAsked(true);
      return;
    }
    const choice = await choiceOf(agreement, { apps: [...chosen.apps], purposes: [...chosen.purposes] });
    await send({ command: 'agree', choice });
  };

  return (
    <section className="card" aria-labelledby="agreement-heading">
      <h2 id="agreement-heading">{say.heading}</h2>
      <p>{say.lead}</p>
      <AgreementPassages passages={passages} />
      {view.agreement && view.agreement.checks.length > 0 && (
        <p className="note">{say.notChecked(view.agreement.checks)}</p>
      )}
      <AgreementChoice
        agreement={agreement}
        apps={agreement.apps}
        purposes={agreement.purposes}
        chosen={chosen}
        choose={choose}
      />
      <p className="soft">{say.after}</p>
      <div role="alert">{asked && lacking && <p className="note note-warn">{say.chooseFirst}</p>}</div>
      <div className="pair">
        <button type="button" onClick={() => void send({ command: 'leave-installation' })}>
          {say.refuse}
        </button>
        <button type="button" onClick={() => void accept()}>
          {say.accept}
        </button>
      </div>
    </section>
  );
}

export function AgreementPassages({ passages }: { passages: readonly Passage[] }) {
  return (
    <div className="passages">
      {passages.map(({ heading, sentences }, index) => (
        <details key={heading} open={index === 0}>
          <summary>{heading}</summary>
          <ul className="plain-list">
            {sentences.map((sentence) => (
              <li key={sentence} className="origin">
                {sentence}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </div>
  );
}
