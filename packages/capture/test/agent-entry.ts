import { bareMasker } from '@aboveboard/redact/bare-masker';
import { startAgent } from '../src/agent.ts';
import type { SessionMessage } from '../src/frame-message.ts';

// What the tests run in an isolated world: the agent, with a binding of DevTools' in the place of a port.
declare global {
  var aboveboardPost: (text: string) => void;
  var aboveboardBare: boolean | undefined;
  var aboveboardReceive: (message: SessionMessage) => void;
}

const agent = startAgent({
  window,
  document,
  clock: () => performance.timeOrigin + performance.now(),
  post: (message) => globalThis.aboveboardPost(JSON.stringify(message)),
  ...(globalThis.aboveboardBare ? { masker: bareMasker } : {}),
});
globalThis.aboveboardReceive = (message) => agent.receive(message);
