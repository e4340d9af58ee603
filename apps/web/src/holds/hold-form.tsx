import { HOLD_DAYS_LIMIT, HOLD_REASONS } from '@aboveboard/consent/hold-document';
import type { HoldReason, HoldWish } from '@aboveboard/protocol/holds';
import { isoWeek } from '@aboveboard/protocol/week';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { client } from '../client.ts';
import { text } from './messages/en.ts';

type Draft = {
  reason: HoldReason;
  slice: 'weeks' | 'list';
  from: string;
  to: string;
  list: string;
  days: number;
};

/** The employer's request. It holds nothing: it is what both then sign. */
export function HoldForm({ onAsked }: { onAsked: () => void }): ReactNode {
  const [wish, setWish] = useState<Draft>(() => {
    const week = isoWeek(Date.now());
    return { reason: 'court-order', slice: 'weeks', from: week, to: week, list: '', days: 30 };
  });
  const [said, setSaid] = useState<{ words: string; problem: boolean } | null>(null);
  const id = useId();
  const change = (part: Partial<Draft>) => setWish({ ...wish, ...part });

  async function ask(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSaid(null);
    await client.askHold(wishOf(wish)).then(
      () => {
        setSaid({ words: text.asked, problem: false });
        onAsked();
      },
      (error: Error) => setSaid({ words: error.message, problem: true }),
    );
  }

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{text.ask}</h2>
      <p>{text.askWhat}</p>
      <form onSubmit={(event) => void ask(event)}>
        <div className="draft-field">
          <label htmlFor={`${id}-reason`}>{text.reason}</label>
          <select
            id={`${id}-reason`}
            value={wish.reason}
            onChange={(event) => change({ reason: event.target.value as HoldReason })}
          >
            {HOLD_REASONS.map((one) => (
              <option key={one} value={one}>
                {text.reasons[one]}
              </option>
            ))}
          </select>
        </div>
        <div className="draft-field">
          <label htmlFor={`${id}-slice`}>{text.slice}</label>
          <select
            id={`${id}-slice`}
            value={wish.slice}
            onChange={(event) => change({ slice: event.target.value as Draft['slice'] })}
          >
            <option value="weeks">{text.sliceWeeks}</option>
            <option value="list">{text.sliceList}</option>
          </select>
        </div>
        {wish.slice === 'weeks' ? (
          (['from', 'to'] as const).map((end) => (
            <div key={end} className="draft-field">
              <label htmlFor={`${id}-${end}`}>{text[end]}</label>
              <input
                id={`${id}-${end}`}
                type="text"
                value={wish[end]}
                pattern="\d{4}-W\d\d"
                onChange={(event) => change({ [end]: event.target.value.trim() })}
              />
            </div>
          ))
        ) : (
          <div className="draft-field">
            <label htmlFor={`${id}-list`}>{text.recordings}</label>
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
          <label htmlFor={`${id}-days`}>{text.days}</label>
          <input
            id={`${id}-days`}
            type="number"
            min={1}
            max={HOLD_DAYS_LIMIT}
            value={wish.days}
            onChange={(event) => change({ days: Number(event.target.value) })}
          />
        </div>
        <div className="buttons">
          <button type="submit" className="button">
            {text.button}
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

function wishOf({ reason, slice, from, to, list, days }: Draft): HoldWish {
  const recordings = [...new Set(list.split(/\s+/).filter(Boolean))].sort();
  return {
    reason,
    days,
    slice:
      slice === 'list'
        ? { kind: 'recordings', recordings }
        : { kind: 'tasks', cards: null, weeks: { from, to } },
  };
}
