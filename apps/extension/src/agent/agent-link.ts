import type { AgentMessage, SessionMessage } from '@aboveboard/capture/frame-message';
import { AGENT_PORT, type FromAgent, type ToAgent } from '../wire/agent-wire.ts';

/** One agent in this document, as packages/capture makes it. */
export type Agent = { receive(message: SessionMessage): void };
export type MakeAgent = (post: (message: AgentMessage) => void) => Agent;

const RECONNECT = [50, 100, 250, 500, 1000];

/**
 * Ties the document's agent to the worker, which may end at any time: batches are kept until they are
 * acknowledged and said again on the next port. When the recording is over nothing of this is left.
 */
export class AgentLink {
  readonly #make: MakeAgent;
  readonly #gone: () => void;
  readonly #unacknowledged = new Map<number, AgentMessage>();
  #port: chrome.runtime.Port | null = null;
  #agent: Agent | null = null;
  #generation: number | null = null;
  /** The worker has spoken on this port; before that it may not know of this document. */
  #heard = false;
  #tries = 0;
  #left = false;

  constructor(make: MakeAgent, gone: () => void) {
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
    if (message.type === 'start') {
      this.#stopAgent();
      this.#generation = generation;
      this.#heard = true;
      const agent = this.#make((batch) => this.#post(generation, batch));
      this.#agent = agent;
      agent.receive(message);
      return;
    }
    if (generation !== this.#generation || !this.#agent) return;
    if (message.type === 'stop') {
      this.#stopAgent();
      return;
    }
    if (message.type === 'acknowledge') {
      for (const seq of this.#unacknowledged.keys()) if (seq <= message.seq) this.#unacknowledged.delete(seq);
    }
    this.#agent.receive(message);
    if (!this.#heard) this.#sayAgain();
  }

  #post(generation: number, message: AgentMessage): void {
    if (generation !== this.#generation) return;
    if (message.type === 'batch') this.#unacknowledged.set(message.seq, message);
    if (this.#heard) this.#port?.postMessage({ generation, message } satisfies FromAgent);
  }

  #sayAgain(): void {
    this.#heard = true;
    const generation = this.#generation;
    if (generation === null) return;
    for (const message of this.#unacknowledged.values()) {
      this.#port?.postMessage({ generation, message } satisfies FromAgent);
    }
  }

  #stopAgent(): void {
    this.#agent?.receive({ type: 'stop' });
    this.#agent = null;
    this.#unacknowledged.clear();
  }

  #leave(): void {
    this.#left = true;
    this.#stopAgent();
    this.#port?.disconnect();
    this.#port = null;
    this.#gone();
  }
}
