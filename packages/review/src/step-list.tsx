import { type FormEvent, useId, useState } from 'react';
import { type EditList, touchesCut } from './edit-list.ts';
import { timeText } from './format.ts';
import type { Messages } from './messages/en.ts';
import type { Player } from './player.ts';
import type { ReviewAction } from './review-action.ts';
import { usePlayerValue } from './use-player.ts';

/** Rows that are drawn around the present step; a long recording has thousands. */
const ROWS = 60;

/** The steps of the recording; each goes to its place in the replay. With `onReason` each can be explained. */
export function StepList({
  player,
  actions,
  ticksPerSecond,
  messages,
  edits,
  onReason,
}: {
  player: Player | null;
  actions: readonly ReviewAction[];
  ticksPerSecond: number;
  messages: Messages;
  edits?: EditList;
  onReason?: (action: number, text: string) => void;
}) {
  const title = useId();
  const current = usePlayerValue(player, ({ t }) => actions.findLastIndex((action) => action.from <= t));
  const [page, setPage] = useState<number | null>(null);
  const pages = Math.max(1, Math.ceil(actions.length / ROWS));
  const shown = Math.min(pages - 1, page ?? Math.max(0, Math.floor(current / ROWS)));
  const rows = actions.slice(shown * ROWS, shown * ROWS + ROWS);
  return (
    <section className="rv-card rv-steps" aria-labelledby={title}>
      <h2 id={title}>
        {messages.steps.title} <span className="rv-soft">{actions.length}</span>
      </h2>
      {actions.length === 0 ? <p>{messages.steps.none}</p> : null}
      <ol start={shown * ROWS + 1}>
        {rows.map((action) => (
          <li key={action.index} className={action.index === actions[current]?.index ? 'rv-now' : undefined}>
            <button
              type="button"
              className="rv-step"
              aria-current={action.index === actions[current]?.index ? 'step' : undefined}
              onClick={() => {
                player?.pause();
                void player?.seek(action.from);
              }}
            >
              <span className="rv-step-time">{timeText(action.from, ticksPerSecond)}</span>
              <span className="rv-step-label">{action.label || messages.kinds[action.kind]}</span>
              {edits && touchesCut(edits.cuts, action.from, action.to) ? (
                <span className="rv-tag">{messages.steps.cut}</span>
              ) : null}
            </button>
            {edits && onReason ? (
              <Why action={action} edits={edits} onReason={onReason} messages={messages} />
            ) : null}
          </li>
        ))}
      </ol>
      {pages > 1 ? (
        <p className="rv-pager">
          <button
            type="button"
            className="rv-icon"
            aria-label={messages.replay.previousStep}
            disabled={shown === 0}
            onClick={() => setPage(shown - 1)}
          >
            ‹
          </button>
          <span>
            {shown * ROWS + 1}–{Math.min(actions.length, (shown + 1) * ROWS)}
          </span>
          <button
            type="button"
            className="rv-icon"
            aria-label={messages.replay.nextStep}
            disabled={shown >= pages - 1}
            onClick={() => setPage(shown + 1)}
          >
            ›
          </button>
        </p>
      ) : null}
    </section>
  );
}

function Why({
  action,
  edits,
  onReason,
  messages,
}: {
  action: ReviewAction;
  edits: EditList;
  onReason: (action: number, text: string) => void;
  messages: Messages;
}) {
  const reason = edits.reasons.find((one) => one.action === action.index)?.text ?? '';
  const [open, setOpen] = useState(false);
  const field = useId();
  const keep = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onReason(action.index, String(new FormData(event.currentTarget).get('why') ?? ''));
    setOpen(false);
  };
  if (!open) {
    return (
      <div className="rv-why">
        {reason ? <q>{reason}</q> : null}
        <button
          type="button"
          className="rv-link"
          aria-label={`${reason ? messages.steps.changeWhy : messages.steps.addWhy}: ${action.label}`}
          onClick={() => setOpen(true)}
        >
          {reason ? messages.steps.changeWhy : messages.steps.addWhy}
        </button>
      </div>
    );
  }
  return (
    <form className="rv-why-form" onSubmit={keep}>
      <label htmlFor={field}>{messages.steps.why}</label>
      {/* biome-ignore lint/a11y/noAutofocus: the field was opened by the press before */}
      <textarea id={field} name="why" rows={2} maxLength={1000} defaultValue={reason} autoFocus />
      <div className="rv-row">
        <button type="submit" className="rv-button">
          {messages.steps.keepWhy}
        </button>
        <button type="button" className="rv-button" onClick={() => setOpen(false)}>
          {messages.steps.cancel}
        </button>
      </div>
    </form>
  );
}
