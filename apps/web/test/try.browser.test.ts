import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingsInAllForms } from './accessibility.ts';
import { hasChromium, launchChromium } from './chromium.ts';
import { type Demonstration, startDemonstration } from './demonstration.ts';
import { Practice } from './practice.ts';
import { everythingIn, openDownloaded, sealedBy, watchKeys } from './sealed-download.ts';

/** /try as a newcomer does it: with a pointer and a keyboard, from the notice to what a researcher would get. */
const here = describe.skipIf(!hasChromium);
const SECRET = 'Zanzibar Quill';
const WHILE_PAUSED = 'Obsidian Heron';
let demonstration: Demonstration;
let browser: Browser;

beforeAll(async () => {
  if (!hasChromium) return;
  demonstration = await startDemonstration();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await demonstration?.stop();
});

async function newcomer(): Promise<{ page: Page; person: Practice; keys: Uint8Array[]; sent: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const keys = await watchKeys(page);
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET' || !request.url().startsWith(demonstration.url)) sent.push(request.url());
  });
  page.on('pageerror', (error) => sent.push(error.message));
  return { page, person: new Practice(page), keys, sent };
}

here('trying it', () => {
  test('nothing is recorded by reading the notice, and refusing is one click that asks nothing', async () => {
    const { page, person, keys, sent } = await newcomer();
    await page.goto(`${demonstration.url}/try`);
    await person.hand.click(person.button('Choose: File an expense'));
    await page.getByRole('heading', { name: '2. Before you begin' }).waitFor();
    const [no, yes] = await Promise.all(
      ['Not now', 'Agree and begin'].map((name) =>
        person.button(name).evaluate((button) => {
          const { height } = button.getBoundingClientRect();
          const { color, backgroundColor, fontWeight } = getComputedStyle(button);
          return { height, color, backgroundColor, fontWeight };
        }),
      ),
    );
    expect(no).toEqual(yes);
    await page.getByText('Read the rules in full').click();
    await page.getByText('It is a demonstration').waitFor();
    expect(await findingsInAllForms(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
    await person.hand.click(person.button('Not now'));
    await page.getByRole('heading', { name: '1. Choose a practice task' }).waitFor();
    expect(keys).toEqual([]);
    expect(sent).toEqual([]);
    await page.close();
  });

  test('an expense: paused, cut, masked, released; what stands on no card is in nothing', async () => {
    const { page, person, keys, sent } = await newcomer();
    const { hand, frame } = person;
    await person.begin(demonstration.url, 'File an expense');

    await hand.click(person.button('Pause'));
    await page.getByRole('status').filter({ hasText: 'Paused: nothing is taken' }).waitFor();
    await hand.click(frame.getByLabel('Note for the reviewer'));
    await hand.type(WHILE_PAUSED);
    await hand.press('Control+a');
    await hand.press('Delete');
    expect(await findingsInAllForms(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
    await hand.click(person.button('Go on'));
    await page
      .getByRole('status')
      .filter({ hasText: /^Recording$/ })
      .waitFor();

    await person.fileExpense(SECRET);
    await person.stop();
    const steps = await page.locator('.rv-steps li').count();
    expect(steps).toBeGreaterThanOrEqual(8);

    // She masks what the step of the amount acts on, and cuts the two seconds before the end.
    await hand.click(page.getByRole('button', { name: /Type “240\.00”/ }).first());
    await hand.click(person.button('Mask what this step acts on'));
    await page.getByText(/^Element masked/).waitFor();
    await hand.click(page.getByRole('slider', { name: 'Time in the recording' }));
    await hand.press('End');
    await hand.press(']');
    await hand.press('ArrowLeft');
    await hand.press('[');
    await hand.press('x');
    await page
      .getByText(/^Cut from/)
      .first()
      .waitFor();
    await person.sayItWorked();
    await person.release();

    expect(await findingsInAllForms(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });
    const actions = await person.actions();
    // A return from a pause may begin with "Go to another page", which no model does.
    expect(actions.find((action) => action.startsWith('pyautogui'))).toMatch(
      /^pyautogui\.click\(x=0\.\d+, y=0\.\d+\)$/,
    );
    expect(actions).toContain("pyautogui.write(message='ACME Stationery')");
    const inOrder = ["message='ACME Stationery'", "press('tab')", "message='[masked:", "press('tab')"];
    let at = -1;
    for (const part of inOrder) {
      at = actions.findIndex((action, index) => index > at && action.includes(part));
      expect(at, part).toBeGreaterThanOrEqual(0);
    }
    const shown = (await page.locator('main').textContent()) ?? '';
    const path = await person.download();
    const recording = await openDownloaded(path, keys);
    expect(recording.manifest).toMatchObject({
      class: 'demonstration',
      receipt: null,
      outcome: { worked: true },
    });
    const rules = recording.manifest.masks.map(({ rule }) => rule);
    expect(rules).toContain('review.element');
    const gaps = new Set<string>();
    let pauses = 0;
    for await (const events of recording.events())
      for (const event of events) {
        if (event.kind === 'gap') gaps.add(event.reason);
        if (event.kind === 'pause') pauses++;
      }
    expect(gaps).toContain('cut');
    expect(pauses + Number(gaps.has('paused'))).toBeGreaterThan(0);

    // What she masked is open in the step before, and in nothing that would leave.
    expect(actions.some((action) => action.includes('240.00'))).toBe(false);
    const released = await everythingIn(recording);
    expect(released).toContain('ACME Stationery');
    expect(released.includes('"text":"240.00"')).toBe(false);
    // And of what stands on no card there is nothing in anything that was ever sealed, nor on the page.
    const sealed = await sealedBy(page);
    expect(sealed.length).toBeGreaterThan(4);
    const all = [shown, released, ...sealed].join('\n').toLowerCase();
    expect(all).toContain('acme stationery');
    for (const secret of [...SECRET.split(' '), ...WHILE_PAUSED.split(' ')]) {
      expect(all.includes(secret.toLowerCase()), secret).toBe(false);
    }
    expect(sent).toEqual([]);
    await page.close();
  });

  test('a card dragged on a board is one drag with where it began and ended; discarded, nothing is left', async () => {
    const { page, person, sent } = await newcomer();
    await person.begin(demonstration.url, 'Move a card on a board');
    await person.moveCard();
    await person.stop();
    await person.release();
    const actions = await person.actions();
    expect(actions).toHaveLength(2);
    const [from, to] = actions.map((action) => Number(/x=(0\.\d+)/.exec(action)?.[1]));
    expect(actions[0]).toMatch(/^pyautogui\.moveTo/);
    expect(actions[1]).toMatch(/^pyautogui\.dragTo.*button='left'/);
    expect(from).toBeLessThan(1 / 3);
    expect(to).toBeGreaterThan(2 / 3);

    await person.hand.click(person.button('Try another task'));
    await person.again('Move a card on a board');
    await person.moveCard();
    await person.stop();
    await person.discard();
    expect(await page.getByRole('heading', { name: 'Steps' }).count()).toBe(0);
    expect(sent).toEqual([]);
    await page.close();
  });

  test('the table, by the keyboard alone, from the choice to the table of actions', async () => {
    const { page, person, sent } = await newcomer();
    const { hand } = person;
    await page.goto(`${demonstration.url}/try`);
    await person.button('Choose: Find the largest order').waitFor();
    await tabTo(person, 'Choose');
    for (let i = 0; i < 2; i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await tabTo(person, 'Agree and begin');
    await page.keyboard.press('Enter');
    await page.getByText('Recording', { exact: true }).waitFor();
    await hand.rest(400);
    // The focus is where the task is: search, then the heads of the table.
    for (let i = 0; i < 5; i++) await hand.press('Tab');
    await hand.press('Enter');
    await hand.press('Enter');
    await hand.press('Tab');
    await hand.press('Space');
    await person.frame.getByText('One order is selected.').waitFor();
    expect(await person.frame.getByLabel('O-1003').isChecked()).toBe(true);
    for (let i = 0; i < 10; i++) {
      await page.keyboard.press('Shift+Tab');
      if ((await focusedText(person)) === 'Stop and review') break;
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Steps' }).waitFor();
    await hand.rest(1500);
    await tabTo(person, 'Release');
    await page.keyboard.press('Enter');
    await person.button('Try another task').waitFor();
    const actions = await person.actions();
    expect(actions.slice(0, 3)).toEqual([
      "pyautogui.press('tab', presses=5)",
      "pyautogui.press('enter', presses=2)",
      "pyautogui.press('tab')",
    ]);
    expect(sent).toEqual([]);
    await page.close();
  });
});

const focusedText = (person: Practice) =>
  person.page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');

async function tabTo(person: Practice, text: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if ((await focusedText(person)) === text) return;
    await person.page.keyboard.press('Tab');
  }
  throw new Error(`${text} was not reached by the Tab key`);
}
