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
  #metrics = '';

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

  async take(item: StateItem): Promise<void> {
    if (item.event.type === RRWEB_META) {
      this.#size = { width: item.event.data.width, height: item.event.data.height };
    }
    this.#waiting.push(item);
    if (this.#waiting.length >= LOT) await this.#apply();
  }

  /** Null: no picture of that size is taken. */
  async picture(
    geometry: GeometryEvent | null,
    pointer: { x: number; y: number } | null,
    bars: BarsContent,
    tree: boolean,
  ): Promise<Picture | null> {
    const { width, height } = geometry?.viewport ?? this.#size;
    const ratio = geometry?.ratio ?? 1;
    const above = bars ? BARS_HEIGHT : 0;
    const across = Math.round(width * ratio);
    const down = Math.round((height + above) * ratio);
    if (!(across >= 1 && down >= 1 && across <= MOST_PIXELS && down <= MOST_PIXELS)) return null;
    await this.#resize(width, height + above, ratio);
    await this.#apply();
    await this.#page.evaluate(([at, content]) => window.rendering.present(at, content), [
      pointer,
      bars,
    ] as const);
    const { data } = await this.#devtools.send('Page.captureScreenshot', {
      format: 'png',
      captureBeyondViewport: false,
    });
    return {
      png: Buffer.from(data, 'base64'),
      width: across,
      height: down,
      viewport: { x: 0, y: Math.round(above * ratio), width: across, height: Math.round(height * ratio) },
      ratio,
      tree: tree ? await this.#page.evaluate(() => window.rendering.tree()) : null,
      text: tree ? await this.#page.evaluate(() => window.rendering.text()) : null,
    };
  }

  async close(): Promise<void> {
    await this.#page.context().close();
  }

  async #resize(width: number, height: number, ratio: number): Promise<void> {
    const metrics = `${width}x${height}@${ratio}`;
    if (metrics === this.#metrics) return;
    this.#metrics = metrics;
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
