import type { Agreement } from '@aboveboard/consent/agreement';
import { type Election, type ElectionCount, electionCountFaults } from '@aboveboard/consent/election';
import { objectionListFaults, type PublishedObjections } from '@aboveboard/consent/objection-box';
import { parseStatement } from '@aboveboard/consent/rules-statement';
import type { VoiceCount, VoiceIssue } from '@aboveboard/protocol/voice';
import { type ReactNode, useCallback, useId, useMemo, useState } from 'react';
import { saveFile } from './file-saving.ts';
import { type GuardianClient, voiceAbout, voiceCount } from './guardian-client.ts';
import { openKeptVoices } from './kept-voices.ts';
import { Loaded, useLoaded } from './loaded.tsx';
import { words } from './messages/en.ts';
import { targetInWords } from './object-page.tsx';
import { type OwnVoice, readDocument } from './own-voice.ts';

const t = words.count;
type Row = { nullifier: string; what: string };
type Counted = {
  issue: VoiceIssue;
  title: string;
  first: number;
  count: (VoiceCount & { rows: Row[]; faults: string[]; digest: string | null }) | null;
  document: unknown;
  own: OwnVoice | null;
};

export function CountPage({ client }: { client: GuardianClient }): ReactNode {
  const kept = useMemo(() => openKeptVoices(indexedDB), []);
  const load = useCallback(async (): Promise<Counted[]> => {
    const { issues } = await voiceAbout(client);
    const own = await kept.all().catch(() => []);
    return Promise.all(
      issues.map((issue) => countedOf(issue, own.find((one) => one.issue === issue.digest) ?? null, client)),
    );
  }, [client, kept]);
  const [loading, reload] = useLoaded(load);
  return (
    <>
      <h1>{t.title}</h1>
      <p>{t.lead}</p>
      <Loaded of={loading} retry={reload}>
        {(all) =>
          all.length === 0 ? (
            <p className="panel">{t.none}</p>
          ) : (
            all.toReversed().map((one) => <OneCount key={one.issue.digest} of={one} />)
          )
        }
      </Loaded>
    </>
  );
}

/** Counted again here, whatever the guardian says of it. */
async function countedOf(issue: VoiceIssue, own: OwnVoice | null, client: GuardianClient): Promise<Counted> {
  const document = await readDocument(issue, client);
  const count = await voiceCount(client, issue.digest);
  const title =
    issue.kind === 'objection'
      ? words.object.version(issue.agreement.title, issue.agreement.version)
      : issue.election;
  const first = issue.kind === 'objection' ? issue.nextCount : issue.closes;
  const head = { issue, title, first, document, own };
  if (!count) return { ...head, count: null };
  if (issue.kind === 'election') {
    const faults = await electionCountFaults(count.list, document as Election, [], crypto.subtle);
    const { ballots } = count.list as ElectionCount;
    const name = (says: string) =>
      issue.candidates.find(({ id }) => says === `candidate ${id}`)?.name ?? words.vote.abstain;
    const rows = ballots.map(({ nullifier, says }) => ({ nullifier, what: name(says) }));
    return { ...head, count: { ...count, rows, faults: faults.map(({ message }) => message), digest: null } };
  }
  const statement = parseStatement(count.statement ?? '');
  const published = count.list as PublishedObjections;
  const isCount =
    statement.ok && statement.value.kind === 'objections' && statement.value.digest === issue.digest;
  const faults = isCount
    ? await objectionListFaults(published, statement.value as never, [], crypto.subtle)
    : ['there is no statement of it'];
  const rows = published.spent.map(({ nullifier, target }) => ({
    nullifier,
    what: targetInWords(document as Agreement, target),
  }));
  const digest = isCount ? (statement.value as { list: string }).list : null;
  return { ...head, count: { ...count, rows, faults, digest } };
}

function OneCount({ of }: { of: Counted }): ReactNode {
  const { issue, count, title } = of;
  if (!count) {
    return (
      <section className="panel" aria-label={title}>
        <h2>{title}</h2>
        <p>{t.next(words.time(of.first))}</p>
      </section>
    );
  }
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      <p className="soft">{t.at(words.time(count.at))}</p>
      {issue.kind === 'objection' ? (
        <Objections of={of} rows={count.rows} />
      ) : (
        <Votes issue={issue} count={count} />
      )}
      {count.faults.length === 0 ? (
        <p className="notice">{t.checked}</p>
      ) : (
        <div className="notice danger" role="alert">
          <p>{t.faulty}</p>
          <ul>
            {count.faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </div>
      )}
      <Mine rows={count.rows} own={of.own} at={issue.digest} />
      {count.digest !== null && (
        <details>
          <summary>{t.how}</summary>
          <p>{t.howHelp(count.digest)}</p>
        </details>
      )}
      <button
        type="button"
        className="button plain"
        onClick={() =>
          saveFile(
            `count-${issue.digest.slice(0, 8)}.json`,
            JSON.stringify(count.list, null, 1),
            'application/json',
          )
        }
      >
        {t.list}
      </button>
    </section>
  );
}

function Objections({ of, rows }: { of: Counted; rows: readonly Row[] }): ReactNode {
  const { issued } = of.issue;
  const { objectionPercent } = of.document as Agreement;
  const percent = (share: number) => `${share.toLocaleString('en-GB', { maximumFractionDigits: 1 })} %`;
  const totals = new Map<string, number>();
  for (const { what } of rows) totals.set(what, (totals.get(what) ?? 0) + 1);
  return (
    <>
      <p className="figure">{t.objected(rows.length, issued)}</p>
      <p>
        {t.share(percent((rows.length * 100) / issued))}. {t.stops(percent(objectionPercent))}
      </p>
      {totals.size > 0 && <Totals head={t.target} of={[...totals]} />}
    </>
  );
}

function Votes(props: { issue: VoiceIssue & { kind: 'election' }; count: VoiceCount }): ReactNode {
  const { votes, abstained, elected } = props.count.list as ElectionCount;
  const name = (id: string) => props.issue.candidates.find((one) => one.id === id)?.name ?? id;
  const rows = votes.map((one): [string, number] => [name(one.candidate), one.votes]);
  return (
    <>
      <p className="figure">{elected === null ? t.nobody : t.elected(name(elected))}</p>
      <Totals head={t.candidate} number={t.votes} of={[...rows, [t.abstained, abstained]]} />
    </>
  );
}

function Totals(props: { head: string; number?: string; of: [string, number][] }): ReactNode {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{props.head}</th>
          <th scope="col" className="number">
            {props.number ?? t.number}
          </th>
        </tr>
      </thead>
      <tbody>
        {props.of.map(([what, number]) => (
          <tr key={what}>
            <td>{what}</td>
            <td className="number">{number.toLocaleString('en-GB')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Mine(props: { rows: readonly Row[]; own: OwnVoice | null; at: string }): ReactNode {
  const { rows, own } = props;
  const [given, setGiven] = useState('');
  const [answer, setAnswer] = useState('');
  const id = useId();
  const find = (receipt: string) => rows.find(({ nullifier }) => nullifier === receipt);
  const mine = own?.nullifier ? find(own.nullifier) : undefined;
  const look = () => {
    const receipt = given.trim().toLowerCase();
    const found = find(receipt);
    if (!/^[0-9a-f]{64}$/.test(receipt)) setAnswer(t.notReceipt);
    else setAnswer(found ? t.found(found.what) : t.notFound);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        look();
      }}
    >
      <h3>{t.mine}</h3>
      {own?.nullifier && <p className="notice">{mine ? t.own(mine.what) : t.ownMissing}</p>}
      <p className="soft">{t.mineHelp}</p>
      <div className="field">
        <label htmlFor={id}>{t.receipt}</label>
        <input
          id={id}
          className="code"
          type="text"
          autoComplete="off"
          spellCheck={false}
          value={given}
          onChange={(event) => setGiven(event.target.value)}
        />
      </div>
      <button type="submit" className="button">
        {t.find}
      </button>
      <p aria-live="polite">{answer}</p>
    </form>
  );
}
