import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SourceFault } from '../capture-source.ts';
import { ActRefused, type RecorderDaemon } from '../recorder-daemon.ts';
import type { ReviewWords } from '../release/prepared-release.ts';
import { plainPage, statePage } from './pages.ts';
import { preparedPage, stepsPage } from './review-pages.ts';

export type LocalPage = { link: string; close(): Promise<void> };

const COOKIE = 'aboveboard-recorder';
/** A box for each step of a long recording; a thousand words to close, at up to nine bytes a letter. */
const BODY_LIMIT = 1 << 20;

/**
 * The recorder's page on this computer alone (DSK65-DSK67). It is opened by a link that works once; from then on by a cookie
 * that scripts can't read and other sites don't send. Every request is for our own host by name, every act carries the
 * page's own token and comes from the page itself: other users have no cookie, and pages of others neither host nor token.
 */
export async function servePage(
  daemon: RecorderDaemon,
  { port = 0, links = null }: { port?: number; links?: LinkKeeper | null } = {},
): Promise<LocalPage> {
  const session = new PageSession(links);
  const server = createServer((request, response) => {
    answer(daemon, session, request, response).catch(() =>
      send(response, 500, plainPage('That did not work.')),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  session.host = `127.0.0.1:${bound}`;
  const { link } = session;
  await links?.(link);
  return { link, close: () => closed(server) };
}

/** Keeps the link that works next where its owner alone finds it. */
export type LinkKeeper = (link: string) => Promise<void>;

class PageSession {
  /** Null once it was used and no other is kept for her. */
  once: string | null = secret();
  readonly cookie = secret();
  readonly token = secret();
  host = '';
  readonly #links: LinkKeeper | null;

  constructor(links: LinkKeeper | null) {
    this.#links = links;
  }

  get link(): string {
    return `http://${this.host}/enter?once=${this.once}`;
  }

  /** Before the answer that lets her in: a link that is in the file has not been used. */
  async used(): Promise<void> {
    this.once = null;
    if (!this.#links) return;
    this.once = secret();
    await this.#links(this.link).catch(() => {
      // A link that is kept nowhere is nobody's. She is in all the same.
      this.once = null;
    });
  }
}

async function answer(
  daemon: RecorderDaemon,
  session: PageSession,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { host, origin } = request.headers;
  // Another name for this address is how a page of others reaches it (DNS rebinding).
  if (host !== session.host)
    return send(response, 421, plainPage('This is not the address of the recorder.'));
  const url = new URL(request.url ?? '/', `http://${session.host}`);
  if (request.method === 'GET' && url.pathname === '/enter') {
    return enter(session, url, response);
  }
  if (!isSame(cookieOf(request), session.cookie)) {
    return send(
      response,
      403,
      plainPage('Open the recorder with the link that it printed when it was started.'),
    );
  }
  if (request.method === 'GET') return show(daemon, session, url, response);
  if (request.method !== 'POST') return send(response, 405, plainPage('That can not be done.'));
  const form = await formOf(request);
  const ours = origin === `http://${session.host}` && isSame(form?.get('token') ?? '', session.token);
  if (!form || !ours)
    return send(response, 403, plainPage('That did not come from the recorder’s own page.'));
  try {
    await act(daemon, url.pathname, form);
  } catch (error) {
    if (!(error instanceof ActRefused || error instanceof SourceFault)) throw error;
    return send(response, 409, await statePage(daemon, session.token, error.message));
  }
  const location = url.pathname === '/prepare' ? '/prepared' : '/';
  response.writeHead(303, { ...HEADERS, location }).end();
}

/** The secret is worth nothing afterwards, so it does no harm in the list of pages that a browser keeps. */
async function enter(session: PageSession, url: URL, response: ServerResponse): Promise<void> {
  const given = url.searchParams.get('once') ?? '';
  if (session.once === null || !isSame(given, session.once)) {
    return send(response, 403, plainPage('This link was used already, or is not one.'));
  }
  await session.used();
  const cookie = `${COOKIE}=${session.cookie}; HttpOnly; SameSite=Strict; Path=/`;
  response.writeHead(303, { ...HEADERS, location: '/', 'set-cookie': cookie }).end();
}

async function show(
  daemon: RecorderDaemon,
  session: PageSession,
  url: URL,
  response: ServerResponse,
): Promise<void> {
  if (url.pathname === '/') return send(response, 200, await statePage(daemon, session.token));
  const { prepared } = daemon;
  if (url.pathname === '/prepared' && prepared) {
    return send(response, 200, preparedPage(prepared, session.token));
  }
  const number = /^\/prepared\/picture\/(\d{1,6})$/.exec(url.pathname)?.[1];
  const picture = number === undefined ? null : await daemon.picture(Number(number));
  if (picture) {
    response.writeHead(200, { ...HEADERS, 'content-type': picture.mime }).end(picture.bytes);
    return;
  }
  const id = /^\/recording\/([A-Za-z0-9_-]{22})$/.exec(url.pathname)?.[1];
  const found = id ? await daemon.steps(id) : null;
  if (!found) return send(response, 404, plainPage('There is no such page.'));
  return send(response, 200, stepsPage(found.row, found.lines, session.token));
}

async function act(daemon: RecorderDaemon, path: string, form: URLSearchParams): Promise<void> {
  const acts: Readonly<Record<string, () => Promise<void>>> = {
    '/agree': () => daemon.agree(),
    '/opt-out': () => daemon.optOut(),
    '/code': () => daemon.giveCode(form.get('code') ?? ''),
    '/code-kept': () => daemon.eraseCodeKept(),
    '/words': () => daemon.closeWords(form.get('words') ?? ''),
    '/start': () => daemon.start(form.get('task') ?? ''),
    '/pause': () => daemon.pause(),
    '/resume': () => daemon.resume(),
    '/stop': () => daemon.stop(),
    '/discard': () => daemon.discard(form.get('id') ?? ''),
    '/prepare': async () => void (await daemon.prepare(form.get('id') ?? '', wordsOf(form))),
    '/forget': () => daemon.forgetPrepared(),
    '/release': () => daemon.release(form.get('id') ?? ''),
    '/upload-now': () => daemon.uploadNow(form.get('shown') ?? ''),
    '/recall': () => daemon.recall(form.get('id') ?? ''),
    '/erase': () => daemon.erase(form.get('id') ?? ''),
  };
  const found = Object.hasOwn(acts, path) ? acts[path] : undefined;
  if (!found) throw new ActRefused('That can not be done.');
  await found();
}

/** Whether it worked is never preset (T10). */
function wordsOf(form: URLSearchParams): ReviewWords {
  const worked = form.get('worked');
  const task = form.get('task')?.trim().slice(0, 500) ?? '';
  return {
    without: form.getAll('without').map(Number).filter(Number.isSafeInteger),
    worked: worked === 'yes' ? true : worked === 'no' ? false : null,
    task: task === '' ? null : task,
  };
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams | null> {
  if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') return null;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > BODY_LIMIT) return null;
    chunks.push(chunk as Buffer);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

function cookieOf(request: IncomingMessage): string {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1] ?? '';
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy':
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
};

function send(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/html; charset=utf-8' }).end(html);
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
