import { ownDataWords as say } from '../own-data/own-data-words.ts';
import type { ToldView } from '../wire/panel-message.ts';

/** What she has to know about what is hers at the server, with the way to all of it. */
export function ToldNotes({ told }: { told: ToldView }) {
  return (
    <>
      {told.held > 0 && (
        <p className="note">
          {say.heldInPanel(told.held)}{' '}
          <a href="/data.html" target="_blank" rel="noreferrer">
            {say.heldInPanelLink}
          </a>
        </p>
      )}
    </>
  );
}
