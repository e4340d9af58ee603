import type { VoiceIssue } from '@aboveboard/protocol/voice';
import { type ReactNode, useId, useState } from 'react';
import type { InstalledVersion } from '../src/representative/representative-state.ts';
import type { DeskSection } from './desk-section.ts';
import { Fault, useAct } from './loaded.tsx';
import { words } from './messages/en.ts';
import { deskWords } from './messages/en-desk.ts';

const t = deskWords.issue;
const DAY = 86_400;
type Chosen = { document: string; digest: string; name: string };

/** Opens a version of the agreement for objections: from the server, or from a file. */
export function IssueSection({ client, about, onChange }: DeskSection): ReactNode {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [days, setDays] = useState('7');
  const [every, setEvery] = useState('1');
  const { busy, fault, act } = useAct();
  const id = useId();
  const open = about.issues.filter((one) => one.kind === 'objection');

  const fromServer = () =>
    act(async () => {
      const one = await client.get<InstalledVersion>('/representative/installed');
      setChosen({ document: one.document, digest: one.digest, name: t.shown(one.title, one.version) });
    });
  const fromFile = (file: File) =>
    act(async () => {
      const document = await file.text();
      const bytes = new TextEncoder().encode(document);
      const digest = Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) =>
        byte.toString(16).padStart(2, '0'),
      ).join('');
      setChosen({ document, digest, name: file.name });
    });
  const submit = () =>
    act(async () => {
      if (!chosen) return;
      const asksUntil = Math.floor(Date.now() / 1000) + Math.round(Number(days) * DAY);
      const countEvery = Math.round(Number(every) * DAY);
      await client.send('/representative/issues', { document: chosen.document, asksUntil, countEvery });
      setChosen(null);
      onChange();
    });

  return (
    <section className="no-print">
      <h2>{t.title}</h2>
      <p>{t.help}</p>
      {open.map((one) => (
        <OpenIssue key={one.digest} issue={one} />
      ))}
      <div className="panel">
        <h3>{t.source}</h3>
        <div className="buttons">
          <button type="button" className="button plain" disabled={busy} onClick={fromServer}>
            {t.installed}
          </button>
        </div>
        <div className="field">
          <label htmlFor={`${id}-file`}>{t.choose}</label>
          <input
            id={`${id}-file`}
            type="file"
            accept=".json,application/json"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) fromFile(file);
            }}
          />
        </div>
        <Fault of={fault} />
        {chosen && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              submit();
            }}
          >
            <dl className="facts">
              <dt>{chosen.name}</dt>
              <dd>
                {t.digest}: <code>{chosen.digest}</code>
              </dd>
            </dl>
            <Days id={`${id}-days`} label={t.days} value={days} onChange={setDays} />
            <Days id={`${id}-every`} label={t.every} value={every} onChange={setEvery} />
            <p>{t.seen}</p>
            <button type="submit" className="button" disabled={busy}>
              {busy ? words.busy : t.button}
            </button>
          </form>
        )}
      </div>
    </section>
  );
}

function OpenIssue({ issue }: { issue: VoiceIssue & { kind: 'objection' } }): ReactNode {
  const { agreement, asksUntil, nextCount } = issue;
  const isAsking = asksUntil > Date.now() / 1000;
  return (
    <p className="notice">
      {t.open(agreement.title, agreement.version)}.{' '}
      {isAsking ? deskWords.askUntil(words.time(asksUntil)) : t.nextCount(words.time(nextCount))}
    </p>
  );
}

export function Days(props: {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
}): ReactNode {
  return (
    <div className="field">
      <label htmlFor={props.id}>{props.label}</label>
      <input
        id={props.id}
        type="number"
        min={1}
        max={365}
        step={1}
        required
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </div>
  );
}
