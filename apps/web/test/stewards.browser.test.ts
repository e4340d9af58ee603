import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { statementText } from '@aboveboard/consent/rules-statement';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingsInAllForms } from './accessibility.ts';
import { giveAuthenticator, joinPage } from './authenticator.ts';
import { hasChromium, launchChromium } from './chromium.ts';
import { type Production, startProduction } from './demonstration.ts';
import { madeUpChange } from './made-up-change.ts';
import { markupAttempts } from './markup-attempts.ts';
import { saved, visitAt, visitWithin } from './steward-page.ts';

/**
 * Three stewards of a new installation, each with a key that stays with them: one under a passkey, one under a
 * passphrase, one on a machine of its own. On a real production server.
 */
const COMMAND = fileURLToPath(new URL('../../cli/bin/aboveboard.js', import.meta.url));
const PASSPHRASE = 'a passphrase for a test only';
const here = describe.skipIf(!hasChromium);
const folder = mkdtempSync(join(tmpdir(), 'aboveboard-stewards-'));
const complaints: string[] = [];
const recoveryCodes = new Map<Page, string>();
const pages = {} as Record<'employer' | 'representative' | 'dpo', Page>;
let server: Production;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  if (!hasChromium) return;
  server = await startProduction();
  browser = await launchChromium();
  // Passkeys belong to a name, not to an address.
  origin = server.url.replace('127.0.0.1', 'localhost');
  for (const role of ['employer', 'representative', 'dpo'] as const) {
    pages[role] = await signedIn(
      await browser.newContext({ acceptDownloads: true }),
      await server.invitation(role),
    );
  }
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function signedIn(context: BrowserContext, invitation: string): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // No agreement is installed here: the browser reports that answer, and it is one.
    const isExpected = message.location().url.endsWith('/api/agreement');
    if (message.type() === 'error' && !isExpected) complaints.push(message.text());
  });
  await giveAuthenticator(page);
  recoveryCodes.set(page, await joinPage(page, { origin, kind: 'An invitation', code: invitation }));
  return page;
}

const visit = (page: Page, path: string) => visitAt(page, `${origin}${path}`);
const offline = (...args: string[]) =>
  promisify(execFile)(process.execPath, [COMMAND, ...args], {
    env: { ...process.env, ABOVEBOARD_PASSPHRASE: PASSPHRASE },
  });

async function publicKeys(page: Page): Promise<string[]> {
  await page.getByText('Public halves').click();
  return page.locator('#content details li code').allTextContents();
}

here('stewards', () => {
  test('who has no office sees neither draft nor acts, and may enter nothing', async () => {
    const page = await (await browser.newContext()).newPage();
    for (const path of ['/draft', '/sign']) {
      await visit(page, path);
      expect(await page.locator('h1').textContent()).toBe('There is no such page');
    }
    const answer = await page.request.post(`${origin}/api/logs/rules/entries`, { data: 'x' });
    expect(answer.status()).toBe(401);
    await page.context().close();
  });

  test('without an agreement the first page says what to do first', async () => {
    await visit(pages.employer, '/agreement');
    await pages.employer.getByText('The first step is a draft.').waitFor();
    expect(await findingsInAllForms(pages.employer)).toEqual([]);
  });

  test('each makes a key: under a passkey, under a passphrase, or on another machine', async () => {
    const { representative, employer } = pages;
    await visitWithin(representative, 'Sign');
    await representative.getByRole('button', { name: 'Make a key, sealed with a passkey' }).click();
    await representative.getByText('sealed with a passkey.').waitFor();

    await visit(employer, '/sign');
    expect(await findingsInAllForms(employer)).toEqual([]);
    await employer.getByLabel('Passphrase').fill('too short');
    await employer.getByRole('button', { name: 'Make a key, sealed with a passphrase' }).click();
    await employer.getByRole('status').filter({ hasText: 'At least 12 characters' }).waitFor();
    await employer.getByLabel('Passphrase').fill(PASSPHRASE);
    await employer.getByLabel('The same once more').fill(PASSPHRASE);
    await employer.getByRole('button', { name: 'Make a key, sealed with a passphrase' }).click();
    await employer.getByText('sealed with a passphrase.').waitFor({ timeout: 60_000 });

    // The copy is the key file of the command line.
    const copy = await saved(employer, 'Save a copy', folder);
    const { stdout } = await offline('--json', 'agreement', 'key', copy);
    expect((JSON.parse(stdout) as { keys: string[] }).keys).toEqual(await publicKeys(employer));
    // And nothing of it is readable in the browser.
    const stored = await employer.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const opening = indexedDB.open('aboveboard-stewards');
          opening.onsuccess = () => {
            const all = opening.result.transaction('keys').objectStore('keys').getAll();
            all.onsuccess = () =>
              resolve(all.result.map(({ sealed }) => new TextDecoder().decode(sealed)).join());
          };
        }),
    );
    expect(stored).toMatch(/^age-encryption\.org\/v1\n-> scrypt /);
    expect(stored).not.toContain('aboveboard-party-key');
  });

  test('a fault in a draft is shown at its place; a reload loses nothing; the words are those a contributor reads', async () => {
    const { employer, representative } = pages;
    await offline('agreement', 'key', join(folder, 'officer.key'), '--name', 'officer.works.example');
    const { stdout } = await offline('--json', 'agreement', 'key', join(folder, 'officer.key'));
    const officer = (JSON.parse(stdout) as { keys: string[] }).keys;
    const council = await publicKeys(representative);
    const { agreement } = await demonstrationAgreement({
      origins: [],
      now: Date.now(),
      subtle: crypto.subtle,
    });
    writeFileSync(
      join(folder, 'draft.json'),
      JSON.stringify({
        ...agreement,
        class: 'production',
        id: 'works',
        coolingMinutes: 1440,
        recorders: [{ name: 'extension', version: '0.1.0', digest: 'ab'.repeat(32) }],
        parties: agreement.parties.map((party) => ({
          ...party,
          keys: { employer: [], representative: council, 'data-protection-officer': officer }[party.role],
        })),
      }),
    );
    await visit(employer, '/draft');
    await employer.getByText('There is no draft here yet.').waitFor();
    await employer.locator('[data-pick=draft]').setInputFiles(join(folder, 'draft.json'));
    await employer.getByText('1 thing is missing or wrong.').waitFor();
    await employer.getByRole('button', { name: 'Put in the keys of this browser' }).click();
    await employer.getByText('Nothing is missing.').waitFor();

    const longest = employer.getByLabel('Longest session');
    await longest.fill('9999');
    await employer.getByText('1 thing is missing or wrong.').waitFor();
    expect(await longest.getAttribute('aria-invalid')).toBe('true');
    const fault = employer.locator(`[id="${await longest.getAttribute('aria-describedby')}"]`);
    expect(await fault.textContent()).toBe('more than 480 (AGR17)');
    await employer.getByRole('button', { name: 'Add a web application' }).click();
    await employer.getByLabel('Addresses').fill('https://mail.example\nhttps://*.example');
    expect(await employer.locator('[id="apps[0].origins"] .faults').textContent()).toBe(
      '2: not an exact web origin (AGR12)',
    );
    expect(await findingsInAllForms(employer)).toEqual([]);

    await employer.reload();
    await employer.getByText('missing or wrong').waitFor();
    expect(await employer.getByLabel('Longest session').inputValue()).toBe('9999');
    expect(await employer.getByLabel('Addresses').inputValue()).toBe(
      'https://mail.example\nhttps://*.example',
    );
    await employer.getByLabel('Longest session').fill('60');
    await employer.getByLabel('Addresses').fill('https://mail.example');
    const application = employer.getByRole('group', { name: 'Web application 1' });
    await application.getByLabel('Name', { exact: true }).fill('Mail');
    await application.getByLabel('Short name').fill('mail');
    await application.getByLabel('movements and clicks of the pointer').check();
    await application.getByLabel('only while a task runs').check();
    await employer.getByText('Nothing is missing.').waitFor();

    await employer.getByLabel('Read as a contributor').check();
    await employer.getByText('Mail (mail), at https://mail.example.').waitFor();
    expect(await findingsInAllForms(employer)).toEqual([]);
    await employer.getByLabel('Put forward').check();
    const act = employer.getByRole('region', { name: 'Put it forward' });
    expect(await act.locator('dt').allTextContents()).toEqual([
      'What happens',
      'Who sees it',
      'Can it be undone?',
    ]);
    await act.getByRole('button', { name: 'Put version 1 forward' }).click();
    await act.getByText('Done. It is entry 0 of the rules log.').waitFor();
  });

  test('three sign version 1, and it comes into force', async () => {
    const { employer, representative, dpo } = pages;
    await visitWithin(representative, 'Agreement');
    await representative.getByText('It waits for you.').waitFor();
    await visitWithin(representative, 'Sign');
    await representative.getByText('Read it as a contributor').click();
    await representative.getByText('Mail (mail), at https://mail.example.').waitFor();
    await representative.getByRole('button', { name: 'Sign version 1' }).click();
    await representative.getByText('Done. It is entry 1 of the rules log.').waitFor({ timeout: 30_000 });

    // The officer's key never sees a network.
    await visit(dpo, '/sign');
    await dpo.getByText('Sign on a machine without a network').click();
    const document = await saved(dpo, 'Save the document', folder);
    const note = join(folder, 'officer.note');
    await offline('agreement', 'sign', document, '--key', join(folder, 'officer.key'), '--out', note);
    writeFileSync(join(folder, 'rubbish'), 'no note');
    await dpo.locator('[data-pick=note]').setInputFiles(join(folder, 'rubbish'));
    await dpo.getByText('“rubbish” is no note for the rules log.').waitFor();
    await dpo.locator('[data-pick=note]').setInputFiles(note);
    await dpo.getByText('aboveboard agreement v1').waitFor();
    await dpo.route('**/log/rules/checkpoint', () => undefined);
    await dpo.getByRole('button', { name: 'Put it in' }).click();
    await dpo.getByText('Done. It is entry 2 of the rules log.').waitFor();
    // The same note once more does nothing, and says so: also before the log was read again.
    await dpo.locator('[data-pick=note]').setInputFiles(note);
    await dpo.getByRole('button', { name: 'Put it in' }).click();
    await dpo.getByText('The same stands in the log already, as entry 2').waitFor();
    await dpo.unroute('**/log/rules/checkpoint');

    await visit(employer, '/sign');
    await employer.getByText('Yours is the last signature: version 1 comes into force at once').waitFor();
    await employer.getByLabel('Passphrase of your key').first().fill('another passphrase');
    await employer.getByRole('button', { name: 'Sign version 1' }).click();
    await employer.getByText('The key did not open. Nothing was signed.').waitFor({ timeout: 60_000 });
    await employer.getByLabel('Passphrase of your key').first().fill(PASSPHRASE);
    await employer.getByRole('button', { name: 'Sign version 1' }).click();
    await employer.getByText('Done. It is entry 3 of the rules log.').waitFor({ timeout: 60_000 });
    await employer.getByText('No version waits.').waitFor();
    expect(await findingsInAllForms(employer)).toEqual([]);

    await visit(employer, '/agreement');
    await employer.getByText('Yes: version 1, by entry 3 of the rules log').waitFor();
    expect(await findingsInAllForms(employer)).toEqual([]);
    const stranger = await (await browser.newContext()).newPage();
    await visit(stranger, '/logs');
    await stranger.getByText('All parties have signed it: it is in force.').waitFor();
    await stranger.context().close();
  });

  test('a build is allowed by the representative, withdrawn by any party for good; a breach is reported', async () => {
    const { representative, employer } = pages;
    await visitWithin(representative, 'Agreement');
    await visitWithin(representative, 'Sign');
    const allow = representative.getByRole('region', { name: 'Allow a build of the recorder' });
    const digest = 'cd'.repeat(32);
    await allow.getByLabel('Name').fill('extension');
    await allow.getByLabel('Version').fill('0.2.0');
    expect(await allow.getByRole('button', { name: 'Allow this build' }).isDisabled()).toBe(true);
    await allow.getByLabel('SHA-256').fill(digest);
    await allow.getByRole('button', { name: 'Allow this build' }).click();
    await representative.getByText('Done. It is entry 4 of the rules log.').waitFor({ timeout: 30_000 });

    await visit(employer, '/sign');
    expect(await employer.getByRole('region', { name: 'Allow a build of the recorder' }).count()).toBe(0);
    const withdraw = employer.getByRole('region', { name: 'Withdraw a build of the recorder' });
    await withdraw.getByLabel('Build').selectOption(digest);
    await withdraw.getByLabel('Passphrase of your key').fill(PASSPHRASE);
    await withdraw.getByLabel('This can’t be undone.').fill('withdraw extension');
    await withdraw.getByRole('button', { name: 'Withdraw this build' }).click();
    await employer.getByText('Done. It is entry 5 of the rules log.').waitFor({ timeout: 60_000 });

    // What the log refuses is said in its words, and nothing is changed.
    await visitWithin(representative, 'Agreement');
    await visitWithin(representative, 'Sign');
    await allow.getByLabel('Name').fill('extension');
    await allow.getByLabel('Version').fill('0.2.1');
    await allow.getByLabel('SHA-256').fill(digest);
    await allow.getByRole('button', { name: 'Allow this build' }).click();
    await allow.getByRole('alert').filter({ hasText: 'RUL' }).waitFor({ timeout: 30_000 });

    const report = representative.getByRole('region', { name: 'Report that data came into the wrong hands' });
    await report.getByLabel('This can’t be undone.').fill('report');
    expect(await report.getByRole('button', { name: 'Report it' }).isDisabled()).toBe(true);
    writeFileSync(join(folder, 'notice.txt'), 'made up');
    await report.locator('[data-pick=breach]').setInputFiles(join(folder, 'notice.txt'));
    await report.getByRole('button', { name: 'Report it' }).click();
    await representative.getByText('Done. It is entry 6 of the rules log.').waitFor({ timeout: 30_000 });
    complaints.length = 0;
  });

  test('the representative publishes what her guardian counted, and everyone reads the share', async () => {
    const { representative } = pages;
    await visitWithin(representative, 'Agreement');
    await visitWithin(representative, 'Sign');
    const act = representative.getByRole('region', { name: 'Publish what your guardian counted' });
    await act.getByLabel('The statement').fill('aboveboard suspension v1');
    await act.getByText('This is no statement of codes, of tokens, of objections or of keys.').waitFor();
    expect(await act.getByRole('button').isDisabled()).toBe(true);
    const checkpoint = await representative.request.get(`${origin}/log/rules/tile/entries/000.p/7`);
    const bundle = await checkpoint.body();
    const document = bundle.subarray(2, 2 + bundle.readUInt16BE(0));
    const digest = createHash('sha256').update(document).digest('hex');
    const list = 'ef'.repeat(32);
    await act
      .getByLabel('The statement')
      .fill(
        `aboveboard objections v1\nworks\n1\nsha256 ${digest}\nissued 100\nspent 7\nsha256 ${list}\nagreement 7\n`,
      );
    await act.getByText('The log says that 7 of 100 employees object to version 1.').waitFor();
    await act.getByRole('button', { name: 'Sign and publish it' }).click();
    await representative.getByText('Done. It is entry 7 of the rules log.').waitFor({ timeout: 30_000 });
    expect(await findingsInAllForms(representative)).toEqual([]);
    await visitWithin(representative, 'Agreement');
    await representative
      .getByText('7 objections from 100 employees (7 %). At 20 % recording stops.')
      .waitFor();
  });

  test('[RUL60] who is to sign other keys of the logs reads which come and which go', async () => {
    const { representative, employer } = pages;
    const { from, to } = madeUpChange();
    const statement = statementText({ kind: 'policy', id: 'works', from, to });
    for (const [page, name] of [
      [representative, 'Publish what your guardian counted'],
      [employer, 'Sign other keys of the logs'],
    ] as const) {
      await visitWithin(page, 'Agreement');
      await visitWithin(page, 'Sign');
      const act = page.getByRole('region', { name });
      await act.getByLabel('The statement').fill(statement);
      await act
        .getByText(/No longer: guardian\/before \w{8}\. From then on: guardian\/after \w{8}\./)
        .waitFor();
      expect(await findingsInAllForms(page)).toEqual([]);
      await act.getByLabel('The statement').fill('');
    }
    // The employer signs nothing that the guardian prepares.
    const act = employer.getByRole('region', { name: 'Sign other keys of the logs' });
    await act.getByLabel('The statement').fill('aboveboard halves v1\nworks\nage1pq1abc\n');
    await act.getByText('This is no statement of keys.').waitFor();
  });

  test('one party alone takes back its signature, after typing that it means it', async () => {
    const { representative } = pages;
    await visitWithin(representative, 'Agreement');
    await visitWithin(representative, 'Sign');
    const act = representative.getByRole('region', { name: 'Take back your signature' });
    const button = act.getByRole('button', { name: 'Revoke version 1' });
    expect(await button.isDisabled()).toBe(true);
    await act.getByLabel('This can’t be undone.').fill('revoke version 1');
    await button.click();
    await representative.getByText('Done. It is entry 8 of the rules log.').waitFor({ timeout: 30_000 });
    await visitWithin(representative, 'Agreement');
    await representative.getByText('A party took back its signature').waitFor();
    const first = representative.locator('.finding').first();
    expect(await first.locator('dt').textContent()).toBe('Is an agreement in force?');
    expect(complaints).toEqual([]);
    expect(readFileSync(join(folder, 'officer.note'), 'utf8')).toContain('officer.works.example');
  });
});

here('signing in', () => {
  test('[IDN40, IDN41] the key can be used and not taken, and the cookie without it opens nothing', async () => {
    const { dpo } = pages;
    const kept = await dpo.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const opening = indexedDB.open('aboveboard-session');
          opening.onsuccess = () => {
            const read = opening.result.transaction('key').objectStore('key').get('key');
            read.onsuccess = () => {
              const { privateKey } = read.result.key as CryptoKeyPair;
              crypto.subtle.exportKey('jwk', privateKey).then(
                () => resolve('taken'),
                (error: Error) => resolve(error.name),
              );
            };
          };
        }),
    );
    expect(kept).toBe('InvalidAccessError');
    expect(await dpo.evaluate(() => document.cookie)).not.toContain('staff');
    const thief = await browser.newContext();
    await thief.addCookies(await dpo.context().cookies());
    for (const path of ['/api/staff/session', '/api/staff/accounts'])
      expect((await thief.request.get(`${origin}${path}`)).status()).toBe(401);
    await thief.close();
    await visit(dpo, '/account');
    await dpo.getByText('You are signed in as: data-protection officer.').waitFor();
    expect(await findingsInAllForms(dpo)).toEqual([]);
  });

  test('[IDN80, IDN81] the page lists where she is signed in, and ends it there', async () => {
    const { dpo } = pages;
    // A browser that lost its cookies: its session goes on without it.
    await dpo.context().clearCookies();
    await dpo.goto(origin);
    await dpo.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await dpo.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
    await visit(dpo, '/account');
    const list = dpo.getByRole('region', { name: 'Where you are signed in' });
    await list.getByText('this browser').waitFor();
    expect(await list.locator('tbody tr').count()).toBe(2);
    expect(await findingsInAllForms(dpo)).toEqual([]);
    await list.getByRole('button', { name: /^Sign out there/ }).click();
    await dpo.getByText('You are signed in nowhere else.').waitFor();
    expect(await list.locator('tbody tr').count()).toBe(1);
    await dpo.getByRole('status').filter({ hasText: 'Signed out there.' }).waitFor();
  });

  test('[IDN20, IDN51] by passkey again, and with the recovery code when it is lost', async () => {
    const { dpo } = pages;
    await dpo.getByRole('button', { name: 'Sign out', exact: true }).click();
    await dpo.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await dpo.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
    const other = await (await browser.newContext()).newPage();
    await other.goto(origin);
    await (await giveAuthenticator(other)).refuse();
    await other.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await other.getByRole('alert').filter({ hasText: 'Your browser made no passkey' }).waitFor();
    await other.context().close();
    const device = await (await browser.newContext()).newPage();
    await giveAuthenticator(device);
    const code = recoveryCodes.get(dpo) ?? '';
    expect(await joinPage(device, { origin, kind: 'My recovery code', code })).not.toBe(code);
    // What she had before has ended with it.
    await dpo.goto(origin);
    await dpo.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
    await device.context().close();
  });

  test.each(['/', '/practice/board.html', '/api/about'])(
    '[IDN61] %s: text becomes neither markup nor script, whoever asks',
    async (path) => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(`${origin}${path}`);
      expect(await page.evaluate(markupAttempts)).toEqual([]);
      await page.context().close();
    },
  );
});
