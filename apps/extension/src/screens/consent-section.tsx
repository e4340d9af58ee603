import type { Agreement } from '@aboveboard/consent/agreement';
import { useState } from 'react';
import { words } from '../messages/en.ts';
import type { RecorderView } from '../wire/panel-message.ts';
import { AgreementChoice, choiceOf, useChosen } from './agreement-choice.tsx';
import type { Send } from './recorder-link.ts';

const say = words.consent;

/** Her consent, application by application: what she agreed to, taking it back, and what is new since. */
export function ConsentSection(props: { view: RecorderView; agreement: Agreement; send: Send }) {
  const { view, agreement, send } = props;
  const [asked, setAsked] = useState<string | null>(null);
  const given = agreement.apps.filter(({ id }) => view.consent.apps.includes(id));
  const withdraw = async () => {
    const apps = asked === 'all' ? given.map(({ id }) => id) : [asked ?? ''];
    setAsked(null);
    await send({ command: 'withdraw', apps });
  };
  return (
    <section className="stack" aria-labelledby="consent-heading">
      <h2 id="consent-heading">{say.heading}</h2>
      <ul className="plain-list stack">
        {agreement.apps.map(({ id, name }) => (
          <li key={id} className="stack">
            <p>
              <strong>{name}</strong>: {view.consent.apps.includes(id) ? say.given : say.notGiven}
            </p>
            {view.consent.apps.includes(id) && (
              <button type="button" onClick={() => setAsked(id)}>
                {say.withdrawOne(name)}
              </button>
            )}
          </li>
        ))}
      </ul>
      {given.length > 1 && (
        <button type="button" onClick={() => setAsked('all')}>
          {say.withdrawAll}
        </button>
      )}
      {asked !== null && (
        <div className="card" role="alertdialog" aria-labelledby="follows-heading">
          <h3 id="follows-heading">{say.follows}</h3>
          <ul className="plain-list">
            <li>{say.atOnce}</li>
            {view.live && <li>{say.running}</li>}
            <li>{say.onDevice}</li>
            <li>{say.released}</li>
          </ul>
          <div className="pair">
            <button type="button" onClick={() => setAsked(null)}>
              {say.keep}
            </button>
            <button type="button" onClick={() => void withdraw()}>
              {say.sure}
            </button>
          </div>
        </div>
      )}
    </section>
  );
}

/** What a newer version has and her consent does not name; the two buttons are alike. */
export function FreshSection(props: { view: RecorderView; agreement: Agreement; send: Send }) {
  const { view, agreement, send } = props;
  const [chosen, choose] = useChosen();
  const [state, setState] = useState<'open' | 'asked' | 'left'>('open');
  const { fresh } = view.consent;
  if (!fresh || state === 'left') return null;
  const apps = fresh.everything ? agreement.apps : agreement.apps.filter(({ id }) => fresh.apps.includes(id));
  const purposes = agreement.purposes;
  const lacking = chosen.apps.size === 0 || chosen.purposes.size === 0;
  const agree = async () => {
    if (lacking) {
      setState('asked');
      return;
    }
    const choice = await choiceOf(agreement, { apps: [...chosen.apps], purposes: [...chosen.purposes] });
    await send({ command: 'agree', choice });
  };
  return (
    <section className="card" aria-labelledby="fresh-heading">
      <h2 id="fresh-heading">{say.freshHeading}</h2>
      <p>{fresh.everything ? say.everything : say.freshLead}</p>
      <ul>
        {fresh.words.map((sentence) => (
          <li key={sentence} className="origin">
            {sentence}
          </li>
        ))}
      </ul>
      <AgreementChoice
        agreement={agreement}
        apps={apps}
        purposes={purposes}
        chosen={chosen}
        choose={choose}
      />
      <div role="alert">
        {state === 'asked' && lacking && <p className="note note-warn">{words.agreement.chooseFirst}</p>}
      </div>
      <div className="pair">
        <button type="button" onClick={() => setState('left')}>
          {say.leaveOff}
        </button>
        <button type="button" onClick={() => void agree()}>
          {say.agree}
        </button>
      </div>
    </section>
  );
}
