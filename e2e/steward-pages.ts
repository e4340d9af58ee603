import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Agreement, PARTY_ROLES, type PartyRole } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../apps/web/test/chromium.ts';
import { PASSPHRASE, type RunningInstallation } from './installation.ts';

const CODE_OF: Readonly<Record<PartyRole, string>> = {
  employer: 'employer',
  representative: 'representative',
  'data-protection-officer': 'dpo',
};

/**
 * The stewards of a new installation on the pages that the server serves, each in a browser of its own: with the
 * key from a file of hers, which is opened there for one act at a time.
 */
export class StewardPages {
  readonly #browser: Browser;
  readonly #pages = new Map<PartyRole, Page>();
  readonly #folder: string;

  private constructor(browser: Browser, folder: string) {
    this.#browser = browser;
    this.#folder = folder;
  }

  /** Signs each in with her one-time code, and takes her key from `FOLDER/ROLE.key`. */
  static async open({ url, codes }: RunningInstallation, folder: string): Promise<StewardPages> {
    const here = new StewardPages(await launchChromium(), folder);
    try {
      for (const role of PARTY_ROLES) {
        const page = await (await here.#browser.newContext()).newPage();
        page.setDefaultTimeout(60_000);
        here.#pages.set(role, page);
        await page.goto(url);
        await page.getByLabel('One-time code').fill(codes.get(CODE_OF[role]) ?? '');
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: 'Sign out' }).waitFor();
        await visit(page, 'Sign');
        await page.getByLabel('Passphrase').first().fill(PASSPHRASE);
        await page.locator('[data-pick=key]').setInputFiles(join(folder, `${role}.key`));
        await page.getByText('sealed with a passphrase.').waitFor();
      }
      return here;
    } catch (error) {
      await here.close();
      throw error;
    }
  }

  /** The employer puts a draft forward; all three read it and sign; gives the number of entries of the log. */
  async agree(draft: Agreement): Promise<number> {
    const file = join(this.#folder, 'draft.json');
    await writeFile(file, canonicalBytes(draft));
    const employer = this.#of('employer');
    await visit(employer, 'Draft');
    await employer.locator('[data-pick=draft]').setInputFiles(file);
    await employer.getByText('Nothing is missing.').waitFor();
    await employer.getByLabel('Put forward').check();
    await employer.getByRole('button', { name: `Put version ${draft.version} forward` }).click();
    await entered(employer);
    let last = 0;
    for (const role of PARTY_ROLES) {
      const page = this.#of(role);
      await visit(page, 'Agreement');
      await visit(page, 'Sign');
      await page.getByText('Read it as a contributor').click();
      await page.getByLabel('Passphrase of your key').first().fill(PASSPHRASE);
      await page.getByRole('button', { name: `Sign version ${draft.version}` }).click();
      last = await entered(page);
    }
    return last + 1;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  #of(role: PartyRole): Page {
    return this.#pages.get(role) as Page;
  }
}

/** Through the menu, as a person does. */
async function visit(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await page.getByText('One moment …', { exact: true }).first().waitFor({ state: 'detached' });
}

/** What she did is in the log; at which place. */
async function entered(page: Page): Promise<number> {
  const said = page.getByText(/^Done\. It is entry \d+ of the rules log\.$/).first();
  await said.waitFor();
  return Number(/entry (\d+)/.exec(await said.innerText())?.[1]);
}
