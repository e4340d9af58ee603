import { checkStates, StateOrder } from '@aboveboard/protocol/state-check';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkedAgentMessage } from '../src/agent-message-check.ts';
import { type AgentWorld, bundle, launch, servePages, withAgent } from './agent-browser.ts';
import { INNER, PICTURE, SHIPPED, WORKBENCH, WORKBENCH_CSS } from './workbench.ts';

// A page with all that a state may not hold.
const UNRULY = `<!doctype html><title>t</title><base href="/x/"><link rel="preload" href="/a.js" as="script"><link rel="stylesheet" href="/workbench.css">
<body onload="x()" background="/b.png"><script src="/a.js">y</script><object data="/o.bin"><p>fallback</p></object><embed src="/e.bin">
<iframe srcdoc="<p>in</p>" sandbox></iframe><form action="/send" method="post"><button formaction="/other" is="x-button">go</button></form>
<a href="javascript:alert(1)" ping="/p">j</a><a href="https://elsewhere.example/x">w</a><img src="/i.png" srcset="/i.png 2x" onerror="x()">
<svg><script>z</script><use href="/sprite.svg#a"/><use href="#local"/><image href="/p.png" width="9" height="9"/><animate attributeName="href" to="javascript:1"/>
<a xlink:href="javascript:1"><text>t</text></a><style>.q { background: url(/q.png) } @import "x.css";</style></svg>
<div style="background: image-set('/a.png' 1x); --x: 'a'; width: 3px">s</div>
<style>.r { background-image: image-set(var(--x) 1x); cursor: url(/c.cur), auto; mask: url(#m) } @namespace "y"; .s { content: "</style>" }</style>
<video src="/v.mp4" poster="/v.png" controls></video><audio controls src="/a.mp3"></audio><x-thing><math><mi>m</mi></math></x-thing>
<input type="image" src="/i.png"><template><p>t</p></template><noscript>n</noscript><details open><summary>s</summary></details><dialog open>d</dialog>`;

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;
beforeAll(async () => {
  [browser, code, site] = await Promise.all([
    launch(),
    bundle('agent-entry.ts'),
    servePages({
      '/': WORKBENCH,
      '/workbench.css': WORKBENCH_CSS,
      '/inner': INNER,
      '/picture.svg': PICTURE,
      '/unruly': UNRULY,
    }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

function faults(world: AgentWorld): unknown[] {
  const states = world.of('state').map(({ change }, t) => ({ t, surface: 0, event: change }));
  const checked = checkStates(states);
  return checked.ok ? new StateOrder().apply(checked.value) : checked.faults;
}

for (const path of ['/', '/unruly']) {
  test(`[AGT12] every state of ${path} is legal and fits the one before`, async () => {
    const page = await browser.newPage();
    const { top } = await withAgent(page, code);
    await page.goto(site.origin + path);
    const world = await top();
    await world.start({ shipped: { exact: SHIPPED } });
    await world.settled();
    for (let round = 0; round < 6; round++) {
      await page.evaluate((n) => {
        const all = [...document.body.querySelectorAll('*')];
        const moved = all[(n * 7 + 3) % all.length] as Element;
        const to = all[(n * 13 + 5) % all.length] as Element;
        if (!moved.contains(to)) to.append(moved);
        (all[(n * 11 + 1) % all.length] as Element).setAttribute('href', '/changed');
        (all[(n * 5 + 2) % all.length] as Element).setAttribute('style', 'background: url(/z.png); top: 1px');
        (all[(n * 3 + 2) % all.length] as Element).insertAdjacentHTML(
          'beforebegin',
          '<p onclick="x()">new <b>one</b></p>',
        );
        const field = document.querySelector('input');
        if (field) field.value = `v${n}`;
        window.scrollTo(0, n * 10);
      }, round);
      await page.waitForTimeout(120);
    }
    await world.settled();
    expect(faults(world)).toEqual([]);
    for (const message of world.messages) expect(checkedAgentMessage(message)).not.toBeNull();
    await page.close();
  });
}
