import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentWorld, launch, servePages } from './agent-browser.ts';
import { Office } from './office.ts';
import { replay, replayedMarkup } from './replayed-page.ts';
import { recordTab, sessionAgent } from './session-browser.ts';

// What a state may not hold, where a page can put it: sheets, styles, attributes, as it comes and later.
const UNRULY = `<!doctype html><title>t</title><style>@import "/x.css"; .a { background: image-set("/x.png" 1x) }
.b { behavior: url(#x); background: image("/x.png") } .c { content: "behavior: url(#x)"; -moz-binding: url("/x") }</style>
<body><p class="a" style="background: image-set('/x.png' 1x, '/y.png' 2x)">one</p><p class="b" style="behavior:url(#x)">two</p>
<a href="javascript:x()" title="javascript:x()">three</a><label aria-label=" java\tscript:x()" placeholder="vbscript:x">four</label>
<svg><rect fill="url(/x.svg#a)" width="9" height="9"/><use href="/x.svg#a"/></svg><input value="javascript:x()"><i id="javascript:x" lang="vbscript:x">five</i></body>`;

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;
beforeAll(async () => {
  [browser, code, site] = await Promise.all([
    launch(),
    sessionAgent(),
    servePages({ '/': UNRULY, '/x.css': 'p { color: red }' }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function recorded(unmasked: boolean) {
  const clock = {
    get now() {
      return performance.timeOrigin + performance.now();
    },
  };
  const office = new Office(clock, 500);
  const page = await browser.newPage();
  await recordTab(page, code, office.session, { unmasked });
  await page.goto(site.origin);
  const flushing = setInterval(() => void office.session.flush(), 400);
  await page.waitForTimeout(1000);
  await page.evaluate(() => {
    const one = document.querySelector('p') as HTMLElement;
    one.setAttribute('style', `background: image-set("/z.png" 1x); width: 7px`);
    one.setAttribute('title', 'javascript:later()');
    document.querySelector('style')?.append('.d { behavior: url(#y) } .e { background: image("/z.png") }');
    const rules = document.styleSheets[0] as CSSStyleSheet;
    rules.insertRule('.f { background: image-set("/w.png" 1x) }', rules.cssRules.length);
    document.body.insertAdjacentHTML('beforeend', '<b style="behavior: url(#z)" onclick="x()">later</b>');
  });
  await page.waitForTimeout(1000);
  await page.mouse.click(30, 30);
  await page.waitForTimeout(1000);
  clearInterval(flushing);
  await office.session.end();
  await page.close();
  return office.kept();
}

test('[CAP34][AGT12] a page full of what a state may not hold is recorded and replayed, nothing refused', async () => {
  const { events, states } = await recorded(false);
  expect(events.flatMap((e) => (e.kind === 'gap' && e.reason === 'state-lost' ? [e] : []))).toEqual([]);
  expect(states.filter(({ event }) => event.type === 2)).toHaveLength(1);
  expect(events.filter(({ kind }) => kind === 'down')).toHaveLength(1);
  const rules = new Set(events.flatMap((event) => (event.kind === 'mask' ? [event.rule] : [])));
  expect(rules).toContain('css.asset');
  const page = await browser.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const world = { of: () => states.map(({ t, event }) => ({ at: t, change: event })) };
  await replay(page, world as unknown as AgentWorld);
  const markup = await replayedMarkup(page);
  expect(markup.match(/<p|<a|<label|<rect|<i|<b/g)?.length).toBeGreaterThanOrEqual(7);
  expect(markup).not.toMatch(/script:|behavior|image-set\("/);
  expect(asked.filter((url) => url.startsWith('http'))).toEqual([]);
  await page.close();
});

test('[CAP34] seeded hole: without the masker the same page is a gap, and the recording goes on', async () => {
  const { events } = await recorded(true);
  const gaps = events.flatMap((event) => (event.kind === 'gap' ? [event.reason] : []));
  expect(gaps[0]).toBe('state-lost');
  expect(events.findLast(({ kind }) => kind === 'task')).toMatchObject({ phase: 'end' });
});
