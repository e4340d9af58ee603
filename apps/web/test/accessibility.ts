import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds in the page as it is now, one line a rule. Recorded pages in frames are not ours. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Evaluated from outside: the page's own policy lets no foreign script in.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    type Found = { violations: { id: string; nodes: { html: string }[] }[] };
    const { axe } = globalThis as unknown as { axe: { run(at: object, how: object): Promise<Found> } };
    const { violations } = await axe.run({ exclude: [['iframe']] }, { iframes: false });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    );
  });
}

/** By how many pixels the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** Light and dark, narrow, usual and very wide: everything that axe finds and every page that scrolls sideways. */
export async function findingsInAllForms(page: Page): Promise<string[]> {
  const findings: string[] = [];
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [1280, 'dark'],
    [320, 'light'],
    [2560, 'light'],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    // A colour that is still on its way from one scheme to the other is neither.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // The colours are there with the frame after the next.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    const form = `${new URL(page.url()).pathname} ${width} ${colorScheme}`;
    const wider = await overflow(page);
    if (wider > 0) findings.push(`${form}: ${wider} px too wide`);
    // What axe looks at does not change with the last of the widths.
    if (width < 2560) findings.push(...(await axeFindings(page)).map((found) => `${form}: ${found}`));
  }
  return findings;
}
