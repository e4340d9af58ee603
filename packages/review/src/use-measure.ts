import { useEffect, useState } from 'react';
import { EditError } from './apply-edits.ts';
import type { EditList } from './edit-list.ts';
import type { Measure } from './leave-panel.tsx';
import type { Leaving } from './leaving.ts';
import type { HitTest } from './masked-nodes.ts';
import type { Messages } from './messages/en.ts';
import type { Player } from './player.ts';

export type ApplyAndMeasure = (edits: EditList, hitTest: HitTest, signal: AbortSignal) => Promise<Leaving>;

/** How long the edits must have rested before they are applied to see what would leave. */
const REST_MS = 700;

/**
 * Applies the edits whenever they have changed and says what would leave (REV40, REV42). One at a time: the
 * signal of an overtaken one is aborted, and nothing of it is shown.
 */
export function useMeasure(
  player: Player | null,
  edits: EditList,
  apply: ApplyAndMeasure,
  messages: Messages,
): { measure: Measure; again: () => void } {
  const [done, setDone] = useState<{ of: EditList; attempt: number; measure: Measure } | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!player) return;
    const overtaken = new AbortController();
    const timer = setTimeout(async () => {
      const tester = player.hitTester();
      try {
        await player.complete;
        if (overtaken.signal.aborted) return;
        const leaving = await apply(edits, tester.hitTest, overtaken.signal);
        if (!overtaken.signal.aborted)
          setDone({ of: edits, attempt, measure: { state: 'measured', leaving } });
      } catch (error) {
        if (overtaken.signal.aborted) return;
        const why =
          error instanceof EditError && error.rule === 'REV26'
            ? messages.leave.maskMissed
            : messages.replay.fault;
        setDone({ of: edits, attempt, measure: { state: 'failed', why } });
      } finally {
        tester.done();
      }
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      overtaken.abort();
    };
  }, [player, edits, apply, messages, attempt]);
  const isOfThese = done?.of === edits && done.attempt === attempt;
  return {
    measure: isOfThese && done ? done.measure : { state: 'measuring' },
    again: () => setAttempt((n) => n + 1),
  };
}
