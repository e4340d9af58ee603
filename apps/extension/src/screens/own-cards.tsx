import type { TaskCard } from '@aboveboard/protocol/manifest';
import { type ChangeEvent, useId, useState } from 'react';
import { draftOf, EMPTY_DRAFT } from '../cards/own-card.ts';
import { words } from '../messages/en.ts';
import { CardEditor } from './card-editor.tsx';
import type { Send } from './recorder-link.ts';
import { goalOf } from './task-card-words.tsx';

const say = words.cards;

/** Cards that she made or opened from a file: start, change, remove, make another (T19). */
export function OwnCards({
  cards,
  send,
  choose,
}: {
  cards: readonly TaskCard[];
  send: Send;
  choose: (card: TaskCard) => void;
}) {
  const [edited, setEdited] = useState<TaskCard | 'new' | null>(null);
  const [said, setSaid] = useState('');
  const file = useId();
  if (edited !== null) {
    const isNew = edited === 'new';
    return (
      <CardEditor
        draft={isNew ? EMPTY_DRAFT : draftOf(edited)}
        heading={isNew ? say.newHeading : say.changeHeading}
        back={() => setEdited(null)}
        keep={(draft) => {
          const kept = send({ command: 'keep-card', draft, ...(isNew ? {} : { id: edited.id }) });
          void kept.then((answer) => answer.ok && setEdited(null));
        }}
      />
    );
  }
  const open = async (event: ChangeEvent<HTMLInputElement>) => {
    const input = event.target;
    const text = await input.files?.[0]?.text();
    if (text !== undefined) await send({ command: 'add-cards', file: text });
    input.value = '';
  };
  const remove = async (card: TaskCard) => {
    if ((await send({ command: 'remove-card', id: card.id })).ok) setSaid(say.removed);
  };
  return (
    <section className="stack" aria-labelledby={`${file}-heading`}>
      <h2 id={`${file}-heading`}>{say.heading}</h2>
      {cards.length === 0 && <p className="soft">{say.none}</p>}
      <ul className="list">
        {cards.map((card) => (
          <li key={card.id} className="own-card">
            <button type="button" className="card-button" onClick={() => choose(card)}>
              <strong>{card.title}</strong>
              <span className="soft">{goalOf(card)}</span>
            </button>
            <div className="row">
              <button
                type="button"
                className="quiet"
                aria-label={say.changeOf(card.title)}
                onClick={() => setEdited(card)}
              >
                {say.change}
              </button>
              <button
                type="button"
                className="quiet"
                aria-label={say.removeOf(card.title)}
                onClick={() => void remove(card)}
              >
                {say.remove}
              </button>
            </div>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => setEdited('new')}>
        {say.make}
      </button>
      <details>
        <summary>{say.add}</summary>
        <div className="field">
          <label htmlFor={file} className="visually-hidden">
            {say.add}
          </label>
          <input
            id={file}
            type="file"
            accept="application/json,.json"
            onChange={(event) => void open(event)}
          />
        </div>
      </details>
      <p role="status" className="soft">
        {said}
      </p>
    </section>
  );
}
