import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentItem } from '../src/frame-message.ts';
import { type AgentWorld, bundle, launch, servePages, withAgent } from './agent-browser.ts';

const PAGE = `<!doctype html><title>t</title><style>body{margin:0} #drag,#drop{width:80px;height:40px;background:#ccc}
#far{height:3000px} #box{height:60px;overflow:auto}</style>
<body><input id="open"><input id="secret" type="password"><input id="card" autocomplete="cc-number"><textarea id="area"></textarea>
<div id="edit" contenteditable>words</div><form id="form"><input id="chat"></form>
<div id="drag" draggable="true">drag</div><div id="drop">drop</div><div id="box"><div style="height:500px">x</div></div>
<select id="select"><option>One<option>Two</select>
<iframe id="same" src="/frame" width="200" height="60" style="border:3px solid;padding:7px"></iframe><iframe id="other" width="200" height="60"></iframe>
<div id="far">x</div>
<script>
document.getElementById('drop').addEventListener('dragover', (e) => e.preventDefault());
document.getElementById('form').addEventListener('submit', (e) => { e.preventDefault(); });
document.getElementById('chat').addEventListener('keydown', (e) => { if (e.key === 'Enter') e.target.value = ''; });
// A page that lets nobody see its events.
for (const type of ['pointerdown', 'keydown', 'pointermove']) addEventListener(type, (e) => e.stopImmediatePropagation(), true);
</script>`;

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;
beforeAll(async () => {
  [browser, code, site] = await Promise.all([
    launch(),
    bundle('agent-entry.ts'),
    servePages({ '/': PAGE, '/frame': '<!doctype html><body style="margin:0"><button id=b>x</button>' }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function recorded(
  literals: string[] = [],
): Promise<{ page: Page; world: AgentWorld; worlds: AgentWorld[] }> {
  const page = await browser.newPage();
  const { top, worlds } = await withAgent(page, code);
  await page.goto(site.origin);
  const world = await top();
  await world.start({ literals });
  await world.settled();
  return { page, world, worlds };
}
const events = (world: AgentWorld) => world.of('event').map((item) => item.event);

describe('input', () => {
  test.each([
    ['typing', async (page: Page) => page.locator('#area').pressSequentially('abc')],
    ['choosing', async (page: Page) => page.locator('#select').selectOption('Two')],
    ['scrolling', async (page: Page) => page.mouse.wheel(0, 300)],
  ] as const)('[AGT14] the state settles again after %s, so that later pictures show it', async (_, act) => {
    const { page, world } = await recorded();
    await page.mouse.move(400, 300);
    const states = world.of('state').length;
    await act(page);
    await world.until(() => world.of('state').length > states);
    await world.settled();
    await page.close();
  });

  test('[AGT84] a field that the page makes and focuses in one go is named itself, not what is around it', async () => {
    const { page, world } = await recorded();
    await page.evaluate(() => {
      const field = document.createElement('input');
      field.id = 'made';
      document.querySelector('#form')?.append(field);
      field.focus();
    });
    await world.until(() => world.of('focus').some((item) => item.node !== null));
    const node = world.of('focus').at(-1)?.node;
    const added = JSON.stringify(world.of('state').filter((item) => item.change.type === 3));
    expect(added).toContain(`"id":${node},"tagName":"input"`);
    await page.close();
  });

  test('[AGT50] down and up with the node below, though the page stops every event', async () => {
    const { page, world } = await recorded();
    await page.mouse.move(5, 5);
    const box = (await page.locator('#open').boundingBox()) as { x: number; y: number };
    const [x, y] = [box.x + 20, box.y + 10];
    await page.mouse.click(x, y);
    await world.until(() => events(world).some((e) => e.kind === 'up'));
    const [down, up] = events(world).filter((e) => e.kind === 'down' || e.kind === 'up');
    expect(down).toMatchObject({ kind: 'down', x, y, button: 0, pointer: 'mouse' });
    expect(up).toMatchObject({ kind: 'up', x, y });
    expect(JSON.stringify(world.of('state')[1])).toContain(
      `"id":${(down as { node: number }).node},"tagName":"input"`,
    );
    await page.close();
  });

  test('[AGT14] a press follows the state that it acts on, and the click that leads away is heard', async () => {
    const { page, world } = await recorded();
    // DevTools hears nothing of a document that is being left, so what is said then is kept beside it.
    await world.evaluate(`(() => { let all = ''; const own = aboveboardPost;
      aboveboardPost = (text) => { all += text + '\\n'; sessionStorage.setItem('said', all); own(text); }; })()`);
    const area = (await page.locator('#area').boundingBox()) as { x: number; y: number };
    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = '/frame';
      link.textContent = 'away';
      link.style.cssText = 'position:fixed;left:300px;top:300px';
      document.body.append(link);
    });
    await page.mouse.click(area.x + 5, area.y + 5);
    await page.mouse.click(305, 305);
    await page.waitForURL('**/frame');
    const said = (await page.evaluate(() => sessionStorage.getItem('said'))) ?? '';
    const items = said
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => (JSON.parse(line) as { items?: AgentItem[] }).items ?? [])
      .map((i) =>
        i.item === 'event' ? i.event.kind : i.item === 'state' ? `state${i.change.type}` : i.item,
      );
    expect(items).toContain('state3');
    expect(items.indexOf('state3')).toBeLessThan(items.indexOf('down'));
    expect(items.filter((kind) => kind === 'down')).toHaveLength(2);
    await page.close();
  });

  test('[AGT51] events that scripts make are not input', async () => {
    const { page, world } = await recorded();
    await page.evaluate(() => {
      const at = { bubbles: true, clientX: 9, clientY: 9, isPrimary: true };
      document.body.dispatchEvent(new PointerEvent('pointerdown', at));
      document.body.dispatchEvent(new PointerEvent('pointermove', at));
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true }));
      document.body.dispatchEvent(new WheelEvent('wheel', { deltaY: 9, bubbles: true }));
      (document.getElementById('open') as HTMLElement).dispatchEvent(new Event('change', { bubbles: true }));
    });
    await page.waitForTimeout(500);
    expect(events(world)).toEqual([]);
    await page.close();
  });

  test('[AGT52] a drag is moves between down and up', async () => {
    const { page, world } = await recorded();
    const from = (await page.locator('#drag').boundingBox()) as { x: number; y: number };
    await page.mouse.move(from.x + 10, from.y + 10);
    await page.mouse.down();
    for (let i = 1; i <= 12; i++) await page.mouse.move(from.x + 10 + i, from.y + 10 + i * 4);
    await page.mouse.up();
    await world.until(() => events(world).some((e) => e.kind === 'up'));
    const kinds = events(world).map((e) => e.kind);
    expect(kinds.filter((k) => k === 'down')).toHaveLength(1);
    expect(kinds.filter((k) => k === 'up')).toHaveLength(1);
    expect(
      kinds.slice(kinds.indexOf('down'), kinds.indexOf('up')).filter((k) => k === 'move').length,
    ).toBeGreaterThan(5);
    expect(events(world).findLast((e) => e.kind === 'up')).toMatchObject({ x: from.x + 22, y: from.y + 58 });
    await page.close();
  });

  test('[AGT60] keys are classes, and shortcuts have names', async () => {
    const { page, world } = await recorded();
    await page.click('#open');
    await page.keyboard.type('aZ ');
    for (const key of ['Backspace', 'ArrowLeft', 'Control+KeyA', 'Control+Shift+KeyK', 'F2'])
      await page.keyboard.press(key);
    await page.waitForTimeout(500);
    const downs = events(world).filter((e) => e.kind === 'keydown');
    expect(downs.map(({ kind: _, ...rest }) => rest)).toEqual([
      { key: 'printable' },
      { key: 'printable' },
      { key: 'space' },
      { key: 'delete', name: 'Backspace' },
      { key: 'navigation', name: 'ArrowLeft' },
      { key: 'modifier', name: 'Control' },
      { key: 'shortcut', name: 'ctrl+a' },
      { key: 'modifier', name: 'Control' },
      { key: 'modifier', name: 'Shift' },
      { key: 'shortcut', name: 'ctrl+shift+k' },
      { key: 'navigation', name: 'F2' },
    ]);
    expect(events(world).filter((e) => e.kind === 'keyup')).toHaveLength(downs.length);
    await page.close();
  });

  test('[AGT61] in a password field there are no keys, no text and no length, shown or not', async () => {
    const { page, world } = await recorded();
    for (const id of ['#secret', '#card']) {
      await page.click(id);
      await page.keyboard.type('correct horse');
      await page.keyboard.press('Enter');
    }
    await page.evaluate(() => document.getElementById('secret')?.setAttribute('type', 'text'));
    await page.click('#secret');
    await page.keyboard.type('more');
    await page.click('#area');
    await page.waitForTimeout(500);
    expect(events(world).filter((e) => e.kind.startsWith('key') || e.kind === 'text')).toEqual([]);
    const inputs = world
      .of('state')
      .flatMap(({ change }) => (change.type === 3 && change.data.source === 5 ? [change.data.text] : []));
    expect(new Set(inputs)).toEqual(new Set(['\u2022'.repeat(8)]));
    await page.close();
  });

  test('[AGT72] what was typed is said when the field is left, open only for the card', async () => {
    const { page, world } = await recorded(['ACME Ltd']);
    await page.click('#open');
    await page.keyboard.type('ACME Ltd');
    await page.click('#area');
    await page.keyboard.type('to somebody else');
    await page.click('#edit');
    await page.keyboard.type('more of them ');
    await page.click('#chat');
    await page.keyboard.type('emptied by the page');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(500);
    const said = events(world).flatMap((e) => (e.kind === 'text' ? [e.value] : []));
    expect(said).toEqual([
      { open: true, text: 'ACME Ltd' },
      { open: false, length: 16, script: 'latin' },
      { open: false, length: 32, script: 'latin' },
      { open: false, length: 32, script: 'latin' },
    ]);
    await page.close();
  });

  test('[AGT80] scrolling of the page and of elements', async () => {
    const { page, world } = await recorded();
    await page.mouse.move(300, 300);
    await page.mouse.wheel(0, 240);
    await page.waitForTimeout(300);
    await page.evaluate(() => {
      (document.getElementById('box') as HTMLElement).scrollTop = 33;
    });
    await page.waitForTimeout(500);
    expect(events(world).find((e) => e.kind === 'wheel')).toMatchObject({ dy: 240, dx: 0, mode: 'pixel' });
    expect(world.of('scroll').some((s) => s.y === 240)).toBe(true);
    expect(world.of('scroll').at(-1)).toMatchObject({ y: 33 });
    await page.close();
  });

  test('[AGT82] frames: places of same- and cross-origin ones, counted to their content', async () => {
    const { page, world, worlds } = await recorded();
    await page.evaluate((src) => {
      (document.getElementById('other') as HTMLIFrameElement).src = src;
    }, `${site.other}/frame`);
    await page.waitForTimeout(800);
    const frames = world.of('frames').at(-1)?.frames;
    const expected = await page.evaluate(() => {
      const box = (document.getElementById('same') as HTMLElement).getBoundingClientRect();
      return { x: box.x + 10, y: box.y + 10 };
    });
    expect(frames).toHaveLength(2);
    expect(frames?.[0]).toMatchObject({ index: 0, ...expected });
    const inner = worlds.find((w) => w !== world) as AgentWorld;
    await inner.start({ firstNodeId: 5000 });
    await inner.settled();
    expect(inner.of('place')[0]).toMatchObject({ index: 0 });
    await page.close();
  });

  test('[AGT30] batches are sent again until they are acknowledged; pause and stop end everything', async () => {
    const { page, world } = await recorded();
    world.acknowledges = false;
    await page.mouse.move(50, 60);
    await page.waitForTimeout(400);
    const last = world.messages.at(-1);
    expect(last).toMatchObject({ type: 'batch' });
    await world.send({ type: 'pause' });
    const count = world.messages.length;
    await page.mouse.move(90, 90);
    await page.keyboard.press('a');
    await page.evaluate(() => document.body.append('new'));
    await page.waitForTimeout(700);
    expect(world.messages.length).toBe(count);
    await world.send({ type: 'resume' });
    await world.settled();
    expect(world.of('state').filter(({ change }) => change.type === 2)).toHaveLength(2);
    await world.send({ type: 'stop' });
    const stopped = world.messages.length;
    await page.mouse.move(120, 90);
    await page.waitForTimeout(700);
    expect(world.messages.length).toBe(stopped);
    await page.close();
  });
});
