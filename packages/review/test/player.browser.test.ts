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
