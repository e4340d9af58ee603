import { webDeflate } from '@aboveboard/protocol/web-deflate';
import type { EditList } from '@aboveboard/review/edit-list';
import { windowClock } from '@aboveboard/review/player-clock';
import { ReviewDesk } from '@aboveboard/review/review-desk';
import type { ApplyAndMeasure } from '@aboveboard/review/use-measure';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { spanWords, words } from '../messages/en.ts';
import { ruleWords } from '../messages/rule-words.ts';
import { ReviewCase } from '../review/review-case.ts';
import { readAgreement } from './agreement-screen.tsx';
import { FaultNote } from './fault-note.tsx';
import { type Send, useRecorder } from './recorder-link.ts';

const say = words.review;

type Opening = 'opening' | 'missing' | 'unreadable' | 'released' | 'discarded' | ReviewCase;

/** The recording that the address names, on the device's own page and nowhere else (REV32). */
export function ReviewPage() {
  const id = location.hash.slice(1);
  const { view, fault, send } = useRecorder();
  const [opening, setOpening] = useState<Opening>('opening');
  useEffect(() => {
    ReviewCase.open(id).then(
      (opened) => setOpening(opened ?? 'missing'),
      () => setOpening('unreadable'),
    );
  }, [id]);
  const minutes = readAgreement(view?.agreement?.document ?? '')?.coolingMinutes;

  return (
    <div className={opening instanceof ReviewCase ? 'page page-wide' : 'page'}>
      <header className="page-head">
        <h1>{say.title}</h1>
        <a href="/recordings.html">{say.back}</a>
      </header>
      <main className="stack">
        <FaultNote fault={fault} />
        {opening instanceof ReviewCase && view ? (
          <Desk opened={opening} restingTime={spanWords(minutes ?? 0)} send={send} done={setOpening} />
        ) : (
          <Otherwise opening={opening} id={id} send={send} done={setOpening} />
        )}
      </main>
    </div>
  );
}

function Desk({
  opened,
  restingTime,
  send,
  done,
}: {
  opened: ReviewCase;
  restingTime: string;
  send: Send;
  done: (how: Opening) => void;
}) {
  const clock = useMemo(() => windowClock(window), []);
  const apply = useCallback<ApplyAndMeasure>(
    (edits, hitTest, signal) => opened.apply(edits, hitTest, signal),
    [opened],
  );
  const keep = useCallback((edits: EditList) => void opened.keepEdits(edits), [opened]);

  const release = async () => {
    const { result } = opened;
    if (!result) return;
    const { id, leaving } = result;
    const answer = await send({
      command: 'release',
      from: opened.id,
      id,
      durationMilliseconds: Math.round((leaving.durationTicks * leaving.tickMicroseconds) / 1000),
      events: leaving.events.reduce((sum, { count }) => sum + count, 0),
      bytes: leaving.bytes,
    });
    if (answer.ok) done('released');
  };
  const discard = async () => {
    await opened.forgetResult();
    if ((await send({ command: 'discard', id: opened.id })).ok) done('discarded');
  };
  const setAside = async (edits: EditList) => {
    await opened.keepEdits(edits);
    await opened.forgetResult();
    location.href = '/recordings.html';
  };

  return (
    <ReviewDesk
      recording={opened.recording}
      actions={opened.actions}
      clock={clock}
      deflate={webDeflate}
      {...(opened.edits ? { edits: opened.edits } : {})}
      onEdits={keep}
      apply={apply}
      onDiscard={() => void discard()}
      onKeep={(edits) => void setAside(edits)}
      onRelease={() => void release()}
      restingTime={restingTime}
      ruleWords={ruleWords}
    />
  );
}

function Otherwise({
  opening,
  id,
  send,
  done,
}: {
  opening: Opening;
  id: string;
  send: Send;
  done: (how: Opening) => void;
}) {
  if (opening === 'unreadable') {
    const discard = async () => {
      if ((await send({ command: 'discard', id })).ok) done('discarded');
    };
    return (
      <div className="note note-fault stack" role="alert">
        <p>{say.unreadable}</p>
        <p>{say.unreadableNext}</p>
        <button type="button" onClick={() => void discard()}>
          {words.recordings.discard}
        </button>
      </div>
    );
  }
  const sentence = {
    opening: words.loading,
    missing: say.missing,
    released: say.released,
    discarded: say.discarded,
  };
  return <p role="status">{sentence[opening as keyof typeof sentence] ?? words.loading}</p>;
}
