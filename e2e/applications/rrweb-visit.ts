import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { SecretScan } from '../secret-scan.ts';
import { Filling, tour } from './recorded-visit.ts';
import { packageFolder, type TestApplication } from './served-application.ts';

/** What stock rrweb keeps of the same way through an application: for comparison. */
export const RRWEB_SETTINGS = {
  defaults: {},
  maskAllInputs: { maskAllInputs: true },
} as const;

export type RrwebSetting = keyof typeof RRWEB_SETTINGS;

/** Places whose planted text is in the events of rrweb. */
export async function rrwebKeeps(
  app: TestApplication,
  browser: Browser,
  setting: RrwebSetting,
): Promise<string[]> {
  const filling = new Filling(0);
  const served = await app.start(filling);
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  try {
    page.setDefaultTimeout(20_000);
    await page.goto(served.origin + (app.entry ?? ''));
    await page.locator(app.ready).first().waitFor();
    await startRrweb(page, setting);
    await tour(app, page, served.origin, filling);
    const scan = new SecretScan([...filling.words].map(([place, text]) => ({ place, text })));
    scan.text('events of rrweb', await rrwebEvents(page));
    return [...scan.found].map(({ place }) => place);
  } finally {
    await page.close();
    await served.stop();
  }
}

export async function startRrweb(page: Page, setting: RrwebSetting): Promise<void> {
  const script = await readFile(join(packageFolder('@rrweb/record'), 'dist/record.umd.min.cjs'), 'utf8');
  await page.evaluate(script);
  await page.evaluate((options) => {
    const here = globalThis as unknown as {
      rrwebRecord: { record(given: object): void };
      kept: unknown[];
    };
    here.kept = [];
    here.rrwebRecord.record({ ...options, emit: (event: unknown) => here.kept.push(event) });
  }, RRWEB_SETTINGS[setting]);
}

export function rrwebEvents(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify((globalThis as unknown as { kept: unknown[] }).kept));
}
