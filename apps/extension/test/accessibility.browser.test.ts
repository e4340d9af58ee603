import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readBundle } from '@aboveboard/protocol/bundle';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { asRecordingKey } from '@aboveboard/vault/recording-key';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { readSpooled } from './spooled-recording.ts';
import { storedText } from './stored-rows.ts';
import { startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;
let browser: ExtensionBrowser;
let contributor: Contributor;
/** Where screenshots go, for people to look at; nowhere unless asked for. */
const PICTURES = process.env['ABOVEBOARD_PICTURES'];

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

/** Nothing found by axe, nothing wider than the screen, no target under 44 px; light and dark, narrow and wide. */
async function sound(page: Page, name: string, widths: readonly number[] = [320]): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(150);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).exclude('iframe').analyze();
      const found = violations.map(
        ({ id, nodes }) => `${name} ${colorScheme}: ${id} ${nodes.map((n) => n.target).join(' ')}`,
      );
      expect(found).toEqual([]);
      const measured = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        small: Array.from(
          document.querySelectorAll('button, summary, .choice, input:not([type=checkbox]):not([type=radio])'),
        )
          .filter((element) => element.getClientRects().length > 0 && element.closest('.rv') === null)
          .filter((element) => element.getBoundingClientRect().height < 43.5)
          .map((element) => element.outerHTML.slice(0, 60)),
      }));
      expect(measured, `${name} at ${width}`).toEqual({ wide: 0, small: [] });
      if (PICTURES)
        await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}-${width}.png`, fullPage: true });
    }
  }
}

/** [ACC53] [ACC54] A copy made with no server at all: her recording is in it, readable, and opens from its bundle with its key. */
async function checkOwnCopy(): Promise<void> {
  const page = await browser.context.newPage();
  await page.goto(browser.url('data.html'));
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save a copy of everything' }).press('Enter');
  const files = unpacked(await (await download).path());
  await page.getByText('it was not asked yet').waitFor();
  await page.close();
  const name = [...files.keys()].find((one) => one.endsWith('/recording.bundle')) ?? '';
  const folder = name.slice(0, -'/recording.bundle'.length);
  const text = (file: string) => files.get(`${folder}/${file}`)?.toString() ?? '';
  const key = asRecordingKey(Buffer.from(text('recording.key').trim(), 'hex'));
  const store = new MemoryPartStore();
  const { id } = await readBundle(once(files.get(name)), store);
  const sealer = makePartSealer(key, crypto.subtle, () => new Uint8Array());
  const { manifest } = await openRecording({ id, store, sealer, deflate: webDeflate });
  expect(JSON.parse(text('manifest.json'))).toEqual(JSON.parse(JSON.stringify(manifest)));
  expect(text('events.jsonl').trimEnd().split('\n')).toHaveLength(manifest.counts.events);
  expect(text('states.jsonl').trimEnd().split('\n')).toHaveLength(manifest.counts.states);
}

async function* once(bytes: Buffer | undefined): AsyncGenerator<Uint8Array> {
  if (bytes) yield bytes;
}

/** By a program that is not ours. */
function unpacked(archive: string): Map<string, Buffer> {
  const out = mkdtempSync(join(tmpdir(), 'aboveboard-copy-'));
  try {
    execFileSync('python3', ['-m', 'zipfile', '-e', archive, out]);
    const found = readdirSync(out, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const paths = found.map((one) => join(one.parentPath, one.name));
    return new Map(paths.map((path) => [relative(out, path), readFileSync(path)]));
  } finally {
    rmSync(out, { recursive: true });
  }
}

describe('the panel and the pages', () => {
  test('connecting', async () => {
    await contributor.panel.getByRole('heading', { name: 'Connect' }).waitFor();
    await sound(contributor.panel, 'connect');
  });

  test('the agreement, all of it open', async () => {
    await contributor.openAgreementFile([site.origin, site.frameOrigin]);
    await sound(contributor.panel, 'agreement');
    await contributor.panel.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    await sound(contributor.panel, 'agreement-open');
    await contributor.panel.getByRole('button', { name: 'Accept' }).click();
    await contributor.panel.getByText('Choose at least one application').waitFor();
    await sound(contributor.panel, 'agreement-asked', [320]);
  });

  test('every act of a task by keyboard alone: accept, start, pause, resume, stop', async () => {
    const { panel } = contributor;
    const press = async (name: string | RegExp) => {
      await panel.bringToFront();
      const target = panel.getByRole('button', { name, exact: typeof name === 'string' });
      await target.waitFor();
      for (let tries = 0; tries < 80; tries++) {
        await panel.keyboard.press('Tab');
        if (await target.evaluate((element) => element === document.activeElement)) break;
      }
      expect(await target.evaluate((element) => element === document.activeElement)).toBe(true);
      await panel.keyboard.press('Enter');
    };
    for (const box of await panel.getByRole('checkbox').all()) {
      await box.focus();
      await panel.keyboard.press('Space');
    }
    await press('Accept');
    await panel.getByRole('heading', { name: 'Start a task' }).waitFor();
    await sound(panel, 'ready');
    await panel.getByText('In your own words').click();
    await sound(panel, 'own-words', [320]);
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await press(/File one expense/);
    await panel.getByRole('button', { name: 'Start recording' }).waitFor();
    await sound(panel, 'card');
    await press('Start recording');
    await panel.getByRole('button', { name: 'Pause' }).waitFor();
    await page.bringToFront();
    await page.mouse.move(200, 200, { steps: 10 });
    await page.click('#save');
    await page.waitForTimeout(900);
    await sound(panel, 'recording');
    await press('Pause');
    await panel.getByRole('button', { name: 'Resume' }).waitFor();
    await sound(panel, 'paused');
    await press('Resume');
    const [review] = await Promise.all([browser.context.waitForEvent('page'), press('Stop')]);
    await review.getByRole('button', { name: 'Release' }).waitFor();
    await panel.bringToFront();
    await panel.getByText('Waits for your review').waitFor();
    await sound(panel, 'waiting');
    await review.bringToFront();
    await sound(review, 'review', [320, 1280]);
    await review.close();
    const list = await browser.context.newPage();
    await list.goto(browser.url('recordings.html'));
    await list.getByText('Waits for your review').waitFor();
    await sound(list, 'recordings', [320, 900]);
    await list.close();
    await checkOwnCopy();
    await page.close();
  });

  test('[MASK19] words to close: by keyboard alone, stored sealed, and closed in what she records', async () => {
    const { panel } = contributor;
    await panel.bringToFront();
    const [page] = await Promise.all([
      browser.context.waitForEvent('page'),
      panel.getByRole('link', { name: 'Words to close in every recording' }).press('Enter'),
    ]);
    const field = page.getByLabel('One word or name a line');
    await field.waitFor();
    await sound(page, 'closed-words', [320, 900]);
    await field.press('Shift+Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type(`x${'y'.repeat(120)}`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing was changed').waitFor();
    await sound(page, 'closed-words-refused');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Control+a');
    // One that the application ships (test-site.ts), and one that stands nowhere.
    await page.keyboard.type('Meals');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Quokka Lantern');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Kept: 2 words.').waitFor();
    await page.reload();
    expect(await field.inputValue()).toBe('Meals\nQuokka Lantern');
    await page.close();

    const site2 = await browser.context.newPage();
    await site2.goto(site.origin);
    await contributor.startCard();
    await site2.bringToFront();
    await site2.mouse.move(200, 200, { steps: 10 });
    await site2.click('#save');
    await site2.getByText('Saved').waitFor();
    await site2.waitForTimeout(900);
    const { manifest, states } = await readSpooled(panel, await contributor.stop());
    await site2.close();
    // Travel is an option beside it: shipped as well, and hers not.
    expect(JSON.stringify(states)).toContain('"Travel"');
    expect(JSON.stringify(states)).not.toContain('Meals');
    expect(JSON.stringify([manifest, states])).not.toMatch(/quokka/i);
    const stored = await storedText(panel);
    expect(stored).not.toMatch(/quokka/i);
  });

  test('a card of her own: empty, with what is wrong with it, and in the list', async () => {
    const { panel } = contributor;
    await panel.bringToFront();
    await panel.getByRole('button', { name: 'Make a card' }).click();
    await panel.getByRole('button', { name: 'Another input' }).click();
    await panel
      .getByRole('group', { name: 'Input 1' })
      .getByLabel('What to enter')
      .fill('ada@works-council.de');
    await panel.getByRole('button', { name: 'Keep the card' }).click();
    await panel.getByText('Say first that you made the inputs up.').waitFor();
    await sound(panel, 'card-editor');
    await panel.getByLabel('Title').fill('Send a letter');
    await panel.getByLabel('What is to be done').fill('Send a letter');
    await panel.getByRole('group', { name: 'Input 1' }).getByLabel('What it is').fill('To');
    await panel.getByRole('group', { name: 'Input 1' }).getByLabel('What to enter').fill('ada@mail.example');
    await panel.getByLabel('It worked when').fill('It is sent.');
    await panel.getByLabel('I made all of these inputs up.').check();
    await panel.getByRole('button', { name: 'Keep the card' }).click();
    await panel.getByRole('button', { name: 'Change: Send a letter' }).waitFor();
    await sound(panel, 'own-cards');
  });
});
