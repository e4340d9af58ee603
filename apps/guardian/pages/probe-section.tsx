import { type ReactNode, useState } from 'react';
import type { DeskSection } from './desk-section.ts';
import { Fault, useAct } from './loaded.tsx';
import { words } from './messages/en.ts';
import { probeWords as t } from './messages/en-probe.ts';

/** What the guardian found when it last tried the server's doors (ACC46). */
export function ProbeSection({ client, desk, onChange }: DeskSection): ReactNode {
  const { probe } = desk;
  // A role that was not tried is told of by name.
  const silent = probe ? probe.unanswered - probe.lacking.length : 0;
  const when = probe && new Date(probe.at * 1000).toLocaleString('en-GB');
  return (
    <section className="no-print">
      <h2>{t.title}</h2>
      <p>{t.lead}</p>
      {!probe || !when ? (
        <p>{t.none}</p>
      ) : (
        <>
          {probe.found > 0 && (
            <div className="notice danger" role="alert">
              <p>
                <strong>{t.found(when, probe.found)}</strong>
              </p>
              <ul>
                {probe.findings.map(({ as, method, path, what }) => (
                  <li key={`${as} ${method} ${path}`}>
                    {t.finding(method, path, as)}. {t.what[what] ?? ''}
                  </li>
                ))}
              </ul>
            </div>
          )}
          {silent > 0 && <p className="notice warn">{t.silent(when, silent)}</p>}
          {probe.lacking.length > 0 && <p className="notice warn">{t.lacking(when, probe.lacking)}</p>}
          {probe.found === 0 && probe.unanswered === 0 && <p>{t.fine(when, probe.tried)}</p>}
        </>
      )}
      <Accounts client={client} desk={desk} onChange={onChange} />
    </section>
  );
}

/** With what it tries the doors as somebody who is signed in (IDN70-IDN73). */
function Accounts({ client, desk, onChange }: Pick<DeskSection, 'client' | 'desk' | 'onChange'>): ReactNode {
  const { busy, fault, act } = useAct();
  const [invitations, setInvitations] = useState('');
  const enrol = () =>
    act(async () => {
      await client.send('/representative/probe', { invitations });
      setInvitations('');
      onChange();
    });
  return (
    <details>
      <summary>{t.accounts(desk.probeRoles.length)}</summary>
      <p>{t.accountsHelp}</p>
      <form
        className="panel"
        onSubmit={(event) => {
          event.preventDefault();
          void enrol();
        }}
      >
        <label htmlFor="probe-invitations">{t.invitations}</label>
        <textarea
          id="probe-invitations"
          rows={6}
          spellCheck={false}
          autoComplete="off"
          value={invitations}
          onChange={(event) => setInvitations(event.target.value)}
        />
        <button type="submit" className="button plain" disabled={busy || invitations.trim() === ''}>
          {busy ? words.busy : t.enrol}
        </button>
        <Fault of={fault} />
      </form>
    </details>
  );
}
