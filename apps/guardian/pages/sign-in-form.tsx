import { type ReactNode, useId, useState } from 'react';
import type { GuardianClient } from './guardian-client.ts';
import { Fault, useAct } from './loaded.tsx';
import { words } from './messages/en.ts';
import { deskWords as t } from './messages/en-desk.ts';

const LEAST = 12;

/** The passphrase: set once with the link, and asked for afterwards. */
export function SignInForm(props: {
  client: GuardianClient;
  isSetUp: boolean;
  token: string | null;
  onDone: () => void;
}): ReactNode {
  const { client, isSetUp, token, onDone } = props;
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const { busy, fault, act } = useAct();
  const id = useId();
  const sets = !isSetUp && token !== null;

  function submit(): void {
    const complaint = !sets
      ? null
      : passphrase.length < LEAST
        ? t.short
        : passphrase !== again
          ? t.differ
          : null;
    setWrong(complaint);
    if (complaint !== null) return;
    act(async () => {
      if (sets) await client.send('/representative/passphrase', { token, passphrase });
      else await client.send('/representative/session', { passphrase });
      onDone();
    });
  }

  if (!isSetUp && token === null) {
    return (
      <>
        <h1>{t.signInTitle}</h1>
        <p className="notice">{t.noLink}</p>
        <p className="soft">{t.signIn}</p>
      </>
    );
  }
  const field = (name: string, label: string, value: string, set: (value: string) => void, kind: string) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        type="password"
        autoComplete={kind}
        value={value}
        onChange={(event) => set(event.target.value)}
      />
    </div>
  );
  return (
    <>
      <h1>{sets ? t.setUpTitle : t.signInTitle}</h1>
      <p>{sets ? t.setUp : t.signIn}</p>
      <form
        className="panel"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {field('one', t.passphrase, passphrase, setPassphrase, sets ? 'new-password' : 'current-password')}
        {sets && (
          <>
            <p className="help">{t.short}</p>
            {field('two', t.repeat, again, setAgain, 'new-password')}
          </>
        )}
        <div role="alert">{wrong !== null && <p className="wrong">{wrong}</p>}</div>
        <Fault of={fault} />
        <button type="submit" className="button" disabled={busy}>
          {busy ? words.busy : sets ? t.setButton : t.signInButton}
        </button>
      </form>
    </>
  );
}
