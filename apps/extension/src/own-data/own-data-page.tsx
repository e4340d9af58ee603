import { words } from '../messages/en.ts';
import { FaultNote } from '../screens/fault-note.tsx';
import { ReceiptList } from '../screens/receipt-list.tsx';
import { useRecorder } from '../screens/recorder-link.ts';
import { RecordingsList } from '../screens/recordings-list.tsx';
import { whenWords } from '../screens/rules-section.tsx';
import { StateMark } from '../screens/state-mark.tsx';
import { ToldNotes } from '../screens/told-notes.tsx';
import { AskServer } from './ask-server.tsx';
import { CopySection } from './copy-section.tsx';
import { EraseEverything } from './erase-everything.tsx';
import { HoldsSection } from './holds-section.tsx';
import { NoticesSection } from './notices-section.tsx';
import { ownDataWords as say } from './own-data-words.ts';
import { ReadingsSection } from './readings-section.tsx';
import { useOwnBooks } from './use-own-books.ts';

/** Everything of hers in one place: who read it, a copy, erasing it. What it shows is found with her key, on this device. */
export function OwnDataPage() {
  const { view, fault, send } = useRecorder();
  const books = useOwnBooks(view);
  return (
    <div className="page page-wide">
      <header className="page-head">
        <h1>{say.title}</h1>
        {view && <StateMark state={view.state} />}
      </header>
      {!view || !books ? (
        <main className="soft">{words.loading}</main>
      ) : (
        <main className="sections">
          <div className="stack">
            <p>{say.lead}</p>
            <FaultNote fault={fault} />
            <ToldNotes told={{ ...view.told, held: 0, notices: 0 }} send={send} />
            <AskServer there={books.there} send={send} />
          </div>
          <NoticesSection notices={books.notices} send={send} />
          <HoldsSection books={books} />
          <ReadingsSection books={books} />
          <CopySection books={books} />
          <section className="stack" aria-labelledby="here-heading">
            <h2 id="here-heading">{say.recordings}</h2>
            <RecordingsList recordings={view.recordings} send={send} heading="h3" />
          </section>
          {books.there?.answer && (
            <section className="stack" aria-labelledby="there-heading">
              <h2 id="there-heading">{say.atServer}</h2>
              {books.there.answer.recordings.length === 0 && <p className="soft">{say.atServerNone}</p>}
              <ul className="stack">
                {books.there.answer.recordings.map(({ id, state }) => (
                  <li key={id} className="wrap-anywhere">
                    {say.listed(id, say.states[state])}
                  </li>
                ))}
              </ul>
            </section>
          )}
          <ReceiptList change={view} />
          <EraseEverything erasing={books.erasing} send={send} />
          {books.erasures.length > 0 && (
            <section className="stack" aria-labelledby="erased-heading">
              <h2 id="erased-heading">{say.erasures}</h2>
              <ul className="stack">
                {books.erasures.map(({ at, recordings, keysExpireOn }) => (
                  <li key={at}>{say.erasure(whenWords(at), recordings, keysExpireOn)}</li>
                ))}
              </ul>
            </section>
          )}
        </main>
      )}
    </div>
  );
}
