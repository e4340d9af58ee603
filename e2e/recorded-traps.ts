import type { Browser, Page } from 'playwright-core';
import { Contributor } from '../apps/extension/test/contributor.ts';
import { ExtensionBrowser } from '../apps/extension/test/extension-browser.ts';
import { type Read, readSpooled } from '../apps/extension/test/spooled-recording.ts';
import { dated, look, mark, type Still } from './applications/recorded-visit.ts';
import { type RrwebSetting, rrwebEvents, startRrweb } from './applications/rrweb-visit.ts';
import { showExtension, showSpooled } from './evidence.ts';
import { Hand } from './hand.ts';
import { SecretScan } from './secret-scan.ts';
import type { TrapPage } from './trap-page.ts';

export const TYPED = { place: 'typed into a field', text: 'sovarelipukemq' };

export type RecordedTraps = { scan: SecretScan; read: Read; stills: Still[] };

export type TrapSession = {
  /** Another build of the recorder than the one that ships. */
  extension?: string;
  /** Device pixels to a CSS pixel. */
  ratio?: number;
  /** The browser's own zoom, set while the recording goes on. */
  zoom?: number;
  /** Looks at the page all the way down, and not only where the hand comes by. */
  thorough?: boolean;
};

/**
 * Records the page of traps as a person would see it: scrolling, typing, with animations that go on and what scripts put in
 * later, and tells what the page showed at each look. The scan was shown all that is kept of it.
 */
export async function recordTraps(traps: TrapPage, session: TrapSession = {}): Promise<RecordedTraps> {
  const { extension, ratio, zoom, thorough } = session;
  const browser = await ExtensionBrowser.launch(undefined, extension, ratio);
  try {
    const contributor = new Contributor(await browser.panel());
    await contributor.openAgreementFile([traps.origin]);
    await contributor.accept();
    const page = await browser.context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(traps.origin);
    await contributor.startCard();
    await page.bringToFront();
    const hand = new Hand(page);
    await hand.rest(2_000);
    const planted = [...traps.secrets, TYPED].map(({ text }) => text);
    const stills: Omit<Still, 't'>[] = [];
    const still = async () => {
      await page.mouse.move(2, 2);
      await hand.rest(600);
      stills.push(await look(page, planted));
      const { x, y } = mark(stills.length - 1);
      await page.mouse.move(x, y);
      await hand.rest(300);
    };
    await still();
    const down = async () => {
      const height = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
      await hand.scroll(-2 * height);
      await hand.rest(1_000);
      for (let at = 0; at < height; at += 600) {
        await hand.scroll(600);
        await still();
      }
    };
    await hand.scroll(900);
    await hand.scroll(-900);
    if (zoom !== undefined) {
      await contributor.panel.evaluate(
        async ([origin, factor]) => {
          const tabs = await chrome.tabs.query({});
          const tab = tabs.find(({ url }) => url?.startsWith(origin));
          await chrome.tabs.setZoom(tab?.id, factor);
        },
        [traps.origin, zoom] as const,
      );
      await hand.rest(1_000);
      await still();
    }
    await goOn(page, hand);
    await still();
    await hand.scroll(2_000);
    await hand.rest(1_500);
    await still();
    if (thorough) await down();
    const id = await contributor.stop();
    const scan = new SecretScan([...traps.secrets, TYPED]);
    await showSpooled(scan, contributor.panel, id);
    if (extension === undefined) await showExtension(scan, browser, contributor.panel);
    const read = await readSpooled(contributor.panel, id);
    return { scan, read, stills: dated(stills, read) };
  } finally {
    await browser.close();
  }
}

/** Types, and presses the button after which the page moves and scripts add to it. */
async function goOn(page: Page, hand: Hand): Promise<void> {
  await hand.click(page.locator('#typed'));
  await hand.type(TYPED.text);
  // The page moves under her hand when a frame of it comes late: she presses until it goes on.
  for (let tries = 0; !(await page.evaluate(() => 'begun' in globalThis)); tries++) {
    if (tries === 5) throw new Error('The page of traps did not go on.');
    await hand.click(page.getByRole('button', { name: 'Go on' }));
  }
  await hand.rest(7_000);
}

/** What stock rrweb keeps of the same page and the same hand: for comparison. */
export async function trapsInRrweb(
  traps: TrapPage,
  browser: Browser,
  setting: RrwebSetting,
): Promise<SecretScan> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  try {
    page.setDefaultTimeout(15_000);
    await page.goto(traps.origin);
    await startRrweb(page, setting);
    const hand = new Hand(page);
    await hand.rest(2_000);
    await hand.scroll(900);
    await hand.scroll(-900);
    await goOn(page, hand);
    await hand.scroll(2_000);
    await hand.rest(1_500);
    const scan = new SecretScan([...traps.secrets, TYPED]);
    scan.text('events of rrweb', await rrwebEvents(page));
    return scan;
  } finally {
    await page.close();
  }
}
