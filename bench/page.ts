import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, CDPSession, Page } from 'playwright-core';
import {
  type AgentWorld,
  bundle,
  gzipSize,
  launch,
  withAgent,
} from '../packages/capture/test/agent-browser.ts';
import type { Measured, Target } from './report.ts';

// What recording costs a page, and what it keeps, beside @rrweb/record alone on the same page with the same
// hands. Seconds of use by PAGE_SECONDS (60), of the memory run by PAGE_MEMORY_SECONDS (0: left out; 600 for
// the target).
export const targets: Target[] = [
  { metric: 'pointer kept at 800 Hz', op: '>=', value: 0.99, unit: 'share' },
  { metric: 'main thread at a person\u2019s pace', op: '<=', value: 0.03, unit: 'share' },
  { metric: 'longest task after the first state', op: '<=', value: 50, unit: 'ms' },
  { metric: 'content script', op: '<=', value: 40, unit: 'KB gzip' },
  { metric: 'heap grown in the second half of 10 minutes', op: '<=', value: 0.05, unit: 'share' },
];

const SECONDS = Number(process.env['PAGE_SECONDS'] ?? 60);
const MEMORY_SECONDS = Number(process.env['PAGE_MEMORY_SECONDS'] ?? 0);
const SAMPLES = 4_000;
const SAMPLES_OF_HEAP = 10;
const HEAP = 'heap grown in the second half of 10 minutes';

const ROWS = Array.from(
  { length: 120 },
  (_, i) =>
    `<tr data-id="${i}"><td>${i}</td><td>Vendor ${i}</td><td>${(i * 37) % 500}.00</td><td><button>Open</button></td></tr>`,
);
const APPLICATION = `<!doctype html><html><head><meta charset="utf-8"><title>Work</title><link rel="icon" href="data:,">
<style>body{margin:0;font:14px Arial}nav{display:flex;gap:8px;padding:8px;background:#246}main{display:grid;grid-template-columns:240px 1fr}
table{border-collapse:collapse;width:100%}td{border:1px solid #ccc;padding:4px}.row-open{background:#eef}.toast{position:fixed;right:8px;bottom:8px}
${Array.from({ length: 600 }, (_, i) => `.util-${i}{margin-left:${i % 9}px;color:rgb(${i % 255},0,0)}`).join('')}</style></head>
<body><nav><a href="/a">Home</a><a href="/b">List</a></nav><main><aside><form><label>Search <input id="search"></label>
<label>Notes <textarea id="notes"></textarea></label><select id="kind"><option>All<option>Open<option>Closed</select></form></aside>
<section><table id="list"><tbody>${ROWS.join('')}</tbody></table></section></main><div class="toast" id="toast"></div>
<script>
window.actions = 0;
document.getElementById('search').addEventListener('input', (e) => { actions++;
  for (const row of document.querySelectorAll('#list tr')) row.hidden = !row.textContent.includes(e.target.value.slice(0, 1)); });
document.getElementById('list').addEventListener('click', (e) => { const row = e.target.closest('tr'); if (!row) return; actions++;
  row.classList.toggle('row-open'); const next = row.nextElementSibling;
  if (next && next.className === 'detail') next.remove();
  else { const d = document.createElement('tr'); d.className = 'detail'; d.innerHTML = '<td colspan=4><dl><dt>Vendor<dd>' + row.cells[1].textContent + '<dt>Sum<dd>12.00</dl></td>'; row.after(d); }
  document.getElementById('toast').textContent = 'Row ' + row.dataset.id; });
</script></body></html>`;

export async function run(): Promise<Measured> {
  const code = await bundle('agent-entry.ts');
  const shipped = await bundle('../src/agent.ts');
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(APPLICATION);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await launch();
  try {
    const pointer = await keptAt800(browser, code, origin);
    const rrwebPointer = await rrwebKept(browser, origin);
    const own = await used(browser, origin, SECONDS, code);
    const rrweb = await rrwebUsed(browser, origin, SECONDS);
    const metrics: Record<string, number> = {
      'pointer kept at 800 Hz': pointer,
      'main thread at a person\u2019s pace': own.share,
      'longest task after the first state': own.longest,
      'content script': gzipSize(shipped) / 1000,
      'first state (ms of main thread)': own.first,
      'messages (bytes a second)': own.bytes / SECONDS,
    };
    const ownHeaps = MEMORY_SECONDS > 0 ? await heaps(browser, origin, code) : [];
    const bareHeaps = MEMORY_SECONDS > 0 ? await heaps(browser, origin, null) : [];
    if (MEMORY_SECONDS > 0) metrics[HEAP] = grown(ownHeaps);
    return {
      metrics,
      peers: {
        '@rrweb/record': {
          'pointer kept at 800 Hz': rrwebPointer,
          'main thread at a person\u2019s pace': rrweb.share,
          'longest task after the first state': rrweb.longest,
          'content script': gzipSize(rrwebScript()) / 1000,
          'messages (bytes a second)': rrweb.bytes / SECONDS,
        },
        ...(MEMORY_SECONDS > 0 ? { 'no recorder': { [HEAP]: grown(bareHeaps) } } : {}),
      },
      notes: [
        `${SECONDS} s of use, ${own.acts} acts (clicks, keys, scrolling, moves at 60 Hz), seed 7`,
        `all ${own.expected} button and key events and the last state arrived; otherwise the run does not count`,
        'main thread: time in timers, observers and listeners of the recorder, what it forces to be laid out included',
        MEMORY_SECONDS > 0
          ? `memory run ${MEMORY_SECONDS} s; KB of heap: ${kilobytes(ownHeaps)}; without a recorder: ${kilobytes(bareHeaps)}`
          : 'memory run left out (PAGE_MEMORY_SECONDS=600)',
      ],
    };
  } finally {
    await browser.close();
    server.close();
  }
}

const kilobytes = (found: readonly number[]) => found.map((bytes) => Math.round(bytes / 1000)).join(' ');

type Use = { acts: number; presses: number; keys: number };

/** A person's pace: an act every 700 ms or so, and the pointer moves in between. */
async function hands(page: Page, seconds: number): Promise<Use> {
  let state = 7;
  const random = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  const use: Use = { acts: 0, presses: 0, keys: 0 };
  const end = Date.now() + seconds * 1000;
  let [x, y] = [200, 200];
  while (Date.now() < end) {
    const [toX, toY] = [260 + random(800), 60 + random(600)];
    for (let i = 1; i <= 20; i++) {
      await page.mouse.move(x + ((toX - x) * i) / 20, y + ((toY - y) * i) / 20);
      await page.waitForTimeout(12);
    }
    [x, y] = [toX, toY];
    const act = random(4);
    if (act <= 1) {
      await page.mouse.click(x, y);
      use.presses++;
    } else if (act === 2) await page.mouse.wheel(0, random(2) ? 120 : -120);
    else {
      await page.focus(random(2) ? '#search' : '#notes');
      for (let i = 0; i < 5; i++) {
        await page.keyboard.press('abcdefgh'[random(8)] as string);
        use.keys++;
        await page.waitForTimeout(90);
      }
    }
    use.acts++;
    await page.waitForTimeout(200 + random(300));
  }
  return use;
}

async function used(browser: Browser, origin: string, seconds: number, code: string) {
  const page = await browser.newPage();
  const { top } = await withAgent(page, code);
  await page.goto(origin);
  const world = await top();
  await world.start();
  await world.settled();
  const first = (await world.evaluate('agentTasks.total')) as number;
  await world.evaluate('agentTasks.total = 0; agentTasks.longest = 0');
  const from = Date.now();
  const use = await hands(page, seconds);
  const lasted = Date.now() - from;
  const total = (await world.evaluate('agentTasks.total')) as number;
  const longest = (await world.evaluate('agentTasks.longest')) as number;
  await page.evaluate(() => document.getElementById('toast')?.setAttribute('class', 'toast last'));
  await page.waitForTimeout(1_200);
  const counted = arrived(world, use);
  const bytes = JSON.stringify(world.messages).length;
  await page.close();
  return { share: total / lasted, longest, first, bytes, acts: use.acts, expected: counted };
}

/** Throws where something that happened is not in the messages. */
function arrived(world: AgentWorld, use: Use): number {
  const events = world.of('event').map((item) => item.event.kind);
  const count = (kind: string) => events.filter((k) => k === kind).length;
  if (count('down') !== use.presses || count('up') !== use.presses) throw new Error('presses are missing');
  if (count('keydown') !== use.keys || count('keyup') !== use.keys) throw new Error('keys are missing');
  const last = world
    .of('state')
    .findLast(({ change }) => change.type === 3 && change.data.source === 0)?.change;
  if (!JSON.stringify(last).includes('"class"')) throw new Error('the last state is missing');
  return use.presses * 2 + use.keys * 2;
}

/** A device of 800 Hz, as STACK.md tried it: samples handed to the browser faster than it makes frames. */
async function samples(cdp: CDPSession): Promise<void> {
  const from = performance.now();
  const sending: Promise<unknown>[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const due = from + i * 1.25;
    while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
    sending.push(
      cdp.send('Input.dispatchMouseEvent', {
        type: 'mouseMoved',
        x: 100 + (i % 700),
        y: 100 + ((i * 7) % 500),
      }),
    );
  }
  await Promise.all(sending);
}

async function keptAt800(browser: Browser, code: string, origin: string): Promise<number> {
  const page = await browser.newPage();
  const { top, cdp } = await withAgent(page, code);
  await page.goto(origin);
  const world = await top();
  await world.start();
  await world.settled();
  await samples(cdp);
  await page.waitForTimeout(800);
  const moves = world.of('event').filter((item) => item.event.kind === 'move');
  await page.close();
  return moves.length / SAMPLES;
}

function rrwebScript(): string {
  return readFileSync(new URL('../node_modules/@rrweb/record/umd/record.min.js', import.meta.url), 'utf8');
}

async function withRrweb(browser: Browser, origin: string): Promise<{ page: Page; cdp: CDPSession }> {
  const page = await browser.newPage();
  const cdp = await page.context().newCDPSession(page);
  await page.goto(origin);
  await page.evaluate(CLOCKED_PAGE);
  await page.addScriptTag({ content: rrwebScript() });
  await page.evaluate(
    `window.kept = []; (window.rrweb ?? window.rrwebRecord).record({ emit: (e) => kept.push(e) }); 0`,
  );
  return { page, cdp };
}

async function rrwebKept(browser: Browser, origin: string): Promise<number> {
  const { page, cdp } = await withRrweb(browser, origin);
  await samples(cdp);
  await page.waitForTimeout(1_500);
  const moves = (await page.evaluate(
    'kept.filter((e) => e.type === 3 && e.data.source === 1).reduce((n, e) => n + e.data.positions.length, 0)',
  )) as number;
  await page.close();
  return moves / SAMPLES;
}

async function rrwebUsed(browser: Browser, origin: string, seconds: number) {
  const { page } = await withRrweb(browser, origin);
  await page.evaluate('recorderTasks.total = 0; recorderTasks.longest = 0');
  const from = Date.now();
  await hands(page, seconds);
  const lasted = Date.now() - from;
  const total = (await page.evaluate('recorderTasks.total')) as number;
  const longest = (await page.evaluate('recorderTasks.longest')) as number;
  const bytes = (await page.evaluate('JSON.stringify(kept).length')) as number;
  await page.close();
  return { share: total / lasted, longest, bytes };
}

/** The same clock as the agent's, in the page's own world and set after the page's own listeners are there. */
const CLOCKED_PAGE = `window.recorderTasks = { longest: 0, total: 0 };
(() => { const timed = (f) => typeof f !== 'function' ? f : function (...rest) { const from = performance.now();
    try { return f.apply(this, rest); } finally { const spent = performance.now() - from;
      recorderTasks.total += spent; recorderTasks.longest = Math.max(recorderTasks.longest, spent); } };
  for (const name of ['setTimeout', 'setInterval', 'requestAnimationFrame']) { const own = window[name].bind(window); window[name] = (f, ms) => own(timed(f), ms); }
  const Own = MutationObserver; window.MutationObserver = class extends Own { constructor(f) { super(timed(f)); } };
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, f, options) { return add.call(this, type, timed(f), options); };
})();`;

/**
 * Bytes of the page's heap after a collection: `SAMPLES_OF_HEAP` + 1 times, evenly over the run. `code` null: nobody
 * records, which shows what the page and the hands do by themselves.
 */
async function heaps(browser: Browser, origin: string, code: string | null): Promise<number[]> {
  const page = await browser.newPage();
  const cdp = code === null ? await page.context().newCDPSession(page) : null;
  const agent = code === null ? null : await withAgent(page, code);
  await page.goto(origin);
  const world = await agent?.top();
  await world?.start();
  await world?.settled();
  const session = agent?.cdp ?? cdp;
  const found: number[] = [];
  await hands(page, Math.min(30, MEMORY_SECONDS / 4));
  for (let sample = 0; sample <= SAMPLES_OF_HEAP; sample++) {
    if (sample > 0) await hands(page, MEMORY_SECONDS / SAMPLES_OF_HEAP);
    await session?.send('HeapProfiler.collectGarbage');
    found.push((await session?.send('Runtime.getHeapUsage'))?.usedSize ?? 0);
  }
  await page.close();
  return found;
}

/** How much of the heap of the middle came on top in the second half: a leak goes on, what settles does not. */
function grown(found: readonly number[]): number {
  const middle = found[SAMPLES_OF_HEAP / 2] as number;
  return ((found.at(-1) as number) - middle) / middle;
}
