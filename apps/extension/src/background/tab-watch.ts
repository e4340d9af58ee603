import type { CaptureSession } from '@aboveboard/capture/session';
import { targetOf } from './agent-ports.ts';

/**
 * Tells the running session which tab is in front, and what becomes of tabs. Of a tab that is not allowed
 * nothing but that is said. Listeners are there from the worker's start, as Chromium wants it, and do
 * nothing while nothing is recorded.
 */
export function watchTabs(session: () => Promise<CaptureSession | null>): void {
  const front = async (tabId: number) => {
    const running = await session();
    if (!running) return;
    const tab = await chrome.tabs.get(tabId).catch(() => null);
    if (!tab) return;
    running.front(tabId, await targetOf(tab));
  };
  chrome.tabs.onActivated.addListener(({ tabId }) => void front(tabId));
  chrome.windows.onFocusChanged.addListener(async (windowId) => {
    if (windowId === chrome.windows.WINDOW_ID_NONE || !(await session())) return;
    const [tab] = await chrome.tabs.query({ active: true, windowId });
    if (tab?.id !== undefined) await front(tab.id);
  });
  chrome.webNavigation.onCommitted.addListener(async ({ tabId, frameId }) => {
    if (frameId !== 0 || !(await session())) return;
    const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
    if (tab?.id === tabId) await front(tabId);
  });
  chrome.tabs.onRemoved.addListener(async (tabId) => (await session())?.closed(tabId));
  chrome.tabs.onZoomChange.addListener(async ({ tabId, newZoomFactor }) => {
    (await session())?.zoom(tabId, newZoomFactor);
  });
}

/** At the start of a recording. */
export async function tellFront(session: CaptureSession): Promise<void> {
  const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
  if (tab?.id === undefined) return;
  session.front(tab.id, await targetOf(tab));
  session.zoom(tab.id, await chrome.tabs.getZoom(tab.id).catch(() => 1));
}
