import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contributor } from '../apps/extension/test/contributor.ts';
import { buildExtension, ExtensionBrowser } from '../apps/extension/test/extension-browser.ts';
import { eraseWithPaper } from '../apps/guardian/pages/paper-erasure.ts';
import { startApplication } from './plain-application.ts';
import { ProductionInstallation } from './production-installation.ts';
import { releaseShortTask } from './short-task.ts';

const EMPLOYEES = 12;
const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** From a sheet of paper to a recording at the server and back to nothing, where nothing is a demonstration. */
describe('a contributor in a production installation', () => {
  let house: ProductionInstallation;
  let browser: ExtensionBrowser;
  let contributor: Contributor;
  let panel: Page;
  let origin: string;
  let eraseCode: string;

  beforeAll(async () => {
    buildExtension();
    const work = await mkdtemp(join(tmpdir(), 'aboveboard-production-'));
    // As root PostgreSQL runs as another user, who has to get through.
    await chmod(work, 0o711);
    closing.push(() => rm(work, { recursive: true, force: true }));
    const application = await startApplication('Expenses');
    closing.push(() => application.stop());
    origin = application.origin;
    house = await ProductionInstallation.start(work, origin, EMPLOYEES);
    closing.push(() => house.stop());
    browser = await ExtensionBrowser.launch();
    closing.push(() => browser.close());
    panel = await browser.panel();
    panel.setDefaultTimeout(60_000);
    contributor = new Contributor(panel);
  });

  const handles = () => house.server.installation.inner.database.query('select handle from contributor');
  const enrolmentFile = () => ({
    name: 'enrolment.json',
    mimeType: 'application/json',
    buffer: Buffer.from(house.enrolment),
  });
  const give = async (code: string) => {
    await panel.getByLabel('The code on your sheet').fill(code);
    await panel.getByRole('button', { name: 'Use the code' }).click();
  };

  test('[ENR27] an enrolment is refused where no policy installed the recorder, in words, and nothing of it stays', async () => {
    await panel.setInputFiles('input[type=file]', enrolmentFile());
    await panel.getByText('records on computers of work only').waitFor();
    expect((await contributor.view()).rules).toBe(null);
    await panel.reload();
    await panel.getByLabel('Address of the server or guardian').waitFor();
    expect(await panel.getByText('Fetch the agreement').count()).toBe(1);
  });

  test('[ENR30, ENR41] takes a code from paper and waits until the log names who signs codes', async () => {
    await browser.asIfInstalledByPolicy();
    await panel.setInputFiles('input[type=file]', enrolmentFile());
    const code = house.codes[0] as string;
    await give(code.slice(0, -1));
    await panel.getByText('This is not a code').waitFor();
    await give(code);
    await panel.getByText('The representative has not yet made known').waitFor();
    expect(await handles()).toEqual([]);
  });

  test('[ENR31, ENR40] ends and goes on: one contributor of one code, whom nothing links to it', async () => {
    await house.signStatements();
    for (let kills = 0; kills < 4 && (await handles()).length === 0; kills++) {
      await panel.waitForTimeout(700);
      await browser.killWorker(panel);
      // Any message starts it again, as an alarm would.
      await contributor.view().catch(() => undefined);
    }
    await expect.poll(async () => (await contributor.view()).joined, { timeout: 60_000 }).toBe(true);
    expect(await handles()).toHaveLength(1);
  });

  test('[ENR43] shows the erase code until she has it, also on a page to print, and then never again', async () => {
    await panel.getByRole('heading', { name: 'Write down your erase code' }).waitFor();
    eraseCode = (await contributor.view()).eraseCode as string;
    expect(await panel.locator('.erase-code').innerText()).toBe(eraseCode);
    const paper = await browser.context.newPage();
    await paper.goto(browser.url('paper.html'));
    await paper.getByText(eraseCode).waitFor();
    await paper.getByText(`${house.guardian.url}/erase`).waitFor();
    await paper.close();
    await panel.getByRole('button', { name: 'I have it' }).click();
    await panel.getByRole('heading', { name: 'Write down your erase code' }).waitFor({ state: 'detached' });
    expect((await contributor.view()).eraseCode).toBe(null);
  });

  test('records a short task, reviews and releases it, and the server has it', async () => {
    await expect
      .poll(async () => (await contributor.view()).agreement?.whole, { timeout: 60_000 })
      .toBe(true);
    await contributor.accept();
    await expect.poll(async () => (await contributor.view()).rules?.refusal, { timeout: 60_000 }).toBe(null);
    await releaseShortTask(browser, contributor, origin);
    const recordings = () => house.server.installation.recordings.list();
    await expect.poll(async () => (await recordings()).length, { timeout: 120_000 }).toBe(1);
    expect((await recordings())[0]?.class).toBe('own');
  });

  test('[ENR60, ENR63, ENR64, ENR66] another device of hers joins by a code that the first shows, once', async () => {
    await panel.bringToFront();
    await panel.getByText('Use another device as well').click();
    await panel.getByRole('button', { name: 'Show a code' }).click();
    await panel.locator('.erase-code').waitFor();
    await browser.killWorker(panel);
    await contributor.view().catch(() => undefined);
    await panel.getByText('Type it in on the other device').waitFor();
    const code = await panel.locator('.erase-code').innerText();
    const second = await ExtensionBrowser.launch();
    try {
      const there = await second.panel();
      there.setDefaultTimeout(60_000);
      await second.asIfInstalledByPolicy();
      await there.setInputFiles('input[type=file]', enrolmentFile());
      await there.getByLabel('The code on your sheet').fill(code);
      await there.getByRole('button', { name: 'Use the code' }).click();
      const other = new Contributor(there);
      await expect.poll(async () => (await other.view()).joined, { timeout: 60_000 }).toBe(true);
      expect(await handles()).toHaveLength(1);
      expect((await other.view()).eraseCode).toBe(null);
      // She agrees there for herself; nothing of the first device's came along.
      expect((await other.view()).accepted).toBe(false);
    } finally {
      await second.close();
    }
    await panel.getByRole('button', { name: 'Put it away' }).click();
    await panel.locator('.erase-code').waitFor({ state: 'detached' });
  });

  test('[ENR52] the paper code erases it from anywhere, through cells, and opens nothing', async () => {
    const erase = (code: string) => eraseWithPaper(code, { origin: house.guardian.url });
    expect(await erase(house.codes[1] as string)).toBe('unknown');
    expect(await erase('not a code')).toBe('misread');
    expect(await erase(eraseCode)).toBe('erased');
    expect(await house.server.installation.recordings.list()).toEqual([]);
    expect(await erase(eraseCode)).toBe('erased');
  });

  test('[ENR45] and the recorder that she enrolled with says so, and releases nothing more', async () => {
    await sessionEndsSoon(panel);
    await browser.killWorker(panel);
    await contributor.view().catch(() => undefined);
    await panel.evaluate(() => chrome.alarms.create('housekeeping', { when: Date.now() + 500 }));
    await panel.reload();
    await panel.getByText('Everything that came of this code was erased').waitFor();
    expect((await contributor.view()).joined).toBe(false);
  });
});

/** As three months later: a worker that starts anew claims the session again. */
async function sessionEndsSoon(panel: Page): Promise<void> {
  await panel.evaluate(async () => {
    const open = indexedDB.open('aboveboard');
    const database = await new Promise<IDBDatabase>((resolve) => {
      open.onsuccess = () => resolve(open.result);
    });
    const store = database.transaction('settings', 'readwrite').objectStore('settings');
    const setup = store.get('setup');
    await new Promise<void>((resolve) => {
      setup.onsuccess = () => store.put({ ...setup.result, sessionEnds: 0 }, 'setup');
      store.transaction.oncomplete = () => resolve();
    });
    database.close();
  });
}
