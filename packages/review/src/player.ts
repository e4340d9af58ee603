import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Deflate } from '@aboveboard/protocol/part';
import type { OpenedRecording } from '@aboveboard/protocol/recording-reader';
import type { StateItem } from '@aboveboard/protocol/state';
import { EventIndex } from './event-index.ts';
import { KeyStates } from './key-states.ts';
import type { HitTest } from './masked-nodes.ts';
import type { PlayerClock } from './player-clock.ts';
import type { Stage } from './stage.ts';
import { StageRow } from './stage-row.ts';
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
  readonly #row: StageRow;
  readonly #listeners = new Set<() => void>();
  readonly #perSecond: number;
  #state: PlayerState;
  #generation = 0;
  #cancelFrame: (() => void) | null = null;
  #lastFrame = 0;
  #destroyed = false;
  /** Seeks that wait for what is being read. */
  #waiting = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
    const { recording } = options;
    this.#perSecond = 1_000_000 / recording.manifest.clock.tickMicroseconds;
    this.index = new EventIndex(this.#perSecond);
    this.keys = new KeyStates(options.deflate);
    this.#row = this.#newRow(options.mount);
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
    this.complete.catch((fault: Error) => {
      // Who waits for a part that can't be read is shown what could be.
      void this.keys.close();
      this.#set({ fault });
    });
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
    return this.#row.get(this.#state.surface ?? -1);
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

  /** Resolves when the instant is shown, or a later seek has taken its place, or `state.fault` says why not. */
  async seek(t: number): Promise<void> {
    const target = Math.round(Math.min(Math.max(t, 0), this.durationTicks));
    this.#generation += 1;
    const generation = this.#generation;
    this.#set({ t: target });
    try {
      await this.#show(target, () => generation !== this.#generation || this.#destroyed);
    } catch (fault) {
      this.#set({ fault: fault as Error });
    }
  }

  /**
   * Says which nodes draw in a rectangle at an instant (REV24), on stages of its own out of sight, so that
   * the replay stays where it is. `done` lets go of them.
   */
  hitTester(): { hitTest: HitTest; done: () => void } {
    const away = this.#options.mount.ownerDocument.createElement('div');
    away.style.cssText = 'position:absolute;left:-99999px;top:0;visibility:hidden';
    away.ariaHidden = 'true';
    this.#options.mount.append(away);
    const row = this.#newRow(away);
    return {
      hitTest: async (surface, t, rect) => {
        const stage = await row.bring(surface, t, () => this.#destroyed);
        return stage?.nodesIn(rect) ?? null;
      },
      done: () => {
        row.destroy();
        away.remove();
      },
    };
  }

  destroy(): void {
    this.#destroyed = true;
    this.pause();
    this.#row.destroy();
    this.#listeners.clear();
  }

  #newRow(mount: HTMLElement): StageRow {
    const { recording, title } = this.#options;
    const directTicks = DIRECT_SECONDS * this.#perSecond;
    return new StageRow({ recording, keys: this.keys, mount, title, directTicks });
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
    if (this.#row.size === 0 && first && this.#generation === 0) await this.seek(first.from);
  }

  async #readAll(): Promise<void> {
    const { recording, clock } = this.#options;
    const { parts } = recording.manifest;
    const states = parts.filter((part) => part.kind === 'states').length;
    let skipped = this.index.upTo;
    let done = 0;
    // The first picture is painted before anything else is read.
    await clock.idle();
    await clock.idle();
    for await (const columns of recording.eventColumns()) {
      if (this.#destroyed) return;
      // What opening has read is not counted twice.
      if (columns.last <= skipped) continue;
      skipped = -1;
      this.index.addPart(columns);
      done += 1;
      if (done % 8 === 0 && this.#waiting === 0) await clock.idle();
    }
    this.index.close(this.durationTicks);
    this.#set({ read: 0.1 });
    done = 0;
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

  // ---- showing an instant

  async #show(t: number, overtaken: () => boolean): Promise<void> {
    this.#waiting += 1;
    try {
      const second = this.#perSecond;
      await this.#events.load(Math.max(0, t - 1.5 * second), Math.min(this.durationTicks, t + 2 * second));
      const surface = this.index.front(t);
      if (surface === null || overtaken()) return;
      const stage = await this.#row.bring(surface, t, overtaken);
      if (stage && !overtaken()) this.#front(surface);
    } finally {
      this.#waiting -= 1;
    }
  }

  #front(surface: number): void {
    this.#row.front(surface);
    const stage = this.#row.get(surface);
    this.#set({ surface, width: stage?.width ?? 0, height: stage?.height ?? 0 });
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
    const stage = this.#row.get(surface);
    const follows = stage && surface === this.#state.surface && this.#row.isAt(surface, t);
    if (!follows || next - t > this.#perSecond * 2) {
      await this.#show(next, overtaken);
      this.#lastFrame = this.#options.clock.now();
      return;
    }
    if (!this.#states.covers(t + 1, next)) await this.#states.load(t + 1, ahead);
    else if (!this.#states.covers(t + 1, Math.min(ahead, next + 2 * this.#perSecond)))
      void this.#states.load(t + 1, ahead).catch(() => undefined);
    if (overtaken()) return;
    const items = this.#states.between(t, next).filter((item) => item.surface === surface);
    await this.#row.forward(surface, items, next);
    const { width, height } = stage;
    if (width !== this.#state.width || height !== this.#state.height) this.#set({ width, height });
  }

  #set(change: Partial<PlayerState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** So much of the recording may be replayed without a key state while those are being made. */
const DIRECT_SECONDS = 20;
