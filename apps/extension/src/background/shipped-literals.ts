import { LITERALS_LIMIT, type SourceKind, shippedLiterals } from '@aboveboard/redact/literals';
import { hexOf } from '../store/byte-text.ts';
import { answer, within } from '../store/database.ts';

/**
 * The strings that an application ships to anybody (docs/adr on shipped literals): its own scripts and locale
 * files, fetched without credentials, so that nothing made for one person can be among them. Markup is not
 * read: a page that a server makes holds what it is about beside its labels, and the two can't be told apart.
 * What can't be fetched or read gives none, and text stays masked (T14).
 */
type KnownLiterals = { sources: Record<string, string>; literals: string[] };

const STRINGS = 40_000;
const SOURCES = 60;
const SOURCE_BYTES = 16 * 1024 * 1024;
const PATIENCE = 8_000;
const LOCALE = /(?:locale|lang|i18n|l10n|messages|translations?)[^?]*\.json$/i;

/** From earlier recordings; empty where the application was never looked at. */
export async function knownLiterals(database: IDBDatabase, origin: string): Promise<string[]> {
  return (await stored(database, origin))?.literals ?? [];
}

/** Looks at what open pages of the origin loaded, and keeps what those files ship by address and content. */
export async function learnLiterals(database: IDBDatabase, origin: string): Promise<string[]> {
  const known = (await stored(database, origin)) ?? { sources: {}, literals: [] };
  const literals = new Set(known.literals);
  const sources = { ...known.sources };
  for (const { url, kind } of await sourcesOf(origin)) {
    const text = await fetchShipped(url, origin);
    if (text === null) continue;
    const digest = await digestOf(text);
    if (sources[url] === digest) continue;
    sources[url] = digest;
    for (const literal of shippedLiterals(text, kind)) {
      if (literals.size >= Math.min(STRINGS, LITERALS_LIMIT)) break;
      literals.add(literal);
    }
  }
  const found = { sources, literals: [...literals] };
  await within(database, ['literals'], 'readwrite', (transaction) =>
    answer(transaction.objectStore('literals').put(found, origin)),
  );
  return found.literals;
}

function stored(database: IDBDatabase, origin: string): Promise<KnownLiterals | undefined> {
  return within(database, ['literals'], 'readonly', (transaction) =>
    answer<KnownLiterals | undefined>(transaction.objectStore('literals').get(origin)),
  );
}

/**
 * Only addresses of files leave the page here, and they go nowhere but to the application itself. Paths of pages
 * are not used: they can name what somebody works on.
 */
async function sourcesOf(origin: string): Promise<{ url: string; kind: SourceKind }[]> {
  const { protocol, hostname } = new URL(origin);
  const tabs = await chrome.tabs.query({ url: `${protocol}//${hostname}/*`, discarded: false });
  const scripts = new Set<string>();
  for (const { id, url } of tabs) {
    if (id === undefined || !url || new URL(url).origin !== origin) continue;
    const results = await chrome.scripting
      .executeScript({ target: { tabId: id }, func: loadedFiles })
      .catch(() => []);
    for (const { result } of results) for (const address of result ?? []) scripts.add(address);
  }
  const sources: { url: string; kind: SourceKind }[] = [];
  for (const address of scripts) {
    if (!URL.canParse(address)) continue;
    const url = new URL(address);
    if (url.origin !== origin || sources.length >= SOURCES) continue;
    if (/\.m?js$/.test(url.pathname)) sources.push({ url: url.href, kind: 'js' });
    else if (LOCALE.test(url.pathname)) sources.push({ url: url.href, kind: 'json' });
  }
  return sources;
}

/** Runs in the isolated world of a page; reads and changes nothing. */
function loadedFiles(): string[] {
  const listed = performance.getEntriesByType('resource').map(({ name }) => name);
  const scripts = Array.from(document.querySelectorAll('script[src]'), (script) =>
    String(new URL(script.getAttribute('src') ?? '', document.baseURI)),
  );
  return [...new Set([...scripts, ...listed])].slice(0, 500);
}

async function fetchShipped(url: string, origin: string): Promise<string | null> {
  try {
    const response = await fetch(url, {
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok || new URL(response.url).origin !== origin) return null;
    const text = await response.text();
    return text.length <= SOURCE_BYTES ? text : null;
  } catch {
    return null;
  }
}

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return hexOf(new Uint8Array(digest));
}
