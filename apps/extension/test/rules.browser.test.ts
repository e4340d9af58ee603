import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { agreementStatement } from '@aboveboard/consent/agreement-signing';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { verifyReceipt } from '@aboveboard/consent/receipt';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CARD, Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { CODE, StandInInstallation } from './stand-in-installation.ts';
import { startTestSite, type TestSite } from './test-site.ts';

const closing: (() => Promise<unknown>)[] = [];
beforeAll(() => buildExtension());
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Here = {
  site: TestSite;
  installation: StandInInstallation;
  browser: ExtensionBrowser;
  contributor: Contributor;
};

/** One site is agreed; the other is there for a version that adds it. */
async function begin(): Promise<Here> {
  const site = await startTestSite();
  closing.push(async () => site.close());
  const installation = await StandInInstallation.start([site.origin]);
  closing.push(() => installation.close());
  const browser = await ExtensionBrowser.launch();
  closing.push(() => browser.close());
  const contributor = new Contributor(await browser.panel());
  return { site, installation, browser, contributor };
}

async function joined(): Promise<Here> {
  const here = await begin();
  await here.contributor.connect(here.installation.guardian.origin, CODE);
  await here.contributor.accept();
  return here;
}

describe('a recorder under rules that it proves by itself', () => {
  test('[ENR26] [GRT50] joins through cells of one size, records under the rules, and stops when they are revoked', async () => {
    const { site, installation, browser, contributor } = await joined();
    const { panel } = contributor;
    expect(await panel.getByText('Demonstration: whom to trust was taken').isVisible()).toBe(true);
    expect(await panel.getByText('Checked on this device').isVisible()).toBe(true);
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    expect((await contributor.view()).askedFor).toEqual([CARD.id]);
    await panel.getByText('Asked for now').waitFor();
    await contributor.startCard();
    await page.bringToFront();
    await page.mouse.move(200, 200, { steps: 5 });
    await page.waitForTimeout(700);
    expect((await contributor.view()).live?.taking.length).toBeGreaterThan(0);

    await installation.rules.revoke(installation.agreement, 'representative');
    await panel.bringToFront();
    await panel.getByText('One of the parties has revoked the agreement').first().waitFor();
    await expect.poll(async () => (await contributor.view()).live, { timeout: 15_000 }).toBe(null);
    await expect
      .poll(async () => (await contributor.view()).recordings[0]?.ended, { timeout: 15_000 })
      .toBe('lapse');
    // Whatever it had to say, an onlooker saw pieces of one size.
    expect([...new Set(installation.guardian.wire)].sort()).toEqual(['POST 0', 'PUT 63136']);
  });

  test('[RUL36] a notice of restructuring stops what runs, and nothing starts until the parties sign anew', async () => {
    const { site, installation, browser, contributor } = await joined();
    const { panel } = contributor;
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await contributor.startCard();
    await page.bringToFront();
    await page.mouse.move(200, 200, { steps: 5 });
    const about = await agreementStatement(installation.agreement, crypto.subtle);
    const at = Math.floor(Date.now() / 1000);
    await installation.rules.say({ ...about, kind: 'suspension', reason: 'restructuring', at }, 'employer');
    await expect.poll(async () => (await contributor.view()).live, { timeout: 15_000 }).toBe(null);
    await expect
      .poll(async () => (await contributor.view()).recordings[0]?.ended, { timeout: 15_000 })
      .toBe('lapse');
    await panel.bringToFront();
    const why = 'The agreement is suspended by a notice of one of the parties';
    await panel.getByText(why).first().waitFor();
    await panel.getByRole('button', { name: /File one expense/ }).click();
    await panel.getByRole('button', { name: 'Start recording' }).click();
    await panel.getByRole('alert').getByText(why).waitFor();
    expect((await contributor.view()).live).toBe(null);
    await panel.getByRole('button', { name: 'Back' }).click();
    await installation.adopt(() => undefined);
    await panel.getByText('Checked on this device').waitFor();
    await contributor.startCard();
    expect((await contributor.view()).state).toBe('recording');
  });

  test('what a new version adds stays off until she agrees to it; the rest goes on', async () => {
    const { site, installation, browser, contributor } = await joined();
    const { panel } = contributor;
    const other = await startTestSite();
    closing.push(async () => other.close());
    await installation.adopt((agreement) => {
      const [app] = agreement.apps;
      if (!app) throw new Error('no application');
      agreement.apps.push({ ...structuredClone(app), id: 'ledger', name: 'Ledger', origins: [other.origin] });
    });
    const fresh = panel.getByRole('region', { name: 'New since you agreed' });
    await fresh.waitFor();
    expect(await fresh.innerText()).toContain('Ledger');
    for (const box of await fresh.getByRole('checkbox').all()) expect(await box.isChecked()).toBe(false);

    const pages = [await browser.context.newPage(), await browser.context.newPage()] as const;
    await pages[0].goto(site.origin);
    await pages[1].goto(other.origin);
    await contributor.startCard();
    await pages[1].bringToFront();
    await pages[1].mouse.move(200, 200, { steps: 5 });
    await expect
      .poll(async () => (await contributor.view()).live?.frontRefusal, { timeout: 15_000 })
      .toMatch(/new in the agreement since you agreed|not agreed to this/);
    await pages[0].bringToFront();
    await pages[0].mouse.move(200, 200, { steps: 5 });
    await expect
      .poll(async () => (await contributor.view()).live?.frontRefusal, { timeout: 15_000 })
      .toBe(null);
    const origins = async () => (await contributor.view()).live?.taking.map(({ origin }) => origin) ?? [];
    expect(await origins()).not.toContain(other.origin);
    await contributor.stop();

    await panel.bringToFront();
    for (const box of await fresh.getByRole('checkbox').all()) await box.check();
    await fresh.getByRole('button', { name: 'Agree to what is chosen' }).click();
    await fresh.waitFor({ state: 'detached' });
    await pages[1].reload();
    await contributor.startCard();
    await pages[1].bringToFront();
    await pages[1].mouse.move(200, 200, { steps: 5 });
    await expect.poll(origins, { timeout: 15_000 }).toContain(other.origin);
  });

  test('withdrawing stops at once, also when nothing can be reached', async () => {
    const { site, installation, browser, contributor } = await joined();
    const { panel } = contributor;
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await contributor.startCard();
    installation.guardian.up = false;
    await panel.getByRole('button', { name: 'Withdraw: Demonstration applications' }).click();
    expect(await panel.getByText('Recording stops at once, whatever the network says.').isVisible()).toBe(
      true,
    );
    await panel.getByRole('button', { name: 'Withdraw now' }).click();
    await expect.poll(async () => (await contributor.view()).live, { timeout: 15_000 }).toBe(null);
    const view = await contributor.view();
    expect([view.state, view.recordings]).toEqual(['off', []]);
    const scripts = () => panel.evaluate(() => chrome.scripting.getRegisteredContentScripts());
    await expect.poll(scripts, { timeout: 15_000 }).toEqual([]);
  });

  test('[RUL50] what witnesses saw too long ago is refused with the reason, and nothing starts', async () => {
    const here = await begin();
    const { installation, contributor } = here;
    const { panel } = contributor;
    installation.rules.cosignedBefore = 25 * 3_600_000;
    await contributor.connect(installation.guardian.origin, CODE);
    await contributor.accept();
    const reason = 'The rules could not be checked for longer than agreed';
    await panel.getByText(reason).first().waitFor();
    await panel.getByRole('button', { name: /File one expense/ }).click();
    await panel.getByRole('button', { name: 'Start recording' }).click();
    await panel.getByRole('alert').getByText(reason).waitFor();
    expect((await contributor.view()).live).toBe(null);
    // The same log, seen just now: nothing stands in the way any more.
    installation.rules.cosignedBefore = 0;
    await panel.getByText('Checked on this device').waitFor();
    // Without its witnesses a newer state is not relied on, whoever signed it.
    await installation.rules.revoke(installation.agreement, 'employer');
    installation.rules.withheld = true;
    await panel.getByText(/LOG104/).waitFor();
  });

  test('[RUL51] a second history is shown, refused for good, and kept as evidence', async () => {
    const { site, installation, browser, contributor } = await joined();
    const { panel } = contributor;
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await contributor.startCard();
    const other = structuredClone(installation.agreement);
    other.budgets.cpuPercent = 90;
    const honest = installation.rules.entries;
    installation.rules.entries = [];
    await installation.rules.adopt(other);
    await installation.rules.adopt({ ...other, version: 2 });
    await panel.bringToFront();
    await panel.getByText('two different histories').first().waitFor();
    await expect.poll(async () => (await contributor.view()).live, { timeout: 15_000 }).toBe(null);
    // The first one again: what was shown can not be unsaid.
    installation.rules.entries = honest;
    await panel.waitForTimeout(2500);
    expect((await contributor.view()).rules?.refusal).toContain('two different histories');
    const log = await browser.context.newPage();
    await log.goto(browser.url('log.html'));
    await log.getByText('shown a second history').waitFor();
    await log.getByRole('button', { name: 'Save the second checkpoint' }).waitFor();
  });

  test('[ENR24] an enrolment file is shown with its fingerprints, then takes a code; a broken one changes nothing', async () => {
    const { installation, contributor } = await begin();
    const { panel } = contributor;
    const file = Buffer.from(installation.enrolmentFile());
    const open = (buffer: Buffer) =>
      panel.setInputFiles('input[type=file]', {
        name: 'enrolment.json',
        mimeType: 'application/json',
        buffer,
      });
    await open(Buffer.from(file.toString().replace('quorum parties', 'quorum none')));
    await panel.getByText('That enrolment file can not be relied on').waitFor();
    expect((await contributor.view()).rules).toBe(null);
    await open(file);
    await panel.getByText('What this recorder relies on').click();
    const print = (createHash('sha256').update(file).digest('hex').match(/.{4}/g) ?? []).join(' ');
    await panel.getByText(print).waitFor();
    // It speaks from now on, as every installation does, and nobody has taken part yet.
    await expect.poll(() => installation.guardian.wire.length, { timeout: 15_000 }).toBeGreaterThan(2);
    expect(installation.guardian.asked).not.toContain('POST /api/session');
    await panel.getByLabel('Your one-time code').fill(CODE);
    await panel.getByRole('button', { name: 'Use the code' }).click();
    await contributor.accept();
    // Refusing later shows nowhere: the rhythm goes on.
    await panel.getByRole('button', { name: 'Stop taking part' }).click();
    await panel.getByRole('button', { name: 'Refuse' }).click();
    await panel.getByLabel('Your one-time code').waitFor();
    const { length } = installation.guardian.wire;
    await expect
      .poll(() => installation.guardian.wire.length, { timeout: 15_000 })
      .toBeGreaterThan(length + 2);
  });

  test('[ENR25] keys that the installation changes are not taken, and nothing of such a log is', async () => {
    const { installation, contributor } = await joined();
    const { panel } = contributor;
    const pinned = (await contributor.view()).rules?.pinned;
    const { length } = installation.rules.entries;
    installation.replaceLogKeys();
    await installation.rules.revoke(installation.agreement, 'employer');
    await panel.getByText(/The newest that was fetched did not hold/).waitFor();
    const view = await contributor.view();
    expect(view.rules?.pinned).toEqual(pinned);
    expect(view.rules?.proved?.entries).toBe(length);
  });

  test('[RLY27] a worker that ends in the middle loses nothing of an enrolment', async () => {
    const { installation, browser, contributor } = await begin();
    await contributor.connect(installation.guardian.origin, CODE);
    // Before that her act is not kept yet: she is told that nothing was changed, and acts again.
    await contributor.panel.getByRole('heading', { name: 'Your code is on its way' }).waitFor();
    for (let i = 0; i < 4; i++) {
      await browser.killWorker(contributor.panel);
      await contributor.panel.waitForTimeout(900);
    }
    await contributor.accept();
    const redeemed = installation.guardian.asked.filter((one) => one === 'POST /api/session');
    expect(redeemed.length).toBeGreaterThan(0);
  });
});

describe('a release through the guardian', () => {
  test('[RLY27] [UPL7] leaves in cells alone, over the end of the worker, and is whole at the server', async () => {
    const { site, installation, browser, contributor } = await joined();
    const { panel } = contributor;
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await contributor.startCard();
    await page.bringToFront();
    await page.mouse.move(200, 200, { steps: 5 });
    await page.click('#save');
    await page.waitForTimeout(900);
    await panel.bringToFront();
    const [review] = await Promise.all([browser.context.waitForEvent('page'), contributor.press('Stop')]);
    await review.getByRole('radio', { name: 'Yes' }).check();
    await review.getByRole('button', { name: 'Release' }).click();
    await review.getByText('Released.').waitFor();
    await panel.bringToFront();
    await expect.poll(() => installation.state.announcement, { timeout: 20_000 }).not.toBe(null);
    await browser.killWorker(panel);
    await expect.poll(() => installation.state.complete, { timeout: 40_000 }).toBe(true);
    await panel.getByText('Uploaded').first().waitFor();
    expect(installation.state.parts.size).toBe(installation.state.announcement?.parts.length);
    await panel.getByRole('button', { name: 'Erase it everywhere' }).click();
    await panel.getByRole('button', { name: 'Erase it everywhere' }).click();
    await expect.poll(async () => (await contributor.view()).recordings, { timeout: 15_000 }).toEqual([]);
    expect(installation.guardian.asked).toContain('POST /api/my/recordings/erasure');
    expect([...new Set(installation.guardian.wire)].sort()).toEqual(['POST 0', 'PUT 63136']);
  });
});

describe('her receipts', () => {
  test('[CON45] [CON49] of an act and of its withdrawal: signed, told as a commitment, and verified offline', async () => {
    const { installation, browser, contributor } = await joined();
    const { panel } = contributor;
    await expect.poll(() => installation.state.commitments.length, { timeout: 15_000 }).toBe(1);
    await panel.getByText('Your receipts').click();
    const saved = async (name: RegExp) => {
      const [download] = await Promise.all([
        panel.waitForEvent('download'),
        panel.getByRole('button', { name }).click(),
      ]);
      return readFileSync(await download.path());
    };
    const receipt = await saved(/Save the receipt of \d/);
    const given = { agreement: canonicalBytes(installation.agreement), policy: null, now: Date.now() };
    const verified = await verifyReceipt(receipt, given, crypto.subtle);
    if (!verified.ok) throw new Error(JSON.stringify(verified.faults));
    expect([verified.value.state, verified.value.checked]).toEqual([
      'given',
      ['form', 'signature', 'words', 'agreement'],
    ]);
    const verify = await browser.context.newPage();
    await verify.goto(browser.url('verify.html'));
    await verify.getByLabel('Receipt or proof').setInputFiles({
      name: 'receipt.json',
      mimeType: 'application/json',
      buffer: receipt,
    });
    await verify.getByText('It holds.').waitFor();
    const changed = Buffer.from(
      receipt.toString().replace('demonstration-applications', 'demonstration-application5'),
    );
    await verify
      .getByLabel('Receipt or proof')
      .setInputFiles({ name: 'receipt.json', mimeType: 'application/json', buffer: changed });
    await verify.getByText('It does not hold:').waitFor();
    await panel.bringToFront();
    await panel.getByRole('button', { name: 'Stop taking part' }).click();
    await expect.poll(() => installation.state.commitments.length, { timeout: 15_000 }).toBe(2);
    expect(new Set(installation.state.commitments).size).toBe(2);
  });

  test('[CON49] has its proof once the batch of the day is in the log', async () => {
    const { installation, browser, contributor } = await begin();
    // Entered before it is told: whoever looks once a day finds it at the first look.
    installation.enterCommitmentsAtOnce();
    await contributor.connect(installation.guardian.origin, CODE);
    await contributor.accept();
    const { panel } = contributor;
    await panel.getByText('Your receipts').click();
    await panel.getByText('With its proof that the log of uses holds it.').waitFor();
    const [download] = await Promise.all([
      panel.waitForEvent('download'),
      panel.getByRole('button', { name: /Save the receipt/ }).click(),
    ]);
    const verify = await browser.context.newPage();
    await verify.goto(browser.url('verify.html'));
    await verify.getByLabel('Receipt or proof').setInputFiles(await download.path());
    await verify.getByText('The log of uses holds the commitment to it').waitFor();
  });
});
