/**
 * The content script is in a page only while something is recorded there: it is registered for the origins that
 * are agreed on when a recording starts, put into the pages that are open, and taken out when it ends (T2).
 */
const SCRIPT = 'recording-agent';
const FILE = '/agent.js';

/** Host patterns can't name a port; the gate tells origins apart before anything is read. */
export function patternsOf(origins: readonly string[]): string[] {
  const patterns = origins.map((origin) => {
    const { protocol, hostname } = new URL(origin);
    return `${protocol}//${hostname}/*`;
  });
  return [...new Set(patterns)];
}

export async function putAgentsIn(origins: readonly string[]): Promise<void> {
  const matches = await granted(patternsOf(origins));
  await takeAgentsOut();
  if (matches.length === 0) return;
  await chrome.scripting.registerContentScripts([
    {
      id: SCRIPT,
      matches,
      js: [FILE],
      allFrames: true,
      matchOriginAsFallback: true,
      runAt: 'document_start',
      persistAcrossSessions: false,
      world: 'ISOLATED',
    },
  ]);
  const tabs = await chrome.tabs.query({ url: matches, discarded: false });
  await Promise.all(
    tabs.map(async ({ id, incognito }) => {
      if (id === undefined || incognito) return;
      await chrome.scripting
        .executeScript({ target: { tabId: id, allFrames: true }, files: [FILE], injectImmediately: true })
        // A page that can't be scripted (it went away, or the browser forbids it) is simply not recorded.
        .catch(() => undefined);
    }),
  );
}

/** No new document gets one; those that run are told to leave over their ports. */
export async function takeAgentsOut(): Promise<void> {
  const registered = await chrome.scripting.getRegisteredContentScripts({ ids: [SCRIPT] });
  if (registered.length > 0) await chrome.scripting.unregisterContentScripts({ ids: [SCRIPT] });
}

/** Only what the contributor let the browser grant. */
async function granted(patterns: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(
    patterns.map((pattern) => chrome.permissions.contains({ origins: [pattern] })),
  );
  return patterns.filter((_, index) => answers[index]);
}
