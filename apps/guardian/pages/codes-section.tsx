import { codeSheet } from '@aboveboard/consent/enrolment-codes';
import { en } from '@aboveboard/consent/messages/en';
import { type ReactNode, useEffect, useId, useState } from 'react';
import type { DeskSection } from './desk-section.ts';
import { saveFile } from './file-saving.ts';
import type { GuardianClient } from './guardian-client.ts';
import { Fault, useAct } from './loaded.tsx';
import { words } from './messages/en.ts';
import { deskWords } from './messages/en-desk.ts';

const t = deskWords.codes;
const sheet = en.enrolment;

/** `deal`: of those for people who joined later, by which they are confirmed (GRD8). */
export type Sheets = { codes: readonly string[]; deal: string | null };

/** The codes, between the answer and her leave, alone on the page: a way to lose them should be an act (GRD1). */
export function CodeSheets(props: {
  client: GuardianClient;
  sheets: Sheets;
  onLeave: () => void;
}): ReactNode {
  const { client, onLeave } = props;
  const { codes, deal } = props.sheets;
  const { busy, fault, act } = useAct();
  useEffect(() => {
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', stay);
    return () => removeEventListener('beforeunload', stay);
  }, []);
  return (
    <>
      <h1 className="no-print">{t.title}</h1>
      <p className="notice warn no-print" role="status">
        {t.ready(codes.length)} {deal !== null && t.notYet}
      </p>
      <Fault of={fault} />
      <div className="buttons no-print">
        <button type="button" className="button" onClick={() => print()}>
          {t.print}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => saveFile('codes.txt', codes.map((code) => codeSheet(code)).join('\f'))}
        >
          {t.save}
        </button>
        <button
          type="button"
          className="button plain"
          disabled={busy}
          onClick={() =>
            act(async () => {
              if (deal !== null) await client.send('/representative/codes/confirmed', { deal });
              onLeave();
            })
          }
        >
          {deal === null ? t.done : t.confirm}
        </button>
        {deal !== null && (
          <button type="button" className="button plain" onClick={onLeave}>
            {t.discard}
          </button>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section className="sheets" tabIndex={0} aria-label={t.title}>
        {codes.map((code) => (
          <article className="sheet" key={code} aria-label={t.sheet}>
            <h2>{sheet.title}</h2>
            {sheet.paragraphs.map((text) => (
              <p key={text}>{text}</p>
            ))}
            <p>{sheet.code}</p>
            <p className="code">{code}</p>
            <p>{sheet.erase}</p>
            <p className="code">____-____-____-____-____-____-____</p>
          </article>
        ))}
      </section>
    </>
  );
}

/** Where they are made. */
export function CodesSection(props: DeskSection & { onDealt: (sheets: Sheets) => void }): ReactNode {
  const { client, desk, onDealt } = props;
  const [employees, setEmployees] = useState('');
  const { busy, fault, act } = useAct();
  const id = useId();
  return (
    <section className="no-print">
      <h2>{t.title}</h2>
      <p>{t.help}</p>
      {desk.codesInUse ? (
        <>
          <p className="notice">
            {deskWords.state.dealt(desk.employees ?? 0)}. {t.used}
          </p>
          <JoinedForm client={client} onDealt={onDealt} />
        </>
      ) : (
        <form
          className="panel"
          onSubmit={(event) => {
            event.preventDefault();
            act(async () => {
              const given = { employees: Number(employees) };
              const answer = await client.send<{ codes: string[] }>('/representative/codes', given);
              onDealt({ codes: answer.codes, deal: null });
            });
          }}
        >
          {desk.employees !== null && <p className="notice warn">{t.again}</p>}
          <div className="field">
            <label htmlFor={id}>{t.employees}</label>
            <input
              id={id}
              type="number"
              min={1}
              required
              value={employees}
              onChange={(event) => setEmployees(event.target.value)}
            />
          </div>
          <Fault of={fault} />
          <button type="submit" className="button" disabled={busy}>
            {busy ? words.busy : t.deal}
          </button>
        </form>
      )}
    </section>
  );
}

/** For those who came after the codes were dealt (GRD8). */
function JoinedForm(props: { client: GuardianClient; onDealt: (sheets: Sheets) => void }): ReactNode {
  const [people, setPeople] = useState('');
  const { busy, fault, act } = useAct();
  const id = useId();
  return (
    <form
      className="panel"
      onSubmit={(event) => {
        event.preventDefault();
        act(async () => {
          const given = { people: Number(people) };
          props.onDealt(await props.client.send<Sheets>('/representative/codes/joined', given));
        });
      }}
    >
      <div className="field">
        <label htmlFor={id}>{t.joined}</label>
        <input
          id={id}
          type="number"
          min={1}
          required
          value={people}
          aria-describedby={`${id}-help`}
          onChange={(event) => setPeople(event.target.value)}
        />
        <p className="help" id={`${id}-help`}>
          {t.joinedHelp}
        </p>
      </div>
      <Fault of={fault} />
      <button type="submit" className="button" disabled={busy}>
        {busy ? words.busy : t.deal}
      </button>
    </form>
  );
}
