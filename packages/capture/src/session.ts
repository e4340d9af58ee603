import type { Gate, GateContext } from '@aboveboard/consent/gate';
import type { PauseCause } from '@aboveboard/protocol/event';
import { checkedAgentMessage } from './agent-message-check.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type DocumentIdentity, placeOf } from './document-identity.ts';
import type { AgentItem, AgentSettings } from './frame-message.ts';
import { NOTHING, PageDocument, type SendToAgent } from './page-document.ts';
import type { AskedSignal, Refusal } from './permits.ts';
import type { RecordingSink } from './recording-sink.ts';
import { SessionClock } from './session-clock.ts';
import { NODES_PER_DOCUMENT, Surface } from './surface.ts';
import { Timeline } from './timeline.ts';
import { type Use, type UseBudget, UseWatch } from './use-watch.ts';
import { WorkMeter } from './work-meter.ts';

/**
 * One recording under way: many documents' agents in, one row of events and states out (spec/capture.md).
 * No I/O and no clock of its own. What comes in waits until it is in order and its state is known; `flush`
 * writes what is due, makes it durable, stores a checkpoint, and only then acknowledges.
 */
export type SessionOptions = {
  sink: RecordingSink;
  gate: Gate;
  mode: GateContext['mode'];
  /** Asked for; each is taken only where the gate allows it. */
  signals: readonly AskedSignal[];
  /** What an agent is told beside its permits; `shipped` is what is known of that document's application. */
  settings: (identity: DocumentIdentity) => Omit<AgentSettings, 'firstNodeId' | 'signals'>;
  tickMicroseconds: 100 | 1000;
  /** Milliseconds since the epoch with fractions. */
  now: () => number;
  /** Durable before it resolves; called after the sink's flush and before anything is acknowledged. */
  keep: (checkpoint: Checkpoint) => Promise<void>;
  limits: SessionLimits;
  /** How long, after agents were told to stop, their last words are waited for. */
  lastWords: () => Promise<void>;
  /** The recording has reached a limit; the recorder ends it. */
  onLimit: (limit: SessionLimit) => void;
  /** What it may take of the computer; without one nothing is held back, and agents' reports are not read. */
  budget?: UseBudget;
  /** Bytes that the recorder's own process holds, where that can be measured; else what waits here is counted. */
  memory?: () => number | null;
};

export type SessionLimit = 'duration' | 'size' | 'cpu' | 'memory';

export type SessionLimits = { milliseconds: number; bytes: number };

/** Items of several documents are put in order when they come this late: agents send every 250 ms. */
export const ORDER_WINDOW = 300;
const BYTES_PER_ITEM = 500;
/** How often the owner calls `flush`; with the window and a write, what happened is durable within a second. */
export const FLUSH_EVERY = 400;

export class CaptureSession {
  readonly #options: SessionOptions;
  readonly #documents = new Map<string, PageDocument>();
  readonly #surfaces = new Map<number, Surface>();
  readonly #timeline: Timeline;
  #spans: { from: number; to: number | null }[];
  #generation = 0;
  #nextSurface = 0;
  #ended = false;
  /** The last words have been heard. */
  #closed = false;
  #limitSaid = false;
  #turn: Promise<void> = Promise.resolve();
  readonly #use: UseWatch | null;
  readonly #meter: WorkMeter;

  /** With a checkpoint it goes on where that one was taken; agents are expected to connect again. */
  constructor(options: SessionOptions, checkpoint?: Checkpoint) {
    this.#options = options;
    this.#use = options.budget ? new UseWatch(options.budget) : null;
    this.#meter = new WorkMeter(options.now);
    const origin = checkpoint?.origin ?? options.now();
    const clock = new SessionClock(origin, options.tickMicroseconds, checkpoint?.lastTick);
    this.#timeline = new Timeline(options.sink, clock, this.#documents, this.#surfaces, (at) =>
      this.#taken(at),
    );
    this.#spans = checkpoint?.spans ?? [{ from: origin, to: null }];
    if (checkpoint) this.#restore(checkpoint);
    else this.#timeline.own(origin, { act: 'task', phase: 'start' });
  }

  /** Milliseconds since the epoch at tick 0. */
  get origin(): number {
    return this.#timeline.clock.origin;
  }

  get paused(): boolean {
    return this.#spans.at(-1)?.to !== null;
  }

  /** Milliseconds recorded so far, without the pauses. */
  recorded(now: number): number {
    return this.#spans.reduce((sum, span) => sum + ((span.to ?? now) - span.from), 0);
  }

  /** What it takes of the computer now; null where there is no budget. */
  use(now: number): Use | null {
    return this.#use?.use(now) ?? null;
  }

  /** What is being taken now, for the panel: one entry an origin. */
  taking(): { origin: string; signals: AskedSignal[]; refusals: Refusal[] }[] {
    const origins = new Map<string, { signals: Set<AskedSignal>; refusals: Map<string, Refusal> }>();
    for (const document of this.#documents.values()) {
      const origin = placeOf(document.identity);
      const entry = origins.get(origin) ?? { signals: new Set(), refusals: new Map() };
      for (const signal of this.#options.signals) {
        if (document.permits.allowed(signal)) entry.signals.add(signal);
        const refusal = document.permits.refusal(signal);
        if (refusal) entry.refusals.set(refusal.reason, refusal);
      }
      origins.set(origin, entry);
    }
    return [...origins].map(([origin, { signals, refusals }]) => ({
      origin,
      signals: [...signals],
      refusals: [...refusals.values()],
    }));
  }

  /**
   * An agent's side is there. `running`: the generation of the agent that runs in that document already, or
   * null. Returns the generation to speak for from now on, and a refusal where nothing may be taken.
   */
  connect(
    identity: DocumentIdentity,
    running: number | null,
    send: SendToAgent,
  ): { generation: number } | { refusal: Refusal } {
    const now = this.#options.now();
    const known = this.#documents.get(identity.document);
    if (known && running === known.generation && !this.#ended) {
      known.send = send;
      known.usedAt = now;
      if (known.firstNodeId === 0) this.#start(known);
      else {
        if (known.acknowledged >= 0) known.tell({ type: 'acknowledge', seq: known.acknowledged });
        known.tell({ type: this.paused ? 'pause' : 'resume' });
        if (this.#use) known.tell({ type: 'pace', slow: this.#use.slow });
      }
      return { generation: known.generation };
    }
    if (running !== null) send({ type: 'stop' }, running);
    const probe = new PageDocument(identity, this.#options, {
      surface: this.#surfaces.get(identity.tab)?.number ?? this.#nextSurface,
      generation: ++this.#generation,
    });
    probe.permits.ask(this.#options.signals, now);
    const refused = this.#options.signals.map((signal) => probe.permits.refusal(signal)).find(Boolean);
    if (this.#ended || !probe.permits.any) {
      const ended: Refusal = { allow: false, deny: 'off', reason: 'The recording has ended.' };
      return { refusal: this.#ended ? ended : (refused ?? ended) };
    }
    if (!this.#surfaces.has(identity.tab)) {
      const type = identity.target.kind === 'desktop' ? 'window' : 'tab';
      this.#surfaces.set(identity.tab, new Surface(identity.tab, this.#nextSurface++, type));
    }
    probe.send = send;
    this.#documents.set(identity.document, probe);
    this.#start(probe);
    return { generation: probe.generation };
  }

  /** Its port closed: the document is gone, or will come back with `connect`. What it sent still counts. */
  disconnect(document: string): void {
    const known = this.#documents.get(document);
    if (known) known.send = null;
    this.#use?.holds(document, 0);
  }

  /** The document will not come back. */
  gone(document: string): void {
    const known = this.#documents.get(document);
    if (!known) return;
    known.send = null;
    this.#timeline.leave(known);
  }

  receive(document: string, generation: number, message: unknown): void {
    this.#meter.run(() => this.#receive(document, generation, message));
  }

  #receive(document: string, generation: number, message: unknown): void {
    const known = this.#documents.get(document);
    if (!known || this.#closed || known.generation !== generation) return;
    const checked = checkedAgentMessage(message);
    const now = this.#options.now();
    if (!checked) {
      this.#dismiss(known);
      return;
    }
    if (checked.type === 'fault') {
      this.#timeline.fault(known, checked.reason, Math.min(checked.at, now), now);
      return;
    }
    if (checked.type === 'use') {
      // No page's thread is busier than time goes by; a second agent of that process says its own.
      const busy = Math.min(checked.busy, now - known.usedAt);
      known.usedAt = now;
      this.#use?.worked(now, busy);
      this.#use?.holds(document, checked.held);
      return;
    }
    const items = checked.items.map((item) => this.#within(item));
    if (!known.take(checked.seq, items, now)) this.#timeline.fault(known, 'state-lost', now, now);
    for (const item of checked.items) if (item.item === 'place') known.place = item.index;
    this.#timeline.bound(known, now);
  }

  /** Which tab is in front now, and what the browser says of its page. Null: none of the browser's. */
  front(tab: number | null, page: DocumentIdentity['target'] | null): void {
    const now = this.#options.now();
    const allowed = page !== null && this.#mayTakeSomething(page, now);
    this.#timeline.own(now, { act: 'front', tab, allowed });
  }

  zoom(tab: number, zoom: number): void {
    this.#timeline.own(this.#options.now(), { act: 'zoom', tab, zoom });
  }

  closed(tab: number): void {
    this.#timeline.own(this.#options.now(), { act: 'closed', tab });
  }

  subgoal(text: string): void {
    if (!this.paused) this.#timeline.own(this.#options.now(), { act: 'task', phase: 'subgoal', text });
  }

  /** At once: agents are told before anything else happens (T3). */
  pause(cause: PauseCause): void {
    const last = this.#spans.at(-1);
    if (this.#ended || !last || last.to !== null) return;
    const now = this.#options.now();
    last.to = now;
    for (const document of this.#documents.values()) document.tell({ type: 'pause' });
    this.#timeline.own(now, { act: 'pause', cause });
  }

  /** Only an act of the contributor calls this (T3). */
  resume(): void {
    if (this.#ended || !this.paused) return;
    const now = this.#options.now();
    this.#spans.push({ from: now, to: null });
    this.#askAgain(now);
    this.#timeline.own(now, { act: 'resume' });
    for (const document of this.#documents.values()) {
      if (document.permits.any && document.firstNodeId > 0) document.tell({ type: 'resume' });
      else this.#start(document);
    }
  }

  /** Writes what is due. Flushes follow one another; a failure is the caller's to end the recording on. */
  flush(): Promise<void> {
    const turn = this.#turn.then(() => this.#write(this.#options.now() - ORDER_WINDOW));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Stops every agent at once; resolves when everything taken is durable. */
  end(): Promise<void> {
    const now = this.#options.now();
    const last = this.#spans.at(-1);
    if (!this.#ended && last && last.to === null) last.to = now;
    this.#ended = true;
    for (const document of this.#documents.values()) document.tell({ type: 'stop' });
    const turn = this.#turn.then(async () => {
      await this.#options.lastWords();
      this.#closed = true;
      this.#timeline.own(now, { act: 'task', phase: 'end' });
      await this.#write(Number.POSITIVE_INFINITY);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** What the agents of this origin are told has changed: they begin anew with it. */
  settingsChanged(origin: string): void {
    for (const document of this.#documents.values()) {
      if (placeOf(document.identity) !== origin || !document.permits.any) continue;
      // What the agent has not sent yet goes with it.
      this.#timeline.own(this.#options.now(), { act: 'lost' });
      this.#restart(document);
    }
  }

  /** The rules changed: nothing decided before counts any more. */
  askAnew(): void {
    const now = this.#options.now();
    for (const document of this.#documents.values()) {
      if (document.permits.askAnew(this.#options.signals, now)) this.#allowedChanged(document);
    }
  }

  async #write(cut: number): Promise<void> {
    const now = this.#options.now();
    const checkpoint = this.#meter.run(() => {
      if (!this.paused) this.#askAgain(now);
      this.#timeline.write(Math.min(cut, now), now);
      for (const document of this.#timeline.toRestart(now)) this.#restart(document);
      return this.#checkpoint();
    });
    const written = [...this.#documents.values()].map((document) => ({
      document,
      seq: document.written.seq - 1,
    }));
    await this.#meter.run(() => this.#options.sink.flush());
    await this.#options.keep(checkpoint);
    for (const { document, seq } of written) {
      if (seq <= document.acknowledged) continue;
      document.acknowledged = seq;
      document.tell({ type: 'acknowledge', seq });
    }
    for (const document of this.#timeline.left()) this.#documents.delete(document.identity.document);
    this.#checkLimits(now);
  }

  #checkLimits(now: number): void {
    if (this.#limitSaid || this.#ended) return;
    const { limits, sink, onLimit } = this.#options;
    const overused = this.#checkUse(now);
    const reached =
      sink.bytes >= limits.bytes ? 'size' : this.recorded(now) >= limits.milliseconds ? 'duration' : overused;
    if (!reached) return;
    this.#limitSaid = true;
    onLimit(reached);
  }

  /** Slows the agents where the budget asks for it; the limit that was passed all the same, if one was. */
  #checkUse(now: number): 'cpu' | 'memory' | null {
    const use = this.#use;
    if (!use) return null;
    use.worked(now, this.#meter.take());
    use.holds('', this.#options.memory?.() ?? this.#waitingBytes());
    const { slow } = use;
    const over = use.look(now);
    if (use.slow !== slow) {
      for (const document of this.#documents.values()) document.tell({ type: 'pace', slow: use.slow });
    }
    return over;
  }

  #waitingBytes(): number {
    let items = 0;
    for (const document of this.#documents.values()) items += document.queue.length;
    return items * BYTES_PER_ITEM;
  }

  #askAgain(now: number): void {
    for (const document of this.#documents.values()) {
      if (document.permits.ask(this.#options.signals, now)) this.#allowedChanged(document);
    }
  }

  #allowedChanged(document: PageDocument): void {
    if (document.permits.any) this.#restart(document);
    else this.#dismiss(document);
  }

  #mayTakeSomething(target: DocumentIdentity['target'], now: number): boolean {
    const { gate, mode, signals } = this.#options;
    return signals.some((signal) => gate.decide({ now, mode, signal, target }).allow);
  }

  #start(document: PageDocument): void {
    const surface = this.#surfaces.get(document.identity.tab);
    if (this.paused || this.#ended || !surface || !document.send) return;
    document.firstNodeId = surface.nextNodeId;
    surface.nextNodeId += NODES_PER_DOCUMENT;
    const allowed = (signal: AskedSignal) => document.permits.allowed(signal);
    document.tell({
      type: 'start',
      settings: {
        ...this.#options.settings(document.identity),
        firstNodeId: document.firstNodeId,
        signals: {
          pointer: allowed('pointer'),
          keys: allowed('keys'),
          text: allowed('text'),
          states: allowed('states'),
          ...(allowed('frames') ? { frames: true } : {}),
        },
      },
    });
    document.usedAt = this.#options.now();
    if (this.#use?.slow) document.tell({ type: 'pace', slow: true });
  }

  /** A new agent in the same document, with node ids that were never used. */
  #restart(document: PageDocument): void {
    document.tell({ type: 'stop' });
    document.restart(++this.#generation);
    this.#start(document);
  }

  /** What it says is not believed, or no longer allowed: it stops at once, and nothing more of it is read. */
  #dismiss(document: PageDocument): void {
    document.tell({ type: 'stop' });
    document.dropQueue();
    this.#timeline.leave(document);
  }

  /**
   * What lies outside of every stretch is nothing. But an agent counts its masks when it is told to pause or
   * stop: they belong to what was taken before that.
   */
  #within(item: AgentItem): AgentItem {
    if (this.#taken(item.at)) return item;
    if (item.item !== 'mask') return NOTHING;
    const end = this.#spans.findLast(({ to }) => to !== null && to <= item.at)?.to;
    return end ? { ...item, at: end - 0.001 } : NOTHING;
  }

  #taken(at: number): boolean {
    return this.#spans.some((span) => at >= span.from && (span.to === null || at < span.to));
  }

  #checkpoint(): Checkpoint {
    return {
      ...this.#timeline.saved(),
      spans: structuredClone(this.#spans),
      generation: this.#generation,
      nextSurface: this.#nextSurface,
      surfaces: [...this.#surfaces.values()].map((surface) => surface.saved()),
      documents: [...this.#documents.values()].map((document) => document.saved()),
    };
  }

  #restore(checkpoint: Checkpoint): void {
    this.#generation = checkpoint.generation;
    this.#nextSurface = checkpoint.nextSurface;
    for (const saved of checkpoint.surfaces) this.#surfaces.set(saved.tab, Surface.from(saved));
    for (const saved of checkpoint.documents) {
      const document = new PageDocument(saved.identity, this.#options, saved);
      document.resume(saved);
      this.#documents.set(saved.identity.document, document);
    }
    this.#timeline.restore(checkpoint);
  }
}
