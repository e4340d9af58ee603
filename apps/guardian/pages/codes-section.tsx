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

/** Codes are in this page between the answer and the representative's leave, and nowhere else (GRD1). */
export function CodesSection({ client, desk, onChange }: DeskSection): ReactNode {
  const [employees, setEmployees] = useState('');
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { busy, fault, act } = useAct();
  const id = useId();
  useEffect(() => {
    document.body.classList.toggle('sheets-only', codes !== null);
    if (codes === null) return undefined;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', stay);
    return () => removeEventListener('beforeunload', stay);
  }, [codes]);

  if (codes !== null) {
    return (
      <section className="printed">
        <h2 className="no-print">{t.title}</h2>
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
          <button
            type="button"
            className="button plain"
            onClick={() => {
              setCodes(null);
              onChange();
            }}
          >
            {t.done}
          </button>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
        <section className="sheets" tabIndex={0} aria-label={t.title}>
          {codes.map((code) => (
            <article className="sheet" key={code} aria-label={t.sheet}>
              <h3>{sheet.title}</h3>
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
      </section>
    );
  }
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
              setCodes(answer.codes);
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
