import type { BrowserTarget } from '@aboveboard/consent/gate';
import type { Page } from 'playwright-core';
import type { SessionMessage } from '../src/frame-message.ts';
import type { CaptureSession } from '../src/session.ts';
import { bundle } from './agent-browser.ts';

/** The bundle for `recordTab`. */
export function sessionAgent(): Promise<string> {
  return bundle('session-entry.ts');
}

const WORLD = 'aboveboard-session';
type World = {
  document: string;
  frame: string;
  parent: string | null;
  origin: string;
  sending: Promise<unknown>;
};

/**
 * Puts the agent in every document that `page` opens from now on, in a world of its own, and ties each to the
 * session as the extension's worker does: by ports that close with their documents. For pages whose frames
 * are all in one process.
 */
export async function recordTab(
  page: Page,
  code: string,
  session: CaptureSession,
  options: { tab?: number; unmasked?: boolean } = {},
): Promise<void> {
  const { tab = 1, unmasked = false } = options;
  const cdp = await page.context().newCDPSession(page);
  const parents = new Map<string, string>();
  const worlds = new Map<number, World>();
  const connect = (contextId: number, world: World) => {
    const { document, parent, origin } = world;
    const target: BrowserTarget = {
      kind: 'browser',
      top: origin,
      frame: origin,
      private: false,
      window: 'normal',
    };
    session.connect({ document, tab, parent, target }, null, (message: SessionMessage, generation) => {
      const expression = `aboveboardHear(${generation}, ${JSON.stringify(message)})`;
      world.sending = world.sending
        .then(() => cdp.send('Runtime.evaluate', { expression, contextId }))
        .catch(() => undefined);
    });
  };
  cdp.on('Page.frameAttached', ({ frameId, parentFrameId }) => parents.set(frameId, parentFrameId));
  cdp.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.name !== WORLD) return;
    const frame = (context.auxData as { frameId: string }).frameId;
    const parent = parents.get(frame);
    const above = [...worlds.values()].findLast((world) => world.frame === parent);
    worlds.set(context.id, {
      document: context.uniqueId,
      frame,
      parent: above?.document ?? null,
      origin: context.origin.startsWith('http') ? context.origin : new URL(page.url()).origin,
      sending: Promise.resolve(),
    });
  });
  cdp.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
    const world = worlds.get(executionContextId);
    worlds.delete(executionContextId);
    if (world) session.gone(world.document);
  });
  cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    const world = worlds.get(executionContextId);
    if (name !== 'aboveboardSay' || !world) return;
    const { generation, message } = JSON.parse(payload);
    if (message) session.receive(world.document, generation, message);
    else connect(executionContextId, world);
  });
  await cdp.send('Page.enable');
  await cdp.send('Runtime.enable');
  await cdp.send('Runtime.addBinding', { name: 'aboveboardSay', executionContextName: WORLD });
  const source = `globalThis.aboveboardUnmasked=${unmasked};${code}`;
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: WORLD });
}
