import { bareMasker } from '@aboveboard/redact/bare-masker';
import { structuralMasker } from '@aboveboard/redact/structural-masker';
import { startAgent } from '../src/agent.ts';
import { domAccess } from '../src/dom-access.ts';
import { ElementContexts } from '../src/element-context.ts';
import type { AgentSettings, SessionMessage } from '../src/frame-message.ts';

// What the tests run in an isolated world: the agent, with a binding of DevTools' in the place of a port.
declare global {
  var aboveboardPost: (text: string) => void;
  var aboveboardBare: boolean | undefined;
  var aboveboardReceive: (message: SessionMessage) => void;
  var aboveboardMaskPage: () => void;
}

let settings: AgentSettings | undefined;
const agent = startAgent({
  window,
  document,
  clock: () => performance.timeOrigin + performance.now(),
  post: (message) => globalThis.aboveboardPost(JSON.stringify(message)),
  ...(globalThis.aboveboardBare ? { masker: bareMasker } : {}),
});
globalThis.aboveboardReceive = (message) => {
  if (message.type === 'start') settings = message.settings;
  agent.receive(message);
};

/** Puts the live page under the masks that its states were written with, to compare boxes and pixels. */
globalThis.aboveboardMaskPage = () => {
  if (!settings) return;
  agent.receive({ type: 'pause' });
  const { renaming, literals, shipped, selectors } = settings;
  const masker = structuralMasker({ renaming, literals, shipped: shipped.exact });
  const contexts = new ElementContexts(domAccess(window), document, selectors);
  const walk = (node: Node): void => {
    if (node instanceof Text && node.parentElement?.localName !== 'style') {
      const context = contexts.of(node.parentNode);
      node.data = masker.text(node.data, { ...context, place: 'node' }).value;
    }
    if (node instanceof HTMLInputElement) {
      const value = masker.value(node.value, contexts.of(node)).value;
      if (node.type !== 'radio' && node.type !== 'checkbox' && node.type !== 'range') node.value = value;
      const { placeholder } = node;
      if (placeholder)
        node.placeholder = masker.attribute('placeholder', placeholder, contexts.of(node)).value ?? '';
    }
    if (node instanceof HTMLInputElement && node.type === 'range') node.value = '50';
    if (node instanceof HTMLIFrameElement) node.src = 'about:blank';
    if (node instanceof HTMLTextAreaElement) node.value = masker.value(node.value, contexts.of(node)).value;
    if (node instanceof HTMLImageElement || node instanceof HTMLCanvasElement) {
      const { width, height } = getComputedStyle(node);
      node.style.cssText += `;width:${width};height:${height};background:#9aa0a6;object-position:-9999px`;
      if (node instanceof HTMLImageElement) node.removeAttribute('alt');
      else node.width = node.width + 0;
    }
    if (node instanceof Element && node.shadowRoot)
      for (const child of [...node.shadowRoot.childNodes]) walk(child);
    if (!(node instanceof HTMLTextAreaElement)) for (const child of [...node.childNodes]) walk(child);
  };
  walk(document.body);
};
