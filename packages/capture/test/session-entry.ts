import { bareMasker } from '@aboveboard/redact/bare-masker';
import { startAgent } from '../src/agent.ts';
import type { SessionMessage } from '../src/frame-message.ts';

// The agent in an isolated world, tied to a session outside of the browser: generations and all.
declare global {
  var aboveboardSay: (text: string) => void;
  var aboveboardUnmasked: boolean | undefined;
  var aboveboardHear: (generation: number, message: SessionMessage) => void;
}

let generation = -1;
const agent = startAgent({
  window,
  document,
  clock: () => performance.timeOrigin + performance.now(),
  post: (message) => globalThis.aboveboardSay(JSON.stringify({ generation, message })),
  ...(globalThis.aboveboardUnmasked ? { masker: bareMasker } : {}),
});
globalThis.aboveboardHear = (to, message) => {
  if (message.type === 'start') generation = to;
  if (to === generation) agent.receive(message);
};
// Whoever evaluates this hears that it may be spoken to now.
globalThis.aboveboardSay('{}');
