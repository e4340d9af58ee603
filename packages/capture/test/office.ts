import type { Gate } from '@aboveboard/consent/gate';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import { recoverRecording } from '@aboveboard/protocol/recording-reader';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import type { StateItem } from '@aboveboard/protocol/state';
import { StateOrder } from '@aboveboard/protocol/state-check';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { expect } from 'vitest';
import { CaptureSession } from '../src/session.ts';
import { CountingStore, WriterSink } from '../src/writer-sink.ts';
import { browser, type Clock, ScriptedAgent } from './scripted-agent.ts';

const ERP = 'https://erp.example';
const OPEN: Gate = { decide: ({ now }) => ({ allow: true, rule: 'AGR1', until: now + 600_000 }) };
const sealer = { seal: async (plain: Uint8Array) => plain, open: async (sealed: Uint8Array) => sealed };

/** A session that writes to the real writer: what the protocol refuses is refused here. */
export class Office {
  readonly clock: Clock;
  readonly session: CaptureSession;
  readonly #store = new MemoryPartStore();

  /** `clock`: a still one, moved by `later`, where none is given. */
  constructor(clock: Clock = { now: 1_000_000 }, lastWords = 0) {
    this.clock = clock;
    const store = new CountingStore(this.#store);
    const writer = new RecordingWriter({
      id: 'r',
      tickMicroseconds: 1000,
      store,
      sealer,
      deflate: webDeflate,
    });
    this.session = new CaptureSession({
      sink: new WriterSink(writer, store),
      gate: OPEN,
      mode: 'task',
      signals: ['pointer', 'keys', 'text', 'states'],
      settings: () => ({
        literals: [],
        shipped: { exact: [] },
        selectors: { open: [], closed: [] },
        renaming: '000102030405060708090a0b0c0d0e0f',
      }),
      tickMicroseconds: 1000,
      now: () => this.clock.now,
      keep: async () => undefined,
      limits: { milliseconds: 36_000_000, bytes: 1e9 },
      lastWords: () => new Promise((resolve) => (lastWords ? setTimeout(resolve, lastWords) : resolve())),
      onLimit: () => undefined,
    });
  }

  agent(document: string, tab = 1, parent: string | null = null): ScriptedAgent {
    const agent = new ScriptedAgent(this.clock, document, tab, parent, browser(ERP));
    agent.connect(this.session);
    return agent;
  }

  /** As the recorder does it: a flush every 400 ms. */
  async later(milliseconds: number): Promise<void> {
    const end = this.clock.now + milliseconds;
    while (this.clock.now < end) {
      this.clock.now = Math.min(end, this.clock.now + 400);
      await this.session.flush();
    }
  }

  async kept(): Promise<{ events: RecordedEvent[]; states: StateItem[] }> {
    const read = await recoverRecording({ id: 'r', store: this.#store, sealer, deflate: webDeflate });
    const [events, states]: [RecordedEvent[], StateItem[]] = [[], []];
    for await (const part of read.events()) events.push(...part);
    for await (const part of read.states()) states.push(...part);
    expect(new StateOrder().apply(states)).toEqual([]);
    return { events, states };
  }
}
