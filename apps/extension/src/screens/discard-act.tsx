import { useState } from 'react';
import { words } from '../messages/en.ts';
import type { Send } from './recorder-link.ts';

const say = words.recordings;

/** The one act that can't be undone says so first; keeping it is the button beside it. */
export function DiscardAct(props: { label: string; id: string; send: Send; act?: 'discard' | 'erase' }) {
  const { label, id, send, act = 'discard' } = props;
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <button type="button" onClick={() => setAsked(true)}>
        {label}
      </button>
    );
  }
  return (
    <div className="stack">
      <p>{act === 'erase' ? say.eraseSure : say.discardSure}</p>
      <div className="row">
        <button type="button" onClick={() => void send({ command: act, id })}>
          {act === 'erase' ? say.erase : say.discard}
        </button>
        <button type="button" onClick={() => setAsked(false)}>
          {say.keep}
        </button>
      </div>
    </div>
  );
}
