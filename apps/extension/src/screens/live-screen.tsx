import { type FormEvent, useEffect, useId, useState } from 'react';
import { durationWords, words } from '../messages/en.ts';
import type { LiveView, RecorderView } from '../wire/panel-message.ts';
import { BudgetUse } from './budget-use.tsx';
import { DiscardAct } from './discard-act.tsx';
import type { Send } from './recorder-link.ts';
import { StateMark } from './state-mark.tsx';
import { CardWords } from './task-card-words.tsx';

const say = words.live;

/** While something is recorded: the state, pause and stop, what is being taken, the task. In this order, always. */
export function LiveScreen({ view, live, send }: { view: RecorderView; live: LiveView; send: Send }) {
  const paused = view.state === 'paused';
  return (
    <>
      <section className="card card-live" aria-label={words.state[view.state]}>
        <div className="row row-end">
          <StateMark state={view.state} />
          <Elapsed live={live} running={!paused} />
        </div>
        <p>{words.stateSentence[view.state]}</p>
        <div className="pair">
          {paused ? (
            <button type="button" onClick={() => void send({ command: 'resume' })}>
              {say.resume}
            </button>
          ) : (
            <button type="button" onClick={() => void send({ command: 'pause' })}>
              {say.pause}
            </button>
          )}
          <button type="button" onClick={() => void stop(send)}>
            {say.stop}
          </button>
        </div>
        <p className="soft small">{say.stopHint}</p>
        <Taking live={live} paused={paused} />
        {view.budgets && <BudgetUse budgets={view.budgets} heading="h2" />}
      </section>
      <section className="card" aria-labelledby="live-task">
        {live.task.kind === 'card' ? (
          <>
            <h2 id="live-task">{live.task.card.title}</h2>
            <CardWords card={live.task.card} />
          </>
        ) : (
          <h2 id="live-task">{live.task.text}</h2>
        )}
        <Subgoal send={send} />
      </section>
      <DiscardAct label={say.discard} id={live.id} send={send} />
    </>
  );
}

/** On this device, so that she can see it right away. */
async function stop(send: Send): Promise<void> {
  const answer = await send({ command: 'stop' });
  if (answer.ok && answer.id) await openReview(answer.id);
}

export async function openReview(id: string): Promise<void> {
  await chrome.tabs.create({ url: chrome.runtime.getURL(`/review.html#${id}`) });
}

function Elapsed({ live, running }: { live: LiveView; running: boolean }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  const milliseconds = live.recordedMilliseconds + (running ? Math.max(0, now - live.at) : 0);
  return (
    <span className="elapsed">
      <span className="visually-hidden">{say.elapsed}: </span>
      {durationWords(milliseconds)}
    </span>
  );
}

function Taking({ live, paused }: { live: LiveView; paused: boolean }) {
  return (
    <div className="stack">
      <h2>{say.taking}</h2>
      {live.frontRefusal !== null && !paused && (
        <div className="note">
          <p>{say.frontRefused}</p>
          {live.frontRefusal && <p className="soft">{live.frontRefusal}</p>}
        </div>
      )}
      {paused && <p>{say.takingPaused}</p>}
      {!paused && live.taking.length === 0 && <p className="soft">{say.takingNothing}</p>}
      {!paused && (
        <ul className="list">
          {live.taking.map(({ origin, signals, refusals }) => (
            <li key={origin}>
              <p className="origin">
                <strong>{origin}</strong>
              </p>
              <p>{signals.map((signal) => words.signals[signal]).join(', ')}</p>
              {refusals.map((reason) => (
                <p key={reason} className="soft small">
                  {reason}
                </p>
              ))}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Subgoal({ send }: { send: Send }) {
  const [text, setText] = useState('');
  const [said, setSaid] = useState('');
  const ids = { text: useId(), hint: useId() };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await send({ command: 'subgoal', text })).ok) {
      setText('');
      setSaid(say.marked);
    }
  };
  return (
    <details>
      <summary>{say.subgoal}</summary>
      <form className="stack" onSubmit={submit}>
        <div className="field">
          <label htmlFor={ids.text}>{say.subgoalLabel}</label>
          <p className="soft small" id={ids.hint}>
            {say.subgoalHint}
          </p>
          <input
            id={ids.text}
            type="text"
            required
            maxLength={200}
            autoComplete="off"
            aria-describedby={ids.hint}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <button type="submit">{say.mark}</button>
        <p role="status" className="soft">
          {said}
        </p>
      </form>
    </details>
  );
}
