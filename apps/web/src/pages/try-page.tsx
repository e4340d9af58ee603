import type { TaskCard } from '@aboveboard/protocol/manifest';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { client } from '../client.ts';
import { Loaded, useLoaded } from '../loaded.tsx';
import { words } from '../messages/en.ts';
import { goalOf } from '../practice/goal.ts';
import { PracticeLive } from '../practice/practice-live.tsx';
import type { PracticeRecording } from '../practice/practice-recorder.ts';
import { PracticeResult } from '../practice/practice-result.tsx';
import { PracticeReview } from '../practice/practice-review.tsx';

const text = words.try;

/** Which of the installation's cards has a practice page, and where. */
const PRACTICE: Readonly<Record<string, string>> = {
  'expense-single': '/practice/expense.html',
  'board-move': '/practice/board.html',
  'table-sort': '/practice/table.html',
};

type Stage =
  | { at: 'choose'; note?: string }
  | { at: 'live'; card: TaskCard }
  | { at: 'review'; recording: PracticeRecording }
  | { at: 'result'; recording: PracticeRecording };

const load = async (): Promise<TaskCard[] | null> => {
  const about = await client.about();
  if (about.installation !== 'demonstration') return null;
  return (await client.taskCards()).cards.filter((card) => Object.hasOwn(PRACTICE, card.id));
};

export default function TryPage(): ReactNode {
  const [cards, retry] = useLoaded(load);
  const [stage, setStage] = useState<Stage>({ at: 'choose' });
  const shown = useRef(stage.at);
  useEffect(() => {
    // What was pressed is gone: the focus goes where the next stage begins.
    if (shown.current !== stage.at) document.querySelector('main')?.focus();
    shown.current = stage.at;
  }, [stage.at]);
  return (
    <>
      <h1>{text.title}</h1>
      {stage.at === 'choose' && (
        <>
          <p>{text.lead}</p>
          {stage.note && (
            <p role="status" className="notice">
              {stage.note}
            </p>
          )}
          <Loaded of={cards} retry={retry}>
            {(list) =>
              list === null ? (
                <p className="notice">{text.onlyDemonstration}</p>
              ) : (
                <Choose cards={list} onChosen={(card) => setStage({ at: 'live', card })} />
              )
            }
          </Loaded>
        </>
      )}
      {stage.at === 'live' && (
        <PracticeLive
          card={stage.card}
          page={PRACTICE[stage.card.id] ?? ''}
          onRefused={() => setStage({ at: 'choose' })}
          onRecorded={(recording) => setStage({ at: 'review', recording })}
        />
      )}
      {stage.at === 'review' && (
        <PracticeReview
          recording={stage.recording}
          onDiscarded={() => setStage({ at: 'choose', note: text.discarded })}
          onReleased={(recording) => setStage({ at: 'result', recording })}
        />
      )}
      {stage.at === 'result' && (
        <PracticeResult recording={stage.recording} onAgain={() => setStage({ at: 'choose' })} />
      )}
    </>
  );
}

function Choose(props: { cards: TaskCard[]; onChosen: (card: TaskCard) => void }): ReactNode {
  return (
    <section>
      <h2>{text.chooseTitle}</h2>
      <div className="pair">
        {props.cards.map((card) => (
          <article key={card.id} className="panel">
            <h3>{card.title}</h3>
            <p>{goalOf(card)}</p>
            <button
              type="button"
              className="button"
              aria-label={text.chooseCard(card.title)}
              onClick={() => props.onChosen(card)}
            >
              {text.choose}
            </button>
          </article>
        ))}
      </div>
    </section>
  );
}
