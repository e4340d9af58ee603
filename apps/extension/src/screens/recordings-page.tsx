import { words } from '../messages/en.ts';
import { FaultNote } from './fault-note.tsx';
import { useRecorder } from './recorder-link.ts';
import { RecordingsList } from './recordings-list.tsx';
import { StateMark } from './state-mark.tsx';

/** All of hers on this device, on a page of its own. */
export function RecordingsPage() {
  const { view, fault, send } = useRecorder();
  return (
    <div className="page">
      <header className="page-head">
        <h1>{words.recordings.page}</h1>
        {view && <StateMark state={view.state} />}
      </header>
      <main className="stack">
        <FaultNote fault={fault} />
        {view ? (
          <RecordingsList recordings={view.recordings} send={send} heading="h2" />
        ) : (
          <p>{words.loading}</p>
        )}
        {view?.server && <p className="soft">{words.recordings.openServer}</p>}
      </main>
    </div>
  );
}
