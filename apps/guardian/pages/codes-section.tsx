import { codeSheet } from '@aboveboard/consent/enrolment-codes';
import { en } from '@aboveboard/consent/messages/en';
import { type ReactNode, useEffect, useId, useState } from 'react';
import type { DeskSection } from './desk-section.ts';
import { saveFile } from './file-saving.ts';
import { Fault, useAct } from './loaded.tsx';
import { words } from './messages/en.ts';
import { deskWords } from './messages/en-desk.ts';

const t = deskWords.codes;
const sheet = en.enrolment;

/** The codes, between the answer and her leave, alone on the page: a way to lose them should be an act (GRD1). */
export function CodeSheets(props: { codes: readonly string[]; onLeave: () => void }): ReactNode {
  const { codes, onLeave } = props;
  useEffect(() => {
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', stay);
    return () => removeEventListener('beforeunload', stay);
  }, []);
  return (
    <>
      <h1 className="no-print">{t.title}</h1>
      <p className="notice warn no-print" role="status">
        {t.ready(codes.length)}
      </p>
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
        <button type="button" className="button plain" onClick={onLeave}>
          {t.done}
        </button>
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
export function CodesSection(
  props: DeskSection & { onDealt: (codes: readonly string[]) => void },
): ReactNode {
  const { client, desk, onDealt } = props;
  const [employees, setEmployees] = useState('');
  const { busy, fault, act } = useAct();
  const id = useId();
  return (
    <section className="no-print">
      <h2>{t.title}</h2>
      <p>{t.help}</p>
      {desk.codesInUse ? (
        <p className="notice">
          {deskWords.state.dealt(desk.employees ?? 0)}. {t.used}
        </p>
      ) : (
        <form
          className="panel"
          onSubmit={(event) => {
            event.preventDefault();
            act(async () => {
              const given = { employees: Number(employees) };
              const answer = await client.send<{ codes: string[] }>('/representative/codes', given);
              onDealt(answer.codes);
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
