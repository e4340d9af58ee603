import type { AgentMessage, SessionMessage } from '@aboveboard/capture/frame-message';
import { AGENT_PORT, type FromAgent, type ToAgent } from '../wire/agent-wire.ts';

/** One agent in this document, as packages/capture makes it; it keeps its batches until they are acknowledged. */
export type Agent = { receive(message: SessionMessage): void; resend(): void };
export type Post = (message: AgentMessage) => void;

const RECONNECT = [50, 100, 250, 500, 1000];

/**
 * Ties the document's agent to the worker, which may end at any time: what was not acknowledged is said again on
 * the next port. When the recording is over nothing of this is left.
 */
export class AgentLink {
  readonly #make: (post: Post) => Agent;
  readonly #gone: () => void;
  #port: chrome.runtime.Port | null = null;
  #agent: Agent | null = null;
  #generation: number | null = null;
  /** The worker has spoken on this port; before that it may not know of this document. */
  #heard = false;
  /** Said while nobody heard it; unlike batches, the agent does not say it again. */
  #fault: AgentMessage | null = null;
  #tries = 0;
  #left = false;

  constructor(make: (post: Post) => Agent, gone: () => void) {
    this.#make = make;
    this.#gone = gone;
  }

  connect(): void {
    if (this.#left) return;
    let port: chrome.runtime.Port;
    try {
      port = chrome.runtime.connect({ name: AGENT_PORT });
    } catch {
      // The extension was removed or renewed: there is nobody to record for.
      this.#leave();
      return;
    }
    this.#port = port;
    this.#heard = false;
    port.onMessage.addListener((said: ToAgent) => this.#hear(said));
    port.onDisconnect.addListener(() => {
      this.#port = null;
      const wait = RECONNECT[Math.min(this.#tries++, RECONNECT.length - 1)];
      setTimeout(() => this.connect(), wait);
    });
    port.postMessage({ hello: { running: this.#agent ? this.#generation : null } } satisfies FromAgent);
  }

  #hear(said: ToAgent): void {
    this.#tries = 0;
    if ('leave' in said) {
      this.#leave();
      return;
    }
    const { generation, message } = said;
    if (message.type === 'start') this.#start(generation, message);
    else if (generation !== this.#generation || !this.#agent) return;
    else if (message.type === 'stop') this.#stopAgent();
    else {
      this.#agent.receive(message);
      if (!this.#heard) this.#sayAgain();
    }
  }

  #start(generation: number, message: SessionMessage): void {
    this.#stopAgent();
    this.#generation = generation;
    this.#heard = true;
    this.#agent = this.#make((said) => this.#post(generation, said));
    this.#agent.receive(message);
  }

  #post(generation: number, message: AgentMessage): void {
    if (generation !== this.#generation) return;
    if (this.#heard && this.#port) this.#port.postMessage({ generation, message } satisfies FromAgent);
    else if (message.type === 'fault') this.#fault = message;
  }

  #sayAgain(): void {
    this.#heard = true;
    this.#agent?.resend();
    const { generation, fault } = { generation: this.#generation, fault: this.#fault };
    this.#fault = null;
    if (fault && generation !== null) this.#post(generation, fault);
  }

  #stopAgent(): void {
    this.#agent?.receive({ type: 'stop' });
    this.#agent = null;
    this.#fault = null;
  }

  #leave(): void {
    this.#left = true;
    this.#stopAgent();
    this.#port?.disconnect();
    this.#port = null;
    this.#gone();
  }
}
