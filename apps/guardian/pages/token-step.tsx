import type { VoiceIssue } from '@aboveboard/protocol/voice';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { type GuardianClient, GuardianRefused } from './guardian-client.ts';
import type { KeptVoices } from './kept-voices.ts';
import { Fault, useAct } from './loaded.tsx';
import { words } from './messages/en.ts';
import { askVoice, beginVoice, bytesOf, type OwnVoice } from './own-voice.ts';

const t = words.voice;

/** From the code on the sheet to a token: asking, and waiting until all are answered. */
export function TokenStep(props: {
  issue: VoiceIssue;
  own: OwnVoice | null;
  title: string;
  seen: string;
  now: number;
  client: GuardianClient;
  kept: KeptVoices;
  onChange: (own: OwnVoice | null) => void;
}): ReactNode {
  const { issue, own, client, kept, onChange } = props;
  const [code, setCode] = useState('');
  const [misread, setMisread] = useState(false);
  const { busy, fault, act } = useAct();
  const id = useId();
  const until = words.time(issue.asksUntil);
  const isOver = props.now >= issue.asksUntil;

  const look = (from: OwnVoice) =>
    act(async () => {
      const after = await askVoice(from, issue, client);
      await kept.put(after);
      onChange(after);
    });
  const ask = () =>
    act(async () => {
      const begun = await beginVoice(issue, code);
      setMisread(begun === null);
      if (!begun) return;
      // Kept first: an answer to something that this browser forgot would be nobody's.
      await kept.put(begun);
      const after = await askVoice(begun, issue, client).catch(async (error: unknown) => {
        // Refused: another code may be typed. Without an answer it may have been taken, and is asked again.
        if (isRefusal(error)) await kept.forget(issue.digest);
        else onChange(begun);
        throw error;
      });
      await kept.put(after);
      onChange(after);
    });

  if (own) {
    return (
      <section className="panel" aria-label={t.asked}>
        <p>
          <strong>{t.asked}.</strong> {isOver ? t.notYet : t.askedUntil(until)}
        </p>
        <Fault of={fault} />
        <div className="buttons">
          <button type="button" className="button" disabled={busy} onClick={() => look(own)}>
            {t.look}
          </button>
          <Forget issue={issue.digest} kept={kept} onForgotten={() => onChange(null)} />
        </div>
      </section>
    );
  }
  if (isOver) return <p className="notice">{t.asksOver(until)}</p>;
  return (
    <form
      className="panel"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <h3>{props.title}</h3>
      <p>{props.seen}</p>
      <div className="field">
        <label htmlFor={`${id}-code`}>{t.code}</label>
        <input
          id={`${id}-code`}
          className="code"
          type="text"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={100}
          value={code}
          aria-invalid={misread || undefined}
          aria-describedby={`${id}-help`}
          onChange={(event) => setCode(event.target.value)}
        />
        <p className="help" id={`${id}-help`}>
          {t.codeHelp}
        </p>
        <div role="alert">{misread && <p className="wrong">{t.misread}</p>}</div>
      </div>
      <Fault of={fault} />
      <button type="submit" className="button" disabled={busy}>
        {busy ? words.busy : t.ask}
      </button>
      <KeyToCompare issue={issue} />
    </form>
  );
}

function isRefusal(error: unknown): boolean {
  return error instanceof GuardianRefused && error.code !== 'unreachable' && error.code !== 'unavailable';
}

/** What was said, with its receipt; or, where no answer came, the way to say the same again. */
export function SaidPanel(props: {
  own: OwnVoice;
  title: string;
  help: string;
  said: string;
  what: string;
  sending: string;
  resend: string;
  kept: KeptVoices;
  onResend: () => void;
  onForgotten: () => void;
  busy: boolean;
}): ReactNode {
  const { own } = props;
  const facts = (
    <dl className="facts">
      <dt>{props.said}</dt>
      <dd>{props.what}</dd>
      {own.nullifier !== null && (
        <>
          <dt>{t.receipt}</dt>
          <dd>
            <code>{own.nullifier}</code>
          </dd>
        </>
      )}
    </dl>
  );
  if (own.nullifier === null) {
    return (
      <section className="panel" aria-live="polite">
        {facts}
        <p className="notice warn">{props.sending}</p>
        <button type="button" className="button" disabled={props.busy} onClick={props.onResend}>
          {props.resend}
        </button>
      </section>
    );
  }
  return (
    <section className="panel" aria-live="polite">
      <h3>{props.title}</h3>
      <p>{props.help}</p>
      {facts}
      <p className="soft">{t.receiptHelp}</p>
      <p className="soft">{t.forgetHelp}</p>
      <Forget issue={own.issue} kept={props.kept} onForgotten={props.onForgotten} />
    </section>
  );
}

export function SeenBy({ lines }: { lines: readonly string[] }): ReactNode {
  return (
    <>
      <h3>{t.seenBy}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}

function Forget(props: { issue: string; kept: KeptVoices; onForgotten: () => void }): ReactNode {
  return (
    <button
      type="button"
      className="button plain"
      onClick={() => void props.kept.forget(props.issue).then(props.onForgotten)}
    >
      {t.forget}
    </button>
  );
}

function KeyToCompare({ issue }: { issue: VoiceIssue }): ReactNode {
  const [digest, setDigest] = useState('');
  useEffect(() => {
    void crypto.subtle.digest('SHA-256', bytesOf(issue.key)).then((bytes) => {
      setDigest(Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join(''));
    });
  }, [issue.key]);
  return (
    <details>
      <summary>{t.fingerprint}</summary>
      <p>{t.fingerprintHelp}</p>
      <p>
        <code>{digest}</code>
      </p>
    </details>
  );
}
