import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Player } from '../src/player.ts';
import { type DemoServer, serveDemo } from './demo/demo-server.ts';
import { CHROMIUM, launch } from './demo/launch.ts';
import { treeAt } from './shown-tree.ts';
import { SHORT, synthetic } from './synthetic-recording.ts';
import { all, written } from './write-recording.ts';

const here = test.skipIf(!existsSync(CHROMIUM));
let server: DemoServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) return;
  server = await serveDemo();
  browser = await launch();
  page = await browser.newPage({ viewport: { width: 1300, height: 900 } });
  page.on('pageerror', (error) => console.log('page error', error));
  await page.goto(`${server.origin}/?bare`);
  await page.waitForSelector('html[data-ready]');
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

here(
  '[REV33] the replay of an instant is the tree of that instant, in whatever order instants are asked for',
  async () => {
    const { recording } = await written(synthetic(SHORT));
    const states = await all(recording.states());
    await page.evaluate(async () => {
      const made = await demo.written(demo.synthetic(demo.SHORT));
      const player = demo.play(made.recording);
      Object.assign(globalThis, { player });
      await player.ready;
    });
    const end = recording.manifest.clock.durationTicks;
    const order = [
      0,
      0.9,
      0.2,
      0.21,
      0.22,
      0.5,
      0.1,
      1,
      ...Array.from({ length: 40 }, (_, i) => (i * 0.618) % 1),
    ];
    for (const part of order) {
      const t = Math.round(part * end);
      const shown = await page.evaluate(async (at) => {
        const { player } = globalThis as unknown as { player: Player };
        await player.seek(at);
        return { surface: player.state.surface, tree: player.stage && demo.shownTree(player.stage) };
      }, t);
      expect(shown.tree, `at ${t}`).toBe(treeAt(states, shown.surface ?? 0, t));
    }
  },
);

here('[REV33] playing shows at every instant what seeking to it shows', async () => {
  const { recording } = await written(synthetic(SHORT));
  const states = await all(recording.states());
  for (const begin of [0, 0.3, 0.6]) {
    const shown = await page.evaluate(async (share) => {
      const { player } = globalThis as unknown as { player: Player };
      await player.seek(share * player.durationTicks);
      player.setSpeed(8);
      player.skip = (t) => player.index.stretchAt(t)?.to ?? null;
      const from = player.state.t;
      player.play();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      player.pause();
      // The frame that was being made when it paused is finished, or is not shown.
      await new Promise((resolve) => setTimeout(resolve, 100));
      const { t, surface } = player.state;
      return { t, from, surface, tree: player.stage && demo.shownTree(player.stage) };
    }, begin);
    expect(shown.t).toBeGreaterThan(shown.from + 3_000);
    expect(shown.tree, `at ${shown.t}`).toBe(treeAt(states, shown.surface ?? 0, shown.t));
  }
});

here('a seek that is overtaken shows nothing of itself', async () => {
  const { recording } = await written(synthetic(SHORT));
  const states = await all(recording.states());
  const shown = await page.evaluate(async () => {
    const { player } = globalThis as unknown as { player: Player };
    const shares = [0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.55];
    await Promise.all(shares.map((share) => player.seek(share * player.durationTicks)));
    const { t, surface } = player.state;
    return { t, surface, tree: player.stage && demo.shownTree(player.stage) };
  });
  expect(shown.t).toBe(Math.round(0.55 * recording.manifest.clock.durationTicks));
  expect(shown.tree).toBe(treeAt(states, shown.surface ?? 0, shown.t));
});
