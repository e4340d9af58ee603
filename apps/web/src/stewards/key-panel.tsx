import type { PartyRole } from '@aboveboard/consent/agreement';
import { isKeyName } from '@aboveboard/tlog/verifier-key';
import { type ReactNode, useId, useRef, useState } from 'react';
import { saveBytes } from '../save-bytes.ts';
import { forgetKey, keepKey } from './key-store.ts';
import { text } from './messages/en.ts';
import {
  freshSecret,
  LEAST_PASSPHRASE,
  openKey,
  type SealedKey,
  sealWithPasskey,
  sealWithPassphrase,
  takeKeyFile,
} from './party-key.ts';

const say = text.key;

/** The key of the party that is signed in: made, kept a copy of, taken from a file, removed. */
export function KeyPanel(props: {
  party: PartyRole;
  kept: SealedKey | null;
  onChange: () => void;
}): ReactNode {
  const { kept } = props;
  return (
    <section className="panel" aria-labelledby="key-title">
      <h2 id="key-title">{say.title}</h2>
      <p>{say.lead}</p>
      <p className="notice warn">{say.plain}</p>
      {kept ? <KeptKey {...props} kept={kept} /> : <NoKey {...props} />}
    </section>
  );
}

type Party = { party: PartyRole; onChange: () => void };

function NoKey({ party, onChange }: Party): ReactNode {
  const [name, setName] = useState(`${party}.${location.hostname}`);
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const id = useId();

  async function make(seal: () => Promise<SealedKey | null>, otherwise: string): Promise<void> {
    setBusy(true);
    setSaid(say.working);
    await shown();
    const key = await seal().catch(() => null);
    const isKept =
      key &&
      (await keepKey(party, key).then(
        () => true,
        () => false,
      ));
    setBusy(false);
    setPassphrase('');
    setAgain('');
    setSaid(isKept ? say.taken : key ? say.failed : otherwise);
    if (isKept) onChange();
  }

  function withPassphrase(): void {
    if (!isKeyName(name)) setSaid(say.badName);
    else if (passphrase.length < LEAST_PASSPHRASE) setSaid(say.short);
    else if (passphrase !== again) setSaid(say.differ);
    else void make(() => sealWithPassphrase(freshSecret(name), passphrase), say.failed);
  }

  return (
    <>
      <p>{say.none}</p>
      <Secret label={say.name} id={`${id}-name`} value={name} onChange={setName} plain note={say.nameNote} />
      <p className="soft">{say.passkeyNote}</p>
      <div className="buttons">
        <button
          type="button"
          className="button"
          disabled={busy}
          onClick={() =>
            isKeyName(name)
              ? void make(() => sealWithPasskey(freshSecret(name)), say.noPasskey)
              : setSaid(say.badName)
          }
        >
          {say.withPasskey}
        </button>
      </div>
      <Secret
        label={say.passphrase}
        id={`${id}-one`}
        value={passphrase}
        onChange={setPassphrase}
        note={say.short}
      />
      <Secret label={say.again} id={`${id}-two`} value={again} onChange={setAgain} />
      <div className="buttons">
        <button type="button" className="button" disabled={busy} onClick={withPassphrase}>
          {say.withPassphrase}
        </button>
        <button type="button" className="button plain" disabled={busy} onClick={() => file.current?.click()}>
          {say.take}
        </button>
      </div>
      <input
        ref={file}
        type="file"
        hidden
        data-pick="key"
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen && chosen.size < 65_536) {
            void make(
              async () => takeKeyFile(new Uint8Array(await chosen.arrayBuffer()), passphrase),
              say.notAKey,
            );
          }
          event.target.value = '';
        }}
      />
      <p role="status">{said}</p>
    </>
  );
}

function KeptKey({ party, kept, onChange }: Party & { kept: SealedKey }): ReactNode {
  const [passphrase, setPassphrase] = useState('');
  const [said, setSaid] = useState('');
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const file = `${kept.name}.key`;

  /** Under a passkey it would open on this device alone: the copy gets a passphrase of its own. */
  async function save(): Promise<void> {
    if (kept.by.how === 'passphrase') return saveBytes(file, kept.sealed);
    if (passphrase.length < LEAST_PASSPHRASE) return setSaid(say.short);
    setSaid(say.working);
    await shown();
    const opened = await openKey(kept, '');
    setSaid(opened ? '' : say.wrong);
    if (opened) saveBytes(file, (await sealWithPassphrase(opened.secret, passphrase)).sealed);
    setPassphrase('');
  }

  return (
    <>
      <p>{say.have(kept.name, kept.by.how)}</p>
      <details>
        <summary>{say.publicHalves}</summary>
        <ul>
          {kept.verifierKeys.map((key) => (
            <li key={key} className="long">
              <code>{key}</code>
            </li>
          ))}
        </ul>
      </details>
      <p>{say.keepNote}</p>
      {kept.by.how === 'passkey' && (
        <Secret label={say.keepPassphrase} id={`${id}-copy`} value={passphrase} onChange={setPassphrase} />
      )}
      <div className="buttons">
        <button type="button" className="button plain" onClick={() => void save()}>
          {say.keep}
        </button>
        <button type="button" className="button plain" onClick={() => dialog.current?.showModal()}>
          {say.forget}
        </button>
      </div>
      <p role="status">{said}</p>
      <dialog ref={dialog} aria-labelledby={`${id}-forget`}>
        <h2 id={`${id}-forget`}>{say.forgetTitle}</h2>
        <p>{say.forgetText}</p>
        <div className="buttons">
          <button
            type="button"
            className="button danger"
            onClick={() => void forgetKey(party).finally(onChange)}
          >
            {say.forget}
          </button>
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            {say.keepIt}
          </button>
        </div>
      </dialog>
    </>
  );
}

/** A passphrase, or with `plain` a text that anyone may see. */
export function Secret(props: {
  label: string;
  id: string;
  value: string;
  onChange: (value: string) => void;
  plain?: boolean;
  note?: string;
}): ReactNode {
  return (
    <div className="draft-field">
      <label htmlFor={props.id}>
        {props.label} {props.note && <span className="soft">{props.note}</span>}
      </label>
      <input
        id={props.id}
        type={props.plain ? 'text' : 'password'}
        autoComplete="off"
        spellCheck={false}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </div>
  );
}

/** Until what was said is on the screen: sealing keeps the page busy. */
export function shown(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
}
