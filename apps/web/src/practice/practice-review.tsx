import { readSteps } from '@aboveboard/dataset/action-steps';
import { cardLiterals } from '@aboveboard/protocol/card-literals';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { maskFreeText } from '@aboveboard/redact/free-text';
import { MASK_RULES } from '@aboveboard/redact/rules';
import { applyEdits } from '@aboveboard/review/apply-edits';
import { measureLeaving } from '@aboveboard/review/leaving';
import { windowClock } from '@aboveboard/review/player-clock';
import { ReviewDesk } from '@aboveboard/review/review-desk';
import type { ApplyAndMeasure } from '@aboveboard/review/use-measure';
import { type ReactNode, useCallback, useRef, useState } from 'react';
import { Loaded, useLoaded } from '../loaded.tsx';
import { words } from '../messages/en.ts';
import { freshRecording, type PracticeRecording } from './practice-recorder.ts';

const clock = windowClock(window);

/** The real review desk on a recording that exists in this page only. */
export function PracticeReview(props: {
  recording: PracticeRecording;
  onDiscarded: () => void;
  onReleased: (recording: PracticeRecording) => void;
}): ReactNode {
  const load = useCallback(async () => {
    const opened = await openRecording({ ...props.recording, deflate: webDeflate });
    return { opened, ...(await readSteps(opened)) };
  }, [props.recording]);
  const [loading, retry] = useLoaded(load);
  const [kept, setKept] = useState(false);
  return (
    <>
      <h2>{words.try.reviewTitle}</h2>
      <p>{words.try.reviewNote}</p>
      <Loaded of={loading} retry={retry}>
        {(loaded) => <Desk {...props} loaded={loaded} onKept={() => setKept(true)} />}
      </Loaded>
      <p role="status" className={kept ? 'notice' : 'hidden'}>
        {kept && words.try.kept}
      </p>
    </>
  );
}

function Desk(props: {
  loaded: { opened: Awaited<ReturnType<typeof openRecording>> } & Awaited<ReturnType<typeof readSteps>>;
  onKept: () => void;
  onDiscarded: () => void;
  onReleased: (recording: PracticeRecording) => void;
}): ReactNode {
  const { opened, steps } = props.loaded;
  const result = useRef<PracticeRecording | null>(null);
  const apply: ApplyAndMeasure = useCallback(
    async (edits, hitTest, signal) => {
      const fresh = freshRecording(new MemoryPartStore());
      const literals = cardLiterals(opened.manifest.task);
      await applyEdits({
        recording: opened,
        edits,
        actions: steps,
        target: { ...fresh, deflate: webDeflate },
        hitTest,
        words: (given) => maskFreeText(given, literals).text,
      });
      const edited = await openRecording({ ...fresh, deflate: webDeflate });
      const leaving = await measureLeaving(edited, fresh.store, (await readSteps(edited)).steps.length);
      if (!signal.aborted) result.current = fresh;
      return leaving;
    },
    [opened, steps],
  );
  return (
    <ReviewDesk
      recording={opened}
      actions={steps}
      clock={clock}
      deflate={webDeflate}
      apply={apply}
      onDiscard={props.onDiscarded}
      onKeep={props.onKept}
      onRelease={() => {
        if (result.current) props.onReleased(result.current);
      }}
      restingTime={words.try.resting}
      ruleWords={(rule) => MASK_RULES[rule] ?? rule}
    />
  );
}
