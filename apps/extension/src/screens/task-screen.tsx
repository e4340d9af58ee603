import type { TaskCard, TaskDescription } from '@aboveboard/protocol/manifest';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { words } from '../messages/en.ts';
import type { RecorderView } from '../wire/panel-message.ts';
import { OwnCards } from './own-cards.tsx';
import type { Send } from './recorder-link.ts';
import { CardWords, goalOf } from './task-card-words.tsx';

const say = words.task;

/** Cards first (T19); a task in her own words below. */
export function TaskScreen({ view, send }: { view: RecorderView; send: Send }) {
  const [card, setCard] = useState<TaskCard | null>(null);
  if (card) return <CardScreen card={card} origins={view.origins} send={send} back={() => setCard(null)} />;
  return (
    <div className="sections">
      <section className="stack" aria-labelledby="task-heading">
        <h2 id="task-heading">{say.heading}</h2>
        {view.cards.length === 0 && <p className="soft">{say.noCards}</p>}
        {view.askedFor.length > 0 && <p className="soft">{say.askedForHint}</p>}
        <ul className="list">
          {cardsInOrder(view).map((one) => (
            <li key={`${one.id} ${one.version}`}>
              <button type="button" className="card-button" onClick={() => setCard(one)}>
                <strong>{one.title}</strong>
                {view.askedFor.includes(one.id) && <span className="asked">{say.askedFor}</span>}
                <span className="soft">{goalOf(one)}</span>
              </button>
            </li>
          ))}
        </ul>
        <OwnWords origins={view.origins} send={send} />
        <p>
          <a href="/words.html" target="_blank" rel="noreferrer">
            {words.closedWords.open}
          </a>
        </p>
      </section>
      <OwnCards cards={view.ownCards} send={send} choose={setCard} />
    </div>
  );
}

/** Those that are asked for first; else as the server has them. */
function cardsInOrder({ cards, askedFor }: RecorderView): readonly TaskCard[] {
  const [asked, others] = [true, false].map((is) => cards.filter(({ id }) => askedFor.includes(id) === is));
  return [...(asked ?? []), ...(others ?? [])];
}

function CardScreen({
  card,
  origins,
  send,
  back,
}: {
  card: TaskCard;
  origins: readonly string[];
  send: Send;
  back: () => void;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const allowed =
    card.origins.length === 0 ? origins : origins.filter((origin) => card.origins.includes(origin));
  return (
    <section className="card" aria-labelledby="card-heading">
      <h2 id="card-heading" ref={heading} tabIndex={-1}>
        {card.title}
      </h2>
      <CardWords card={card} />
      <Sites origins={allowed} />
      <div className="pair">
        <button type="button" onClick={back}>
          {say.back}
        </button>
        <button
          type="button"
          className="main-act"
          disabled={allowed.length === 0}
          onClick={() => void send({ command: 'start', task: taskOf(card) })}
        >
          {say.start}
        </button>
      </div>
    </section>
  );
}

function OwnWords({ origins, send }: { origins: readonly string[]; send: Send }) {
  const [text, setText] = useState('');
  const ids = { text: useId(), hint: useId() };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send({ command: 'start', task: { kind: 'free', text } });
  };
  return (
    <details>
      <summary>{say.own}</summary>
      <form className="card" onSubmit={submit}>
        <div className="field">
          <label htmlFor={ids.text}>{say.ownLabel}</label>
          <p className="soft small" id={ids.hint}>
            {say.ownHint}
          </p>
          <textarea
            id={ids.text}
            required
            maxLength={500}
            aria-describedby={ids.hint}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <Sites origins={origins} />
        <button type="submit" className="main-act" disabled={origins.length === 0}>
          {say.start}
        </button>
      </form>
    </details>
  );
}

function Sites({ origins }: { origins: readonly string[] }) {
  if (origins.length === 0) return <p className="note note-warn">{say.noSites}</p>;
  return (
    <div className="stack">
      <div>
        <h3>{say.sites}</h3>
        <ul className="plain-list">
          {origins.map((origin) => (
            <li key={origin} className="origin">
              {origin}
            </li>
          ))}
        </ul>
      </div>
      <p className="soft">{say.taken}</p>
    </div>
  );
}

function taskOf(card: TaskCard): TaskDescription {
  return {
    kind: 'card',
    card,
    inputs: Object.fromEntries(card.inputs.map(({ name, value }) => [name, value])),
  };
}
