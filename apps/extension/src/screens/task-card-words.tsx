import type { TaskCard } from '@aboveboard/protocol/manifest';
import { useState } from 'react';
import { words } from '../messages/en.ts';

const say = words.task;

/** Goal, inputs to copy, and how one sees that it worked: before a recording and during it. */
export function CardWords({ card }: { card: TaskCard }) {
  return (
    <div className="stack">
      <div>
        <h3>{say.goal}</h3>
        <p>{goalOf(card)}</p>
      </div>
      {card.inputs.length > 0 && (
        <div className="stack">
          <h3>{say.inputs}</h3>
          <dl className="inputs">
            {card.inputs.map(({ name, label, value }) => (
              <div key={name}>
                <dt>{label}</dt>
                <dd>{value}</dd>
                <dd className="act">
                  <CopyButton label={label} value={value} />
                </dd>
              </div>
            ))}
          </dl>
        </div>
      )}
      <div>
        <h3>{say.check}</h3>
        <p>{card.check}</p>
      </div>
    </div>
  );
}

function CopyButton({ label, value }: { label: string; value: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  };
  return (
    <button
      type="button"
      aria-label={`${done ? say.copied : say.copy}: ${label}`}
      onClick={() => void copy()}
    >
      {done ? say.copied : say.copy}
    </button>
  );
}

export function goalOf(card: TaskCard): string {
  return card.inputs.reduce((goal, { name, value }) => goal.replaceAll(`{${name}}`, value), card.goal);
}
