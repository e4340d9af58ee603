import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Deflate } from '@aboveboard/protocol/part';
import type { OpenedRecording } from '@aboveboard/protocol/recording-reader';
import type { StateItem } from '@aboveboard/protocol/state';
import { EventIndex } from './event-index.ts';
import { CssCache } from './inert-state.ts';
import { fromLastSnapshot, KeyStates } from './key-states.ts';
import type { PlayerClock } from './player-clock.ts';
import { Stage } from './stage.ts';
import { TimeWindow } from './time-window.ts';

export type PlayerOptions = {
  recording: OpenedRecording;
  /** An element of the page, empty, positioned; the player owns what is in it. */
  mount: HTMLElement;
  clock: PlayerClock;
  deflate: Deflate;
  /** Title of the replay's frame, for those who hear the page. */
  title: string;
};

export type PlayerState = {
  readonly t: number;
  readonly playing: boolean;
  readonly speed: number;
  readonly surface: number | null;
  /** Size of the surface that is shown; 0 while nothing is. */
  readonly width: number;
  readonly height: number;
  /** How far the recording has been read ahead, 0 to 1; seeking is fast in what was read. */
  readonly read: number;
  readonly fault: Error | null;
};

export const SPEEDS: readonly number[] = [0.5, 1, 2, 4, 8];

/**
 * Replays one recording (spec/review.md, REV30-REV34). Reads it part by part: what it holds of an hour is
 * an index, packed key states, and a window of seconds around the present.
 *
 * Time goes by the clock that was passed in, times the speed; where the next parts are not read yet, it
 * waits rather than skips. All methods may be called at any time; the last seek wins.
 */
export class Player {
  readonly index: EventIndex;
  readonly keys: KeyStates;
  /** Resolves with the first picture; rejects when the recording can't be read. */
  readonly ready: Promise<void>;
  /** Resolves when all of the recording has been read once. */
  readonly complete: Promise<void>;
  /** A stretch for which playing does not wait; null plays everything. */
  skip: ((t: number) => number | null) | null = null;

  readonly #options: PlayerOptions;
  readonly #events: TimeWindow<RecordedEvent>;
  readonly #states: TimeWindow<StateItem>;
  readonly #css = new CssCache();
  readonly #stages = new Map<number, { stage: Stage; t: number }>();
  readonly #listeners = new Set<() => void>();
  readonly #perSecond: number;
  #state: PlayerState;
  #generation = 0;
  #cancelFrame: (() => void) | null = null;
  #lastFrame = 0;
  #destroyed = false;

  constructor(options: PlayerOptions) {
    this.#options = options;
    const { recording } = options;
    this.#perSecond = 1_000_000 / recording.manifest.clock.tickMicroseconds;
    this.index = new EventIndex(this.#perSecond);
    this.keys = new KeyStates(options.deflate);
    this.#events = new TimeWindow((range) => recording.events(range));
    this.#states = new TimeWindow((range) => recording.states(range));
    this.#state = {
      t: 0,
      playing: false,
      speed: 1,
      surface: null,
      width: 0,
      height: 0,
      read: 0,
      fault: null,
    };
    this.ready = this.#open();
    this.complete = this.ready.then(() => this.#readAll());
    this.ready.catch((fault: Error) => this.#set({ fault }));
    this.complete.catch((fault: Error) => this.#set({ fault }));
  }

  get durationTicks(): number {
    return this.#options.recording.manifest.clock.durationTicks;
  }
  get ticksPerSecond(): number {
    return this.#perSecond;
  }
  get state(): PlayerState {
    return this.#state;
  }
  /** The stage that is in front; null while nothing is shown. */
  get stage(): Stage | null {
    return this.#stages.get(this.#state.surface ?? -1)?.stage ?? null;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getState = (): PlayerState => this.#state;

  /** Events of the last second and a half before the present, for what is drawn over the page. */
  recentEvents(): RecordedEvent[] {
    const { t } = this.#state;
    return this.#events.between(t - 1.5 * this.#perSecond, t);
  }

  play(): void {
    if (this.#state.playing || this.#destroyed) return;
    const restart = this.#state.t >= this.durationTicks;
    this.#lastFrame = this.#options.clock.now();
    this.#set({ playing: true });
    if (restart) void this.seek(0);
    this.#schedule();
  }

  pause(): void {
    this.#cancelFrame?.();
    this.#cancelFrame = null;
    this.#set({ playing: false });
  }

  setSpeed(speed: number): void {
    this.#set({ speed: Math.min(8, Math.max(0.5, speed)) });
  }

  /** Resolves when the instant is shown, or when a later seek has taken its place. */
  async seek(t: number): Promise<void> {
    const target = Math.round(Math.min(Math.max(t, 0), this.durationTicks));
    this.#generation += 1;
    const generation = this.#generation;
    this.#set({ t: target });
    await this.#show(target, () => generation !== this.#generation || this.#destroyed);
  }

  destroy(): void {
    this.#destroyed = true;
    this.pause();
    for (const { stage } of this.#stages.values()) stage.destroy();
    this.#stages.clear();
    this.#listeners.clear();
  }

  // ---- opening

  async #open(): Promise<void> {
    const { recording } = this.#options;
    // The first part of each stream says what is in front and how it looks; nothing more is read for it.
    for await (const columns of recording.eventColumns()) {
      this.index.addPart(columns);
      if (this.index.fronts.length > 0 || this.index.upTo > 10 * this.#perSecond) break;
    }
    const first = recording.manifest.parts.find((part) => part.kind === 'states');
    if (this.#destroyed) return;
    await this.#show(0, () => this.#generation > 0);
    if (this.#stages.size === 0 && first && this.#generation === 0) await this.seek(first.from);
  }

  async #readAll(): Promise<void> {
    const { recording, clock } = this.#options;
    const { parts } = recording.manifest;
    const states = parts.filter((part) => part.kind === 'states').length;
    let skipped = this.index.upTo;
    for await (const columns of recording.eventColumns()) {
      if (this.#destroyed) return;
      // What opening has read is not counted twice.
      if (columns.last <= skipped) continue;
      skipped = -1;
      this.index.addPart(columns);
      if (this.#state.playing) await clock.idle();
    }
    this.index.close(this.durationTicks);
    this.#set({ read: 0.1 });
    let done = 0;
    for await (const items of recording.states()) {
      if (this.#destroyed) return;
      await this.keys.add(items);
      done += 1;
      if (done % 8 === 0 || done === states) {
        this.#set({ read: 0.1 + (0.9 * done) / Math.max(1, states) });
        // Somebody who waits for a seek does not wait for idle time as well.
        if (this.#waiting === 0) await clock.idle();
      }
    }
    await this.keys.close();
    this.#set({ read: 1 });
  }

  #waiting = 0;

  // ---- showing an instant

  async #show(t: number, overtaken: () => boolean): Promise<void> {
    this.#waiting += 1;
    try {
      const second = this.#perSecond;
      await this.#events.load(Math.max(0, t - 1.5 * second), Math.min(this.durationTicks, t + 2 * second));
      const surface = this.index.front(t);
      if (surface === null || overtaken()) return;
      await this.#bring(surface, t, overtaken);
      if (!overtaken()) this.#front(surface);
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Makes the surface's stage show the instant: forward from where it is, or anew from a key state. */
  async #bring(surface: number, t: number, overtaken: () => boolean): Promise<void> {
    const current = this.#stages.get(surface);
    if (current && current.t === t) return;
    if (t - this.keys.upTo > DIRECT_SECONDS * this.#perSecond) await this.keys.reached(t);
    const key = this.keys.before(surface, t);
    if (overtaken()) return;
    if (current && current.t <= t && (!key || key.t <= current.t)) {
      const items = await this.#read(surface, current.t + 1, t);
      if (overtaken()) return;
      await current.stage.apply(items);
      current.t = t;
      return;
    }
    const begun = key ? await key.load() : [];
    const items = fromLastSnapshot([...begun, ...(await this.#read(surface, key ? key.t + 1 : 0, t))]);
    if (overtaken() || items.length === 0) return;
    const stage = new Stage(this.#options.mount, this.#options.title, this.#css);
    stage.element.style.visibility = 'hidden';
    await stage.apply(items);
    if (overtaken()) {
      stage.destroy();
      return;
    }
    const replaced = this.#stages.get(surface);
    this.#stages.set(surface, { stage, t });
    replaced?.stage.destroy();
    if (this.#state.surface === surface) this.#front(surface);
  }

  async #read(surface: number, from: number, to: number): Promise<StateItem[]> {
    if (to < from) return [];
    const items: StateItem[] = [];
    for await (const part of this.#options.recording.states({ from, to })) {
      for (const item of part) if (item.surface === surface) items.push(item);
    }
    return items;
  }

  #front(surface: number): void {
    for (const [other, { stage }] of this.#stages) {
      stage.element.style.visibility = other === surface ? 'visible' : 'hidden';
    }
    const { stage } = this.#stages.get(surface) ?? {};
    this.#set({ surface, width: stage?.width ?? 0, height: stage?.height ?? 0 });
    this.#letGo(surface);
  }

  /** A page that is not in front is kept for coming back to it, but only a few of them. */
  #letGo(front: number): void {
    for (const [surface, { stage }] of this.#stages) {
      if (this.#stages.size <= MOST_STAGES) return;
      if (surface === front) continue;
      stage.destroy();
      this.#stages.delete(surface);
    }
  }

  // ---- playing

  #schedule(): void {
    this.#cancelFrame = this.#options.clock.frame(() => void this.#frame());
  }

  async #frame(): Promise<void> {
    const now = this.#options.clock.now();
    // After a stall or in a hidden tab no time is made up for.
    const elapsed = Math.min(100, now - this.#lastFrame);
    this.#lastFrame = now;
    const { t, speed } = this.#state;
    const generation = this.#generation;
    const overtaken = () => generation !== this.#generation || !this.#state.playing || this.#destroyed;
    let next = Math.min(this.durationTicks, t + Math.round((elapsed * speed * this.#perSecond) / 1000));
    const skipTo = this.skip?.(next);
    if (skipTo != null && skipTo > next) next = Math.min(this.durationTicks, skipTo);
    try {
      await this.#advance(t, next, overtaken);
    } catch (fault) {
      this.#set({ fault: fault as Error, playing: false });
      return;
    }
    if (this.#destroyed || !this.#state.playing) return;
    if (generation === this.#generation) this.#set({ t: next });
    if (next >= this.durationTicks && generation === this.#generation) this.pause();
    else this.#schedule();
  }

  async #advance(t: number, next: number, overtaken: () => boolean): Promise<void> {
    const ahead = Math.min(this.durationTicks, next + 4 * this.#perSecond * this.#state.speed);
    const behind = Math.max(0, next - 1.5 * this.#perSecond);
    if (!this.#events.covers(behind, next)) await this.#events.load(behind, ahead);
    else if (!this.#events.covers(next, ahead)) void this.#events.load(behind, ahead).catch(() => undefined);
    const surface = this.index.front(next);
    if (surface === null || overtaken()) return;
    const current = this.#stages.get(surface);
    if (surface !== this.#state.surface || !current || current.t !== t || next - t > this.#perSecond * 2) {
      await this.#show(next, overtaken);
      this.#lastFrame = this.#options.clock.now();
      return;
    }
    if (!this.#states.covers(t + 1, next)) await this.#states.load(t + 1, ahead);
    else if (!this.#states.covers(t + 1, Math.min(ahead, next + 2 * this.#perSecond)))
      void this.#states.load(t + 1, ahead).catch(() => undefined);
    if (overtaken()) return;
    const items = this.#states.between(t, next).filter((item) => item.surface === surface);
    await current.stage.apply(items);
    current.t = next;
    const { width, height } = current.stage;
    if (width !== this.#state.width || height !== this.#state.height) this.#set({ width, height });
  }

  #set(change: Partial<PlayerState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

const MOST_STAGES = 4;
/** So much of the recording may be replayed without a key state while those are being made. */
const DIRECT_SECONDS = 20;
