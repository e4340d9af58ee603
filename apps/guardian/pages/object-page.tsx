import type { Agreement } from '@aboveboard/consent/agreement';
import { parseTarget } from '@aboveboard/consent/rules-statement';
import type { VoiceIssue } from '@aboveboard/protocol/voice';
import { WORDS_BYTES_LIMIT } from '@aboveboard/vault/sealed-words';
import { type ReactNode, useCallback, useId, useMemo, useState } from 'react';
import { type GuardianClient, voiceAbout } from './guardian-client.ts';
import { type KeptVoices, openKeptVoices } from './kept-voices.ts';
import { Fault, Loaded, useAct, useLoaded } from './loaded.tsx';
import { words } from './messages/en.ts';
import { decideVoice, type OwnVoice, readDocument, sendVoice } from './own-voice.ts';
import { SaidPanel, SeenBy, TokenStep } from './token-step.tsx';

const t = words.object;
type Objectable = {
  issue: VoiceIssue & { kind: 'objection' };
  agreement: Agreement;
  own: OwnVoice | null;
  recipient: string | null;
};

export function ObjectPage({ client }: { client: GuardianClient }): ReactNode {
  const kept = useMemo(() => openKeptVoices(indexedDB), []);
  const load = useCallback(async (): Promise<Objectable[]> => {
    const about = await voiceAbout(client);
    // The newest first: it is what people are asked about.
    const issues = about.issues.filter((one) => one.kind === 'objection').reverse();
    return Promise.all(
      issues.map(async (issue) => ({
        issue,
        agreement: (await readDocument(issue, client)) as Agreement,
        own: await kept.get(issue.digest),
        recipient: about.words,
      })),
    );
  }, [client, kept]);
  const [loading, reload] = useLoaded(load);
  return (
    <>
      <h1>{t.title}</h1>
      <p>{t.lead}</p>
      <Loaded of={loading} retry={reload}>
        {(all) =>
          all.length === 0 ? (
            <div className="panel">
              <p>
                <strong>{t.none}</strong>
              </p>
              <p>{t.noneHelp}</p>
            </div>
          ) : (
            all.map((one) => (
              <Version key={one.issue.digest} of={one} client={client} kept={kept} onChange={reload} />
            ))
          )
        }
      </Loaded>
    </>
  );
}

function Version(props: {
  of: Objectable;
  client: GuardianClient;
  kept: KeptVoices;
  onChange: () => void;
}): ReactNode {
  const { of, client, kept, onChange } = props;
  const { issue, own, agreement } = of;
  const { busy, fault, act } = useAct();
  // Kept before it is sent: what got no answer is said again as it was.
  const send = (decide: () => Promise<OwnVoice>) =>
    act(async () => {
      const decided = await decide();
      await kept.put(decided);
      try {
        await kept.put(await sendVoice(decided, client));
      } finally {
        onChange();
      }
    });
  return (
    <section aria-label={t.version(issue.agreement.title, issue.agreement.version)}>
      <h2>{t.version(issue.agreement.title, issue.agreement.version)}</h2>
      <Fault of={fault} />
      {own?.said ? (
        <SaidPanel
          own={own}
          title={t.done}
          help={t.doneHelp(words.time(issue.nextCount))}
          said={t.said}
          what={targetInWords(agreement, own.said.says)}
          sending={t.sending}
          resend={t.resend}
          kept={kept}
          busy={busy}
          onResend={() => send(async () => own)}
          onForgotten={onChange}
        />
      ) : own && own.signature !== null ? (
        <ObjectionForm
          agreement={agreement}
          busy={busy}
          onSay={(says, why) => send(() => decideVoice(own, issue, says, why, of.recipient))}
        />
      ) : (
        <TokenStep
          issue={issue}
          own={own}
          title={t.first}
          seen={t.firstSeen}
          now={Date.now() / 1000}
          client={client}
          kept={kept}
          onChange={onChange}
        />
      )}
    </section>
  );
}

function ObjectionForm(props: {
  agreement: Agreement;
  busy: boolean;
  onSay: (says: string, words: string) => void;
}): ReactNode {
  const { agreement, busy, onSay } = props;
  const [says, setSays] = useState('');
  const [why, setWhy] = useState('');
  const id = useId();
  const left = WORDS_BYTES_LIMIT - new TextEncoder().encode(why).length;
  const choice = (value: string, text: string, inner = false) => (
    <label key={value} className={inner ? 'choice inner' : 'choice'}>
      <input
        type="radio"
        name={id}
        value={value}
        required
        checked={says === value}
        onChange={() => setSays(value)}
      />
      <span>{text}</span>
    </label>
  );
  return (
    <form
      className="panel"
      onSubmit={(event) => {
        event.preventDefault();
        if (left >= 0 && says !== '') onSay(says, why.trim());
      }}
    >
      <fieldset>
        <legend>{t.what}</legend>
        {choice('agreement', t.whole)}
        {[...agreement.apps, ...agreement.desktopApps].map((app) => (
          <div key={app.id}>
            {choice(`app ${app.id}`, t.app(app.name))}
            {app.signals.map((signal) =>
              choice(`signal ${app.id} ${signal}`, t.signal(t.signals[signal] ?? signal, app.name), true),
            )}
          </div>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor={`${id}-words`}>{t.words}</label>
        <textarea
          id={`${id}-words`}
          value={why}
          aria-describedby={`${id}-help`}
          onChange={(event) => setWhy(event.target.value)}
        />
        <p className="help" id={`${id}-help`}>
          {t.wordsHelp} {t.left(left)}
        </p>
        <div role="alert">{left < 0 && <p className="wrong">{t.tooLong}</p>}</div>
      </div>
      <SeenBy lines={t.seen} />
      <button type="submit" className="button" disabled={busy}>
        {busy ? words.busy : t.button}
      </button>
    </form>
  );
}

/** What a target is called in this agreement. */
export function targetInWords(agreement: Agreement, text: string): string {
  const target = parseTarget(text);
  if (!target || target.kind === 'agreement') return t.whole;
  const app = [...agreement.apps, ...agreement.desktopApps].find(({ id }) => id === target.app);
  const name = app?.name ?? target.app;
  return target.kind === 'app' ? t.app(name) : t.signal(t.signals[target.signal] ?? target.signal, name);
}
