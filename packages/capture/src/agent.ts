import {
  type DocumentMasker,
  type MaskerOptions,
  structuralMasker,
} from '@aboveboard/redact/structural-masker';
import type { AgentRun } from './agent-run.ts';
import { BATCH_EVERY, type Batches, createBatches } from './batch.ts';
import { type DomAccess, domAccess, type PageWindow, type ShadowRootOf } from './dom-access.ts';
import { ElementContexts } from './element-context.ts';
import { watchFocus } from './focus-watch.ts';
import type { AgentItem, AgentMessage, AgentSettings, SessionMessage } from './frame-message.ts';
import { placeInParent } from './frame-place.ts';
import { createGeometryWatch } from './geometry-watch.ts';
import { watchKeys } from './key-watch.ts';
import { createNavigationWatch } from './navigation-watch.ts';
import { NodeMirror } from './node-mirror.ts';
import { createPageEvents, type PageEvents } from './page-events.ts';
import { watchPointer } from './pointer-watch.ts';
import { createStateWatch } from './state-watch.ts';
import { WorkMeter } from './work-meter.ts';

/**
 * What runs in a document (spec/agent.md): watches it, masks, and hands batches to the session. Takes
 * nothing before `start`, while paused and after `stop` (T1, T3), and never anything that the page could see (T2): it adds
 * no node, attribute, property or message, and changes no prototype.
 */
export type Agent = {
  receive(message: SessionMessage): void;
  /** Sends again what was not acknowledged: the connection is a new one. */
  resend(): void;
};

export type AgentOptions = {
  window: PageWindow;
  document: Document;
  /** Milliseconds since the epoch with fractions, as `performance.timeOrigin + performance.now()`. */
  clock: () => number;
  post: (message: AgentMessage) => void;
  /** `chrome.dom.openOrClosedShadowRoot` where there is one. */
  shadowRootOf?: ShadowRootOf;
  /** Another masker: only test builds that show what a scan for secrets finds without masks. */
  masker?: (options: MaskerOptions) => DocumentMasker;
};

/** Milliseconds between two batches where one does not do. */
const SEND_AGAIN = 30;
/** Milliseconds between two counts of what was masked. */
const MASKS_EVERY = 5_000;
/** Milliseconds between two reports of what it takes of the computer (AGT34). */
const USE_EVERY = 1_000;
const USE_LEAST = 5;
/** Slowed, it looks and writes this many times less often, and keeps a sample of the pointer in so many ms (AGT35). */
const SLOWER = 4;
const SLOW_SAMPLES = 16;
const BYTES_PER_NODE = 200;

export function startAgent(options: AgentOptions): Agent {
  const access = domAccess(options.window, options.shadowRootOf);
  let events: PageEvents | null = createPageEvents(access, options.window);
  let current: Recording | null = null;
  return {
    receive(message) {
      switch (message.type) {
        case 'start':
          current?.stop();
          events ??= createPageEvents(access, options.window);
          current = new Recording(options, access, events, message.settings);
          break;
        case 'acknowledge':
          current?.acknowledge(message.seq);
          break;
        case 'pause':
          current?.pause();
          break;
        case 'resume':
          current?.resume();
          break;
        case 'pace':
          current?.pace(message.slow);
          break;
        case 'stop':
          current?.stop();
          current = null;
          events?.remove();
          events = null;
          break;
      }
    },
    resend() {
      current?.resend();
    },
  };
}

/** From one `start` to the next or to `stop`. */
class Recording {
  readonly #options: AgentOptions;
  readonly #access: DomAccess;
  readonly #events: PageEvents;
  readonly #settings: AgentSettings;
  readonly #masker: DocumentMasker;
  readonly #mirror: NodeMirror;
  readonly #batches: Batches;
  readonly #masks = new Map<string, number>();
  readonly #meter: WorkMeter;
  readonly #settingsBytes: number;
  #lastState = 0;
  #slow = false;
  #lastMove = 0;
  /** Undoes what the present run set up; null while there is none. */
  #ends: (() => void)[] | null = null;

  constructor(options: AgentOptions, access: DomAccess, events: PageEvents, settings: AgentSettings) {
    this.#options = options;
    this.#access = access;
    this.#events = events;
    this.#settings = settings;
    this.#meter = new WorkMeter(options.clock);
    const { renaming, literals, shipped, closedWords: ownWords = [] } = settings;
    const held = [...shipped.exact, ...ownWords];
    this.#settingsBytes = held.reduce((sum, text) => sum + 2 * text.length + 100, 0);
    const masking = { renaming, literals, shipped: shipped.exact, ownWords };
    this.#masker = (options.masker ?? structuralMasker)(masking);
    this.#mirror = new NodeMirror(access, options.document, settings.firstNodeId);
    this.#batches = createBatches(options.post, options.clock);
    this.#meter.run(() => this.#begin());
  }

  acknowledge(seq: number): void {
    this.#batches.acknowledge(seq);
  }

  resend(): void {
    this.#batches.resend();
  }

  pause(): void {
    if (!this.#ends) return;
    this.#end();
    this.#sayMasks();
    this.#batches.flush(true);
  }

  resume(): void {
    if (!this.#ends) this.#meter.run(() => this.#begin());
  }

  pace(slow: boolean): void {
    this.#slow = slow;
  }

  stop(): void {
    this.pause();
  }

  #begin(): void {
    const ends: (() => void)[] = [];
    this.#ends = ends;
    this.#mirror.forget();
    const run = this.#run(ends);
    const contexts = new ElementContexts(this.#access, run.document, this.#settings.selectors);
    const { signals } = this.#settings;
    run.put({ at: run.now(), item: 'place', index: placeInParent(run.window) });
    const states = signals.states
      ? createStateWatch(run, contexts, () => this.#fault('overload', run.now()))
      : null;
    const geometry = createGeometryWatch(run, () => states?.poll());
    const navigation = createNavigationWatch(run);
    geometry.say();
    navigation.say();
    // One batch a task: a page that changes a lot is sent in many small ones.
    const send = () => {
      this.#batches.flush();
      if (this.#batches.behind) run.later(SEND_AGAIN, send);
    };
    const beforeInput = (at: number) => states?.beforeInput(at);
    // The click that leads away is the last thing that this document says.
    run.listen('pagehide', () => this.#batches.flush(true));
    if (signals.pointer) watchPointer(run, beforeInput);
    if (signals.keys) watchKeys(run, contexts, { beforeInput, enter: (at) => states?.forms.commit(at) });
    watchFocus(run);
    // Two timers, so that looking and sending are never one task.
    let looks = 0;
    run.every(BATCH_EVERY, () => {
      if (looks++ % run.patience() !== 0) return;
      geometry.poll();
      navigation.poll();
      states?.poll();
    });
    run.every(BATCH_EVERY, () => {
      send();
      this.#recover();
    });
    run.every(MASKS_EVERY, () => this.#sayMasks());
    run.every(USE_EVERY, () => this.#sayUse());
  }

  #end(): void {
    for (const end of this.#ends ?? []) end();
    this.#ends = null;
  }

  #fault(reason: 'overload' | 'state-lost', at: number): void {
    this.#end();
    this.#batches.flush(true);
    this.#options.post({ type: 'fault', reason, at });
  }

  /** The session has caught up after something was dropped: the state begins anew. */
  #recover(): void {
    const overflow = this.#batches.takeOverflow();
    if (!overflow) return;
    const until = this.#options.clock();
    this.#batches.put({ at: overflow.from, item: 'gap', until, reason: 'overload' });
    this.#end();
    this.#begin();
  }

  #sayMasks(): void {
    const at = this.#options.clock();
    for (const [rule, count] of this.#masks) this.#batches.put({ at, item: 'mask', rule, count });
    this.#masks.clear();
  }

  /** What a page at rest costs adds up until it is worth a message. */
  #sayUse(): void {
    if (this.#meter.busy < USE_LEAST) return;
    const busy = this.#meter.take();
    const held = this.#batches.bytes + this.#mirror.given * BYTES_PER_NODE + this.#settingsBytes;
    this.#options.post({ type: 'use', busy, held });
  }

  /** Slowed, a move so soon after the one before is left out; buttons carry their own place. */
  #isSpare(item: AgentItem): boolean {
    if (!this.#slow || item.item !== 'event' || item.event.kind !== 'move') return false;
    if (item.at - this.#lastMove < SLOW_SAMPLES) return true;
    this.#lastMove = item.at;
    return false;
  }

  #run(ends: (() => void)[]): AgentRun {
    const { window, document, clock } = this.#options;
    const origin = window.performance.timeOrigin;
    return {
      window,
      document,
      access: this.#access,
      settings: this.#settings,
      masker: this.#masker,
      mirror: this.#mirror,
      now: clock,
      timeOf: (event) => origin + event.timeStamp,
      put: (item) => {
        if (this.#isSpare(item)) return;
        // States refer to one another: their order is that of writing, whatever their times.
        const at = item.item === 'state' ? Math.max(item.at, this.#lastState) : item.at;
        if (item.item === 'state') this.#lastState = at;
        this.#batches.put({ ...item, at });
      },
      count: (rule) => {
        if (rule !== undefined) this.#masks.set(rule, (this.#masks.get(rule) ?? 0) + 1);
      },
      listen: (type, handler) => ends.push(this.#events.on(type, this.#meter.counted(handler))),
      every: (milliseconds, call) => {
        const timer = window.setInterval(this.#meter.counted(call), milliseconds);
        ends.push(() => window.clearInterval(timer));
      },
      later: (milliseconds, call) => {
        window.setTimeout(() => {
          if (this.#ends === ends) this.#meter.run(call);
        }, milliseconds);
      },
      counted: (call) => this.#meter.counted(call),
      patience: () => (this.#slow ? SLOWER : 1),
      onEnd: (call) => ends.push(call),
    };
  }
}
