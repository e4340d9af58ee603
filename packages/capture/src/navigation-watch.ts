import type { AgentRun } from './agent-run.ts';

/** The address of this document and its changes without a new document (AGT83). */
export function createNavigationWatch(run: AgentRun): { say(): void; poll(): void } {
  let last = '';
  const put = (cause: 'load' | 'history' | 'hash') => {
    last = run.window.location.href;
    const masked = run.masker.url(last);
    run.count(masked.rule);
    run.put({ at: run.now(), item: 'navigate', path: masked.value.slice(0, 2_000), cause });
  };
  const poll = () => {
    const now = run.window.location.href;
    if (now !== last) put(now.split('#')[0] === last.split('#')[0] ? 'hash' : 'history');
  };
  run.listen('popstate', poll);
  run.listen('hashchange', poll);
  return { say: () => put('load'), poll };
}
