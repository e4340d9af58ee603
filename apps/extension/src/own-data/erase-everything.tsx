import { useState } from 'react';
import type { Send } from '../screens/recorder-link.ts';
import { ownDataWords as say } from './own-data-words.ts';

/** The act that can't be undone says so first; keeping is the button beside it. */
export function EraseEverything({ erasing, send }: { erasing: boolean; send: Send }) {
  const [asked, setAsked] = useState(false);
  return (
    <section className="stack" aria-labelledby="erase-heading">
      <h2 id="erase-heading">{say.erase}</h2>
      <p>{say.eraseLead}</p>
      <p role="status">{erasing ? say.erasing : ''}</p>
      {!erasing && !asked && (
        <button type="button" onClick={() => setAsked(true)}>
          {say.eraseAct}
        </button>
      )}
      {!erasing && asked && (
        <div className="row">
          <button
            type="button"
            onClick={() => {
              setAsked(false);
              void send({ command: 'own-data', act: 'erase-everything' });
            }}
          >
            {say.eraseSure}
          </button>
          <button type="button" onClick={() => setAsked(false)}>
            {say.eraseKeep}
          </button>
        </div>
      )}
    </section>
  );
}
