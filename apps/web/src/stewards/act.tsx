import type { Fault } from '@aboveboard/protocol/fault';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { ApiError } from '../client.ts';
import { text } from './messages/en.ts';

const say = text.act;

/** What was done, or why not. */
export type Outcome = { entry: number } | { problem: string; faults: readonly Fault[] };

/**
 * One act of a steward: what happens, who sees it and whether it can be undone stand before the button (T14).
 * `typed`: only where undoing is impossible, the words to be typed first.
 */
export function Act(props: {
  title: string;
  what: string;
  undo: string;
  button: string;
  typed?: string;
  /** Fields that the act needs. */
  children?: ReactNode;
  disabled?: boolean;
  act: () => Promise<Outcome>;
  /** Says itself that it is done, and where it stands. */
  onDone?: (entry: number) => void;
}): ReactNode {
  const { typed } = props;
  const [given, setGiven] = useState('');
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const id = useId();

  async function act(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setOutcome(null);
    const done = await props.act();
    setOutcome(done);
    setBusy(false);
    setGiven('');
    if ('entry' in done) props.onDone?.(done.entry);
  }

  const isReady = !busy && !props.disabled && (typed === undefined || given.trim() === typed);
  return (
    <section className="panel act" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{props.title}</h3>
      <dl className="facts">
        <dt>{say.what}</dt>
        <dd>{props.what}</dd>
        <dt>{say.who}</dt>
        <dd>{say.everyone}</dd>
        <dt>{say.undo}</dt>
        <dd>{props.undo}</dd>
      </dl>
      <form onSubmit={(event) => void act(event)}>
        {props.children}
        {typed !== undefined && (
          <div className="draft-field">
            <label htmlFor={`${id}-typed`}>{say.typed(typed)}</label>
            <input
              id={`${id}-typed`}
              type="text"
              autoComplete="off"
              spellCheck={false}
              value={given}
              onChange={(event) => setGiven(event.target.value)}
            />
          </div>
        )}
        <div className="buttons">
          <button
            type="submit"
            className={typed === undefined ? 'button' : 'button danger'}
            disabled={!isReady}
          >
            {props.button}
          </button>
        </div>
      </form>
      {busy && <p role="status">{text.key.working}</p>}
      {outcome && 'entry' in outcome && !props.onDone && (
        <p role="status" className="notice">
          {text.sign.done(outcome.entry)}
        </p>
      )}
      {outcome && 'problem' in outcome && (
        <div role="alert" className="notice danger">
          <p>{outcome.problem}</p>
          {outcome.faults.length > 0 && (
            <ul>
              {outcome.faults.map(({ rule, at, message }) => (
                <li key={`${rule} ${at} ${message}`}>
                  {at}: {message} <span className="soft">({rule})</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </section>
  );
}

/** The outcome of something that was sent; what the server refused is said in its words. */
export async function outcomeOf(work: Promise<{ index: number }>): Promise<Outcome> {
  try {
    const { index } = await work;
    return { entry: index };
  } catch (error) {
    const faults = (error instanceof ApiError && error.body?.faults) || [];
    return { problem: error instanceof Error ? error.message : String(error), faults };
  }
}
