import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentWorld, bundle, launch, servePages, withAgent } from './agent-browser.ts';

// What people choose and tick with the means that they have: a mouse, letters, arrows, a space.

const PAGE = `<!doctype html><title>t</title>
<body><input id="before"><label>Kind <select id="kind"><option>One<option>Travel<option>New York<option label="Shown Name">hidden text</select></label>
<select id="closed"><option>One<option>Travel</select>
<select id="many" multiple><option>Many one<option>Many two</select>
<button id="button">Press</button><input type="checkbox" id="box"><input type="radio" name="r" id="radio"><textarea id="area"></textarea>
<script>const shipped = 'Travel';</script></body>`;

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;
beforeAll(async () => {
  [browser, code, site] = await Promise.all([launch(), bundle('agent-entry.ts'), servePages({ '/': PAGE })]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function recorded(): Promise<{ page: Page; world: AgentWorld }> {
  const page = await browser.newPage();
  const { top } = await withAgent(page, code);
  await page.goto(site.origin);
  const world = await top();
  await world.start({ shipped: { exact: ['Travel'] }, selectors: { open: [], closed: ['#closed'] } });
  await world.settled();
  return { page, world };
}
const events = (world: AgentWorld) => world.of('event').map((item) => item.event);
const choices = (world: AgentWorld) => events(world).filter((event) => event.kind === 'select');

/** Presses on it as a hand does; a native list opens. */
async function press(page: Page, selector: string): Promise<void> {
  const box = (await page.locator(selector).boundingBox()) as { x: number; y: number };
  await page.mouse.move(box.x + 8, box.y + 8);
  await page.mouse.down();
  await page.waitForTimeout(40);
  await page.mouse.up();
  await page.waitForTimeout(250);
}

/** The ids of the options in the state, in their order. */
function optionsOf(world: AgentWorld): number[] {
  const said = JSON.stringify(world.of('state'));
  return [...said.matchAll(/"id":(\d+),"tagName":"option"/g)].map(([, id]) => Number(id));
}

describe('choosing in a native list', () => {
  test('[AGT73] by mouse and keys in the open list: one choice, its text open where the application ships it', async () => {
    const { page, world } = await recorded();
    await press(page, '#kind');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await world.until(() => choices(world).length > 0);
    expect(await page.locator('#kind').inputValue()).toBe('Travel');
    const [, travel] = optionsOf(world);
    const down = events(world).find((event) => event.kind === 'down');
    expect(choices(world)).toEqual([
      {
        kind: 'select',
        node: (down as { node: number }).node,
        option: travel,
        value: { open: true, text: 'Travel' },
      },
    ]);
    await page.close();
  });

  test('[AGT73] by letters in a closed list; what the application does not ship is no more than a length', async () => {
    const { page, world } = await recorded();
    await press(page, '#before');
    await page.keyboard.press('Tab');
    await page.keyboard.type('New', { delay: 30 });
    await world.until(() => choices(world).length > 0);
    expect(choices(world).map((choice) => choice.value)).toEqual([
      { open: false, length: 8, script: 'latin' },
    ]);
    await page.waitForTimeout(1200);
    await page.keyboard.press('ArrowDown');
    await world.until(() => choices(world).length > 1);
    // The label is what is shown and chosen.
    expect(choices(world)[1]?.value).toEqual({ open: false, length: 16, script: 'latin' });
    const kinds = events(world).filter((event) => event.kind === 'keydown' || event.kind === 'select');
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'keydown',
      'keydown',
      'select',
      'keydown',
      'keydown',
      'keydown',
      'select',
    ]);
    expect(JSON.stringify(world.items)).not.toMatch(/New York|Shown|hidden/);
    await page.close();
  });

  test('[AGT73] a list that the agreement closes, one that takes several, and a script say nothing', async () => {
    const { page, world } = await recorded();
    await page.locator('#closed').focus();
    await page.keyboard.press('ArrowDown');
    await press(page, '#many option:nth-child(2)');
    await page.evaluate(() => {
      const list = document.querySelector('#kind') as HTMLSelectElement;
      list.selectedIndex = 1;
      list.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await page.waitForTimeout(600);
    expect(await page.locator('#closed').inputValue()).toBe('Travel');
    expect(choices(world)).toEqual([]);
    await page.close();
  });
});

describe('a space', () => {
  test('[AGT60] presses a button, ticks a box, takes a choice: a key of its own; in a text it types', async () => {
    const { page, world } = await recorded();
    for (const id of ['#button', '#box', '#radio', '#area']) {
      await page.locator(id).focus();
      await page.keyboard.press('Space');
    }
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('Space');
    await page.waitForTimeout(500);
    const spaces = events(world).flatMap((event) =>
      event.kind === 'keydown' || event.kind === 'keyup' ? [[event.kind, event.key, event.name]] : [],
    );
    const presses = [
      ['keydown', 'navigation', 'Space'],
      ['keyup', 'navigation', 'Space'],
    ];
    const types = [
      ['keydown', 'space', undefined],
      ['keyup', 'space', undefined],
    ];
    expect(spaces).toEqual([...presses, ...presses, ...presses, ...types, ...presses]);
    expect(await page.locator('#box').isChecked()).toBe(true);
    expect(await page.locator('#radio').isChecked()).toBe(true);
    await page.close();
  });
});
