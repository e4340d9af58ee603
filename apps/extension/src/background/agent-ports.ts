import type { DocumentIdentity } from '@aboveboard/capture/document-identity';
import type { CaptureSession } from '@aboveboard/capture/session';
import type { BrowserTarget } from '@aboveboard/consent/gate';
import type { FromAgent, ToAgent } from '../wire/agent-wire.ts';

/**
 * The ports of all agents. Who speaks is taken from what the browser says of the port's other end, never from
 * what is said over it.
 */
export class AgentPorts {
  readonly #ports = new Map<string, chrome.runtime.Port>();

  /** Introduces the port's document to the session and passes on what its agent says. */
  async admit(port: chrome.runtime.Port, session: CaptureSession | null, hello: FromAgent): Promise<void> {
    if (!('hello' in hello)) return;
    const identity = session ? await identityOf(port) : null;
    if (!session || !identity) {
      leave(port);
      return;
    }
    this.#ports.set(identity.document, port);
    let open = true;
    port.onDisconnect.addListener(() => {
      open = false;
      if (this.#ports.get(identity.document) !== port) return;
      this.#ports.delete(identity.document);
      session.disconnect(identity.document);
    });
    const { running } = hello.hello;
    const answer = session.connect(
      identity,
      typeof running === 'number' ? running : null,
      (message, generation) => {
        if (open) port.postMessage({ generation, message } satisfies ToAgent);
      },
    );
    if ('refusal' in answer) {
      leave(port);
      return;
    }
    port.onMessage.addListener((said: FromAgent) => {
      if (typeof said !== 'object' || said === null || !('generation' in said)) return;
      session.receive(identity.document, said.generation, said.message);
    });
  }

  /** Every script takes itself away. */
  dismiss(): void {
    for (const port of this.#ports.values()) leave(port);
    this.#ports.clear();
  }
}

function leave(port: chrome.runtime.Port): void {
  try {
    port.postMessage({ leave: true } satisfies ToAgent);
  } catch {
    // It has left.
  }
}

async function identityOf(port: chrome.runtime.Port): Promise<DocumentIdentity | null> {
  const { sender } = port;
  const { tab, frameId, documentId, origin } = sender ?? {};
  // A prerendered page is one that she has not opened.
  if (
    tab?.id === undefined ||
    frameId === undefined ||
    !documentId ||
    sender?.documentLifecycle === 'prerender'
  ) {
    return null;
  }
  const target = await targetOf(tab, frameId === 0 ? origin : undefined);
  if (!target || origin === undefined) return null;
  let parent: string | null = null;
  if (frameId !== 0) {
    const frame = await chrome.webNavigation.getFrame({ tabId: tab.id, frameId }).catch(() => null);
    if (!frame?.parentDocumentId) return null;
    parent = frame.parentDocumentId;
  }
  return { document: documentId, tab: tab.id, parent, target: { ...target, frame: origin } };
}

/** What the gate asks about a tab's page. Null: the browser does not tell, and then it is not allowed. */
export async function targetOf(tab: chrome.tabs.Tab, top?: string): Promise<BrowserTarget | null> {
  const origin = top ?? (tab.url && URL.canParse(tab.url) ? new URL(tab.url).origin : null);
  if (origin === null) return null;
  const window = await chrome.windows.get(tab.windowId).catch(() => null);
  return {
    kind: 'browser',
    top: origin,
    frame: origin,
    private: tab.incognito || window?.incognito === true,
    window: WINDOWS.get(window?.type ?? '') ?? 'other',
  };
}

const WINDOWS = new Map<string, BrowserTarget['window']>([
  ['normal', 'normal'],
  ['popup', 'popup'],
  ['app', 'app'],
  ['devtools', 'devtools'],
]);
