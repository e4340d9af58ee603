import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FrameMark } from '@aboveboard/dataset/frame-source';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { InterfaceNode, StateItem } from '@aboveboard/protocol/state';
import { type Browser, chromium } from 'playwright-core';
import { findChromium, NO_CHROMIUM, RENDERING_FLAGS } from './chromium.ts';
import { SurfaceHistory } from './surface-history.ts';
import { SurfacePage } from './surface-page.ts';

/** What is rendered: the part of an opened recording that this needs. Both streams are in order of `t`. */
export type RenderableRecording = {
  events(): AsyncIterable<RecordedEvent[]>;
  states(): AsyncIterable<StateItem[]>;
};

/** A picture of `surface` as it was at tick `t`: every state item with a tick of at most `t` is applied. */
export type FrameWant = { surface: number; t: number; tree?: boolean; marks?: readonly FrameMark[] };

export type RenderedFrame = {
  want: FrameWant;
  png: Uint8Array;
  /** Device pixels of the picture. */
  width: number;
  height: number;
  /** Where the surface's viewport lies in the picture, in device pixels: below the bars, if they are drawn. */
  viewport: { x: number; y: number; width: number; height: number };
  ratio: number;
  /** Where the wanted marks are in the standard window, as fractions of the viewport; null: it has its own size. */
  places: { x: number; y: number }[] | null;
  tree: InterfaceNode | null;
  text: string | null;
};

export type RendererOptions = {
  /** Draw the browser's tabs and address above the page. */
  bars: boolean;
  /** Folder of the built rendering page. */
  page?: string;
  executable?: string;
};

/** Pages that are open at once: a recording may tell of thousands of surfaces, and one more than these has no frame. */
const MOST_PAGES = 24;
const MOST_KEPT = 2;

const BUILT_PAGE = fileURLToPath(new URL('../../dist/rendering', import.meta.url));

/**
 * Frames from masked states, drawn forward only in headless Chromium (spec/recording.md): the same recording
 * gives the same bytes on the same browser. One browser, one page a surface; memory is bounded by the states
 * of the surfaces that are open at once.
 */
export class FrameRenderer {
  readonly #browser: Browser;
  readonly #options: RendererOptions & { page: string };
  readonly #kept: SurfacePage[] = [];

  private constructor(browser: Browser, options: RendererOptions & { page: string }) {
    this.#browser = browser;
    this.#options = options;
  }

  /** Throws an error with a sentence when there is no browser or the page was not built. */
  static async start(options: RendererOptions): Promise<FrameRenderer> {
    const executable = options.executable ?? findChromium();
    if (!executable) throw new Error(NO_CHROMIUM);
    const page = options.page ?? BUILT_PAGE;
    if (!existsSync(page)) throw new Error('The rendering page is not built. Run `npm run build` once.');
    const browser = await chromium.launch({
      executablePath: executable,
      args: [...RENDERING_FLAGS],
      // Bars take room: without them text wraps in other places than it did.
      ignoreDefaultArgs: ['--hide-scrollbars'],
    });
    return new FrameRenderer(browser, { ...options, page });
  }

  /** Name and version of the browser that draws. */
  get drawnBy(): string {
    return `Chromium ${this.#browser.version()}`;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /**
   * Gives the frames in the order of their ticks. A frame of a surface that had no state yet, or that was
   * closed, is left out: nothing is known of it (the caller sees which are missing).
   */
  async *render(recording: RenderableRecording, wants: readonly FrameWant[]): AsyncGenerator<RenderedFrame> {
    const sorted = [...wants].sort((a, b) => a.t - b.t || a.surface - b.surface);
    const history = await SurfaceHistory.read(recording.events());
    const pages = new Map<number, SurfacePage>();
    const wanted = new Set(sorted.map(({ surface }) => surface));
    let next = 0;
    try {
      for await (const items of recording.states()) {
        for (const item of items) {
          for (let want = sorted[next]; want && want.t < item.t; want = sorted[++next]) {
            const frame = await this.#frame(want, pages, history);
            if (frame) yield frame;
          }
          if (next >= sorted.length) return;
          if (!wanted.has(item.surface)) continue;
          let page = pages.get(item.surface);
          if (!page) {
            if (pages.size >= MOST_PAGES) {
              // It began with a state that no page has seen: a later one would draw something else.
              wanted.delete(item.surface);
              continue;
            }
            page = await this.#open();
            pages.set(item.surface, page);
          }
          await page.take(item);
        }
        await this.#closeGone(pages, history, sorted[next]?.t ?? 0);
      }
      for (let want = sorted[next]; want; want = sorted[++next]) {
        const frame = await this.#frame(want, pages, history);
        if (frame) yield frame;
      }
    } finally {
      await Promise.all([...pages.values()].map((page) => this.#leave(page)));
    }
  }

  /** A page costs more than a frame: some are kept for the next surface. */
  async #open(): Promise<SurfacePage> {
    const kept = this.#kept.pop();
    const begun = await kept?.begin().then(
      () => kept,
      // It ended where the surface before did.
      () => kept.close().catch(() => undefined),
    );
    return begun ?? SurfacePage.open(this.#browser, this.#options.page);
  }

  async #leave(page: SurfacePage): Promise<void> {
    if (this.#kept.length < MOST_KEPT) this.#kept.push(page);
    else await page.close();
  }

  async #frame(
    want: FrameWant,
    pages: ReadonlyMap<number, SurfacePage>,
    history: SurfaceHistory,
  ): Promise<RenderedFrame | null> {
    const page = pages.get(want.surface);
    const at = history.at(want.surface, want.t);
    if (!page || !at.open) return null;
    const bars = this.#options.bars ? history.bars(want.surface, want.t) : null;
    const picture = await page.picture(at.geometry, at.pointer, bars, {
      tree: want.tree === true,
      marks: want.marks ?? null,
    });
    return picture && { want, ...picture };
  }

  async #closeGone(pages: Map<number, SurfacePage>, history: SurfaceHistory, before: number): Promise<void> {
    for (const [surface, page] of pages) {
      if (history.closedBefore(surface, before)) {
        pages.delete(surface);
        await this.#leave(page);
      }
    }
  }
}
