import type { AgentRun } from './agent-run.ts';

/** An element that a page has just made and focused is in the state after at most this many looks. */
const LOOKS = 10;
const EVERY = 80;

/** Which element has the focus (AGT84). */
export function watchFocus(run: AgentRun): void {
  const { mirror } = run;
  let last: number | null = null;
  let focused: Node | null = null;
  const say = (at: number, node: number | null) => {
    if (node === last) return;
    last = node;
    run.put({ at, item: 'focus', node });
  };
  const look = (target: Node, at: number, left: number) => {
    if (focused !== target) return;
    if (mirror.has(target) || left === 0) say(at, mirror.nearest(target) ?? null);
    else run.later(EVERY, () => look(target, run.now(), left - 1));
  };
  run.listen('focusin', (event) => {
    focused = (event.composedPath()[0] as Node) ?? null;
    if (focused) look(focused, run.timeOf(event), LOOKS);
  });
  run.listen('focusout', (event) => {
    if ((event as FocusEvent).relatedTarget !== null) return;
    focused = null;
    say(run.timeOf(event), null);
  });
}
