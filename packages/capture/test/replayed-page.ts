import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { AgentWorld } from './agent-browser.ts';

// What rrweb's replayer makes of the states that an agent wrote.

const SCRIPT = new URL('../../../node_modules/@rrweb/replay/umd/replay.min.js', import.meta.url);
const SCRIPT_OLD = new URL('../../../node_modules/@rrweb/replay/dist/replay.umd.min.cjs', import.meta.url);

function replayScript(): string {
  try {
    return readFileSync(SCRIPT, 'utf8');
  } catch {
    return readFileSync(SCRIPT_OLD, 'utf8');
  }
}

export type Box = { tag: string; x: number; y: number; width: number; height: number };

/** Replays all states in `page` and leaves the last one standing. */
export async function replay(page: Page, world: AgentWorld): Promise<string[]> {
  const events = world.of('state').map(({ at, change }) => ({ ...change, timestamp: Math.round(at) }));
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning' || message.type() === 'error') warnings.push(message.text());
  });
  await page.setContent(
    '<!doctype html><style>html{overflow:hidden}body{margin:0}iframe{border:0;display:block}</style><div id="root"></div>',
  );
  await page.addScriptTag({ content: replayScript() });
  await page.evaluate((all) => {
    // biome-ignore lint/suspicious/noExplicitAny: a global of the script.
    const { Replayer } = (window as any).rrweb ?? (window as any).rrwebReplay;
    const replayer = new Replayer(all, {
      root: document.getElementById('root'),
      mouseTail: false,
      showWarning: true,
      triggerFocus: false,
    });
    replayer.enableInteract();
    replayer.pause((all.at(-1)?.timestamp ?? 0) - (all[0]?.timestamp ?? 0) + 1);
  }, events);
  await page.waitForTimeout(300);
  await page.evaluate(() => {
    const inside = document.querySelector('iframe')?.contentDocument;
    for (const animation of inside?.getAnimations() ?? []) animation.finish();
  });
  return warnings;
}

/** Boxes of all elements below body in document order, those of shadow roots with their host's. */
export const BOXES = `(root) => {
  const absent = new Set(['meta', 'base', 'source', 'track', 'param']);
  const out = [];
  const walk = (node) => {
    for (const child of node.children) {
      if (absent.has(child.localName)) continue;
      const r = child.getBoundingClientRect();
      out.push({ tag: child.localName, x: r.x, y: r.y, width: r.width, height: r.height });
      if (child.shadowRoot) walk(child.shadowRoot);
      walk(child);
    }
  };
  walk(root.body);
  return out;
}`;

export async function liveBoxes(page: Page): Promise<Box[]> {
  return (await page.evaluate(`(${BOXES})(document)`)) as Box[];
}

export async function replayedBoxes(page: Page): Promise<Box[]> {
  return (await page.evaluate(`(${BOXES})(document.querySelector('iframe').contentDocument)`)) as Box[];
}

/** The markup below body as the replay has it, without what the replayer adds. */
export async function replayedMarkup(page: Page): Promise<string> {
  return (await page.evaluate(
    `document.querySelector('iframe').contentDocument.body.innerHTML.replace(/ autocomplete="off"/g, '')`,
  )) as string;
}

/** For each element how far its box is off in the worst of its four measures. */
export function offsets(live: Box[], replayed: Box[]): number[] {
  return live.map((box, i) => {
    const other = replayed[i];
    if (!other) return Number.POSITIVE_INFINITY;
    return Math.max(
      Math.abs(box.x - other.x),
      Math.abs(box.y - other.y),
      Math.abs(box.width - other.width),
      Math.abs(box.height - other.height),
    );
  });
}

export function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
