import { PURPOSES } from '@aboveboard/consent/agreement';
import { GRANT_DAYS_LIMIT, GRANT_READINGS } from '@aboveboard/consent/grant-document';
import type { GrantWish } from '@aboveboard/protocol/grants';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import { isoWeek } from '@aboveboard/protocol/week';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { ApiError, client } from '../client.ts';
import { text } from './messages/en.ts';

const say = text.ask;
const WEEKS = 26;

/** A researcher's request: purpose, what is done, which recordings, for how long. It shows and opens nothing. */
export function AskForm({ cards, onAsked }: { cards: readonly TaskCard[]; onAsked: () => void }): ReactNode {
  const [wish, setWish] = useState<Draft>(() => freshDraft(Date.now()));
  const [said, setSaid] = useState<{ words: string; problem: boolean } | null>(null);
  const id = useId();
  const change = (part: Partial<Draft>) => setWish({ ...wish, ...part });

  async function ask(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSaid(null);
    try {
      await client.askGrant(wishOf(wish));
      setSaid({ words: say.asked, problem: false });
      onAsked();
    } catch (error) {
      const faults = error instanceof ApiError ? (error.body?.faults ?? []) : [];
      const details = faults.map(({ at, message }) => `${at}: ${message}`).join('; ');
      setSaid({ words: `${(error as Error).message}${details && ` (${details})`}`, problem: true });
    }
  }

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{say.title}</h2>
      <p>{say.what}</p>
      <form onSubmit={(event) => void ask(event)}>
        <div className="draft-field">
          <label htmlFor={`${id}-purpose`}>{say.purpose}</label>
          <select
            id={`${id}-purpose`}
            value={wish.purpose}
            onChange={(event) => change({ purpose: event.target.value as GrantWish['purpose'] })}
          >
            {PURPOSES.map((one) => (
              <option key={one} value={one}>
                {text.purposes[one]}
              </option>
            ))}
          </select>
        </div>
        <Choices
          legend={say.reading}
          all={GRANT_READINGS.map((one) => [one, text.readings[one]])}
          chosen={wish.reading}
          onChange={(reading) => change({ reading: reading as Draft['reading'] })}
        />
        <div className="draft-field">
          <label htmlFor={`${id}-slice`}>{say.slice}</label>
          <select
            id={`${id}-slice`}
            value={wish.slice}
            onChange={(event) => change({ slice: event.target.value as Draft['slice'] })}
          >
            <option value="tasks">{say.sliceTasks}</option>
            <option value="recordings">{say.sliceList}</option>
          </select>
        </div>
        {wish.slice === 'tasks' ? (
          <>
            <Choices
              legend={`${say.cards} (${say.cardsNote})`}
              all={cards.map((card) => [card.id, card.title])}
              chosen={wish.cards}
              onChange={(chosen) => change({ cards: chosen })}
            />
            {(['from', 'to'] as const).map((end) => (
              <div key={end} className="draft-field">
                <label htmlFor={`${id}-${end}`}>{say[end]}</label>
                <input
                  id={`${id}-${end}`}
                  type="text"
                  value={wish[end]}
                  pattern="\d{4}-W\d\d"
                  onChange={(event) => change({ [end]: event.target.value.trim() })}
                />
              </div>
            ))}
            <p className="soft">{say.weekNote}</p>
          </>
        ) : (
          <div className="draft-field">
            <label htmlFor={`${id}-list`}>{say.list}</label>
            <textarea
              id={`${id}-list`}
              rows={4}
              spellCheck={false}
              value={wish.list}
              onChange={(event) => change({ list: event.target.value })}
            />
          </div>
        )}
        <div className="draft-field">
          <label htmlFor={`${id}-days`}>{say.days}</label>
          <input
            id={`${id}-days`}
            type="number"
            min={1}
            max={GRANT_DAYS_LIMIT}
            value={wish.days}
            onChange={(event) => change({ days: Number(event.target.value) })}
          />
        </div>
        <div className="buttons">
          <button type="submit" className="button" disabled={wish.reading.length === 0}>
            {say.button}
          </button>
        </div>
        {said && (
          <p role={said.problem ? 'alert' : 'status'} className={said.problem ? 'notice danger' : 'notice'}>
            {said.words}
          </p>
        )}
      </form>
    </section>
  );
}

function Choices(props: {
  legend: string;
  all: readonly (readonly [value: string, label: string])[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}): ReactNode {
  const { all, chosen } = props;
  return (
    <fieldset>
      <legend>{props.legend}</legend>
      {all.map(([value, label]) => (
        <label key={value} className="choice">
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={(event) =>
              props.onChange(
                all
                  .map(([one]) => one)
                  .filter((one) => (one === value ? event.target.checked : chosen.includes(one))),
              )
            }
          />{' '}
          {label}
        </label>
      ))}
    </fieldset>
  );
}

export type Draft = {
  purpose: GrantWish['purpose'];
  reading: GrantWish['reading'];
  slice: 'tasks' | 'recordings';
  cards: string[];
  from: string;
  to: string;
  list: string;
  days: number;
};

export function freshDraft(now: number): Draft {
  const week = 7 * 86_400_000;
  return {
    purpose: 'model-training',
    reading: ['dataset'],
    slice: 'tasks',
    cards: [],
    from: isoWeek(now - WEEKS * week),
    to: isoWeek(now),
    list: '',
    days: 30,
  };
}

export function wishOf(draft: Draft): GrantWish {
  const { purpose, reading, days } = draft;
  const recordings = [...new Set(draft.list.split(/\s+/).filter(Boolean))].sort();
  const cards = draft.cards.length === 0 ? null : draft.cards.map((id) => ({ id, version: null }));
  return {
    purpose,
    reading,
    days,
    slice:
      draft.slice === 'recordings'
        ? { kind: 'recordings', recordings }
        : { kind: 'tasks', cards, weeks: { from: draft.from, to: draft.to } },
  };
}
