import type { VoiceIssue } from '@aboveboard/protocol/voice';
import { type ReactNode, useCallback, useId, useMemo, useState } from 'react';
import { type GuardianClient, voiceAbout } from './guardian-client.ts';
import { type KeptVoices, openKeptVoices } from './kept-voices.ts';
import { Fault, Loaded, useAct, useLoaded } from './loaded.tsx';
import { words } from './messages/en.ts';
import { askVoice, decideVoice, type OwnVoice, readDocument, sendVoice } from './own-voice.ts';
import { SaidPanel, SeenBy, TokenStep } from './token-step.tsx';

const t = words.vote;
type Votable = { issue: VoiceIssue & { kind: 'election' }; own: OwnVoice | null };

export function VotePage({ client }: { client: GuardianClient }): ReactNode {
  const kept = useMemo(() => openKeptVoices(indexedDB), []);
  const load = useCallback(async (): Promise<Votable[]> => {
    const { issues } = await voiceAbout(client);
    return Promise.all(
      issues
        .filter((one) => one.kind === 'election')
        .reverse()
        .map(async (issue) => {
          await readDocument(issue, client);
          return { issue, own: await kept.get(issue.digest) };
        }),
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
              <OneElection key={one.issue.digest} of={one} client={client} kept={kept} onChange={reload} />
            ))
          )
        }
      </Loaded>
    </>
  );
}

function OneElection(props: {
  of: Votable;
  client: GuardianClient;
  kept: KeptVoices;
  onChange: () => void;
}): ReactNode {
  const { of, client, kept, onChange } = props;
  const { issue, own } = of;
  const { busy, fault, act } = useAct();
  const now = Date.now() / 1000;
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
  const name = (says: string) =>
    issue.candidates.find(({ id }) => says === `candidate ${id}`)?.name ?? t.abstain;
  return (
    <section aria-label={issue.election}>
      <h2>{issue.election}</h2>
      <Fault of={fault} />
      {own?.said ? (
        <SaidPanel
          own={own}
          title={t.done}
          help={t.doneHelp(words.time(issue.closes))}
          said={t.said}
          what={name(own.said.says)}
          sending={t.sending}
          resend={words.object.resend}
          kept={kept}
          busy={busy}
          onResend={() => send(async () => own)}
          onForgotten={onChange}
        />
      ) : now >= issue.closes ? (
        <p className="notice">{t.over(words.time(issue.closes))}</p>
      ) : own && own.signature !== null ? (
        <BallotForm
          issue={issue}
          busy={busy}
          onVote={(says) =>
            send(async () => decideVoice(await askVoice(own, issue, client), issue, says, '', null))
          }
        />
      ) : (
        <>
          <p>{(now < issue.opens ? t.notOpen : t.opened)(words.time(issue.opens))}</p>
          <TokenStep
            issue={issue}
            own={own}
            title={t.first}
            seen={t.firstSeen}
            now={now}
            client={client}
            kept={kept}
            onChange={onChange}
          />
        </>
      )}
    </section>
  );
}

function BallotForm(props: {
  issue: VoiceIssue & { kind: 'election' };
  busy: boolean;
  onVote: (says: string) => void;
}): ReactNode {
  const { issue, busy, onVote } = props;
  const [says, setSays] = useState('');
  const name = useId();
  const choices = [
    ...issue.candidates.map((one) => ({ value: `candidate ${one.id}`, text: one.name })),
    { value: 'abstain', text: t.abstain },
  ];
  return (
    <form
      className="panel"
      onSubmit={(event) => {
        event.preventDefault();
        if (says !== '') onVote(says);
      }}
    >
      <p>{t.closes(words.time(issue.closes))}</p>
      <fieldset>
        <legend>{t.whom}</legend>
        {choices.map(({ value, text }) => (
          <label key={value} className="choice">
            <input
              type="radio"
              name={name}
              value={value}
              required
              checked={says === value}
              onChange={() => setSays(value)}
            />
            <span>{text}</span>
          </label>
        ))}
      </fieldset>
      <SeenBy lines={t.seen} />
      <button type="submit" className="button" disabled={busy}>
        {busy ? words.busy : t.button}
      </button>
    </form>
  );
}
