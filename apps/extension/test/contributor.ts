import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agreement } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import type { Page } from 'playwright-core';
import type { RecorderView } from '../src/wire/panel-message.ts';

export const CARD: TaskCard = {
  id: 'expense-single',
  version: 1,
  title: 'File one expense',
  goal: 'File {amount} for {vendor}.',
  inputs: [
    { name: 'vendor', label: 'Vendor', value: 'ACME' },
    { name: 'amount', label: 'Amount', value: '240.00 EUR' },
  ],
  check: 'The page says Saved.',
  origins: [],
};

/** What a person does on the panel, and nothing that only a program could. */
export class Contributor {
  readonly panel: Page;

  constructor(panel: Page) {
    this.panel = panel;
  }

  /** `change`: what the parties agreed otherwise than the demonstration. */
  async openAgreementFile(
    origins: readonly string[],
    given: { literals?: Uint8Array; change?: (agreement: Agreement) => void } = {},
  ): Promise<void> {
    const { literals, change } = given;
    const options = { origins, now: Date.now(), subtle: crypto.subtle };
    const { agreement, attachments } = await demonstrationAgreement({
      ...options,
      ...(literals ? { literals } : {}),
    });
    change?.(agreement);
    const document = canonicalBytes(agreement);
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const folder = mkdtempSync(join(tmpdir(), 'aboveboard-agreement-'));
    const file = join(folder, 'agreement.json');
    const files = Object.fromEntries([...attachments].map(([name, content]) => [name, text(content)]));
    writeFileSync(file, JSON.stringify({ document: text(document), attachments: files, cards: [CARD] }));
    await this.panel.setInputFiles('input[type=file]', file);
    await this.panel.getByRole('heading', { name: 'The agreement' }).waitFor();
    rmSync(folder, { recursive: true });
  }

  /** What her recorder speaks to the server with: for asking, as she, what no page of the recorder shows yet. */
  sessionToken(): Promise<string> {
    return this.panel.evaluate(async () => {
      const open = indexedDB.open('aboveboard');
      const database = await new Promise<IDBDatabase>((resolve) => {
        open.onsuccess = () => resolve(open.result);
      });
      const setup = database.transaction('settings').objectStore('settings').get('setup');
      await new Promise((resolve) => {
        setup.onsuccess = resolve;
      });
      database.close();
      return (setup.result as { token: string }).token;
    });
  }

  async connect(server: string, code: string): Promise<void> {
    await this.panel.getByLabel('Address of the server or guardian').fill(server);
    await this.panel.getByLabel('Your one-time code').fill(code);
    await this.panel.getByRole('button', { name: 'Fetch the agreement' }).click();
  }

  async accept(): Promise<void> {
    await this.panel.getByRole('heading', { name: 'The agreement' }).waitFor();
    for (const box of await this.panel.getByRole('checkbox').all()) await box.check();
    await this.panel.getByRole('button', { name: 'Accept' }).click();
    await this.panel.getByRole('heading', { name: 'Start a task' }).waitFor();
  }

  async startCard(): Promise<void> {
    await this.panel.bringToFront();
    await this.panel.getByRole('button', { name: /File one expense/ }).click();
    await this.panel.getByRole('button', { name: 'Start recording' }).click();
    await this.panel.getByRole('button', { name: 'Pause' }).waitFor();
  }

  async press(name: string): Promise<void> {
    await this.panel.bringToFront();
    await this.panel.getByRole('button', { name, exact: true }).click();
  }

  /** Gives the id of the recording, which the review page has in its address. */
  async stop(): Promise<string> {
    const [review] = await Promise.all([this.panel.context().waitForEvent('page'), this.press('Stop')]);
    await review.waitForURL(/review\.html#/);
    const id = new URL(review.url()).hash.slice(1);
    await review.close();
    return id;
  }

  /** What the panel shows, in its own words' data; for assertions only. */
  async view(): Promise<RecorderView> {
    return this.panel.evaluate(async () => (await chrome.runtime.sendMessage({ command: 'view' })).view);
  }
}
