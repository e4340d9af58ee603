import { dateLocale, durationWords, words } from '../messages/en.ts';
import type { RecordingView } from '../wire/panel-message.ts';
import { DiscardAct } from './discard-act.tsx';
import { openReview } from './live-screen.tsx';
import type { Send } from './recorder-link.ts';

const say = words.recordings;

/** What of hers is on this device or on its way, and what she can do with each. */
export function RecordingsList({
  recordings,
  send,
  heading,
}: {
  recordings: readonly RecordingView[];
  send: Send;
  /** One below that of the section. */
  heading: 'h2' | 'h3';
}) {
  if (recordings.length === 0) return <p className="soft">{say.none}</p>;
  return (
    <ul className="list">
      {recordings.map((recording) => (
        <li key={recording.id}>
          <Recording recording={recording} send={send} heading={heading} />
        </li>
      ))}
    </ul>
  );
}

function Recording({
  recording,
  send,
  heading: Heading,
}: {
  recording: RecordingView;
  send: Send;
  heading: 'h2' | 'h3';
}) {
  const { id, state, task, durationMilliseconds, events, bytes, ended, removedAt, release } = recording;
  const title = task.kind === 'card' ? task.card.title : task.text || say.free;
  return (
    <article className="card" aria-label={title}>
      <div>
        <Heading>{title}</Heading>
        <p>
          <strong>{say.state[state]}</strong>
        </p>
        <p className="soft">
          {durationWords(durationMilliseconds)}, {say.size(events, bytes)}
        </p>
      </div>
      {ended && <p className="note">{say.ended[ended]}</p>}
      {removedAt !== null && <p className="soft small">{say.removed(dateWords(removedAt))}</p>}
      {release && <Leaving state={state} release={release} />}
      <div className="row">
        {state === 'reviewing' && (
          <button type="button" onClick={() => void openReview(id)}>
            {say.review}
          </button>
        )}
        {state === 'cooling' && (
          <button type="button" onClick={() => void send({ command: 'recall', id })}>
            {say.recall}
          </button>
        )}
        {(release?.waits === 'unknown' || release?.fault) && state !== 'released' && (
          <button type="button" onClick={() => void send({ command: 'upload-now', id })}>
            {say.uploadNow}
          </button>
        )}
        {(state === 'reviewing' || state === 'cooling') && (
          <DiscardAct label={say.discard} id={id} send={send} />
        )}
        {state === 'released' && !release?.erasing && (
          <DiscardAct label={say.erase} id={id} send={send} act="erase" />
        )}
      </div>
    </article>
  );
}

function Leaving({
  state,
  release,
}: {
  state: RecordingView['state'];
  release: NonNullable<RecordingView['release']>;
}) {
  const cooled = Date.now() >= release.recallUntil;
  return (
    <div className="stack">
      {state === 'cooling' && (
        <p>{cooled ? say.waitsToLeave : say.recallUntil(timeWords(release.recallUntil))}</p>
      )}
      {release.waits && state !== 'released' && <p>{say.waits[release.waits]}</p>}
      {state === 'uploading' && (
        <div>
          <progress value={release.sent} max={release.parts} aria-label={say.state.uploading} />
          <p className="soft small">{say.progress(release.sent, release.parts)}</p>
        </div>
      )}
      {release.erasing && <p role="status">{say.erasing}</p>}
      {release.fault && <p className="note note-warn">{release.fault}</p>}
    </div>
  );
}

function dateWords(at: number): string {
  return new Date(at).toLocaleDateString(dateLocale(), { dateStyle: 'long' });
}

function timeWords(at: number): string {
  const near = at - Date.now() < 12 * 3_600_000;
  return new Date(at).toLocaleString(
    dateLocale(),
    near ? { timeStyle: 'short' } : { dateStyle: 'long', timeStyle: 'short' },
  );
}
