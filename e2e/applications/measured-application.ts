import type { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { chromium } from 'playwright-core';
import { ExtensionBrowser } from '../../apps/extension/test/extension-browser.ts';
import { findChromium } from '../../apps/server/src/rendering/chromium.ts';
import { showExtension, showSpooled } from '../evidence.ts';
import { SecretScan } from '../secret-scan.ts';
import { Filling, lookAround, recordVisit } from './recorded-visit.ts';
import type { TestApplication } from './served-application.ts';
import { judgeVisit, type Verdict } from './visit-judge.ts';

export type Measured = Verdict & {
  application: string;
  /** Places whose planted text stood in the page's own document at a look. */
  present: string[];
  /** Places whose text is in something that was kept. */
  kept: string[];
};

/** Records the application with the built extension, or another build of it, and searches all that is kept and drawn. */
export async function measureApplication(
  app: TestApplication,
  renderer: FrameRenderer,
  extension?: string,
): Promise<Measured> {
  const filling = new Filling(0);
  const [other, plain, browser] = [
    new Filling(1),
    await plainBrowser(),
    await ExtensionBrowser.launch(undefined, extension),
  ];
  try {
    const [elsewhere, visit] = await Promise.all([
      lookAround(app, plain, other),
      recordVisit(app, browser, filling),
    ]);
    const scan = new SecretScan([...filling.words].map(([place, text]) => ({ place, text })));
    await showSpooled(scan, visit.panel, visit.id);
    if (extension === undefined) await showExtension(scan, browser, visit.panel);
    const verdict = await judgeVisit(renderer, visit.read, visit.stills, elsewhere, scan);
    const shown = new Set(visit.stills.flatMap(({ shown: { present } }) => present));
    return {
      ...verdict,
      application: app.name,
      present: [...filling.words].flatMap(([place, text]) => (shown.has(text) ? [place] : [])),
      kept: [...scan.found].map(({ place }) => place),
    };
  } finally {
    await Promise.all([plain.close(), browser.close()]);
  }
}

/** A browser where nothing is recorded. */
export function plainBrowser() {
  return chromium.launch({
    executablePath: findChromium() ?? '/usr/bin/chromium',
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
    ],
  });
}
