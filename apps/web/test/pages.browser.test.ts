import type { Role } from '@aboveboard/protocol/installation';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings, findingsInAllForms } from './accessibility.ts';
import { hasChromium, launchChromium } from './chromium.ts';
import { type Demonstration, startDemonstration } from './demonstration.ts';

/** Every page for every role, on a real demonstration server. */
const here = describe.skipIf(!hasChromium);
const contexts = new Map<Role, BrowserContext>();
let demonstration: Demonstration;
let browser: Browser;
/** What a browser complained about, and what was asked of anyone but this server. */
const complaints: string[] = [];

beforeAll(async () => {
  if (!hasChromium) return;
  demonstration = await startDemonstration();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await demonstration?.stop();
});

async function watched(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(demonstration.url)) complaints.push(request.url());
  });
  return page;
}

/** A page of somebody who is signed in with the code of her role. */
async function signedIn(role: Role): Promise<Page> {
  const known = contexts.get(role);
  if (known) return watched(known);
  const context = await browser.newContext();
  contexts.set(role, context);
  const page = await watched(context);
  await page.goto(demonstration.url);
  await page.getByLabel('One-time code').fill(demonstration.codes[role]);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return page;
}

async function visit(page: Page, path: string): Promise<void> {
  await page.goto(`${demonstration.url}${path}`);
  await page.locator('h1').waitFor();
  // Nothing is still on its way.
  await page.getByText('One moment').first().waitFor({ state: 'detached' });
}

const all = ['Agreement', 'Try it', 'Log', 'Verify', 'Who may do what', 'About this installation'];
const steward = [
  'Agreement',
  'Draft',
  'Sign',
  'Reading',
  'Legal holds',
  'Releases',
  'Controls',
  ...all.slice(1),
];
const PAGES: readonly (readonly [Role, string, readonly string[]])[] = [
  ['contributor', '/today', ['Today', ...all]],
  ['researcher', '/recordings', ['Recordings', 'Reading', 'Datasets', 'Releases', ...all]],
  ['operator', '/status', ['Status', 'Controls', ...all]],
  ['representative', '/agreement', steward],
  ['dpo', '/agreement', steward],
  ['employer', '/agreement', steward],
];
/** Pages that were looked at in all forms. */
const seen = new Set<string>();
/** For everybody; it has tests of its own. */
const PLANNER = 'Planner';
const OWN = [
  '/today',
  '/recordings',
  '/datasets',
  '/releases',
  '/status',
  '/draft',
  '/sign',
  '/grants',
  '/holds',
  '/controls',
];

here('pages', () => {
  test.each(['/', '/try', '/agreement', '/logs', '/verify', '/policies', '/about', '/nowhere'])(
    '%s, without signing in: axe finds nothing, nothing is too wide, it has a title and a mark',
    async (path) => {
      const page = await watched(await browser.newContext());
      await visit(page, path);
      expect(await findingsInAllForms(page)).toEqual([]);
      expect(await page.title()).toMatch(/Aboveboard$/);
      await page.getByText('Demonstration installation.').waitFor();
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  test.each(PAGES)('%s lands on %s and sees the pages of that role only', async (role, first, names) => {
    const page = await signedIn(role);
    await page.waitForURL(`**${first}`);
    const links = await page.getByRole('navigation').getByRole('link').allTextContents();
    expect(links.filter((name) => name !== PLANNER)).toEqual(names);
    expect(await page.title()).toBe(`${names[0]} · Aboveboard`);
    const mine = await page
      .getByRole('navigation')
      .getByRole('link')
      .evaluateAll((all) => all.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
    for (const path of OWN) {
      await visit(page, path);
      const isMine = mine.includes(path);
      expect((await page.locator('h1').textContent()) === 'There is no such page', `${role} ${path}`).toBe(
        !isMine,
      );
      // In all forms for the first role that has the page: what another sees of it differs in words and rows.
      if (isMine) expect(await (seen.has(path) ? axeFindings(page) : findingsInAllForms(page))).toEqual([]);
      if (isMine) seen.add(path);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a code is good once, and a wrong one is answered with a sentence beside its field', async () => {
    await signedIn('employer');
    const page = await watched(await browser.newContext());
    await visit(page, '/');
    const field = page.getByLabel('One-time code');
    await field.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'Type or paste a code first.' }).waitFor();
    await field.fill(demonstration.codes.employer);
    await field.press('Enter');
    const problem = page.getByRole('alert').filter({ hasText: /code/i });
    await expect.poll(() => problem.textContent()).not.toContain('Type or paste');
    expect(await problem.textContent()).toMatch(/\.$/);
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await field.getAttribute('aria-describedby')).toBe(await problem.getAttribute('id'));
    // The browser itself reports the refusal.
    expect(complaints.splice(0).every((line) => line.includes('401'))).toBe(true);
    await page.context().close();
  });

  test('a keyboard is enough: the way past the menu, what has the focus shows it, a new page takes it', async () => {
    const page = await watched(await browser.newContext());
    await visit(page, '/about');
    const focused = () =>
      page.evaluate(() => {
        const at = document.activeElement as HTMLElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(at);
        const box = at.getBoundingClientRect();
        return {
          text: at.textContent?.trim() ?? '',
          tag: at.tagName,
          shows: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
          inSight: box.left >= 0 && box.top >= 0 && box.right <= innerWidth,
        };
      });
    await page.keyboard.press('Tab');
    expect(await focused()).toMatchObject({ text: 'Go to the content', shows: true, inSight: true });
    await page.keyboard.press('Enter');
    expect((await focused()).tag).toBe('MAIN');
    await visit(page, '/about');
    const reached: string[] = [];
    for (let i = 0; i < 7; i++) {
      await page.keyboard.press('Tab');
      const { text, shows, inSight } = await focused();
      expect({ text, shows, inSight }).toMatchObject({ shows: true, inSight: true });
      reached.push(text);
    }
    const menu = ['Go to the content', 'Aboveboard', 'Try it', 'Agreement', 'Log', 'Verify'];
    expect(reached.filter((text) => text !== PLANNER).slice(0, 6)).toEqual(menu);
    for (let back = 6 - reached.indexOf('Agreement'); back > 0; back--)
      await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/agreement');
    expect((await focused()).tag).toBe('MAIN');
    await expect.poll(() => page.title()).toBe('Agreement · Aboveboard');
    await page.context().close();
  });

  test('[CTL1] controls say what is not in order and what to do; nothing is shown of a server that does not answer', async () => {
    const page = await signedIn('representative');
    await visit(page, '/controls');
    const wrong = page.locator('.control.not-ok');
    await wrong.filter({ hasText: 'but within the server' }).getByText('What to do:').waitFor();
    // What is in order stands below all that is not.
    const states = await page.locator('.control').evaluateAll((all) => all.map((one) => one.className));
    expect(states.toSorted().toReversed()).not.toEqual(states);
    expect(states.slice(0, await wrong.count()).every((name) => name === 'control not-ok')).toBe(true);
    await page.getByText('Nothing waits for you.').waitFor();
    await page.route('**/api/controls', (route) => route.abort());
    await page.goto(`${demonstration.url}/controls`);
    await page.getByRole('alert').filter({ hasText: 'The server did not answer.' }).waitFor();
    expect(await page.locator('.control').count()).toBe(0);
    await page.unroute('**/api/controls');
    await page.getByRole('button', { name: 'Try again' }).click();
    await wrong.first().waitFor();
    expect(complaints.splice(0).every((line) => line.includes('ERR_FAILED'))).toBe(true);
    await page.close();
  });

  test('the agreement is there in words and to the byte', async () => {
    const page = await watched(await browser.newContext());
    await visit(page, '/agreement');
    await page.getByText('It is a demonstration').waitFor();
    const document = await page.locator('pre code').textContent();
    const bytes = new TextEncoder().encode(document ?? '');
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
    expect(await page.locator('code.long').textContent()).toBe(digest);
    await page.context().close();
  });

  test('empty lists say what to do first', async () => {
    const contributor = await signedIn('contributor');
    await visit(contributor, '/today');
    await contributor.getByText('Nothing. You have released no recording').waitFor();
    await contributor.getByText('To make one, open the recorder').waitFor();
    await contributor.close();

    const researcher = await signedIn('researcher');
    await researcher.route('**/api/recordings*', (route) =>
      route.fulfill({ json: { recordings: [], next: null } }),
    );
    await visit(researcher, '/recordings');
    await researcher.getByText('Nothing has been released yet.').waitFor();
    await researcher.close();
  });

  test('a researcher opens a sample: the journal first, then its replay with its steps', async () => {
    const page = await signedIn('researcher');
    await visit(page, '/recordings');
    expect(await page.locator('tbody tr').count()).toBe(3);
    expect(await page.locator('.tag').allTextContents()).toEqual(['sample', 'sample', 'sample']);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await page.getByRole('row', { name: 'File an expense' }).getByRole('button', { name: /^Open/ }).click();
    await page.getByText('Type “ACME Stationery” into the text field').waitFor();
    expect(asked.filter((path) => path.includes('/api/'))[0]).toBe('POST /api/accesses');
    expect(await page.getByText(/is entry [0-9a-f]{8} of the access journal/).count()).toBe(1);
    expect(await findingsInAllForms(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('heading', { name: 'Released recordings' }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('[LIN21, LIN22] who holds a superseded release is asked, says twice that it is deleted, and enters models', async () => {
    const page = await signedIn('researcher');
    const digest = 'ab'.repeat(32);
    const release = {
      ...{ release: digest, name: 'expenses', version: 2, purpose: 'model-testing', builtOn: '2026-11-02' },
      supersededOn: '2026-11-20',
    };
    const holder = { account: '0'.repeat(32), own: true, toldOn: '2026-11-20', answerBy: '2026-12-04' };
    let said: string | null = null;
    const models: unknown[] = [];
    const shown = () => ({
      ...release,
      holders: [{ ...holder, said, saidOn: said && '2026-11-23', isLate: said !== 'deleted' }],
    });
    await page.route('**/api/releases', (route) => route.fulfill({ json: { releases: [shown()], models } }));
    await page.route(`**/api/releases/${digest}/answer`, (route) => {
      said = (route.request().postDataJSON() as { said: string }).said;
      return route.fulfill({ json: shown() });
    });
    await page.route('**/api/models', (route) => {
      const model = { id: '1', enteredOn: '2026-11-23', own: true, ...route.request().postDataJSON() };
      models.push(model);
      return route.fulfill({ json: model });
    });
    await visit(page, '/releases');
    await page.getByText('The day to answer by was 2026-12-04.').waitFor();
    expect(await findingsInAllForms(page)).toEqual([]);
    await page.getByRole('button', { name: 'Not yet' }).click();
    await page.getByText('“not yet” said on 2026-11-23').waitFor();
    await page.getByRole('button', { name: 'I deleted every copy' }).click();
    const dialog = page.getByRole('dialog', { name: 'Say that it is deleted?' });
    await dialog.getByText('It can not be taken back.').waitFor();
    expect(await findingsInAllForms(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Not now' }).click();
    expect(said).toBe('not-yet');
    await page.getByRole('button', { name: 'I deleted every copy' }).click();
    await dialog.getByRole('button', { name: 'It is deleted' }).click();
    await page.getByText('Deleted, said on 2026-11-23').waitFor();
    await page.getByLabel('Name of the model').fill('clicker-1.0');
    await page.getByRole('checkbox', { name: 'expenses, release 2' }).check();
    await page.getByRole('button', { name: 'Enter', exact: true }).click();
    await page.getByText('Models: clicker-1.0.').waitFor();
    expect(models).toMatchObject([{ name: 'clicker-1.0', purpose: 'model-testing', releases: [digest] }]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('[LIN5] a contributor reads where hers went, and what taking back can’t do', async () => {
    const page = await signedIn('contributor');
    const one = {
      ...{ release: 'cd'.repeat(32), name: 'expenses', version: 1, purpose: 'model-training' },
      ...{ builtOn: '2026-10-05', supersededOn: '2026-11-20', recordings: ['B'.repeat(22)], withdrawn: true },
      models: [{ name: 'clicker-1.0', purpose: 'model-training', enteredOn: '2026-10-09' }],
      without: [{ version: 3, builtOn: '2026-11-22' }],
      deletion: 'waits',
    };
    await page.route('**/api/my/lineage', (route) => route.fulfill({ json: { releases: [one] } }));
    await visit(page, '/today');
    await page.getByRole('heading', { name: 'expenses, release 1' }).waitFor();
    await page.getByText('You took back something that is in it.').waitFor();
    await page.getByText('Release 3, made on 2026-11-22, holds nothing of yours.').waitFor();
    await page.getByText('clicker-1.0 (training models, entered on 2026-10-09)').waitFor();
    await page.getByText('A model that was trained does not forget.').waitFor();
    expect(await findingsInAllForms(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a contributor erases a recording after reading what that does, or keeps it', async () => {
    const page = await signedIn('contributor');
    const mine = { id: 'A'.repeat(22), state: 'released', parts: 3, bytes: 20_480 };
    let erased = 0;
    await page.route('**/api/my/recordings', (route) =>
      route.fulfill({ json: { recordings: [erased ? { ...mine, state: 'erased' } : mine] } }),
    );
    await page.route('**/api/my/recordings/erasure', (route) => {
      erased++;
      expect(route.request().postDataJSON()).toEqual({ recordings: [mine.id] });
      return route.fulfill({ json: { erased: [mine.id], unknown: [] } });
    });
    await visit(page, '/today');
    await page.getByRole('button', { name: /^Erase/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Erase this recording?' });
    await dialog.getByText('This can’t be undone.').waitFor();
    expect(await findingsInAllForms(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(erased).toBe(0);
    await page.getByRole('button', { name: /^Erase/ }).click();
    await dialog.getByRole('button', { name: 'Erase it' }).click();
    await page.getByRole('cell', { name: 'Erased' }).waitFor();
    expect(erased).toBe(1);
    expect(await page.getByRole('button', { name: /^Erase …/ }).count()).toBe(0);
    await page.close();
  });

  test('the status says that nothing needs the operator, and what does when something does', async () => {
    const page = await signedIn('operator');
    await visit(page, '/status');
    await page.getByRole('status').filter({ hasText: 'Healthy. Nothing needs you.' }).waitFor();
    await page.route('**/api/ready', (route) =>
      route.fulfill({ status: 503, json: { ready: false, database: false, draining: false } }),
    );
    await page.route('**/api/agreement', (route) =>
      route.fulfill({ status: 404, json: { error: { code: 'not-found', message: 'None.' } } }),
    );
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.getByRole('status').filter({ hasText: 'Something needs you.' }).waitFor();
    const rows = await page.locator('table').first().locator('tbody tr').allTextContents();
    expect(rows.map((row) => row.split('No')[0])).toEqual([
      'The database answers',
      expect.stringMatching(/^An agreement is in force/),
      'The server takes requestsyes',
    ]);
    complaints.length = 0;
    await page.close();
  });

  test('when the server is gone in the middle, a sentence says so, and trying again goes on', async () => {
    const page = await signedIn('researcher');
    await visit(page, '/recordings');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: /^Open/ }).first().click();
    const problem = page.getByRole('alert');
    expect(await problem.textContent()).toContain('The server did not answer. Nothing was changed.');
    expect(await findingsInAllForms(page)).toEqual([]);
    await page.context().setOffline(false);
    await problem.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('of the access journal').waitFor();
    complaints.length = 0;
    await page.close();
  });

  test('who signs out is out, here and on the server', async () => {
    const page = await signedIn('dpo');
    await visit(page, '/');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('One-time code').waitFor();
    const answer = await page.request.get(`${demonstration.url}/api/session`);
    expect(answer.status()).toBe(401);
    await visit(page, '/');
    expect(complaints).toEqual([]);
    await page.close();
  });
});
