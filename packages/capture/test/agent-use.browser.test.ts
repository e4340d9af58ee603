import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentWorld, bundle, launch, servePages, withAgent } from './agent-browser.ts';

/** Writes without end; each time something that is different. */
const RESTLESS = `<!doctype html><title>a</title><div id="stage"></div><script>
let n = 0; setInterval(() => { const stage = document.getElementById('stage'); stage.style.width = ++n % 300 + 'px';
  stage.textContent = ''; for (let i = 0; i < 60; i++) stage.append(document.createElement('p')); }, 20);</script>`;

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;

beforeAll(async () => {
  [browser, code, site] = await Promise.all([
    launch(),
    bundle('agent-entry.ts'),
    servePages({
      '/': RESTLESS,
      '/still': '<!doctype html><title>b</title><body style="height:900px">still',
    }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function started(path: string) {
  const page = await browser.newPage();
  const { top } = await withAgent(page, code, {});
  await page.goto(`${site.origin}${path}`);
  const world = await top();
  await world.start();
  await world.until(() => world.of('state').length > 1, 10_000, 'a state');
  return { page, world };
}

const uses = (world: AgentWorld) =>
  world.messages.flatMap((message) => (message.type === 'use' ? [message] : []));

describe('what an agent takes', () => {
  test('[AGT34] is what another clock around the same entries says, and it counts what it holds', async () => {
    const { page, world } = await started('/');
    await world.until(() => uses(world).length >= 4, 30_000, 'four reports');
    const told = uses(world);
    const said = told.reduce((sum, { busy }) => sum + busy, 0);
    const total = (await world.evaluate('agentTasks.total')) as number;
    // The other clock goes on after the last report, and has the calls that the agent's own does not.
    expect(said).toBeGreaterThan(total * 0.4);
    expect(said).toBeLessThan(total * 1.2 + 50);
    expect(Math.min(...told.map(({ held }) => held))).toBeGreaterThan(1_000);
    await page.close();
  });

  test('[AGT34] seeded hole: a page at rest says next to nothing', async () => {
    const { page, world } = await started('/still');
    const before = uses(world).length;
    await page.waitForTimeout(3_000);
    expect(uses(world).length - before).toBeLessThanOrEqual(2);
    await page.close();
  });

  test('[AGT35] told to slow down it writes less often, and told again as often as before', async () => {
    const { page, world } = await started('/');
    const writesIn = async (milliseconds: number) => {
      const before = world.of('state').length;
      await page.waitForTimeout(milliseconds);
      return world.of('state').length - before;
    };
    await page.waitForTimeout(500);
    const usual = await writesIn(3_000);
    await world.send({ type: 'pace', slow: true });
    await page.waitForTimeout(600);
    const slow = await writesIn(3_000);
    await world.send({ type: 'pace', slow: false });
    await page.waitForTimeout(600);
    const again = await writesIn(3_000);
    expect(slow).toBeGreaterThan(0);
    expect(slow * 1.7).toBeLessThan(usual);
    expect(slow * 1.7).toBeLessThan(again);
    await page.close();
  });

  test('[AGT35] slowed, it keeps fewer samples of the pointer, and every press where it was', async () => {
    const { page, world } = await started('/still');
    await world.send({ type: 'pace', slow: true });
    await page.mouse.move(10, 10);
    await page.mouse.move(400, 300, { steps: 120 });
    await page.mouse.down();
    await page.mouse.up();
    await world.until(
      () => world.of('event').some(({ event }) => event.kind === 'up'),
      10_000,
      'the release of the button',
    );
    const at = world.of('event').flatMap((item) => (item.event.kind === 'move' ? [item.at] : []));
    const gaps = at.slice(1).map((time, i) => time - (at[i] ?? 0));
    expect(Math.min(...gaps, 16)).toBeGreaterThanOrEqual(15.9);
    const down = world.of('event').find(({ event }) => event.kind === 'down')?.event;
    expect(down).toMatchObject({ x: 400, y: 300 });
    await page.close();
  });
});
