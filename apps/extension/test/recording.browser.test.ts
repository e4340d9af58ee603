import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { kindsOf, readSpooled } from './spooled-recording.ts';
import { startTestSite, type TestSite } from './test-site.ts';

const SECRETS = ['Paula', 'Secretname', '4711-0815', 'Mallory Typed'];

let site: TestSite;
let other: TestSite;
let browser: ExtensionBrowser;
let contributor: Contributor;

beforeAll(async () => {
  buildExtension();
  site = await startTestSite();
  other = await startTestSite();
  browser = await ExtensionBrowser.launch();
  contributor = new Contributor(await browser.panel());
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await other?.close();
});

describe('a task in a real browser', () => {
  test('[CAP1] nothing is recorded, and no script is in any page, before she has agreed and started', async () => {
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await contributor.panel.bringToFront();
    await contributor.openAgreementFile([site.origin, site.frameOrigin]);
    const boxes = await contributor.panel.getByRole('checkbox').all();
    expect(boxes.length).toBeGreaterThan(1);
    for (const box of boxes) expect(await box.isChecked()).toBe(false);
    const [refuse, accept] = await Promise.all(
      ['Refuse', 'Accept'].map((name) => contributor.panel.getByRole('button', { name }).boundingBox()),
    );
    expect(accept?.width).toBeCloseTo(refuse?.width ?? 0, 0);
    expect(accept?.height).toBe(refuse?.height);
    await contributor.accept();
    const registered = await contributor.panel.evaluate(() => chrome.scripting.getRegisteredContentScripts());
    expect(registered).toEqual([]);
    expect((await contributor.view()).recordings).toEqual([]);
    await page.close();
  });

  test('records a page, its frame of another origin, a select, a drag, a second page and tab; and opens', async () => {
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await contributor.startCard();
    await page.bringToFront();
    await page.mouse.move(50, 50);
    await page.mouse.move(300, 120, { steps: 20 });
    await page.fill('#vendor', '');
    await page.type('#vendor', 'Mallory Typed');
    await page.selectOption('#kind', 'Meals');
    await page.dragAndDrop('#card', '#target');
    await page.click('#save');
    await page.mouse.move(450, 225);
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForTimeout(700);
    await page.click('#two');
    await page.waitForURL(/two/);
    await page.click('#b');
    await page.waitForTimeout(700);

    const hidden = await browser.context.newPage();
    await hidden.goto(other.origin);
    await hidden.mouse.move(33, 44, { steps: 5 });
    await hidden.waitForTimeout(600);
    const second = await browser.context.newPage();
    await second.goto(`${site.origin}/two`);
    await second.waitForTimeout(500);
    await second.click('#b');
    await second.waitForTimeout(700);

    const id = await contributor.stop();
    const { manifest, events, states, sealed } = await readSpooled(contributor.panel, id);
    const kinds = kindsOf(events);
    expect(manifest).toMatchObject({ id, class: 'own', task: { kind: 'card' }, outcome: { worked: null } });
    expect(manifest?.software.map(({ name }) => name)).toEqual(['aboveboard-extension', 'chromium']);
    expect(kinds['move']).toBeGreaterThan(20);
    expect(kinds['down']).toBe(kinds['up']);
    expect(kinds['keydown']).toBeGreaterThan(10);
    expect(kinds['text']).toBeGreaterThan(0);
    expect(kinds['task']).toBe(2);

    // The frame hangs in its parent's state, and the click in it is where it was in the tab.
    const hung = states.filter(
      ({ event }) => event.type === 3 && event.data.source === 0 && event.data.isAttachIframe === true,
    );
    expect(hung.length).toBeGreaterThan(0);
    expect(events.some((e) => e.kind === 'down' && Math.abs(e.x - 450) < 1 && Math.abs(e.y - 225) < 1)).toBe(
      true,
    );

    // Two pages of one tab, then a second tab; between them a tab that nothing is known of.
    expect(events.filter((event) => event.kind === 'surface' && event.phase === 'open')).toHaveLength(2);
    const origins = new Set(events.flatMap((event) => (event.kind === 'navigate' ? [event.origin] : [])));
    expect([...origins]).toEqual([site.origin]);
    expect(events.some((event) => event.kind === 'gap' && event.reason === 'not-allowed')).toBe(true);
    const all = JSON.stringify([manifest, events, states]);
    expect(all).not.toContain(new URL(other.origin).port);

    for (const secret of SECRETS) expect(all).not.toContain(secret);
    // What the application ships in its scripts stays, and what was masked is counted.
    for (const label of ['Expenses', 'Save', 'Meals']) expect(all).toContain(`"${label}"`);
    expect(manifest?.masks.length).toBeGreaterThan(0);
    const times = events.map((event) => event.t);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(sealed.every((part) => !Buffer.from(part).includes('rrweb'))).toBe(true);
    for (const tab of [page, hidden, second]) await tab.close();
  });

  test('[CAP5] a pause takes nothing and does not end by itself; stop leaves no script behind', async () => {
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await contributor.startCard();
    await page.bringToFront();
    await page.mouse.move(10, 10, { steps: 5 });
    await page.waitForTimeout(700);
    await contributor.press('Pause');
    await contributor.panel.getByText('Nothing is recorded. It stays so until you resume.').waitFor();
    await page.bringToFront();
    await page.mouse.move(500, 400, { steps: 30 });
    await page.reload();
    await page.mouse.move(555, 444, { steps: 30 });
    await page.waitForTimeout(700);
    await contributor.press('Resume');
    await page.bringToFront();
    await page.waitForTimeout(400);
    await page.mouse.move(20, 20, { steps: 5 });
    await page.waitForTimeout(700);
    const id = await contributor.stop();
    const { events } = await readSpooled(contributor.panel, id);
    const moves = events.flatMap((event) => (event.kind === 'move' ? [event.x] : []));
    expect(moves).toContain(10);
    expect(moves).toContain(20);
    const pause = events.findIndex((event) => event.kind === 'pause');
    const resume = events.findIndex((event) => event.kind === 'resume');
    expect(pause).toBeGreaterThan(0);
    expect(events.slice(pause + 1, resume).filter((event) => event.kind !== 'gap')).toEqual([]);
    expect(await contributor.panel.evaluate(() => chrome.scripting.getRegisteredContentScripts())).toEqual(
      [],
    );
    await page.close();
  });
});
