import { SOURCE_SCROLL } from '@aboveboard/protocol/state';
import type { AgentRun } from './agent-run.ts';
import { DOCUMENT } from './dom-access.ts';

/** Where things are scrolled to (AGT80): at most every 100 ms while it moves, and where it came to rest. */
export type ScrollWatch = {
  /** Says where an element that was just written is scrolled to, unless that is its beginning. */
  written(node: Node): void;
};

const EVERY = 100;

export function createScrollWatch(run: AgentRun, moved: () => void): ScrollWatch {
  const { access, mirror, window, document } = run;
  const waiting = new Set<Node>();

  function flush(): void {
    for (const node of waiting) say(node, true);
    waiting.clear();
    moved();
  }

  function say(node: Node, byHand: boolean): void {
    if (!mirror.has(node)) return;
    const [x, y] =
      access.nodeType(node) === DOCUMENT
        ? [window.scrollX, window.scrollY]
        : [access.scrollLeft(node), access.scrollTop(node)];
    const at = run.now();
    const id = mirror.id(node);
    run.put({ at, item: 'state', change: { type: 3, data: { source: SOURCE_SCROLL, id, x, y } } });
    if (byHand) run.put({ at, item: 'scroll', node: id, x, y });
  }

  run.listen('scroll', (event) => {
    const target = event.composedPath()[0] as Node;
    if (waiting.size === 0) run.later(EVERY, flush);
    waiting.add(target === (window as unknown) ? document : target);
  });
  return {
    written(node) {
      if (access.scrollTop(node) !== 0 || access.scrollLeft(node) !== 0) say(node, false);
    },
  };
}
