import { type Agreement, parseAgreement } from '@aboveboard/consent/agreement';
import { agreementWords, noticeDigest, type Passage } from '@aboveboard/consent/agreement-words';
import type { ConsentChoice } from '@aboveboard/consent/consent';
import { en } from '@aboveboard/consent/messages/en';
import { useMemo, useState } from 'react';
import { words } from '../messages/en.ts';
import type { RecorderView } from '../wire/panel-message.ts';
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
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState(false);
  if (!agreement) return <p className="note note-fault">{words.faults.agreement}</p>;
  const passages = agreementWords(agreement, en);

  const choose = (id: string, yes: boolean) => {
    const next = new Set(chosen);
    if (yes) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const accept = async () => {
    if (chosen.size === 0) {
      setAsked(true);
      return;
    }
    const apps = agreement.apps.filter((app) => chosen.has(app.id));
    await mayReachSites(apps.flatMap((app) => app.origins));
    await send({ command: 'opt-in', choice: await choiceOf(agreement, apps, passages) });
  };

  return (
    <section className="card" aria-labelledby="agreement-heading">
      <h2 id="agreement-heading">{say.heading}</h2>
      <p>{say.lead}</p>
      <AgreementPassages passages={passages} />
      {view.agreement && view.agreement.checks.length > 0 && (
        <p className="note">{say.notChecked(view.agreement.checks)}</p>
      )}
      <fieldset>
        <legend>{say.choose}</legend>
        <p className="soft small">{say.chooseHint}</p>
        {agreement.apps.map((app) => (
          <label key={app.id} className="choice">
            <input
              type="checkbox"
              checked={chosen.has(app.id)}
              onChange={(event) => choose(app.id, event.target.checked)}
            />
            <span>{say.app(app.name, app.origins)}</span>
          </label>
        ))}
      </fieldset>
      <p className="soft">{say.after}</p>
      <div role="alert">
        {asked && chosen.size === 0 && <p className="note note-warn">{say.chooseFirst}</p>}
      </div>
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

async function choiceOf(
  agreement: Agreement,
  apps: Agreement['apps'],
  passages: readonly Passage[],
): Promise<ConsentChoice> {
  return {
    purposes: [...agreement.purposes],
    apps: apps.map(({ id, signals, modes }) => ({ id, signals: [...signals], modes: [...modes] })),
    notice: { language: en.language, words: en.version, digest: await noticeDigest(passages, crypto.subtle) },
  };
}

/** The browser asks her by its own window; what it does not grant is not within reach of the recorder. */
async function mayReachSites(origins: readonly string[]): Promise<void> {
  const patterns = origins.map((origin) => `${new URL(origin).protocol}//${new URL(origin).hostname}/*`);
  await chrome.permissions.request({ origins: [...new Set(patterns)] }).catch(() => false);
}
