import { type FormEvent, useId, useState } from 'react';
import { words } from '../messages/en.ts';
import { serverOrigin } from '../wire/server-address.ts';
import type { Send } from './recorder-link.ts';

const say = words.connect;

/** First of all: where the agreement comes from. Nothing but this address is ever contacted. */
export function ConnectScreen({ send, managedServer }: { send: Send; managedServer: string | null }) {
  const [server, setServer] = useState(managedServer ?? '');
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const ids = { server: useId(), serverHint: useId(), code: useId(), codeHint: useId(), file: useId() };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await mayReach(server);
    await send({ command: 'set-up', server, code });
    setBusy(false);
  };
  const open = async (file: File | undefined) => {
    if (file) await send({ command: 'set-up-from-file', file: await file.text() });
  };

  return (
    <section className="card" aria-labelledby="connect-heading">
      <h2 id="connect-heading">{say.heading}</h2>
      <p>{say.why}</p>
      <form className="stack" onSubmit={submit}>
        <div className="field">
          <label htmlFor={ids.server}>{say.address}</label>
          <p className="soft small" id={ids.serverHint}>
            {managedServer ? say.managed : say.addressHint}
          </p>
          <input
            id={ids.server}
            type="text"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            required
            readOnly={managedServer !== null}
            aria-describedby={ids.serverHint}
            value={server}
            onChange={(event) => setServer(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor={ids.code}>{say.code}</label>
          <p className="soft small" id={ids.codeHint}>
            {say.codeHint}
          </p>
          <input
            id={ids.code}
            type="text"
            autoComplete="off"
            spellCheck={false}
            required
            aria-describedby={ids.codeHint}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        </div>
        <button type="submit" className="main-act" disabled={busy}>
          {busy ? say.busy : say.act}
        </button>
      </form>
      <div className="field">
        <label htmlFor={ids.file}>{say.file}</label>
        <input
          id={ids.file}
          type="file"
          accept="application/json,.json"
          onChange={(event) => void open(event.target.files?.[0])}
        />
      </div>
    </section>
  );
}

/** The browser itself asks her, in the same act, before the server is within reach. */
async function mayReach(typed: string): Promise<void> {
  const server = serverOrigin(typed);
  if (!server) return;
  const { protocol, hostname } = new URL(server);
  await chrome.permissions.request({ origins: [`${protocol}//${hostname}/*`] }).catch(() => false);
}
