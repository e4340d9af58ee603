import { agreementWords } from '@aboveboard/consent/agreement-words';
import { en } from '@aboveboard/consent/messages/en';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { Loaded, useLoaded } from '../loaded.tsx';
import { words } from '../messages/en.ts';
import { goalOf } from './goal.ts';
import { PracticeRecorder, type PracticeRecording, practiceRules } from './practice-recorder.ts';

const text = words.try;

/** From reading the rules to stopping. Nothing is recorded before "agree and begin" was pressed (T1). */
export function PracticeLive(props: {
  card: TaskCard;
  page: string;
  onRefused: () => void;
  onRecorded: (recording: PracticeRecording) => void;
}): ReactNode {
  const frame = useRef<HTMLIFrameElement>(null);
  const [recorder, setRecorder] = useState<PracticeRecorder | null>(null);
  const [paused, setPaused] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  // What she pressed is gone; she goes on where the task is.
  useEffect(() => {
    if (recorder) frame.current?.focus();
  }, [recorder]);

  // Leaving the page in the middle ends the recording; nothing of it is kept.
  useEffect(() => () => void recorder?.stop().catch(() => undefined), [recorder]);

  async function begin(): Promise<void> {
    try {
      if (frame.current) setRecorder(await PracticeRecorder.start(frame.current, props.card));
    } catch (error) {
      setProblem((error as Error).message);
    }
  }
  async function stop(): Promise<void> {
    if (!recorder) return;
    try {
      props.onRecorded(await recorder.stop());
    } catch (error) {
      setProblem((error as Error).message);
    }
  }
  function togglePause(): void {
    if (paused) recorder?.resume();
    else recorder?.pause();
    setPaused(!paused);
  }

  return (
    <>
      {problem && (
        <p role="alert" className="notice danger">
          {problem}
        </p>
      )}
      {!recorder && <Notice onBegin={begin} onRefused={props.onRefused} />}
      {recorder && (
        <div className="state-row">
          <p role="status" className={paused ? 'state paused' : 'state recording'}>
            {paused ? text.paused : text.recording}
          </p>
          <button type="button" className="button plain" onClick={togglePause}>
            {paused ? text.resume : text.pause}
          </button>
          <button type="button" className="button" onClick={stop}>
            {text.stop}
          </button>
          {!paused && <p className="soft">{text.taken}</p>}
        </div>
      )}
      <div className="practice">
        <aside className="panel">
          <h2>{text.goal}</h2>
          <p>{goalOf(props.card)}</p>
          <h3>{text.inputs}</h3>
          <dl className="facts">
            {props.card.inputs.map((input) => (
              <div key={input.name}>
                <dt>{input.label}</dt>
                <dd>{input.value}</dd>
              </div>
            ))}
          </dl>
          <h3>{text.done}</h3>
          <p>{props.card.check}</p>
        </aside>
        <iframe
          ref={frame}
          title={text.frame}
          src={props.page}
          className={recorder ? '' : 'waiting'}
          inert={!recorder}
        />
      </div>
    </>
  );
}

function Notice(props: { onBegin: () => void; onRefused: () => void }): ReactNode {
  const [rules, retry] = useLoaded(useCallback(() => practiceRules(location.origin), []));
  return (
    <section className="panel">
      <h2>{text.noticeTitle}</h2>
      <ul>
        {text.notice.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
      <details>
        <summary>{text.rules}</summary>
        <Loaded of={rules} retry={retry}>
          {({ agreement }) =>
            agreementWords(agreement, en).map((passage) => (
              <section key={passage.heading}>
                <h3>{passage.heading}</h3>
                <ul>
                  {passage.sentences.map((sentence) => (
                    <li key={sentence}>{sentence}</li>
                  ))}
                </ul>
              </section>
            ))
          }
        </Loaded>
      </details>
      <div className="buttons">
        <button type="button" className="button plain" onClick={props.onRefused}>
          {text.refuse}
        </button>
        <button type="button" className="button plain" onClick={props.onBegin}>
          {text.begin}
        </button>
      </div>
    </section>
  );
}
