import { ownDataWords as say } from '../own-data/own-data-words.ts';
import type { ToldView } from '../wire/panel-message.ts';
import type { Send } from './recorder-link.ts';

/** What she has to know about what is hers at the server, with the way to all of it. */
export function ToldNotes({ told, send }: { told: ToldView; send: Send }) {
  return (
    <>
      {told.notices > 0 && (
        <p className="note note-fault" role="alert">
          {say.noticePanel}{' '}
          <a href="/data.html" target="_blank" rel="noreferrer">
            {say.noticePanelLink}
          </a>
        </p>
      )}
      {told.held > 0 && (
        <p className="note">
          {say.heldInPanel(told.held)}{' '}
          <a href="/data.html" target="_blank" rel="noreferrer">
            {say.heldInPanelLink}
          </a>
        </p>
      )}
      {told.silence !== null && (
        <div className="note note-warn stack">
          <p>{say.silence(told.silence)}</p>
          <button type="button" onClick={() => void send({ command: 'own-data', act: 'ask' })}>
            {say.silenceKeep}
          </button>
        </div>
      )}
    </>
  );
}
