import { type ReactNode, useId, useState } from 'react';
import { words } from './messages/en.ts';
import { eraseWithPaper, type PaperErasureResult } from './paper-erasure.ts';
import { SeenBy } from './token-step.tsx';

const t = words.erase;
const FAULTS = {
  misread: words.voice.misread,
  unknown: t.unknown,
  failed: t.failed,
  unreachable: t.unreachable,
} as const satisfies Record<Exclude<PaperErasureResult, 'erased'>, string>;

/** For everyone who has a paper code, with or without a recorder (T11). */
export function ErasePage(): ReactNode {
  const [code, setCode] = useState('');
  const [until, setUntil] = useState<number | null>(null);
  const [result, setResult] = useState<PaperErasureResult | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();
  const send = async () => {
    setBusy(true);
    setResult(null);
    const became = await eraseWithPaper(code, { onSent: setUntil });
    setUntil(null);
    setBusy(false);
    setResult(became);
    if (became === 'erased') setCode('');
  };
  return (
    <>
      <h1>{t.title}</h1>
      <p>{t.lead}</p>
      <div role="status">
        {until !== null && <p className="notice">{t.waiting(words.time(Math.ceil(until / 1000)))}</p>}
        {result === 'erased' && (
          <div className="notice">
            <p>
              <strong>{t.done}</strong>
            </p>
            <p>{t.doneHelp}</p>
          </div>
        )}
      </div>
      <form
        className="panel"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <div className="field">
          <label htmlFor={id}>{t.code}</label>
          <input
            id={id}
            className="code"
            autoComplete="off"
            spellCheck={false}
            required
            value={code}
            aria-describedby={`${id}-help`}
            onChange={(event) => setCode(event.target.value)}
          />
          <p className="help" id={`${id}-help`}>
            {words.voice.codeHelp}
          </p>
        </div>
        <h2>{t.what}</h2>
        <ul>
          {t.follows.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <SeenBy lines={t.seen} />
        <div role="alert">
          {result !== null && result !== 'erased' && <p className="wrong">{FAULTS[result]}</p>}
        </div>
        <button type="submit" className="button" disabled={busy}>
          {busy ? words.busy : t.button}
        </button>
      </form>
    </>
  );
}
