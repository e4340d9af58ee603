import type { AgentRun } from './agent-run.ts';

/** Says once that nothing in the state changed for a while (AGT14). */
export type Settle = { changed(): void };

/** Milliseconds without a change. */
export const SETTLED_AFTER = 400;

export function createSettle(run: AgentRun, busy: () => boolean): Settle {
  let changedAt = 0;
  let waiting = false;
  const look = () => {
    const quiet = run.now() - changedAt;
    if (quiet < SETTLED_AFTER || busy()) {
      run.later(Math.max(20, SETTLED_AFTER - quiet), look);
      return;
    }
    waiting = false;
    run.put({ at: run.now(), item: 'settled' });
  };
  return {
    changed() {
      changedAt = run.now();
      if (waiting) return;
      waiting = true;
      run.later(SETTLED_AFTER, look);
    },
  };
}
