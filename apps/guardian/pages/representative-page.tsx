import { type ReactNode, useCallback, useState } from 'react';
import type { RepresentativeDesk, RepresentativeState } from '../src/representative/representative-state.ts';
import { CodeSheets, CodesSection, type Sheets } from './codes-section.tsx';
import { ElectionSection } from './election-section.tsx';
import { saveFile } from './file-saving.ts';
import { type GuardianClient, voiceAbout } from './guardian-client.ts';
import { HalvesSection } from './halves-section.tsx';
import { IssueSection } from './issue-section.tsx';
import { Loaded, useLoaded } from './loaded.tsx';
import { words } from './messages/en.ts';
import { deskWords as t } from './messages/en-desk.ts';
import { ProbeSection } from './probe-section.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { WitnessKeys } from './witness-keys.tsx';
import { WordsSection } from './words-section.tsx';

/** What follows `#setup=` in the one-time link; taken out of the address at once. */
function setupToken(): string | null {
  const token = /^#setup=([A-Za-z0-9_-]+)$/.exec(location.hash)?.[1] ?? null;
  if (token !== null) history.replaceState(null, '', '/');
  return token;
}

export function RepresentativePage({ client }: { client: GuardianClient }): ReactNode {
  const [token] = useState(setupToken);
  const [sheets, setSheets] = useState<Sheets | null>(null);
  const load = useCallback(async () => {
    const [state, about] = await Promise.all([
      client.get<RepresentativeState>('/representative'),
      voiceAbout(client),
    ]);
    return { ...state, about };
  }, [client]);
  const [loading, reload] = useLoaded(load);
  if (sheets !== null) {
    const leave = () => {
      setSheets(null);
      reload();
    };
    return <CodeSheets client={client} sheets={sheets} onLeave={leave} />;
  }
  return (
    <Loaded of={loading} retry={reload}>
      {({ isSetUp, desk, about }) => {
        if (!desk) return <SignInForm client={client} isSetUp={isSetUp} token={token} onDone={reload} />;
        const shared = { client, desk, about, onChange: reload };
        const names = new Map(
          about.issues.map((one) => [
            one.digest,
            one.kind === 'objection'
              ? words.object.version(one.agreement.title, one.agreement.version)
              : one.election,
          ]),
        );
        return (
          <>
            <h1>{t.title}</h1>
            <StateSection desk={desk} />
            <WitnessKeys {...{ client, desk, onChange: reload }} />
            <HalvesSection {...shared} />
            <ProbeSection {...shared} />
            <ToSignSection desk={desk} names={names} codes={about.enrolment?.digest} />
            <CodesSection {...shared} onDealt={setSheets} />
            <IssueSection {...shared} />
            <WordsSection {...shared} names={names} />
            <ElectionSection {...shared} />
            <div className="buttons no-print">
              <button
                type="button"
                className="button plain"
                onClick={() => void client.send('/representative/session', {}, 'DELETE').finally(reload)}
              >
                {t.signOut}
              </button>
            </div>
          </>
        );
      }}
    </Loaded>
  );
}

function StateSection({ desk }: { desk: RepresentativeDesk }): ReactNode {
  const { server, witness, employees } = desk;
  return (
    <section>
      {witness.forks.map(({ origin, evidence }) => (
        <div className="notice danger" role="alert" key={evidence}>
          <p>
            <strong>{t.state.fork(origin)}</strong>
          </p>
          <p>{t.state.forkHelp}</p>
          <button type="button" className="button plain" onClick={() => saveFile('fork.txt', evidence)}>
            {words.save}
          </button>
        </div>
      ))}
      <dl className="facts">
        <dt>{t.state.server}</dt>
        <dd>{server.reached ? t.state.reached(server.address) : t.state.notReached(server.address)}</dd>
        <dt>{t.state.codes}</dt>
        <dd>{employees === null ? t.state.notDealt : t.state.dealt(employees)}</dd>
        <dt>{t.state.logs}</dt>
        <dd>
          {witness.logs.length === 0 && t.state.noLogs}
          {witness.logs.map(({ origin, size }) => (
            <div key={origin}>
              {size === null ? t.state.notWitnessed(origin) : t.state.witnessed(origin, size)}
            </div>
          ))}
        </dd>
        {witness.forks.length === 0 && witness.logs.length > 0 && (
          <>
            <dt>{t.state.forks}</dt>
            <dd>{t.state.noForks}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

function ToSignSection(props: {
  desk: RepresentativeDesk;
  names: ReadonlyMap<string, string>;
  /** Digest of the list of codes, by which their statement is known. */
  codes: string | undefined;
}): ReactNode {
  const { statements } = props.desk;
  const what = (issue: string, at: number | null) => {
    if (issue === props.codes) return t.toSign.codes;
    return `${props.names.get(issue)} · ${at === null ? t.toSign.tokens : t.toSign.counts(words.time(at))}`;
  };
  return (
    <section className="no-print">
      <h2>{t.toSign.title}</h2>
      {statements.length === 0 ? (
        <p className="soft">{t.toSign.none}</p>
      ) : (
        <>
          <p>{t.toSign.help}</p>
          {statements.map(({ issue, at, statement }) => (
            <details key={`${issue} ${at}`}>
              <summary>{what(issue, at)}</summary>
              <pre>{statement}</pre>
              <button
                type="button"
                className="button plain"
                onClick={() => saveFile(`statement-${issue.slice(0, 8)}-${at ?? 'tokens'}.txt`, statement)}
              >
                {words.save}
              </button>
            </details>
          ))}
        </>
      )}
    </section>
  );
}
