import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planScenario } from '@aboveboard/planner/scenario/plan';
import { reportTables } from '@aboveboard/planner/scenario/report-table';
import { chromium, type Page } from 'playwright-core';
import { mean, quantile } from './csv.ts';
import { costAsked, scenarioAsked } from './scenarios.ts';

/** The draws of the page's first answer to an edit; the one with all draws follows when nobody types. */
const quickDraws = 300;

/** Time of what an edit makes the engine work out, in Node: three scenarios whole, and all their tables. */
export function keyPressInNode(): number {
  const asked = scenarioAsked.map((one) => ({
    ...one,
    cost: { ...costAsked, gpu: null, rent_of: 'h200_sxm', draws: quickDraws },
  }));
  const times: number[] = [];
  for (let i = 0; i < 60; i++) {
    const [from, clock] = [process.cpuUsage(), performance.now()];
    for (const one of asked) {
      const planned = planScenario(one);
      if (!planned.ok) throw new Error(JSON.stringify(planned.problems));
      reportTables(planned.value);
    }
    const { user, system } = process.cpuUsage(from);
    // Both hold the thread's own time: one adds the helpers' of the engine, the other what else ran meanwhile.
    times.push(Math.min((user + system) / 1000, performance.now() - clock));
  }
  return Math.min(...times);
}

/**
 * What one key press costs the planner's page: the built page in Chromium, its main thread's tasks from a trace, in
 * CPU time of that thread, so that a busy machine does not count. Undefined without Chromium.
 */
export async function keyPressInPage(): Promise<Record<string, number> | undefined> {
  const executablePath = process.env['ABOVEBOARD_CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) return undefined;
  const web = fileURLToPath(new URL('../../apps/web/', import.meta.url));
  const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));
  const built = mkdtempSync(join(tmpdir(), 'aboveboard-key-press-'));
  const browser = await chromium.launch({
    executablePath,
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  let files: Server | undefined;
  try {
    execFileSync(process.execPath, [vite, 'build', '--outDir', built, '--logLevel', 'error'], { cwd: web });
    files = await serve(built);
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`http://127.0.0.1:${(files.address() as AddressInfo).port}/planner`);
    const field = page.getByRole('textbox', { name: typedInto }).first();
    await field.waitFor();
    await field.fill('20');
    // The first answers, with all draws, and the code that they warm.
    await page.waitForTimeout(3_000);
    await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] });
    await type(page, field);
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    return pressesOf(trace.traceEvents);
  } finally {
    await browser.close();
    files?.close();
    rmSync(built, { recursive: true, force: true });
  }
}

/** The length of a prompt: speed, the curve, the service and the cost all follow it. */
const typedInto = /^Prompt/;
const presses = 40;
/** A fast typist; long enough that the answer with all draws comes back between some presses. */
const pace = 130;

async function type(page: Page, field: ReturnType<Page['getByLabel']>): Promise<void> {
  await field.focus();
  for (let i = 0; i < presses; i++) {
    await page.keyboard.press(i % 4 < 2 ? String(1 + (i % 9)) : 'Backspace');
    await page.waitForTimeout(pace);
  }
  await page.waitForTimeout(1_000);
}

type TraceEvent = {
  name: string;
  ts: number;
  tdur?: number;
  pid: number;
  tid: number;
  args?: { data?: { type?: string } };
};

/** Tasks of the thread that dispatched the keys, press by press. */
function pressesOf(events: readonly TraceEvent[]): Record<string, number> {
  const keys = events
    .filter((e) => e.name === 'EventDispatch' && e.args?.data?.type === 'keydown')
    .sort((a, b) => a.ts - b.ts);
  const first = keys[0];
  if (!first || keys.length < presses) throw new Error(`the trace has ${keys.length} presses of ${presses}`);
  const tasks = events.filter(
    (e) => /RunTask$/.test(e.name) && e.pid === first.pid && e.tid === first.tid && e.tdur !== undefined,
  );
  const longest: number[] = [];
  const total: number[] = [];
  keys.slice(0, -1).forEach((key, i) => {
    // The task that dispatched the key began before it.
    const until = keys[i + 1]?.ts ?? Number.POSITIVE_INFINITY;
    const own = tasks
      .filter((t) => t.ts > key.ts - 2_000 && t.ts < until - 2_000)
      .map((t) => (t.tdur ?? 0) / 1000);
    longest.push(Math.max(0, ...own));
    total.push(own.reduce((a, b) => a + b, 0));
  });
  return {
    key_press_longest_task_p95_ms: quantile(longest, 0.95),
    'key_press_longest_task_ms, median': quantile(longest, 0.5),
    'key_press_main_thread_ms, all tasks, mean': mean(total),
  };
}

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The built application, and the one answer of a server that it begins with. */
async function serve(folder: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = normalize((request.url ?? '/').split('?')[0] ?? '/');
    if (path === '/api/about') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ installation: 'bench', limits: {}, agreement: null }));
      return;
    }
    const name = extname(path) === '' ? '/index.html' : path;
    const body = await readFile(join(folder, name)).catch(() => null);
    response.statusCode = body ? 200 : 404;
    response.setHeader('content-type', types[extname(name)] ?? 'application/octet-stream');
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
