import { parseAgreement } from '@aboveboard/consent/agreement';
import type { About, InstalledAgreement } from '@aboveboard/protocol/installation';
import type { UploadLimits } from '@aboveboard/protocol/upload';
import type { ReactNode } from 'react';
import { client, type Readiness } from '../client.ts';
import { installedAgreement } from '../installed-agreement.ts';
import { Loaded, useLoaded } from '../loaded.tsx';
import { words } from '../messages/en.ts';

const text = words.status;
/** So long before the end of an agreement the operator is told: three parties must sign the next one. */
const NOTICE = 30 * 86_400_000;

type Check = { name: string; fine: boolean; says: string };

async function load(): Promise<Check[]> {
  const [readiness, agreement] = await Promise.all([
    client.readiness(),
    // Without its database the server answers this all the same; a fault of it is a fault of the page.
    installedAgreement(),
  ]);
  return [...serverChecks(readiness), agreementCheck(agreement, Date.now())];
}

export default function StatusPage({ about }: { about: About }): ReactNode {
  const [loading, reload] = useLoaded(load);
  return (
    <>
      <h1>{text.title}</h1>
      <p>{text.lead}</p>
      <Loaded of={loading} retry={reload}>
        {(checks) => <Checks checks={checks} onAgain={reload} />}
      </Loaded>
      <h2>{text.limits}</h2>
      <p>{text.limitsNote}</p>
      <table className="narrow">
        <thead>
          <tr>
            <th>{text.limit}</th>
            <th className="number">{text.value}</th>
          </tr>
        </thead>
        <tbody>
          {(Object.keys(text.limitWords) as (keyof UploadLimits)[]).map((name) => (
            <tr key={name}>
              <td>
                {text.limitWords[name]} <code className="soft">{name}</code>
              </td>
              <td className="number">{about.limits[name].toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Checks(props: { checks: Check[]; onAgain: () => void }): ReactNode {
  const { checks } = props;
  const healthy = checks.every(({ fine }) => fine);
  return (
    <>
      <p role="status" className={healthy ? 'notice' : 'notice warn'}>
        <strong>{healthy ? text.healthy : text.needsYou}</strong>
      </p>
      <table className="narrow">
        <thead>
          <tr>
            <th>{text.check}</th>
            <th>{text.result}</th>
          </tr>
        </thead>
        <tbody>
          {/* What needs somebody stands first. */}
          {checks
            .toSorted((a, b) => Number(a.fine) - Number(b.fine))
            .map(({ name, says }) => (
              <tr key={name}>
                <td>{name}</td>
                <td>{says}</td>
              </tr>
            ))}
        </tbody>
      </table>
      <div className="buttons">
        <button type="button" className="button plain" onClick={props.onAgain}>
          {text.again}
        </button>
      </div>
    </>
  );
}

function serverChecks({ database, draining }: Readiness): Check[] {
  return [
    { name: text.server, fine: !draining, says: draining ? text.serverStopping : text.serverFine },
    { name: text.database, fine: database, says: database ? text.databaseFine : text.databaseDown },
  ];
}

function agreementCheck(installed: InstalledAgreement | null, now: number): Check {
  const name = text.agreement;
  if (!installed) return { name, fine: false, says: text.agreementNone };
  const parsed = parseAgreement(new TextEncoder().encode(installed.document));
  if (!parsed.ok) return { name, fine: false, says: text.agreementUnreadable };
  const { until } = parsed.value.validity;
  const left = Date.parse(until) - now;
  const day = until.slice(0, 10);
  if (left <= 0) return { name, fine: false, says: text.agreementEnded(day) };
  return left < NOTICE
    ? { name, fine: false, says: text.agreementEnds(day) }
    : { name, fine: true, says: text.agreementHolds(day) };
}
