import { startAgent } from '@aboveboard/capture/agent';
import type { Agent, Post } from './agent-link.ts';

/** packages/capture's agent on this document, with closed shadow roots as the browser opens them to extensions. */
export function makePageAgent(post: Post): Agent {
  return startAgent({
    window,
    document,
    clock: () => performance.timeOrigin + performance.now(),
    post,
    shadowRootOf: (element) => chrome.dom.openOrClosedShadowRoot(element),
  });
}
