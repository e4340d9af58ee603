import type { AgentRun } from './agent-run.ts';

/** Which element has the focus (AGT84). */
export function watchFocus(run: AgentRun): void {
  let last: number | null = null;
  const say = (at: number, node: number | null) => {
    if (node === last) return;
    last = node;
    run.put({ at, item: 'focus', node });
  };
  run.listen('focusin', (event) => {
    say(run.timeOf(event), run.mirror.nearest((event.composedPath()[0] as Node) ?? null) ?? null);
  });
  run.listen('focusout', (event) => {
    if ((event as FocusEvent).relatedTarget === null) say(run.timeOf(event), null);
  });
}
