import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentWorld, bundle, launch, servePages, withAgent } from './agent-browser.ts';

// Text that comes by other ways than one key a character, and into other things than fields.

const PAGE = `<!doctype html><title>t</title><body><input id="field"><input id="next">
<div id="page" contenteditable><p>A first</p><p id="second">a second</p></div>
<div id="plain" contenteditable="plaintext-only">plain</div>
<div id="around" contenteditable>edited <span contenteditable="false" tabindex="0" id="island">island</span></div>
<x-field id="host"></x-field><div id="open"></div>
<script>
customElements.define('x-field', class extends HTMLElement { constructor() { super();
  this.attachShadow({ mode: 'closed' }).innerHTML = '<p>Closed words</p><input value="Closed value">'; } });
document.getElementById('open').attachShadow({ mode: 'open' }).innerHTML = '<input id="inner">';
</script></body>`;

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

async function recorded(): Promise<{ page: Page; world: AgentWorld; cdp: CDPSession }> {
  const page = await browser.newPage();
  const { top, cdp } = await withAgent(page, code);
  await page.goto(site.origin);
  const world = await top();
  await world.start();
  await world.settled();
  return { page, world, cdp };
}
const events = (world: AgentWorld) => world.of('event').map((item) => item.event);
const keys = (world: AgentWorld) =>
  events(world).flatMap((e) => (e.kind === 'keydown' ? [`${e.key}${e.name ? ` ${e.name}` : ''}`] : []));
const texts = (world: AgentWorld) => events(world).flatMap((e) => (e.kind === 'text' ? [e.value] : []));

describe('input methods', () => {
  test('[AGT60] [AGT72] what is composed is printable keys and one closed text, whatever stood in between', async () => {
    const { page, world, cdp } = await recorded();
    await page.click('#field');
    const key = { key: 'Process', code: 'KeyN', windowsVirtualKeyCode: 229 };
    for (const text of ['\u306b', '\u306b\u307b', '\u306b\u307b\u3093']) {
      await cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key });
      await cdp.send('Input.imeSetComposition', {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      });
      await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
    }
    await cdp.send('Input.insertText', { text: '\u65e5\u672c' });
    expect(await page.locator('#field').inputValue()).toBe('\u65e5\u672c');
    await page.click('#next');
    await world.until(() => texts(world).length > 0);
    expect(keys(world)).toEqual(['printable', 'printable', 'printable']);
    expect(texts(world)).toEqual([{ open: false, length: 4, script: 'other' }]);
    // What stands in its place is of the same script.
    expect(JSON.stringify(world.items)).not.toMatch(/\u65e5|\u672c|\u306b\u307b/);
    await page.close();
  });

  test('[AGT72] a composition that is given up leaves no text behind', async () => {
    const { page, world, cdp } = await recorded();
    await page.click('#field');
    await cdp.send('Input.imeSetComposition', { text: '\u306b', selectionStart: 1, selectionEnd: 1 });
    await cdp.send('Input.imeSetComposition', { text: '', selectionStart: 0, selectionEnd: 0 });
    await page.click('#next');
    await page.waitForTimeout(500);
    expect(texts(world)).toEqual([]);
    await page.close();
  });

  test('[AGT72] text that comes at once, as by dictation or an emoji panel, is said though no key was', async () => {
    const { page, world, cdp } = await recorded();
    await page.click('#field');
    await cdp.send('Input.insertText', { text: 'said aloud \u{1f600}' });
    await page.click('#next');
    await world.until(() => texts(world).length > 0);
    expect(keys(world)).toEqual([]);
    expect(texts(world)).toEqual([{ open: false, length: 16, script: 'latin' }]);
    await page.close();
  });
});

describe('layouts', () => {
  test('[AGT60] characters by AltGr are printable on every layout, and no shortcut tells them', async () => {
    const { page, world, cdp } = await recorded();
    await page.click('#field');
    // Windows reports AltGr as Control and Alt; X11 as the key AltGraph alone.
    const windows = { modifiers: 1 | 2, code: 'KeyQ', key: '@', text: '@', windowsVirtualKeyCode: 81 };
    const linux = { modifiers: 0, code: 'KeyE', key: '\u20ac', text: '\u20ac', windowsVirtualKeyCode: 69 };
    await cdp.send('Input.dispatchKeyEvent', {
      type: 'keyDown',
      key: 'Control',
      code: 'ControlLeft',
      modifiers: 2,
    });
    await cdp.send('Input.dispatchKeyEvent', {
      type: 'keyDown',
      key: 'AltGraph',
      code: 'AltRight',
      modifiers: 3,
    });
    for (const type of ['keyDown', 'keyUp'] as const) {
      await cdp.send('Input.dispatchKeyEvent', {
        type,
        ...windows,
        ...(type === 'keyUp' ? { text: '' } : {}),
      });
    }
    await cdp.send('Input.dispatchKeyEvent', {
      type: 'keyUp',
      key: 'AltGraph',
      code: 'AltRight',
      modifiers: 2,
    });
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Control', code: 'ControlLeft' });
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', key: 'AltGraph', code: 'AltRight' });
    for (const type of ['keyDown', 'keyUp'] as const) {
      await cdp.send('Input.dispatchKeyEvent', { type, ...linux, ...(type === 'keyUp' ? { text: '' } : {}) });
    }
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'AltGraph', code: 'AltRight' });
    await page.waitForTimeout(500);
    expect(keys(world)).toEqual([
      'modifier Control',
      'modifier AltGraph',
      'printable',
      'modifier AltGraph',
      'printable',
    ]);
    const said = events(world).filter((event) => event.kind === 'keyup');
    expect(said.filter((event) => event.kind === 'keyup' && event.key === 'printable')).toHaveLength(2);
    expect(JSON.stringify(said)).not.toMatch(/[@\u20ac]|shortcut/);
    await page.close();
  });
});

describe('edited content', () => {
  test('[AGT72] is said once for the whole of it, when it is left, and a space in it types', async () => {
    const { page, world } = await recorded();
    await page.click('#second');
    await page.keyboard.type('new words ');
    await page.keyboard.press('Control+b');
    await page.keyboard.type('bold');
    await page.click('#field');
    await world.until(() => texts(world).length > 0);
    expect(keys(world).filter((key) => key === 'space')).toHaveLength(2);
    expect(keys(world)).toContain('shortcut ctrl+b');
    expect(texts(world)).toEqual([{ open: false, length: 32, script: 'latin' }]);
    const [text] = events(world).filter((event) => event.kind === 'text');
    const states = JSON.stringify(world.of('state'));
    expect(states).toContain(`"id":${(text as { node: number }).node},"tagName":"div"`);
    expect(JSON.stringify(world.items)).not.toMatch(/new words|A first|a second/);
    await page.close();
  });

  test('[AGT72] [AGT60] plain text, an island that is not edited, and a field in a shadow root', async () => {
    const { page, world } = await recorded();
    await page.click('#plain');
    await page.keyboard.type('x y');
    await page.locator('#island').focus();
    await page.keyboard.press('Space');
    await page.click('#inner');
    await page.keyboard.type('a b');
    await page.click('#field');
    await world.until(() => texts(world).length > 1);
    expect(keys(world)).toEqual([
      'printable',
      'space',
      'printable',
      'navigation Space',
      'printable',
      'space',
      'printable',
    ]);
    expect(texts(world)).toEqual([
      { open: false, length: 8, script: 'latin' },
      { open: false, length: 4, script: 'latin' },
    ]);
    await page.close();
  });

  test('[AGT16] a closed shadow root that the browser does not open is not read: nothing of it is anywhere', async () => {
    const { page, world } = await recorded();
    const host = (await page.locator('#host').boundingBox()) as { x: number; y: number; height: number };
    await page.mouse.click(host.x + 20, host.y + host.height - 10);
    await page.keyboard.type('typed within ');
    await page.click('#field');
    await page.waitForTimeout(600);
    const all = JSON.stringify(world.items);
    expect(all).not.toMatch(/Closed|typed within/);
    // The press is on the host, which is all that there is.
    const down = events(world).find((event) => event.kind === 'down') as { node: number };
    expect(all).toMatch(
      new RegExp(`"id":${down.node},"tagName":"x-[a-z0-9-]+","attributes":{[^}]*},"childNodes":\\[\\]`),
    );
    expect(texts(world)).toEqual([]);
    await page.close();
  });
});
