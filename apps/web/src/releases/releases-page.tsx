import type { HolderAnswer, ShownLineage, ShownModel, ShownRelease } from '@aboveboard/protocol/lineage';
import { type ReactNode, useRef, useState } from 'react';
import { client } from '../client.ts';
import { Loaded, useLoaded, useReturned } from '../loaded.tsx';
import { text } from './messages/en.ts';
import { ModelForm } from './model-form.tsx';

/** The register, for who holds releases and for the parties; only the former answer and enter (spec/lineage.md). */
export default function ReleasesPage({ party }: { party: boolean }): ReactNode {
  const [loading, reload] = useLoaded<ShownLineage>(client.lineage);
  useReturned(reload);
  return (
    <>
      <h1>{text.title}</h1>
      <p>{party ? text.leadParty : text.leadHolder}</p>
      <Loaded of={loading} retry={reload}>
        {({ releases, models }) => (
          <>
            {releases.length === 0 && <p className="notice">{party ? text.noneParty : text.none}</p>}
            {releases.map((one) => (
              <ReleaseCard
                key={one.release}
                release={one}
                models={models}
                party={party}
                onAnswered={reload}
              />
            ))}
            {!party && <ModelForm releases={releases} onEntered={reload} />}
          </>
        )}
      </Loaded>
    </>
  );
}

function ReleaseCard(props: {
  release: ShownRelease;
  models: readonly ShownModel[];
  party: boolean;
  onAnswered: () => void;
}): ReactNode {
  const { release: one, party, onAnswered } = props;
  const title = `release-${one.release.slice(0, 16)}`;
  const models = props.models.filter(({ releases }) => releases.includes(one.release));
  const waits = one.holders.find(({ own, toldOn, said }) => own && toldOn !== null && said !== 'deleted');
  return (
    <section className="panel" aria-labelledby={title}>
      <h2 id={title}>{text.head(one.name, one.version)}</h2>
      <p>{text.made(one.builtOn, one.purpose)}</p>
      <p className={one.supersededOn ? 'notice danger' : undefined}>
        {one.supersededOn ? text.superseded(one.supersededOn) : text.stands}
      </p>
      <p>{models.length > 0 ? text.models(models.map(({ name }) => name)) : text.noModels}</p>
      {party && one.holders.length > 0 && (
        <div className="scroll">
          <table>
            <caption>{text.holders}</caption>
            <thead>
              <tr>
                <th>{text.account}</th>
                <th>{text.answer}</th>
              </tr>
            </thead>
            <tbody>
              {one.holders.map((holder) => (
                <tr key={holder.account}>
                  <td>
                    <code>{holder.account.slice(0, 8)}</code>
                  </td>
                  <td>{text.standing(holder)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!party && one.holders.some(({ toldOn }) => toldOn !== null) && !waits && (
        <p role="status">{text.standing(one.holders.find(({ toldOn }) => toldOn !== null) ?? emptyHolder)}</p>
      )}
      {!party && waits?.answerBy && (
        <>
          <p>{waits.isLate ? text.late(waits.answerBy) : text.please(waits.answerBy)}</p>
          {waits.said === 'not-yet' && <p role="status">{text.standing(waits)}</p>}
          <Answer release={one.release} onAnswered={onAnswered} />
        </>
      )}
      <p className="soft">
        {text.digest}: <code className="long">{one.release}</code>
      </p>
    </section>
  );
}

const emptyHolder = {
  account: '',
  own: true,
  toldOn: null,
  answerBy: null,
  said: null,
  saidOn: null,
  isLate: false,
};

/** “Deleted” is final and others rely on it, so it is asked twice. */
function Answer({ release, onAnswered }: { release: string; onAnswered: () => void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const title = `sure-${release.slice(0, 16)}`;

  async function say(said: HolderAnswer['said']): Promise<void> {
    setProblem(null);
    await client.answerRelease(release, said).then(
      () => {
        dialog.current?.close();
        onAnswered();
      },
      (error: Error) => setProblem(error.message),
    );
  }

  const problemShown = problem && (
    <p role="alert" className="notice danger">
      {problem}
    </p>
  );
  return (
    <>
      {problemShown}
      <div className="buttons">
        <button type="button" className="button" onClick={() => dialog.current?.showModal()}>
          {text.deleted}
        </button>
        <button type="button" className="button plain" onClick={() => void say('not-yet')}>
          {text.notYet}
        </button>
      </div>
      <dialog ref={dialog} aria-labelledby={title}>
        <h2 id={title}>{text.sureTitle}</h2>
        <p>{text.sure}</p>
        {problemShown}
        <div className="buttons">
          <button type="button" className="button plain" onClick={() => dialog.current?.close()}>
            {text.sureNo}
          </button>
          <button type="button" className="button danger" onClick={() => void say('deleted')}>
            {text.sureYes}
          </button>
        </div>
      </dialog>
    </>
  );
}
