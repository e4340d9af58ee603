import { type ReactNode, useState } from 'react';
import type { HalfLine } from '../src/halves/half-journal.ts';
import type { DeskSection } from './desk-section.ts';
import { saveFile } from './file-saving.ts';
import { IdentityDetails } from './identity-details.tsx';
import { Fault, useAct } from './loaded.tsx';
import { words } from './messages/en.ts';
import { halfWords as t } from './messages/en-halves.ts';

/** As the guardian takes it (half-lock.ts), which is not for a browser to load. */
const LIMIT_MOST = 100_000;

/** Her lock, her limit, and in words whom her guardian gave keys to (GRD72-GRD74). */
export function HalvesSection(section: DeskSection): ReactNode {
  const { client, desk, onChange } = section;
  const { isLocked, limit, given, statement, parties, lines } = desk.halves;
  const { busy, fault, act } = useAct();
  const [wanted, setWanted] = useState(String(limit));
  const next = /^\d{1,6}$/.test(wanted) && Number(wanted) <= LIMIT_MOST ? Number(wanted) : null;
  const send = (path: string, body: object, method: 'POST' | 'DELETE' = 'POST') =>
    act(async () => {
      await client.send(path, body, method);
      onChange();
    });
  return (
    <section className="no-print">
      <h2>{t.title}</h2>
      <div className={isLocked ? 'notice danger' : 'panel'} role={isLocked ? 'alert' : undefined}>
        <p>
          <strong>{isLocked ? t.locked : t.open}</strong>
        </p>
        <p>{isLocked ? t.lockedHelp : t.openHelp}</p>
        <button
          type="button"
          className="button"
          // Not `disabled`: who locks by keyboard would lose her place while it is sent.
          aria-disabled={busy || undefined}
          onClick={() => send('/representative/lock', {}, isLocked ? 'DELETE' : 'POST')}
        >
          {busy ? words.busy : isLocked ? t.unlock : t.lock}
        </button>
        <Fault of={fault} />
      </div>
      <p>{t.given(given, limit)}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (next !== null && next !== limit) void send('/representative/halves-limit', { limit: next });
        }}
      >
        <div className="field">
          <label htmlFor="halves-limit">{t.limit}</label>
          <input
            id="halves-limit"
            type="text"
            inputMode="numeric"
            autoComplete="off"
            value={wanted}
            aria-invalid={next === null || undefined}
            aria-describedby="halves-limit-help"
            onChange={(event) => setWanted(event.target.value)}
          />
          <p id="halves-limit-help" className={next === null ? 'wrong' : 'help'}>
            {t.limitHelp(LIMIT_MOST)}
          </p>
        </div>
        <button
          type="submit"
          className="button plain"
          aria-disabled={busy || next === null || next === limit}
        >
          {t.setLimit}
        </button>
      </form>
      {statement !== null && (
        <details>
          <summary>{t.statement}</summary>
          <p>{t.statementHelp}</p>
          <pre>{statement}</pre>
          <button
            type="button"
            className="button plain"
            onClick={() => saveFile('statement-halves.txt', statement)}
          >
            {words.save}
          </button>
        </details>
      )}
      <IdentityDetails {...section} />
      {parties.length > 0 && (
        <details>
          <summary>{t.parties}</summary>
          <p>{t.partiesHelp}</p>
          <dl className="facts">
            {parties.map(({ role, fingerprint }) => (
              <div key={role}>
                <dt>{t.keysOf[role] ?? role}</dt>
                <dd>
                  <code>{fingerprint}</code>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      <h3>{t.journal}</h3>
      <div className="buttons">
        <button type="button" className="button plain" onClick={onChange}>
          {t.look}
        </button>
      </div>
      {lines.length === 0 ? (
        <p className="soft">{t.none}</p>
      ) : (
        <ol className="lines">
          {lines.map((line) => (
            <li key={line.n}>
              <span className="soft">{words.time(line.at)}</span> {lineInWords(line)}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function lineInWords({ kind, recordings, detail }: HalfLine): string {
  switch (kind) {
    case 'given':
      return t.gave({
        recordings,
        asker: detail.asker ?? '',
        grant: detail.grant ?? '',
        purpose: t.purposes[detail.purpose ?? ''] ?? detail.purpose ?? '',
        reading: t.readings[detail.reading ?? ''] ?? detail.reading ?? '',
        approvedBy: (detail.approvedBy ?? []).map((role) => t.roles[role] ?? role),
      });
    case 'refused':
      return t.refused(recordings, detail.rules ?? []);
    case 'locked':
      return t.lockedBy[detail.by ?? 'representative'];
    case 'unlocked':
      return t.unlocked;
    case 'limit':
      return t.limited(detail.limit ?? 0);
    case 'identity':
      return t.madeIdentity(detail.identity ?? '');
    case 'retired':
      return t.retiredIdentity(detail.identity ?? '');
  }
}
