import type { Frame, FrameSource, FrameWant } from '@aboveboard/dataset/frame-source';
import type { RenderableRecording, RenderedFrame } from './frame-renderer.ts';
import { renderedFrames } from './rendered-frames.ts';

/** What a pool asks of a renderer: `FrameRenderer` is one. */
export type PooledRenderer = {
  readonly drawnBy: string;
  render(recording: RenderableRecording, wants: readonly FrameWant[]): AsyncIterable<RenderedFrame>;
  close(): Promise<void>;
};

export type FramePoolOptions = {
  /** Browsers at once. */
  size: number;
  /** A frame that takes longer than this is taken for one that never comes. */
  patienceMs?: number;
};

const PATIENCE_MS = 60_000;
/** A task whose browser ended, or did not answer, is drawn again from its beginning so often. */
const MOST_TRIES = 3;

/**
 * A bounded number of browsers that draw frames of many recordings, each of one at a time. A browser that fails is ended and another
 * takes its place; what can't be drawn then is left out, and the caller sees which frames are missing. What a recording itself fails
 * with (a part that does not open) is thrown.
 */
export class FramePool {
  readonly #start: () => Promise<PooledRenderer>;
  readonly #options: FramePoolOptions;
  readonly #idle: PooledRenderer[];
  readonly #waiting: (() => void)[] = [];
  /** Name and version of the browser that draws. */
  readonly drawnBy: string;
  #lent = 0;

  private constructor(
    start: () => Promise<PooledRenderer>,
    options: FramePoolOptions,
    first: PooledRenderer,
  ) {
    this.#start = start;
    this.#options = options;
    this.#idle = [first];
    this.drawnBy = first.drawnBy;
  }

  /** The first browser is begun at once: where there is none, that is said before anything is drawn. */
  static async open(start: () => Promise<PooledRenderer>, options: FramePoolOptions): Promise<FramePool> {
    return new FramePool(start, options, await start());
  }

  /** Of one recording, with its interface trees. */
  framesOf(recording: RenderableRecording): FrameSource {
    return { frames: (wants) => this.#frames(recording, wants) };
  }

  /** When nothing is drawn any more. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((renderer) => renderer.close()));
  }

  async *#frames(recording: RenderableRecording, wants: readonly FrameWant[]): AsyncGenerator<Frame> {
    const read = new WatchedReading(recording);
    let left = [...wants].sort((a, b) => a.t - b.t || a.surface - b.surface);
    for (let tries = 1; tries <= MOST_TRIES && left.length > 0; tries++) {
      const renderer = await this.#borrow();
      let isSound = false;
      try {
        const drawing = renderedFrames(renderer, read, { tree: true }).frames(left)[Symbol.asyncIterator]();
        for (;;) {
          const { value, done } = await this.#inTime(drawing.next());
          if (done) break;
          left = left.filter(({ t, surface }) => t !== value.want.t || surface !== value.want.surface);
          yield value;
        }
        isSound = true;
      } catch (error) {
        if (read.failed) throw error;
        // It failed at the same frame again: the others may still be drawn.
        if (tries > 1) left = left.slice(1);
      } finally {
        await this.#giveBack(renderer, isSound);
      }
      if (isSound) return;
    }
  }

  async #borrow(): Promise<PooledRenderer> {
    while (this.#lent >= this.#options.size)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#lent++;
    try {
      return this.#idle.pop() ?? (await this.#start());
    } catch (error) {
      this.#lent--;
      this.#waiting.shift()?.();
      throw error;
    }
  }

  /** One that failed, or was left in the middle of its work, is ended. */
  async #giveBack(renderer: PooledRenderer, isSound: boolean): Promise<void> {
    if (isSound) this.#idle.push(renderer);
    else await this.#inTime(renderer.close()).catch(() => undefined);
    this.#lent--;
    this.#waiting.shift()?.();
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    let waiting: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const ms = this.#options.patienceMs ?? PATIENCE_MS;
      waiting = setTimeout(() => reject(new Error('the browser does not answer')), ms);
    });
    // What comes late is of a browser that is ended then.
    work.catch(() => undefined);
    return Promise.race([work, late]).finally(() => clearTimeout(waiting));
  }
}

/** Tells a recording that can't be read from a browser that can't draw. */
class WatchedReading implements RenderableRecording {
  readonly #of: RenderableRecording;
  failed = false;

  constructor(of: RenderableRecording) {
    this.#of = of;
  }

  events() {
    return this.#watched(this.#of.events());
  }

  states() {
    return this.#watched(this.#of.states());
  }

  async *#watched<Row>(rows: AsyncIterable<Row[]>): AsyncIterable<Row[]> {
    const reading = rows[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await reading.next().catch((error: unknown) => {
          this.failed = true;
          throw error;
        });
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await reading.return?.();
    }
  }
}
