import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GuardianClient } from '../pages/guardian-client.ts';
import { askVoice, beginVoice, decideVoice, type OwnVoice, sendVoice } from '../pages/own-voice.ts';
import { PAGES_FOLDER } from '../src/pages.ts';
import { issueOf, PASSPHRASE, runGuardian } from './running-guardian.ts';

const CHROMIUM = process.env['ABOVEBOARD_CHROMIUM'] ?? '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = process.env['ABOVEBOARD_SHOTS'];
const DAY = 86_400;
const canRun = existsSync(CHROMIUM) && existsSync(PAGES_FOLDER);

describe.skipIf(!canRun)('the pages of a guardian, in Chromium', () => {
  let house: Awaited<ReturnType<typeof runGuardian>>;
  let browser: Browser;
  let page: Page;
  let everyone: GuardianClient;
  let codes: string[];
  const seen: string[] = [];

  beforeAll(async () => {
    house = await runGuardian();
    house.clock.now = Math.floor(Date.now() / 1000);
    everyone = house.client();
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    page = await browser.newPage({ acceptDownloads: true });
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => message.type() === 'error' && seen.push(message.text()));
    // A count that is not there yet is asked for all the same.
    page.on('response', (response) => {
      if (response.status() === 404 && !response.url().includes('/voice/counts/'))
        seen.push(`404 ${response.url()}`);
    });
    page.on('pageerror', (error) => seen.push(error.message));
    page.on('request', (request) => {
      if (!/^(blob:|data:)/.test(request.url()) && !request.url().startsWith(house.guardian.url))
        seen.push(`asked ${request.url()}`);
    });
  });
  afterAll(async () => {
    await browser?.close();
    await house?.end();
  });

  const go = (path: string) => page.goto(`${house.guardian.url}${path}`);
  const says = (text: string | RegExp) => page.getByText(text).first().waitFor();
  /** The page's clock and the guardian's, set ahead together. */
  async function later(days: number): Promise<void> {
    house.clock.now += days * DAY + 60;
    await page.clock.setFixedTime(house.clock.now * 1000);
  }
  /** Everything that axe finds and every page that scrolls sideways: light, dark, narrow. */
  async function sound(name: string): Promise<void> {
    const findings: string[] = [];
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [1280, 'dark'],
      [320, 'light'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(AXE);
      const found = await page.evaluate(async () => {
        type Found = { violations: { id: string; nodes: { html: string }[] }[] };
        const { axe } = globalThis as unknown as { axe: { run(): Promise<Found> } };
        const { violations } = await axe.run();
        const wider = document.documentElement.scrollWidth - innerWidth;
        return [
          ...violations.map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
          ),
          ...(wider > 0 ? [`${wider} px too wide`] : []),
        ];
      });
      findings.push(...found.map((one) => `${name} ${width} ${colorScheme}: ${one}`));
      if (SHOTS)
        await page.screenshot({ path: `${SHOTS}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
    expect(findings).toEqual([]);
  }

  it('[GRD50, GRD54] tells a stranger nothing, and sets the passphrase with the link, once', async () => {
    await go('/');
    await says('No passphrase is set.');
    await sound('stranger');
    const link = house.guardian.setupLink as string;
    // Another document, so that the page is loaded as from a terminal's link.
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByLabel('Passphrase').waitFor();
    expect(await page.evaluate(() => location.href)).not.toContain('setup');
    await page.getByLabel('Passphrase').fill(PASSPHRASE);
    await page.getByLabel('The same again').fill('something else');
    await page.getByRole('button', { name: 'Set it' }).click();
    await says('The two are not the same.');
    await sound('set-up');
    await page.getByLabel('The same again').fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Set it' }).click();
    await says('None dealt yet. Begin there.');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Passphrase').fill('not the passphrase');
    await page.getByLabel('Passphrase').press('Enter');
    await says('This is not the passphrase.');
    await page.getByLabel('Passphrase').fill(PASSPHRASE);
    await page.getByLabel('Passphrase').press('Enter');
    await says('None dealt yet. Begin there.');
  });

  it('[GRD1] deals codes once, as sheets to print and as a file, and forgets them', async () => {
    await page.getByLabel('How many employees').fill('10');
    await page.getByRole('button', { name: 'Make the codes' }).click();
    await says('10 codes.');
    await sound('codes');
    const lines = await page.locator('article.sheet .code').allTextContents();
    codes = lines.filter((line) => !line.includes('_'));
    expect(new Set(codes).size).toBe(10);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as plain text' }).click(),
    ]);
    const saved = readFileSync(await download.path(), 'utf8').split('\f');
    expect(saved.map((sheet, at) => sheet.includes(codes[at] as string))).toEqual(Array(10).fill(true));
    await page.emulateMedia({ media: 'print' });
    const pages = (await page.pdf()).toString('latin1').match(/\/Type\s*\/Page\b/g);
    expect(pages).toHaveLength(10);
    await page.emulateMedia({ media: 'screen' });
    await page.getByRole('button', { name: 'let them go' }).click();
    await page.getByText('Dealing again makes').waitFor();
    expect(await page.content()).not.toContain(codes[0]);
  });

  it('[GRD10, GRD15] opens the version that the server shows, and an election', async () => {
    await page.getByRole('button', { name: 'The one that the server shows' }).click();
    await says('Its digest');
    await page.getByRole('button', { name: 'Open it' }).click();
    await says(/version 1, is open/);
    await page.getByLabel('A short name').fill('council-2026');
    await page.getByLabel('Candidates').fill('A. Example\nB. Example');
    await page.getByRole('button', { name: 'Announce it' }).click();
    await says(/council-2026: A. Example, B. Example/);
    await page.getByText(/Tokens: their number/).click();
    await says(/aboveboard tokens v1/);
    await sound('desk');
  });

  it('[IDN74, ACC73] takes the operator’s invitations for the probe, and nothing else', async () => {
    await page.getByText('Accounts for trying doors (0 of 6)').click();
    await page.getByLabel('The lines that the operator gave you').fill('operator');
    await page.getByRole('button', { name: 'Make these accounts' }).click();
    await says('are not the lines');
    await sound('probe');
    await page
      .getByLabel('The lines that the operator gave you')
      .fill('operator ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2-34');
    await page.getByRole('button', { name: 'Make these accounts' }).click();
    await says('did not take the invitation for the operator');
  });

  it('[GRD12, GRD21] asks with the code of a sheet, keeps the token, objects with words, shows the receipt', async () => {
    await go('/object');
    await page.getByLabel('The code on your sheet').fill('not a code');
    await page.getByRole('button', { name: 'Ask with this code' }).click();
    await says('This is not a code');
    await sound('ask');
    await page.getByLabel('The code on your sheet').fill((codes[0] as string).toLowerCase());
    // The answer is lost after the guardian took the ask.
    await page.route('**/voice/asks', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.getByRole('button', { name: 'Ask with this code' }).click();
    await says('Asked.');
    await page.unroute('**/voice/asks');
    seen.length = 0;
    const found = await issueOf(everyone, (await issues())[0] as string);
    const others: OwnVoice[] = [];
    for (const code of codes.slice(1, 5)) {
      others.push(await askVoice((await beginVoice(found, code)) as OwnVoice, found, everyone));
    }
    await later(7);
    await go('/object');
    await page.getByRole('button', { name: 'Look whether' }).click();
    await page.getByLabel('The whole agreement').check();
    await page.getByLabel('Why, if you want').fill('We were not asked.');
    await sound('object');
    await page.route('**/voice/spent', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.getByRole('button', { name: 'Object', exact: true }).click();
    await says('may not have arrived');
    await page.unroute('**/voice/spent');
    seen.length = 0;
    await page.getByRole('button', { name: 'Send it again' }).click();
    await says('Your objection is taken');
    await sound('objected');
    const { words } = await everyone.get<{ words: string }>('/voice');
    for (const own of others) {
      const asked = await askVoice(own, found, everyone);
      await sendVoice(await decideVoice(asked, found, 'agreement', '', words), everyone);
    }
  });

  it('[GRD30, GRD33] counts in the page, and finds its own', async () => {
    await later(1);
    await go('/count');
    await says('5 of 10 employees objected');
    await says('Your browser counted the list again: it gives these numbers.');
    await says('What you said in this browser is counted, for: The whole agreement.');
    await page.getByLabel('Receipt').first().fill('ab'.repeat(32));
    await page.getByRole('button', { name: 'Look for it' }).first().click();
    await says('It is not in this list.');
    await sound('count');
  });

  it('[GRD41] shows the representative the words of the batch', async () => {
    await go('/');
    await page.getByLabel('Passphrase').fill(PASSPHRASE);
    await page.getByLabel('Passphrase').press('Enter');
    await page.getByRole('button', { name: 'Read them' }).click();
    await says('We were not asked.');
    await says('The whole agreement');
    await sound('words');
  });

  it('[GRD15, GRD33] votes with the keyboard alone', async () => {
    const election = (await issues())[1] as string;
    const given = { id: 'second', candidates: [{ id: 'a', name: 'A. Example' }] };
    const opens = house.clock.now + DAY;
    expect(election).toBeTruthy();
    const path = '/representative/elections';
    const status = await page.evaluate(
      async ([to, body]) =>
        (
          await fetch(to as string, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: body as string,
          })
        ).status,
      [path, JSON.stringify({ ...given, opens, closes: opens + DAY })],
    );
    expect(status).toBe(200);
    await go('/vote');
    const second = page.getByRole('region', { name: 'second' });
    await second.getByLabel('The code on your sheet').focus();
    await page.keyboard.type(codes[6] as string);
    await page.keyboard.press('Enter');
    await second.getByText('Asked.').waitFor();
    await sound('ballot-asked');
    await later(1);
    await go('/vote');
    await second.getByRole('button', { name: 'Look whether' }).focus();
    await page.keyboard.press('Enter');
    await second.getByRole('radio').first().focus();
    await page.keyboard.press('Space');
    await sound('vote');
    await second.getByRole('radio').first().focus();
    await page.keyboard.press('Enter');
    await second.getByText('Your ballot is taken').waitFor();
    await later(1);
    await go('/count');
    await says('A. Example is elected');
    await says('What you said in this browser is counted, for: A. Example.');
    await sound('elected');
  });

  it('[GRD8, GRD19] deals to people who joined, once she says that she has the sheets', async () => {
    await go('/');
    await page.getByLabel('Passphrase').fill(PASSPHRASE);
    await page.getByLabel('Passphrase').press('Enter');
    await page.getByText('Codes: their number').click();
    await says(/aboveboard enrolment v1/);
    const deal = async (people: number) => {
      await page.getByLabel('How many people have joined').fill(String(people));
      await page.getByRole('button', { name: 'Make the codes' }).click();
    };
    await deal(4);
    await says('Deal to 5 people or more at once');
    await deal(5);
    await says('They are good from the moment on');
    await sound('joined');
    await page.getByRole('button', { name: 'Throw them away' }).click();
    await says('10 dealt');
    await deal(6);
    await page.getByRole('button', { name: 'make them good' }).click();
    await says('16 dealt');
  });

  it('[ENR52] takes an erase code, and sends nothing of what was misread', async () => {
    await go('/erase');
    await sound('erase');
    await page.getByLabel('Your erase code').fill('not a code');
    await page.getByRole('button', { name: 'Erase everything of mine' }).click();
    await says('This is not a code');
  });

  it('[GRD56] loads nothing from elsewhere, runs no script of another, and no fault was met', async () => {
    const header = (await fetch(`${house.guardian.url}/object`)).headers.get('content-security-policy');
    expect(header).toContain("default-src 'none'");
    expect(header).toContain("frame-ancestors 'none'");
    expect(header).not.toMatch(/unsafe|\*|https?:/);
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      try {
        script.textContent = 'globalThis.foreign = true';
      } catch {
        // Not even given to the page: it takes no text for a script.
      }
      document.body.append(script);
      return 'foreign' in globalThis;
    });
    expect(ran).toBe(false);
    expect(seen.filter((one) => !/Content Security Policy|TrustedScript|status of 40[49]/.test(one))).toEqual(
      [],
    );
  });

  async function issues(): Promise<string[]> {
    const about = await everyone.get<{ issues: { digest: string }[] }>('/voice');
    return about.issues.map(({ digest }) => digest);
  }
});
