import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentWorld, bundle, launch, servePages, withAgent } from './agent-browser.ts';
import { replay, replayedMarkup } from './replayed-page.ts';

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;

beforeAll(async () => {
  [browser, code, site] = await Promise.all([
    launch(),
    bundle('agent-entry.ts'),
    servePages({
      '/': '<!doctype html><title>a</title><div id="stage" class="one" style="color: red"></div>',
    }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function recorded(bare: boolean): Promise<{ page: Page; world: AgentWorld }> {
  const page = await browser.newPage();
  const { top } = await withAgent(page, code, { bare });
  await page.goto(site.origin);
  const world = await top();
  await world.start();
  await world.settled();
  return { page, world };
}

/** Attribute changes that were written, in order. */
function changes(world: AgentWorld): Record<string, unknown>[] {
  return world.of('state').flatMap(({ change }) => {
    if (change.type !== 3 || change.data.source !== 0) return [];
    return change.data.attributes.map(({ attributes }) => attributes);
  });
}

const stage = (page: Page, act: (element: HTMLElement) => void) => page.locator('#stage').evaluate(act);

describe('attributes', () => {
  test('[AGT18] what is set again as it was costs nothing', async () => {
    const { page, world } = await recorded(true);
    for (let round = 0; round < 3; round++) {
      await stage(page, (element) => {
        element.className = 'one';
        element.style.color = 'blue';
        element.style.color = 'red';
        element.toggleAttribute('hidden');
        element.toggleAttribute('hidden');
      });
      await page.waitForTimeout(120);
    }
    expect(changes(world)).toEqual([]);
    await stage(page, (element) => {
      element.className = 'two';
    });
    await world.settled();
    expect(changes(world)).toEqual([{ class: 'two' }]);
    await page.close();
  });

  test('[AGT18] what is other than it was is written, also when it was so before', async () => {
    const { page, world } = await recorded(true);
    for (const name of ['two', 'one', 'one', 'three', 'one']) {
      await page.locator('#stage').evaluate((element, to) => {
        element.setAttribute('class', to);
      }, name);
      await page.waitForTimeout(120);
    }
    await stage(page, (element) => element.removeAttribute('class'));
    await page.waitForTimeout(120);
    await stage(page, (element) => {
      element.remove();
      element.className = 'back';
      document.body.append(element);
    });
    await page.waitForTimeout(120);
    await stage(page, (element) => {
      element.className = 'one';
    });
    await world.settled();
    expect(changes(world)).toEqual([
      { class: 'two' },
      { class: 'one' },
      { class: 'three' },
      { class: 'one' },
      { class: null },
      { class: 'one' },
    ]);
    const replaying = await browser.newPage();
    expect(await replay(replaying, world)).toEqual([]);
    expect(await replayedMarkup(replaying)).toContain('class="one"');
    await replaying.close();
    await page.close();
  });

  test('[AGT15] a picture that gets another address stays the box that it is', async () => {
    const { page, world } = await recorded(true);
    await page.evaluate(() => {
      const picture = document.createElement('img');
      picture.width = picture.height = 40;
      picture.src = '/none.png';
      document.body.append(picture);
    });
    await world.settled();
    await page.locator('img').evaluate((picture) => picture.setAttribute('src', '/other.png'));
    await page.waitForTimeout(200);
    expect(changes(world).filter((attributes) => 'src' in attributes)).toEqual([]);
    const replaying = await browser.newPage();
    expect(await replay(replaying, world)).toEqual([]);
    expect(await replayedMarkup(replaying)).toMatch(/<img[^>]* src="data:image\/gif/);
    await replaying.close();
    await page.close();
  });

  test.each([
    ['without masks', true],
    ['with masks', false],
  ] as const)(
    "[AGT18] styles that change and change back are the page's own in the end, %s",
    async (_, bare) => {
      for (const seed of [1, 2, 3]) {
        const { page, world } = await recorded(bare);
        await page.evaluate(() => {
          for (let i = 0; i < 12; i++) document.body.append(document.createElement('p'));
        });
        for (let round = 0; round < 10; round++) {
          await page.evaluate(restyle, { seed: seed * 100 + round, acts: 30 });
          await page.waitForTimeout(round % 3 === 0 ? 90 : 10);
        }
        await world.settled();
        const replaying = await browser.newPage();
        expect(await replay(replaying, world)).toEqual([]);
        const shown = await replaying.evaluate(
          `(${STYLES})(document.querySelector('iframe').contentDocument, ${bare})`,
        );
        expect(shown, `seed ${seed}`).toEqual(await page.evaluate(`(${STYLES})(document, ${bare})`));
        await replaying.close();
        await page.close();
      }
    },
  );
});

/**
 * Declarations of each paragraph as the browser reads them from its own spelling. Under masks without the page's own
 * names, which are other ones there.
 */
const STYLES = `(d, own) => [...d.querySelectorAll('p')].map((p) => {
  const { style } = d.createElement('p');
  style.cssText = p.style.cssText;
  return own ? style.cssText : [...style].filter((name) => !name.startsWith('--')).map((name) =>
    name + ':' + style.getPropertyValue(name) + style.getPropertyPriority(name)).join(';');
})`;

/** Runs in the page: shorthands and what they stand for, logical and physical, important, own, whole and by one. */
function restyle({ seed, acts }: { seed: number; acts: number }): void {
  let state = seed;
  const random = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  const NAMES = (
    'margin margin-top margin-inline-start margin-left padding padding-block width inline-size height ' +
    'border border-left border-inline border-top-color font font-size color --a --b inset left display'
  ).split(' ');
  const valueFor = (name: string) =>
    /color$/.test(name)
      ? ['red', 'rgb(1, 2, 3)', 'currentcolor'][random(3)]
      : /^border/.test(name)
        ? `${random(9)}px solid blue`
        : name === 'font'
          ? `${10 + random(9)}px serif`
          : name === 'display'
            ? ['block', 'flex'][random(2)]
            : `${random(4)}px`;
  const all = [...document.querySelectorAll('p')];
  for (let act = 0; act < acts; act++) {
    const { style } = all[random(all.length)] as HTMLElement;
    const name = NAMES[random(NAMES.length)] as string;
    const value = valueFor(name) as string;
    switch (random(6)) {
      case 0:
        style.removeProperty(name);
        break;
      case 1:
        style.cssText = `${name}: ${value}; color: green; ${name}: ${value} !important`;
        break;
      case 2:
        style.cssText = (all[random(all.length)] as HTMLElement).style.cssText;
        break;
      default:
        style.setProperty(name, value, random(4) === 0 ? 'important' : '');
    }
  }
}
