import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { BUILT, buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { killRound } from './kill-round.ts';
import { buildRegrouping } from './regrouping-build/build.ts';
import { readSpooled } from './spooled-recording.ts';
import { startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;
let regrouping: string;
beforeAll(async () => {
  buildExtension();
  regrouping = buildRegrouping();
  site = await startTestSite();
});
afterAll(() => site?.close());

describe('what ends the worker or the browser', () => {
  test.each(['as it ships', 'putting its parts together all the time'])(
    '[SPO20] the worker is ended three times in a recording, %s: nothing is lost and nothing is there twice',
    async (build) => {
      const browser = await ExtensionBrowser.launch(undefined, build === 'as it ships' ? BUILT : regrouping);
      try {
        const contributor = new Contributor(await browser.panel());
        await contributor.openAgreementFile([site.origin, site.frameOrigin]);
        await contributor.accept();
        const page = await browser.context.newPage();
        await page.goto(site.origin);
        await contributor.startCard();
        await page.bringToFront();
        await page.waitForTimeout(600);
        const done: number[] = [];
        for (let step = 0; step < 240; step++) {
          const x = 20 + step * 3;
          await page.mouse.move(x, 350);
          done.push(x);
          await page.waitForTimeout(10);
          if (step % 80 === 40) await browser.killWorker(contributor.panel);
        }
        await page.waitForTimeout(1500);
        expect((await contributor.view()).state).toBe('recording');
        const id = await contributor.stop();
        const { manifest, events } = await readSpooled(contributor.panel, id);
        const moves = events.flatMap((event) => (event.kind === 'move' && event.y === 350 ? [event.x] : []));
        expect(moves).toEqual(done);
        expect(manifest).not.toBe(null);
        if (build !== 'as it ships') expect(manifest?.parts.length).toBeLessThan(12);
        expect(events.filter((event) => event.kind === 'task')).toHaveLength(2);
      } finally {
        await browser.close();
      }
    },
  );

  test('[SPO21] a pause goes on over the end of the worker', async () => {
    const browser = await ExtensionBrowser.launch();
    try {
      const contributor = new Contributor(await browser.panel());
      await contributor.openAgreementFile([site.origin]);
      await contributor.accept();
      const page = await browser.context.newPage();
      await page.goto(site.origin);
      await contributor.startCard();
      await contributor.press('Pause');
      await browser.killWorker(contributor.panel);
      await page.bringToFront();
      await page.mouse.move(200, 200, { steps: 10 });
      await page.waitForTimeout(1000);
      expect((await contributor.view()).state).toBe('paused');
      const id = await contributor.stop();
      const { events } = await readSpooled(contributor.panel, id);
      expect(events.filter((event) => event.kind === 'move')).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  for (const seed of [1, 2, 3]) {
    test(`[SPO22] the browser is killed with -9 (seed ${seed}): at most a second is lost, and the recording opens`, async () => {
      const round = await killRound(site, seed, seed === 3 ? regrouping : BUILT);
      expect(round.faults).toEqual([]);
      expect(round.moves).toBeGreaterThan(20);
      expect(round.lostMilliseconds).toBeLessThanOrEqual(1000);
    });
  }
});
