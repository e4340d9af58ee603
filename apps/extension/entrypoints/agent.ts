import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { AgentLink } from '../src/agent/agent-link.ts';
import { makePageAgent } from '../src/agent/page-agent.ts';

/**
 * The content script. It is an unlisted script on purpose: WXT's own content-script wrapper announces itself to
 * the page by an event and a message (T2, docs/adr on the extension's build).
 */
export default defineUnlistedScript(() => {
  // A global of the isolated world, which the page has no way to see: one agent a document.
  const world = globalThis as { aboveboardAgent?: AgentLink | undefined };
  if (world.aboveboardAgent) return;
  const link = new AgentLink(makePageAgent, () => {
    world.aboveboardAgent = undefined;
  });
  world.aboveboardAgent = link;
  link.connect();
});
