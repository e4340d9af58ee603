import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import type { AgentItem, AgentMessage, AgentSettings, SessionMessage } from '../src/frame-message.ts';

// A Chromium with the agent in an isolated world of each document, as an extension would have it.

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Test pages are on 127.0.0.1 and localhost, which are two origins of one machine.
  '--site-per-process',
];

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: FLAGS,
    // Without scrollbars every box is 15 px off.
    ignoreDefaultArgs: ['--hide-scrollbars'],
  });
}

/** One file as a browser runs it. */
export async function bundle(entry: string): Promise<string> {
  const build = await rolldown({
    input: fileURLToPath(new URL(entry, import.meta.url)),
    platform: 'browser',
  });
  const { output } = await build.generate({ format: 'iife', minify: true, codeSplitting: false });
  await build.close();
  return output[0].code;
}

export function gzipSize(code: string): number {
  return gzipSync(code, { level: 9 }).length;
}

export const SETTINGS: AgentSettings = {
  firstNodeId: 1,
  signals: { pointer: true, keys: true, text: true, states: true },
  literals: [],
  shipped: { exact: [] },
  selectors: { open: [], closed: [] },
  renaming: '000102030405060708090a0b0c0d0e0f',
};

/** What one document's agent sent, and a way to speak to it. */
export class AgentWorld {
  readonly messages: AgentMessage[] = [];
  /** Acknowledge what comes, as a session does. */
  acknowledges = true;
  readonly #cdp: CDPSession;
  readonly contextId: number;
  readonly frameId: string;

  constructor(cdp: CDPSession, contextId: number, frameId: string) {
    this.#cdp = cdp;
    this.contextId = contextId;
    this.frameId = frameId;
  }

  get items(): AgentItem[] {
    return this.messages.flatMap((message) => (message.type === 'batch' ? message.items : []));
  }

  /** Items of one kind. */
  of<K extends AgentItem['item']>(kind: K): Extract<AgentItem, { item: K }>[] {
    return this.items.filter((item) => item.item === kind) as Extract<AgentItem, { item: K }>[];
  }

  async send(message: SessionMessage): Promise<void> {
    await this.evaluate(`aboveboardReceive(${JSON.stringify(message)})`);
  }

  async start(settings: Partial<AgentSettings> = {}): Promise<void> {
    await this.send({ type: 'start', settings: { ...SETTINGS, ...settings } });
  }

  /** Runs in the agent's world. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#cdp.send('Runtime.evaluate', {
      expression,
      contextId: this.contextId,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Until the state has settled after now. */
  async settled(milliseconds = 10_000): Promise<void> {
    const before = this.of('settled').length;
    await this.until(() => this.of('settled').length > before, milliseconds, 'a settled state');
  }

  async until(holds: () => boolean, milliseconds = 10_000, what = 'it'): Promise<void> {
    const end = Date.now() + milliseconds;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`waited ${milliseconds} ms for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  receive(text: string): void {
    const message = JSON.parse(text) as AgentMessage;
    this.messages.push(message);
    if (this.acknowledges && message.type === 'batch') {
      // The document may be gone by now.
      this.send({ type: 'acknowledge', seq: message.seq }).catch(() => undefined);
    }
  }
}

/**
 * Times every task that the agent has: its timers, observers and listeners, what they force the browser to
 * lay out included. Milliseconds.
 */
const CLOCKED = `globalThis.agentTasks = { longest: 0, total: 0, count: 0, long: [] };
(() => { const timed = (f) => typeof f !== 'function' ? f : function (...rest) { const from = performance.now();
    try { return f.apply(this, rest); } finally { const spent = performance.now() - from;
      agentTasks.total += spent; agentTasks.count++; if (spent > 20 && agentTasks.long.length < 100) agentTasks.long.push([String(f).slice(0, 60), spent]); agentTasks.longest = Math.max(agentTasks.longest, spent); } };
  for (const name of ['setTimeout', 'setInterval']) { const own = globalThis[name]; globalThis[name] = (f, ms) => own(timed(f), ms); }
  for (const name of ['MutationObserver', 'ResizeObserver']) { const Own = globalThis[name];
    globalThis[name] = class extends Own { constructor(f) { super(timed(f)); } }; }
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, f, options) { return add.call(this, type, timed(f), options); };
})();`;

/** Puts the agent in every document of the page from now on; `worlds` holds them in the order of coming. */
export async function withAgent(
  page: Page,
  code: string,
  options: { bare?: boolean } = {},
): Promise<{ worlds: AgentWorld[]; cdp: CDPSession; top: () => Promise<AgentWorld> }> {
  const cdp = await page.context().newCDPSession(page);
  const worlds: AgentWorld[] = [];
  const left: AgentWorld[] = [];
  const name = 'aboveboard-agent';
  cdp.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.name !== name) return;
    worlds.push(new AgentWorld(cdp, context.id, (context.auxData as { frameId: string }).frameId));
  });
  cdp.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
    const at = worlds.findIndex((world) => world.contextId === executionContextId);
    const [gone] = at >= 0 ? worlds.splice(at, 1) : [];
    // What it said last may be heard after it has gone.
    if (gone) left.push(gone);
  });
  cdp.on('Runtime.bindingCalled', ({ name: binding, payload, executionContextId }) => {
    if (binding !== 'aboveboardPost') return;
    [...worlds, ...left].find((world) => world.contextId === executionContextId)?.receive(payload);
  });
  await cdp.send('Page.enable');
  await cdp.send('Runtime.enable');
  await cdp.send('Runtime.addBinding', { name: 'aboveboardPost', executionContextName: name });
  const source = `${CLOCKED}globalThis.aboveboardBare=${options.bare === true};${code}`;
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: name });
  const { frameTree } = await cdp.send('Page.getFrameTree');
  const top = async () => {
    const end = Date.now() + 5000;
    for (;;) {
      const world = worlds.findLast((w) => w.frameId === frameTree.frame.id);
      if (world) return world;
      if (Date.now() > end) throw new Error('no agent in the top document');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { worlds, cdp, top };
}

/** Pages by path, on a port of its own. */
export async function servePages(
  pages: Record<string, string>,
): Promise<{ origin: string; other: string; close: () => Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] as string;
    const body = pages[path];
    const type = path.endsWith('.css') ? 'text/css' : path.endsWith('.svg') ? 'image/svg+xml' : 'text/html';
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` });
    response.end(body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    other: `http://localhost:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
