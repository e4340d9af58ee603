import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { SOURCE_LIMIT, type SourceKind } from '@aboveboard/redact/literals';
import { CommandFailure, UsageError } from './command.ts';

/**
 * The files that an application ships to everybody: from a folder of its release, or from a running address as
 * somebody without a log-in gets them. Of an address the page itself is not read: a server may have made it for
 * one person (docs/adr on shipped literals).
 */
export type ShippedFile = { name: string; kind: SourceKind; text: string };

const MOST_FILES = 5_000;
const MOST_FETCHED = 300;
const PATIENCE = 20_000;
const LOCALE = /(?:locale|lang|i18n|l10n|messages|translations?)[^?]*\.json$/i;

export function sourceKind(path: string): SourceKind | null {
  if (/\.[cm]?js$/i.test(path)) return 'js';
  if (/\.html?$/i.test(path)) return 'html';
  return LOCALE.test(path) ? 'json' : null;
}

/** Throws UsageError where there is nothing, CommandFailure where an address does not answer. */
export function shippedFiles(source: string): AsyncIterable<ShippedFile> {
  return /^https?:\/\//i.test(source) ? fromAddress(new URL(source)) : fromDisk(source);
}

async function* fromDisk(path: string): AsyncIterable<ShippedFile> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new UsageError('There is nothing at that path.');
  if (found.isFile()) {
    const kind = sourceKind(path) ?? (path.endsWith('.json') ? 'json' : null);
    if (!kind) throw new UsageError(`${basename(path)} is no script, markup or locale file.`);
    yield { name: basename(path), kind, text: readFileSync(path, 'utf8') };
    return;
  }
  let files = 0;
  // Links are not followed: they can lead out of what was named.
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const name = relative(path, file).replaceAll('\\', '/');
    const kind =
      entry.isFile() && !/(^|\/)(node_modules|\.[^/]+)\//.test(`/${name}`) ? sourceKind(name) : null;
    if (!kind) continue;
    if (++files > MOST_FILES)
      throw new CommandFailure(`There are more than ${MOST_FILES} files in that folder.`);
    if (statSync(file).size <= SOURCE_LIMIT) yield { name, kind, text: readFileSync(file, 'utf8') };
  }
}

async function* fromAddress(page: URL): AsyncIterable<ShippedFile> {
  const markup = await fetchText(page);
  if (markup === null) throw new CommandFailure('The address did not answer with a page.');
  const waiting = referencesIn(markup, page, page);
  const seen = new Set(waiting.map(({ href }) => href));
  for (let url = waiting.shift(); url; url = waiting.shift()) {
    const kind = sourceKind(url.pathname);
    const text = kind && kind !== 'html' ? await fetchText(url) : null;
    if (!kind || text === null) continue;
    yield { name: url.pathname, kind, text };
    // Pieces that a script loads later are named in it.
    for (const next of kind === 'js' ? referencesIn(text, url, page) : []) {
      if (seen.has(next.href) || seen.size >= MOST_FETCHED) continue;
      seen.add(next.href);
      waiting.push(next);
    }
  }
}

/** Addresses of scripts and locale files, of the page's own origin, in attributes or strings. */
function referencesIn(text: string, from: URL, page: URL): URL[] {
  const found = new Map<string, URL>();
  for (const [, address] of text.matchAll(
    /["'`]([^"'`\s<>]{1,300}\.(?:m?js|json))(?:\?[^"'`\s]{0,200})?["'`]/g,
  )) {
    for (const base of [from, page]) {
      if (!address || !URL.canParse(address, base)) continue;
      const url = new URL(address, base);
      if (url.origin === page.origin && sourceKind(url.pathname)) found.set(url.href, url);
    }
  }
  return [...found.values()];
}

/** Without credentials and within the origin that was named; null for anything but a file. */
async function fetchText(url: URL): Promise<string | null> {
  let at = url;
  for (let hops = 0; hops < 5; hops++) {
    const answer = await fetch(at, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) }).catch(
      () => null,
    );
    const location = answer?.headers.get('location');
    if (!answer) return null;
    if (answer.status < 300 || answer.status >= 400 || !location)
      return answer.ok ? boundedText(answer) : null;
    const next = new URL(location, at);
    if (next.origin !== url.origin) return null;
    at = next;
  }
  return null;
}

async function boundedText(answer: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > SOURCE_LIMIT) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
