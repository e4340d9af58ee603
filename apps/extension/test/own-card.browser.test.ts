import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { readSpooled } from './spooled-recording.ts';
import { storedText } from './stored-rows.ts';
import { startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;
let browser: ExtensionBrowser;
let contributor: Contributor;

beforeAll(async () => {
  buildExtension();
  site = await startTestSite();
  browser = await ExtensionBrowser.launch();
  contributor = new Contributor(await browser.panel());
  await contributor.openAgreementFile([site.origin, site.frameOrigin]);
  await contributor.accept();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function makeCard(value: string): Promise<void> {
  const { panel } = contributor;
  await panel.bringToFront();
  await panel.getByRole('button', { name: 'Make a card' }).click();
  await panel.getByLabel('Title').fill('Book a trip');
  await panel.getByLabel('What is to be done').fill('Book a trip for Zebulon Madeup, ask 4711-0815');
  const input = panel.getByRole('group', { name: 'Input 1' });
  await input.getByLabel('What it is').fill('Traveller');
  await input.getByLabel('What to enter').fill(value);
  await panel.getByLabel('It worked when').fill('The page says Saved.');
}

describe('a card of her own', () => {
  test('[MASK16] is refused while an input looks like data of somebody, or she has not said that she made it up', async () => {
    const { panel } = contributor;
    await makeCard('zebulon@works-council.de');
    await panel.getByRole('button', { name: 'Keep the card' }).click();
    await panel.getByText('has an e-mail address. Take one that nobody has').waitFor();
    await panel.getByText('Say first that you made the inputs up.').waitFor();
    // The worker does not take the panel's word for it.
    const forced = await panel.evaluate(() => {
      const inputs = [{ label: 'To', value: 'zebulon@works-council.de' }];
      const draft = { title: 'a', goal: 'a', inputs, check: 'a', success: '' };
      return chrome.runtime.sendMessage({ command: 'keep-card', draft });
    });
    expect(forced).toMatchObject({ ok: false, fault: 'card' });
    await panel.getByRole('group', { name: 'Input 1' }).getByLabel('What to enter').fill('Zebulon Madeup');
    await panel.getByLabel('I made all of these inputs up.').check();
    await panel.getByRole('button', { name: 'Keep the card' }).click();
    await panel
      .getByRole('button', { name: /Book a trip/ })
      .first()
      .waitFor();
    expect((await contributor.view()).ownCards).toMatchObject([
      { title: 'Book a trip', version: 1, goal: 'Book a trip for {input1}, ask [number]' },
    ]);
  });

  test('[SPO7] is used for a recording: what she made up stays literal, the manifest has the card, the device shows neither', async () => {
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    const { panel } = contributor;
    await panel.bringToFront();
    await panel
      .getByRole('button', { name: /Book a trip/ })
      .first()
      .click();
    await panel.getByRole('button', { name: 'Start recording' }).click();
    await panel.getByRole('button', { name: 'Pause' }).waitFor();
    await page.bringToFront();
    await page.waitForTimeout(700);
    await page.type('#vendor', 'Zebulon Madeup');
    await page.press('#vendor', 'Tab');
    await page.type('#vendor', 'Quentin Otherperson');
    await page.press('#vendor', 'Tab');
    await page.waitForTimeout(900);
    const during = await storedText(panel);
    const id = await contributor.stop();
    const { manifest, events } = await readSpooled(panel, id);
    expect(manifest?.task).toMatchObject({
      kind: 'card',
      card: { title: 'Book a trip', version: 1 },
      inputs: { input1: 'Zebulon Madeup' },
    });
    expect(JSON.stringify(events)).toContain('Zebulon Madeup');
    expect(JSON.stringify(events)).not.toContain('Otherperson');
    for (const stored of [during, await storedText(panel)]) {
      expect(stored).toContain(id);
      for (const word of ['Zebulon', 'Book a trip']) expect(stored).not.toContain(word);
    }
    await page.close();
  });

  test('[SPO5] words of a free task are sealed with the recording, and shown to her alone', async () => {
    const { panel } = contributor;
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await panel.bringToFront();
    await panel.getByText('In your own words').click();
    await panel.getByLabel('What are you about to do?').fill('Move the quokka budget');
    await panel.getByRole('button', { name: 'Start recording' }).click();
    await panel.getByRole('button', { name: 'Pause' }).waitFor();
    await page.bringToFront();
    await page.mouse.move(40, 40, { steps: 5 });
    await page.waitForTimeout(700);
    expect(await storedText(panel)).not.toContain('quokka');
    // A new worker reads them again.
    await browser.killWorker(panel);
    await contributor.stop();
    expect(await storedText(panel)).not.toContain('quokka');
    await panel.getByRole('heading', { name: 'Move the quokka budget' }).waitFor();
    await page.close();
  });

  test('[SPO7] a card that no list of this device has can not be started; a removed one is gone', async () => {
    const { panel } = contributor;
    const [card] = (await contributor.view()).ownCards;
    const started = await panel.evaluate((made) => {
      const inputs = [{ name: 'input1', label: 'x', value: 'Everything' }];
      const task = { kind: 'card', card: { ...made, inputs }, inputs: { input1: 'Everything' } };
      return chrome.runtime.sendMessage({ command: 'start', task });
    }, card);
    expect(started).toMatchObject({ ok: false, fault: 'card' });
    await panel.getByRole('button', { name: 'Remove: Book a trip' }).click();
    await panel.getByText('Removed.').waitFor();
    expect((await contributor.view()).ownCards).toEqual([]);
  });
});
