import { type FormEvent, useId, useState } from 'react';
import { words } from '../messages/en.ts';
import type { RecorderView } from '../wire/panel-message.ts';
import type { Send } from './recorder-link.ts';

const say = words.join;

/** With an enrolment and without a session: her code, or how it stands with it. */
export function JoinScreen({ view, send }: { view: RecorderView; send: Send }) {
  const [code, setCode] = useState('');
  const ids = { code: useId(), hint: useId() };
  const { joining, rules } = view;
  const fault = joining?.fault ?? null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (rules) await mayReach(rules.guardian);
    await send({ command: 'join', code });
  };
  const anew = (
    <div className="stack">
      <p className="soft small">{say.anewHint}</p>
      <button type="button" onClick={() => void send({ command: 'set-up-anew' })}>
        {say.anew}
      </button>
    </div>
  );

  if (joining && fault === null) {
    return (
      <section className="card" aria-labelledby="join-heading">
        <h2 id="join-heading">{say.under}</h2>
        <p role="status">{joining.waits ? say.waits[joining.waits] : say.patience(joining.periodSeconds)}</p>
        {anew}
      </section>
    );
  }
  return (
    <section className="card" aria-labelledby="join-heading">
      <h2 id="join-heading">{say.heading}</h2>
      <p>{say.lead}</p>
      <div role="alert">{fault && <p className="note note-fault">{say.faults[fault]}</p>}</div>
      {rules && (
        <form className="stack" onSubmit={submit}>
          <div className="field">
            <label htmlFor={ids.code}>
              {view.installation === 'production' ? words.connect.paper : words.connect.code}
            </label>
            <p className="soft small" id={ids.hint}>
              {words.connect.codeHint}
            </p>
            <input
              id={ids.code}
              type="text"
              autoComplete="off"
              spellCheck={false}
              required
              aria-describedby={ids.hint}
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          </div>
          <button type="submit" className="main-act">
            {say.act}
          </button>
        </form>
      )}
      {anew}
    </section>
  );
}

/** The browser itself asks her before the guardian is within reach. */
async function mayReach(guardian: string): Promise<void> {
  const { protocol, hostname } = new URL(guardian);
  await chrome.permissions.request({ origins: [`${protocol}//${hostname}/*`] }).catch(() => false);
}
