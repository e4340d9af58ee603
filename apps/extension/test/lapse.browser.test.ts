import { monthsAfter } from '@aboveboard/consent/consent';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { readSpooled } from './spooled-recording.ts';
import { startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;
let browser: ExtensionBrowser;
let contributor: Contributor;

beforeAll(async () => {
  buildExtension();
  site = await startTestSite();
  browser = await ExtensionBrowser.launch();
  contributor = new Contributor(await browser.panel());
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

test('[CON2] [GATE10] her consent lapses twelve months after the act: what runs ends, and nothing starts', async () => {
  const own = await ExtensionBrowser.launch();
  try {
    const hers = new Contributor(await own.panel());
    await hers.openAgreementFile([site.origin, site.frameOrigin]);
    await hers.accept();
    const lapses = await agreedAYearAgo(hers, own, 15_000);
    const page = await own.context.newPage();
    await page.goto(site.origin);
    await hers.startCard();
    await page.bringToFront();
    await page.mouse.move(10, 10);
    await page.mouse.move(200, 100, { steps: 5 });
    expect((await hers.view()).state).toBe('recording');
    const ended = async () => (await hers.view()).recordings[0]?.ended;
    for (let i = 0; i < 60 && (await ended()) === undefined; i++) {
      await page.mouse.move(300 + (i % 2) * 40, 300, { steps: 3 });
      await page.waitForTimeout(500);
    }
    expect([await ended(), (await hers.view()).state]).toEqual(['lapse', 'ready']);
    expect(Date.now()).toBeGreaterThanOrEqual(lapses);

    await hers.panel.bringToFront();
    await hers.panel.getByRole('button', { name: /File one expense/ }).click();
    await hers.panel.getByRole('button', { name: 'Start recording' }).click();
    await hers.panel
      .getByRole('alert')
      .getByText(/consent/i)
      .waitFor();
    expect((await hers.view()).live).toBe(null);
  } finally {
    await own.close();
  }
});

/** As if she had agreed so long ago that it lapses in `wait`; the recorder wakes up and finds it so. */
async function agreedAYearAgo(hers: Contributor, own: ExtensionBrowser, wait: number): Promise<number> {
  const lapses = Date.now() + wait;
  const aYearAgo = new Date(lapses);
  aYearAgo.setUTCFullYear(aYearAgo.getUTCFullYear() - 1);
  const givenAt = aYearAgo.getTime();
  expect(monthsAfter(givenAt, 12)).toBeGreaterThanOrEqual(lapses);
  await hers.panel.evaluate(
    async ([given, end]) => {
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await done(indexedDB.open('aboveboard'));
      const settings = database.transaction('settings', 'readwrite').objectStore('settings');
      const setup = await done(settings.get('setup'));
      const consents = setup.consents.map((one: object) => ({ ...one, givenAt: given, lapsesAt: end }));
      await done(settings.put({ ...setup, consents }, 'setup'));
      database.close();
    },
    [givenAt, lapses],
  );
  await own.killWorker(hers.panel);
  return lapses;
}

test('[CAP10] an agreement that lapses in the middle ends the recording by itself, and says why', async () => {
  let lapses = 0;
  await contributor.openAgreementFile([site.origin, site.frameOrigin], {
    change: (agreement) => {
      lapses = Math.ceil(Date.now() / 1000) * 1000 + 20_000;
      agreement.validity.until = new Date(lapses).toISOString().replace('.000Z', 'Z');
    },
  });
  await contributor.accept();
  const page = await browser.context.newPage();
  await page.goto(site.origin);
  await contributor.startCard();
  await page.bringToFront();
  await page.mouse.move(10, 10);
  await page.mouse.move(200, 100, { steps: 5 });
  expect((await contributor.view()).state).toBe('recording');

  // She goes on as if nothing were; the recorder does not.
  const ended = contributor.panel.getByText(
    'It ended because the agreement or your consent no longer holds.',
  );
  for (let i = 0; i < 60 && !(await ended.isVisible()); i++) {
    await page.mouse.move(300 + (i % 2) * 40, 300, { steps: 3 });
    await page.waitForTimeout(1000);
  }
  await contributor.panel.bringToFront();
  await ended.waitFor();
  expect(Date.now()).toBeGreaterThanOrEqual(lapses);
  await page.bringToFront();
  await page.mouse.move(700, 500, { steps: 5 });
  await page.waitForTimeout(700);

  const view = await contributor.view();
  expect(view.recordings).toMatchObject([{ state: 'reviewing', ended: 'lapse' }]);
  const id = view.recordings[0]?.id ?? '';
  const { manifest, events } = await readSpooled(contributor.panel, id);
  expect(manifest?.id).toBe(id);
  expect(events.some((event) => event.kind === 'move' && event.x === 200)).toBe(true);
  expect(events.some((event) => event.kind === 'move' && event.x > 600)).toBe(false);
  expect(await contributor.panel.evaluate(() => chrome.scripting.getRegisteredContentScripts())).toEqual([]);
  // Nothing can be begun any more, and the panel says why.
  await contributor.panel.bringToFront();
  await contributor.panel.getByRole('button', { name: /File one expense/ }).click();
  await contributor.panel.getByRole('button', { name: 'Start recording' }).click();
  await contributor.panel
    .getByText('The agreement has ended. Nothing is recorded until the parties sign a new one.')
    .waitFor();
  expect((await contributor.view()).state).toBe('ready');
  await page.close();
});
