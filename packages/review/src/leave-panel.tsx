import type { TaskDescription } from '@aboveboard/protocol/manifest';
import { useId } from 'react';
import { sizeText, timeText } from './format.ts';
import type { Leaving } from './leaving.ts';
import type { Messages } from './messages/en.ts';

export type Measure =
  | { state: 'measuring' }
  | { state: 'failed'; why: string }
  | { state: 'measured'; leaving: Leaving };

/** What leaves, precisely, and then the three ways on, alike in weight (REV40-REV42). */
export function LeavePanel({
  measure,
  onAgain,
  onDiscard,
  onKeep,
  onRelease,
  restingTime,
  ruleWords,
  messages,
}: {
  measure: Measure;
  onAgain: () => void;
  onDiscard: () => void;
  onKeep: () => void;
  onRelease: () => void;
  /** How long a release rests on the device, in words: `seven days`. */
  restingTime: string;
  ruleWords: (rule: string) => string;
  messages: Messages;
}) {
  const id = useId();
  const words = messages.leave;
  const ready = measure.state === 'measured';
  return (
    <section className="rv-card rv-leave" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{words.title}</h2>
      <section
        className="rv-leaving"
        aria-busy={measure.state === 'measuring'}
        aria-label={words.figures}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        tabIndex={0}
      >
        <p className={ready ? 'rv-hidden' : 'rv-soft'} role="status">
          {measure.state === 'measuring' ? words.measuring : ready ? words.measured : ''}
        </p>
        {measure.state === 'failed' ? (
          <p className="rv-fault" role="alert">
            {words.failed(measure.why)}{' '}
            <button type="button" className="rv-link" onClick={onAgain}>
              {words.again}
            </button>
          </p>
        ) : null}
        {measure.state === 'measured' ? (
          <WhatLeaves leaving={measure.leaving} ruleWords={ruleWords} messages={messages} />
        ) : null}
      </section>
      <div className="rv-ways">
        <div>
          <button type="button" className="rv-button rv-way" aria-describedby={`${id}-d`} onClick={onDiscard}>
            {words.discard}
          </button>
          <p id={`${id}-d`}>{words.discardWhat}</p>
        </div>
        <div>
          <button type="button" className="rv-button rv-way" aria-describedby={`${id}-k`} onClick={onKeep}>
            {words.keep}
          </button>
          <p id={`${id}-k`}>{words.keepWhat}</p>
        </div>
        <div>
          <button
            type="button"
            className="rv-button rv-way"
            aria-describedby={`${id}-r`}
            aria-disabled={!ready}
            onClick={() => {
              if (ready) onRelease();
            }}
          >
            {words.release}
          </button>
          <p id={`${id}-r`}>
            {words.releaseWhat(restingTime)} {ready ? '' : words.notYet}
          </p>
        </div>
      </div>
    </section>
  );
}

function WhatLeaves({
  leaving,
  ruleWords,
  messages,
}: {
  leaving: Leaving;
  ruleWords: (rule: string) => string;
  messages: Messages;
}) {
  const words = messages.leave;
  const perSecond = 1_000_000 / leaving.tickMicroseconds;
  const { worked, reasons } = leaving.outcome;
  const outcome = worked === null ? messages.task.unsaid : worked ? messages.task.yes : messages.task.no;
  const rows: [string, string][] = [
    [words.size, words.sizeOf(sizeText(leaving.bytes), leaving.parts)],
    [words.length, timeText(leaving.durationTicks, perSecond)],
    ...(leaving.steps === null ? [] : [[words.steps, String(leaving.steps)] as [string, string]]),
    [words.origins, leaving.origins.join(', ') || words.none],
    [words.task, taskWords(leaving.task)],
    [words.outcome, outcome],
    [words.reasons, reasons.map((reason) => `“${reason.text}”`).join(' ') || words.none],
    [words.states, String(leaving.states)],
    ...(leaving.frames > 0 ? [[words.frames, String(leaving.frames)] as [string, string]] : []),
  ];
  return (
    <>
      <p>{words.exactly}</p>
      <dl className="rv-facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>{words.events}</dt>
          <dd>
            <ul className="rv-plain">
              {leaving.events.map(({ kind, count }) => (
                <li key={kind}>
                  {messages.number(count)} {messages.events[kind]}
                </li>
              ))}
            </ul>
          </dd>
        </div>
        <div>
          <dt>{words.masked}</dt>
          <dd>
            {leaving.masks.length === 0 ? words.none : null}
            <ul className="rv-plain">
              {leaving.masks.map(({ rule, count }) => (
                <li key={rule}>
                  {messages.number(count)} × {ruleWords(rule)}
                </li>
              ))}
            </ul>
          </dd>
        </div>
      </dl>
      <p className="rv-soft">{words.not}</p>
    </>
  );
}

function taskWords(task: TaskDescription): string {
  return task.kind === 'free' ? task.text : task.card.title;
}
