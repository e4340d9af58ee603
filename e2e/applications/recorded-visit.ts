import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { Contributor } from '../../apps/extension/test/contributor.ts';
import type { ExtensionBrowser } from '../../apps/extension/test/extension-browser.ts';
import { type Read, readSpooled } from '../../apps/extension/test/spooled-recording.ts';
import { Hand } from '../hand.ts';
import { trapWord } from '../trap-page.ts';
import type { Filled, Plant, TestApplication } from './served-application.ts';
import { readShown, type Shown } from './shown-page.ts';

/** Made-up words by the place where each stands; two fillings share no word. */
export class Filling implements Filled {
  readonly words = new Map<string, string>();
  readonly day: string;
  readonly count: number;
  readonly #first: number;

  constructor(which: 0 | 1) {
    this.#first = 5_000 * (which + 1);
    this.day = ['2026-03-02', '2025-11-19'][which] ?? '';
    this.count = [2, 5][which] ?? 0;
  }

  readonly plant: Plant = (place) => {
    const known = this.words.get(place);
    if (known !== undefined) return known;
    const made = trapWord(this.#first + this.words.size);
    this.words.set(place, made);
    return made;
  };
}

/** One look at the page: what it shows, and a photograph. `t`: when, by the recording's clock. */
export type Still = { shown: Shown; photograph: PNG; t: number };

/** The pointer goes here right after a look; where it stands in the recording, the look was. */
export const mark = (index: number) => ({ x: 1, y: 7 + 4 * index });

export async function look(page: Page, planted: readonly string[]): Promise<Omit<Still, 't'>> {
  // Transitions and late layout end first; the two pictures of the same page show it.
  let before = '';
  for (let tries = 0; tries < 40; tries++) {
    const now = JSON.stringify(await readShown(page, []));
    if (now === before) break;
    before = now;
    await page.waitForTimeout(200);
  }
  const shown = await readShown(page, planted);
  return {
    shown,
    photograph: PNG.sync.read(await page.screenshot({ animations: 'allow', caret: 'initial' })),
  };
}

export async function tour(
  app: TestApplication,
  page: Page,
  origin: string,
  filling: Filling,
): Promise<Omit<Still, 't'>[]> {
  const stills: Omit<Still, 't'>[] = [];
  const hand = new Hand(page);
  await page.locator(app.ready).first().waitFor();
  await app.tour(page, hand, filling.plant, async () => {
    await page.mouse.move(2, 2);
    await hand.rest(600);
    stills.push(await look(page, [...filling.words.values()]));
    const { x, y } = mark(stills.length - 1);
    await page.mouse.move(x, y);
    await hand.rest(300);
  });
  if (new URL(page.url()).origin !== origin) throw new Error(`${app.name} led away.`);
  return stills;
}

/** The same way through the application with another filling, in a browser where nothing is recorded. */
export async function lookAround(
  app: TestApplication,
  browser: Browser,
  filling: Filling,
): Promise<Omit<Still, 't'>[]> {
  const served = await app.start(filling);
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  try {
    page.setDefaultTimeout(20_000);
    await page.goto(served.origin + (app.entry ?? ''));
    return await tour(app, page, served.origin, filling);
  } finally {
    await page.close();
    await served.stop();
  }
}

/** Records a way through the application, as a contributor would. */
export async function recordVisit(
  app: TestApplication,
  browser: ExtensionBrowser,
  filling: Filling,
): Promise<{ read: Read; stills: Still[]; panel: Page; id: string }> {
  const served = await app.start(filling);
  try {
    const contributor = new Contributor(await browser.panel());
    await contributor.openAgreementFile([served.origin]);
    await contributor.accept();
    const page = await browser.context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(served.origin + (app.entry ?? ''));
    await page.locator(app.ready).first().waitFor();
    await contributor.startCard();
    await page.bringToFront();
    await page.waitForTimeout(1_500);
    const stills = await tour(app, page, served.origin, filling);
    const id = await contributor.stop();
    const read = await readSpooled(contributor.panel, id);
    return { read, stills: dated(stills, read), panel: contributor.panel, id };
  } finally {
    await served.stop();
  }
}

/** When each look was: the pointer's marks are in order in the events. */
export function dated(stills: readonly Omit<Still, 't'>[], { events }: Read): Still[] {
  let from = 0;
  return stills.map((still, index) => {
    const { x, y } = mark(index);
    const at = events.findIndex(
      (event, i) =>
        i >= from && event.kind === 'move' && Math.abs(event.x - x) < 1 && Math.abs(event.y - y) < 1,
    );
    const found = events[at];
    if (!found) throw new Error(`The mark of look ${index + 1} is not in the recording.`);
    from = at + 1;
    return { ...still, t: found.t };
  });
}
