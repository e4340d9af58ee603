import { words } from '../messages/en.ts';
import type { RecorderView } from '../wire/panel-message.ts';
import type { Send } from './recorder-link.ts';

const say = words.otherDevice;

/** A code for the next device of hers (ENR60), while it holds. */
export function OtherDevice({ view, send }: { view: RecorderView; send: Send }) {
  const { handover } = view;
  return (
    <details open={handover !== null}>
      <summary>{say.summary}</summary>
      <div className="stack">
        <p className="soft">{say.lead}</p>
        {handover && (
          <>
            <p className="erase-code">{handover.code}</p>
            <p role="status">
              {handover.until === null ? say.waits : say.there(new Date(handover.until).toLocaleTimeString())}
            </p>
            <p className="note note-warn">{say.care}</p>
          </>
        )}
        <div className="row">
          <button type="button" onClick={() => void send({ command: 'hand-over' })}>
            {handover ? say.anew : say.show}
          </button>
          {handover && (
            <button type="button" onClick={() => void send({ command: 'end-handover' })}>
              {say.end}
            </button>
          )}
        </div>
      </div>
    </details>
  );
}
