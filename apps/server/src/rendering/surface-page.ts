import type { FrameMark } from '@aboveboard/dataset/frame-source';
import { standardWindow } from '@aboveboard/dataset/standard-window';
import type { GeometryEvent } from '@aboveboard/protocol/event';
import { type InterfaceNode, RRWEB_META, type StateItem } from '@aboveboard/protocol/state';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { BarsContent } from '../../rendering-page/main.ts';
import { answerFrom, RENDERING_ORIGIN } from './rendering-files.ts';

/** Height of the drawn bars in CSS pixels; rendering.css draws them that high. */
export const BARS_HEIGHT = 72;

/** States are handed to the page in lots of this many, so that one call stays small. */
const LOT = 200;
/** A picture of more pixels a side than this is not taken, whatever the recorded geometry says. */
const MOST_PIXELS = 8192;

export type Picture = {
  png: Uint8Array;
  width: number;
  height: number;
  viewport: { x: number; y: number; width: number; height: number };
  ratio: number;
  places: { x: number; y: number }[] | null;
  tree: InterfaceNode | null;
  /** What is shown as text; with the tree only. */
  text: string | null;
};

/** One surface in one page of the rendering browser. Forward only. */
export class SurfacePage {
  readonly #page: Page;
  readonly #devtools: CDPSession;
  #waiting: StateItem[] = [];
  #size = { width: 1280, height: 720 };
  #metrics = { width: 0, height: 0, ratio: 0 };

  private constructor(page: Page, devtools: CDPSession) {
    this.#page = page;
    this.#devtools = devtools;
  }

  static async open(browser: Browser, folder: string): Promise<SurfacePage> {
    const context = await browser.newContext({ serviceWorkers: 'block', acceptDownloads: false });
    await context.route('**', (route) => answerFrom(folder, route));
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await page.goto(`${RENDERING_ORIGIN}/`);
    return new SurfacePage(page, devtools);
  }

  /** As when it was opened, for another surface: the document is a new one. */
  async begin(): Promise<void> {
    this.#waiting = [];
    this.#size = { width: 1280, height: 720 };
    await this.#page.goto(`${RENDERING_ORIGIN}/`);
  }

  async take(item: StateItem): Promise<void> {
    if (item.event.type === RRWEB_META) {
      this.#size = { width: item.event.data.width, height: item.event.data.height };
    }
    this.#waiting.push(item);
    if (this.#waiting.length >= LOT) await this.#apply();
  }

  /**
   * Null: no picture of that size is taken. With `marks` in the nearest standard window, unless a mark can't be found in it (MOV61).
   */
  async picture(
    geometry: GeometryEvent | null,
    pointer: { x: number; y: number } | null,
    bars: BarsContent,
    { tree, marks }: { tree: boolean; marks: readonly FrameMark[] | null },
  ): Promise<Picture | null> {
    const size = geometry?.viewport ?? this.#size;
    const ratio = geometry?.ratio ?? 1;
    const above = bars ? BARS_HEIGHT : 0;
    if (!isDrawable(size, ratio, above)) return null;
    await this.#resize(size.width, size.height + above, ratio);
    await this.#apply();
    await this.#page.evaluate(([at, content]) => window.rendering.present(at, content), [
      pointer,
      bars,
    ] as const);
    const places = marks ? await this.#standard(size, marks, above) : null;
    try {
      return places
        ? await this.#taken(standardWindow(size), 1, above, places, tree)
        : await this.#taken(size, ratio, above, null, tree);
    } finally {
      if (places) await this.#page.evaluate(() => window.rendering.leaveWindow());
    }
  }

  async close(): Promise<void> {
    await this.#page.context().close();
  }

  /** Null: the page is as it was. */
  async #standard(
    size: { width: number; height: number },
    marks: readonly FrameMark[],
    above: number,
  ): Promise<{ x: number; y: number }[] | null> {
    const found = await this.#page.evaluate((at) => window.rendering.anchor(at), marks);
    if (!found) return null;
    const { width, height } = standardWindow(size);
    const before = this.#metrics;
    await this.#resize(width, height + above, 1);
    const places = await this.#page.evaluate((to) => window.rendering.enterWindow(to), { width, height });
    if (places === null) await this.#resize(before.width, before.height, before.ratio);
    return places;
  }

  async #taken(
    { width, height }: { width: number; height: number },
    ratio: number,
    above: number,
    places: { x: number; y: number }[] | null,
    tree: boolean,
  ): Promise<Picture> {
    const { data } = await this.#devtools.send('Page.captureScreenshot', {
      format: 'png',
      captureBeyondViewport: false,
    });
    const across = Math.round(width * ratio);
    return {
      png: Buffer.from(data, 'base64'),
      width: across,
      height: Math.round((height + above) * ratio),
      viewport: { x: 0, y: Math.round(above * ratio), width: across, height: Math.round(height * ratio) },
      ratio,
      places,
      tree: tree ? await this.#page.evaluate(() => window.rendering.tree()) : null,
      text: tree ? await this.#page.evaluate(() => window.rendering.text()) : null,
    };
  }

  async #resize(width: number, height: number, ratio: number): Promise<void> {
    const { width: across, height: down, ratio: now } = this.#metrics;
    if (width === across && height === down && ratio === now) return;
    this.#metrics = { width, height, ratio };
    await this.#devtools.send('Emulation.setDeviceMetricsOverride', {
      width: Math.round(width),
      height: Math.round(height),
      deviceScaleFactor: ratio,
      mobile: false,
    });
  }

  async #apply(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const items = this.#waiting;
    this.#waiting = [];
    await this.#page.evaluate((lot) => window.rendering.apply(lot), items);
  }
}

function isDrawable(
  { width, height }: { width: number; height: number },
  ratio: number,
  above: number,
): boolean {
  const [across, down] = [Math.round(width * ratio), Math.round((height + above) * ratio)];
  return across >= 1 && down >= 1 && across <= MOST_PIXELS && down <= MOST_PIXELS;
}
