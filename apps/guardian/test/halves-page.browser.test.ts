import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { signStatement } from '@aboveboard/consent/agreement-signing';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAGES_FOLDER } from '../src/pages.ts';
import { HalfInstallation, PARTIES } from './half-fixture.ts';
import { PASSPHRASE } from './running-guardian.ts';

const CHROMIUM = process.env['ABOVEBOARD_CHROMIUM'] ?? '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = process.env['ABOVEBOARD_SHOTS'];
const canRun = existsSync(CHROMIUM) && existsSync(PAGES_FOLDER);

/** With the keyboard alone, from the link of the first start on: who reads what people released, and the switch that ends it. */
describe.skipIf(!canRun)('the representative’s page of halves, in Chromium', () => {
  let of: HalfInstallation;
  let browser: Browser;
  let page: Page;
  const seen: string[] = [];

  beforeAll(async () => {
    of = await HalfInstallation.start();
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => message.type() === 'error' && seen.push(message.text()));
    page.on('pageerror', (error) => seen.push(error.message));
  });
  afterAll(async () => {
    await browser?.close();
    await of?.end();
  });

  const says = (text: string | RegExp) => page.getByText(text).first().waitFor();
  const press = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).focus();
    await page.keyboard.press('Enter');
  };
  const lines = () => page.locator('ol.lines > li');
  /** Reads the journal again, until it has so many lines. */
  async function look(many: number): Promise<string> {
    await press('Look again');
    await lines()
      .nth(many - 1)
      .waitFor();
    expect(await lines().count()).toBe(many);
    return (await lines().first().textContent()) ?? '';
  }
  async function limitTo(text: string): Promise<void> {
    const field = page.getByLabel('At most in an hour');
    await field.focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  }
  const given = async (id: string) => of.post('/halves/given', (await of.ask([id])).asked);

  /** Everything that axe finds, and whether the page scrolls sideways. */
  async function sound(name: string): Promise<void> {
    const findings: string[] = [];
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [1280, 'dark'],
      [360, 'light'],
      [360, 'dark'],
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
          ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
          ...(wider > 0 ? [`${wider} px too wide`] : []),
        ];
      });
      findings.push(...found.map((one) => `${name} ${width} ${colorScheme}: ${one}`));
      if (SHOTS)
        await page.screenshot({ path: `${SHOTS}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    expect(findings).toEqual([]);
  }

  it('[GRD50, GRD74] is hers after the link of the first start, and says that nobody has asked', async () => {
    await page.goto(of.setupLink as string);
    await page.getByLabel('Passphrase').focus();
    await page.keyboard.type(PASSPHRASE);
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSPHRASE);
    await page.keyboard.press('Enter');
    await says('Nobody has asked for anything yet.');
    await says('0 recordings opened in the last hour; at most 1,000 an hour.');
  });

  it('[GRD74] says each request in words: who, how many, for what, under which grant, signed by whom', async () => {
    const ids = [(await of.release()).id, (await of.release()).id];
    const { asked, grant } = await of.ask(ids);
    expect((await of.post('/halves/given', asked)).status).toBe(200);
    const short = grant.grant.id.slice(0, 8);
    expect(await look(1)).toMatch(
      new RegExp(
        `Researcher 5a5a5a5a opened 2 recordings to build a dataset, for training models, under grant ${short}, signed by (you and the employer|the employer and you)\\.`,
      ),
    );
    await says('2 recordings opened in the last hour; at most 1,000 an hour.');
    const alone = await of.ask(ids, { grant: await of.grant({}, ['employer']) });
    expect((await of.post('/halves/given', alone.asked)).status).toBe(403);
    const refused = await look(2);
    expect(refused).toContain('Refused to open 2 recordings: two parties have to sign a grant');
    // The rule stands behind the words, for whoever wants to read it.
    expect(refused).toContain('GRT23');
    await sound('halves-open');
  });

  it('[GRD72, GRD74] locks with one key, refuses from then on, still after a reload, and opens again for her', async () => {
    const { id } = await of.release();
    await press('Lock it now');
    await says('Locked. Nothing can be opened.');
    // The switch is where it was: the next key is on the same button.
    await page.getByRole('button', { name: 'Open it again', exact: true }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Open it again');
    const answer = await given(id);
    expect([answer.body.error?.code, answer.body.envelope]).toEqual(['locked', undefined]);
    await page.reload();
    await says('Locked. Nothing can be opened.');
    expect(await look(4)).toContain('Refused to open 1 recording: this guardian was locked.');
    await sound('halves-locked');
    await press('Open it again');
    await says('You opened it again.');
    expect((await given(id)).status).toBe(200);
    expect(await look(6)).toContain('Researcher 5a5a5a5a opened 1 recording');
  });

  it('[GRD73, GRD74] gives no more in an hour than she says, and takes nothing that is no limit', async () => {
    const { id } = await of.release();
    const field = page.getByLabel('At most in an hour');
    for (const wrong of ['many', '-1', '1.5', '100001']) {
      await limitTo(wrong);
      expect(await field.getAttribute('aria-invalid'), wrong).toBe('true');
    }
    await limitTo('0');
    await says('You set the limit to 0 an hour.');
    const answer = await given(id);
    expect([answer.body.error?.code, answer.body.envelope]).toEqual(['limit', undefined]);
    expect(await look(8)).toContain('more than you allow in an hour would have been opened');
    await limitTo('4');
    await says('You set the limit to 4 an hour.');
    expect((await given(id)).status).toBe(200);
    await look(10);
    await says('4 recordings opened in the last hour; at most 4 an hour.');
    await sound('halves-limit');
  });

  it('[GRD81, GRD82, GRD86] makes another for recorders to seal to, and retires the older one when the rules name it', async () => {
    const section = page.getByRole('group').filter({ hasText: 'seal to something new' });
    const open = async () => {
      await section.locator('summary').focus();
      await page.keyboard.press('Enter');
    };
    await open();
    await press('Make a new one');
    await says('Still opens what is on its way.');
    await says('The rules do not name the newest one');
    const retire = page.getByRole('button', { name: 'Retire the older one', exact: true });
    expect(await retire.getAttribute('aria-disabled')).toBe('true');
    await retire.focus();
    await page.keyboard.press('Enter');
    const recipient = (await (await fetch(`${of.url}/halves/recipient`)).text()).trim();
    const statement = { kind: 'halves' as const, id: of.agreement.id, recipient };
    await of.rules.append(await signStatement(statement, PARTIES.representative));
    await of.cosign(of.rules);
    await page.reload();
    await open();
    expect(await section.locator('code').count()).toBe(2);
    await retire.and(page.locator(':not([aria-disabled])')).waitFor();
    await press('Retire the older one');
    await says('Retired and overwritten on');
    await says('You retired the older one that recorders sealed to');
    await sound('halves-identity');
  });

  it('[GRD90, GRD93] makes other keys of her witness, and retires none before everyone can follow', async () => {
    const section = page.getByRole('group').filter({ hasText: 'The keys of your witness' });
    await section.locator('summary').focus();
    await page.keyboard.press('Enter');
    await press('Make other keys');
    await says('Next: the operator prepares the statement of the change');
    expect(await section.locator('code').count()).toBe(4);
    const retire = page.getByRole('button', { name: 'Retire the old keys', exact: true });
    expect(await retire.getAttribute('aria-disabled')).toBe('true');
    await retire.focus();
    await page.keyboard.press('Enter');
    await page.reload();
    await says('Next: the operator prepares the statement of the change');
    expect(await section.locator('code').count()).toBe(4);
    await sound('witness-keys');
    // The one is axe's own, which the page's policy forbids.
    expect(seen.filter((one) => !one.includes('TrustedScript'))).toEqual([]);
  });
});
