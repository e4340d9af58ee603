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
import type { AgentMessage, AgentSettings, SessionMessage } from './frame-message.ts';
import { placeInParent } from './frame-place.ts';
import { createGeometryWatch } from './geometry-watch.ts';
import { watchKeys } from './key-watch.ts';
import { createNavigationWatch } from './navigation-watch.ts';
import { NodeMirror } from './node-mirror.ts';
import { createPageEvents, type PageEvents } from './page-events.ts';
import { watchPointer } from './pointer-watch.ts';
import { createStateWatch } from './state-watch.ts';

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
  #lastState = 0;
  /** Undoes what the present run set up; null while there is none. */
  #ends: (() => void)[] | null = null;

  constructor(options: AgentOptions, access: DomAccess, events: PageEvents, settings: AgentSettings) {
    this.#options = options;
    this.#access = access;
    this.#events = events;
    this.#settings = settings;
    const { renaming, literals, shipped } = settings;
    this.#masker = (options.masker ?? structuralMasker)({ renaming, literals, shipped: shipped.exact });
    this.#mirror = new NodeMirror(access, options.document, settings.firstNodeId);
    this.#batches = createBatches(options.post, options.clock);
    this.#begin();
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
    if (!this.#ends) this.#begin();
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
    run.every(BATCH_EVERY, () => {
      geometry.poll();
      navigation.poll();
      states?.poll();
    });
    run.every(BATCH_EVERY, () => {
      send();
      this.#recover();
    });
    run.every(MASKS_EVERY, () => this.#sayMasks());
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
        // States refer to one another: their order is that of writing, whatever their times.
        const at = item.item === 'state' ? Math.max(item.at, this.#lastState) : item.at;
        if (item.item === 'state') this.#lastState = at;
        this.#batches.put({ ...item, at });
      },
      count: (rule) => {
        if (rule !== undefined) this.#masks.set(rule, (this.#masks.get(rule) ?? 0) + 1);
      },
      listen: (type, handler) => ends.push(this.#events.on(type, handler)),
      every: (milliseconds, call) => {
        const timer = window.setInterval(call, milliseconds);
        ends.push(() => window.clearInterval(timer));
      },
      later: (milliseconds, call) => {
        window.setTimeout(() => {
          if (this.#ends === ends) call();
        }, milliseconds);
      },
      onEnd: (call) => ends.push(call),
    };
  }
}
