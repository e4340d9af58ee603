import type { ReactNode } from 'react';
import type { DeskSection } from './desk-section.ts';
import { probeWords as t } from './messages/en-probe.ts';

/** What the guardian found when it last tried the server's doors (ACC46). */
export function ProbeSection({ desk }: Pick<DeskSection, 'desk'>): ReactNode {
  const { probe } = desk;
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
          {probe.unanswered > 0 && <p className="notice warn">{t.silent(when, probe.unanswered)}</p>}
          {probe.found === 0 && probe.unanswered === 0 && <p>{t.fine(when, probe.tried)}</p>}
        </>
      )}
    </section>
  );
}
