import { agreementWords } from '@aboveboard/consent/agreement-words';
import { en } from '@aboveboard/consent/messages/en';
import { words } from '../messages/en.ts';
import { ownDataWords } from '../own-data/own-data-words.ts';
import type { RecorderView } from '../wire/panel-message.ts';
import { AgreementPassages, AgreementScreen, readAgreement } from './agreement-screen.tsx';
import { BudgetUse } from './budget-use.tsx';
import { ConnectScreen } from './connect-screen.tsx';
import { ConsentSection, FreshSection } from './consent-section.tsx';
import { EraseCodeSection } from './erase-code.tsx';
import { FaultNote } from './fault-note.tsx';
import { JoinScreen } from './join-screen.tsx';
import { LiveScreen } from './live-screen.tsx';
import { OtherDevice } from './other-device.tsx';
import { ReceiptList } from './receipt-list.tsx';
import { type Send, useRecorder } from './recorder-link.ts';
import { RecordingsList } from './recordings-list.tsx';
import { RulesSection } from './rules-section.tsx';
import { StateMark } from './state-mark.tsx';
import { TaskScreen } from './task-screen.tsx';
import { ToldNotes } from './told-notes.tsx';

/** The first question it answers: am I being recorded? Then: what of mine is here? */
export function Panel() {
  const { view, fault, send } = useRecorder();
  if (!view) {
    return (
      <main className="page">
        <p className="soft">{words.loading}</p>
      </main>
    );
  }
  const underWay = view.live !== null;
  // What waits for her comes before what she could do next; while it records, nothing comes before that.
  const waiting = !underWay && view.recordings.some(({ state }) => state !== 'released');
  return (
    <div className="page">
      <header className="page-head">
        <h1>{words.name}</h1>
        {!underWay && <StateMark state={view.state} />}
      </header>
      <main className="sections">
        <div className="stack">
          {!underWay && view.agreement && <p>{words.stateSentence[view.state]}</p>}
          {view.rules?.refusal && (
            <p className="note note-warn">
              <strong>{words.rules.refused}</strong> {view.rules.refusal}
            </p>
          )}
          {view.installation === 'demonstration' && view.agreement && (
            <p className="soft">{words.demonstration}</p>
          )}
          <FaultNote fault={fault} />
          {!underWay && <ToldNotes told={view.told} send={send} />}
        </div>
        {view.eraseCode !== null && view.rules && !underWay && (
          <EraseCodeSection code={view.eraseCode} guardian={view.rules.guardian} send={send} />
        )}
        {waiting && <Recordings view={view} send={send} />}
        <Now view={view} send={send} />
        {!waiting && <Recordings view={view} send={send} />}
        {view.rules && !underWay && <RulesSection rules={view.rules} agreement={view.agreement} />}
        {view.budgets && !underWay && view.accepted && <BudgetUse budgets={view.budgets} heading="h2" />}
        {view.agreement && view.accepted && <TakingPart view={view} send={send} />}
      </main>
    </div>
  );
}

function Recordings({ view, send }: { view: RecorderView; send: Send }) {
  return (
    <section className="stack" aria-labelledby="recordings-heading">
      <div className="row row-end">
        <h2 id="recordings-heading">{words.recordings.heading}</h2>
        {view.recordings.length > 0 && (
          <a href="/recordings.html" target="_blank" rel="noreferrer">
            {words.recordings.all}
          </a>
        )}
      </div>
      <RecordingsList recordings={view.recordings} send={send} heading="h3" />
    </section>
  );
}

function Now({ view, send }: { view: RecorderView; send: Send }) {
  if (view.live) {
    return (
      <div className="stack">
        <LiveScreen view={view} live={view.live} send={send} />
      </div>
    );
  }
  if (view.joining || !view.joined) return <JoinScreen view={view} send={send} />;
  if (view.rules && !view.accepted && !view.agreement?.whole) return null;
  if (!view.agreement) return <ConnectScreen send={send} managedServer={view.managedServer} />;
  if (!view.accepted) return <AgreementScreen view={view} send={send} />;
  const agreement = readAgreement(view.agreement.document);
  return (
    <>
      {agreement && (
        <FreshSection key={view.agreement.digest} view={view} agreement={agreement} send={send} />
      )}
      <TaskScreen view={view} send={send} />
    </>
  );
}

function TakingPart({ view, send }: { view: RecorderView; send: Send }) {
  const agreement = readAgreement(view.agreement?.document ?? '');
  return (
    <section className="stack" aria-labelledby="part-heading">
      <h2 id="part-heading">{words.taking.heading}</h2>
      {agreement && (
        <details>
          <summary>{words.taking.agreed}</summary>
          <AgreementPassages passages={agreementWords(agreement, en)} />
        </details>
      )}
      {agreement && <ConsentSection view={view} agreement={agreement} send={send} />}
      {view.rules && <ReceiptList change={view} />}
      <a className="act-link" href="/data.html" target="_blank" rel="noreferrer">
        {ownDataWords.link}
      </a>
      {view.rules && <OtherDevice view={view} send={send} />}
      <p className="soft">{words.taking.leaveHint}</p>
      <button type="button" onClick={() => void send({ command: 'opt-out' })}>
        {words.taking.leave}
      </button>
    </section>
  );
}
