import type { Gate } from '@aboveboard/consent/gate';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Checkpoint } from '../src/checkpoint.ts';
import { MemorySink } from '../src/recording-sink.ts';
import { CaptureSession, type SessionOptions } from '../src/session.ts';
import { browser, type Clock, ScriptedAgent } from './scripted-agent.ts';

export const ERP = 'https://erp.example';
export const MAPS = 'https://maps.example';

export function gateFor(...origins: string[]): Gate {
  return {
    decide: ({ now, target }) =>
      target.kind === 'browser' && origins.includes(target.frame) && origins.includes(target.top)
        ? { allow: true, rule: 'AGR1', until: now + 60_000 }
        : { allow: false, deny: 'not-on-list', reason: 'This site is not on the list.' },
  };
}

/** A session on a table: the clock, the sink and the worker's death are the test's. */
export class Desk {
  readonly clock: Clock = { now: 1_000_000 };
  readonly sink = new MemorySink();
  kept: Checkpoint | null = null;
  limit: string | null = null;
  session: CaptureSession;
  readonly #options: SessionOptions;

  constructor(gate: Gate = gateFor(ERP, MAPS), change: Partial<SessionOptions> = {}) {
    this.#options = {
      sink: this.sink,
      gate,
      mode: 'task',
      signals: ['pointer', 'keys', 'text', 'states'],
      settings: () => ({
        literals: [],
        shipped: { exact: [] },
        selectors: { open: [], closed: [] },
        renaming: '00',
      }),
      tickMicroseconds: 1000,
      now: () => this.clock.now,
      keep: async (checkpoint) => {
        this.kept = structuredClone(checkpoint);
      },
      limits: { milliseconds: 3_600_000, bytes: 10_000_000 },
      lastWords: async () => undefined,
      onLimit: (limit) => {
        this.limit = limit;
      },
      ...change,
    };
    this.session = new CaptureSession(this.#options);
  }

  agent(document: string, tab = 1, parent: string | null = null, target = browser(ERP)): ScriptedAgent {
    const agent = new ScriptedAgent(this.clock, document, tab, parent, target);
    agent.connect(this.session);
    return agent;
  }

  async later(milliseconds: number): Promise<void> {
    this.clock.now += milliseconds;
    await this.session.flush();
  }

  /** The worker dies; another takes over from the last checkpoint. What was written after it is cut off. */
  restart(): void {
    if (!this.kept) throw new Error('nothing was kept');
    this.session = new CaptureSession(this.#options, structuredClone(this.kept));
  }

  kinds(): string[] {
    return this.sink.events.map((event) => event.kind);
  }

  of<K extends RecordedEvent['kind']>(kind: K): Extract<RecordedEvent, { kind: K }>[] {
    return this.sink.events.filter((event) => event.kind === kind) as Extract<RecordedEvent, { kind: K }>[];
  }
}
