import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
import { ROLES, type Session } from '@aboveboard/protocol/installation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRate } from '../src/rate.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, random } from './device.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';

let server: StartedServer;
const web = join(temporaryFolder(), 'dist');

beforeAll(async () => {
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>Aboveboard</title>');
  writeFileSync(join(web, 'assets', 'index-abc.js'), 'export {};');
  writeFileSync(join(web, '..', 'outside.txt'), 'not for the web');
  server = await startDemonstration({
    web,
    limits: { redemptionsPerMinute: 60, requestsPerSecond: 5, requestBytes: 2000 },
  });
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

const codeFor = () => server.makeCode('contributor', 1);

/** A request as no browser's fetch would send it. */
function raw(options: { method?: string; path: string; headers: Record<string, string>; body?: string }) {
  const { hostname, port } = new URL(server.url);
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request({ hostname, port, method: 'GET', ...options }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

describe('codes and sessions', () => {
  it('[UPL1] there is one code for each role, good once', async () => {
    expect(Object.keys(server.codes).sort()).toEqual([...ROLES].sort());
    const code = server.codes.dpo;
    const client = new Client(server.url);
    const { body, status } = await client.call<Session>('POST', '/api/session', { code });
    expect(status).toBe(200);
    expect(body).toEqual({
      role: 'dpo',
      handle: expect.any(String),
      expires: expect.any(Number),
      token: expect.any(String),
    });
    expect((await client.call('POST', '/api/session', { code })).status).toBe(401);
  });

  it('[UPL7] who brings a token of her own may redeem again when the answer was lost', async () => {
    const code = await codeFor();
    const own = Buffer.from(random(32)).toString('base64url');
    const redeem = (body: object) => new Client(server.url).call<Session>('POST', '/api/session', body);
    const [first, again] = [await redeem({ code, token: own }), await redeem({ code, token: own })];
    expect(first.body).toMatchObject({ role: 'contributor', token: own });
    expect(again.body).toEqual(first.body);
    const other = Buffer.from(random(32)).toString('base64url');
    expect((await redeem({ code, token: other })).status).toBe(401);
    expect((await redeem({ code })).status).toBe(401);
    for (const bad of ['', 'short', `${own}A`, `${own.slice(0, 42)}B`])
      expect((await redeem({ code: await codeFor(), token: bad })).status).toBe(400);
  });

  it('takes a code as a person types it, and no other', async () => {
    const code = await codeFor();
    const client = new Client(server.url);
    const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `;
    for (const wrong of ['', 'x'.repeat(16), code.slice(1), `${code}0`, "' or 1=1 --"]) {
      expect((await client.call('POST', '/api/session', { code: wrong })).status).toBe(401);
    }
    expect((await client.call('POST', '/api/session', { code: 5 })).status).toBe(400);
    expect((await client.call('POST', '/api/session', { code: typed })).status).toBe(200);
  });

  it('of many who redeem one code at once one gets in', async () => {
    const code = await codeFor();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => new Client(server.url).call('POST', '/api/session', { code })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401, 401, 401]);
  });

  it('stores neither codes nor tokens, and no time of day', async () => {
    const code = await codeFor();
    const client = await Client.redeem(server.url, code);
    await codeFor();
    const { database } = server.installation.inner;
    const rows = JSON.stringify([
      await database.query('select * from session'),
      await database.query('select * from code'),
    ]);
    expect(rows).not.toContain(client.token);
    expect(rows).not.toContain(code.replaceAll('-', ''));
    const [session] = await database.query<{ expires_on: string }>('select expires_on from session limit 1');
    expect(session?.expires_on).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it('codes and sessions expire, and a session ends when it is asked to', async () => {
    const { database } = server.installation.inner;
    const late = await codeFor();
    await database.query(`update code set expires_at = now() - interval '1 second'`);
    expect((await new Client(server.url).call('POST', '/api/session', { code: late })).status).toBe(401);

    const client = await Client.redeem(server.url, await codeFor());
    expect((await client.call('GET', '/api/session')).status).toBe(200);
    expect((await client.call('DELETE', '/api/session')).status).toBe(204);
    expect((await client.call('GET', '/api/session')).status).toBe(401);

    const other = await Client.redeem(server.url, await codeFor());
    await database.query('update session set expires_on = current_date');
    expect((await other.call('GET', '/api/session')).status).toBe(401);
    await server.housekeeping();
    expect(await database.query('select 1 from session')).toEqual([]);
  });

  it('[UPL1] a role does what is its own and nothing else', async () => {
    const operator = await Client.redeem(server.url, await server.makeCode('operator', 1));
    for (const [method, path] of [
      ['GET', '/api/my/recordings'],
      ['GET', '/api/recordings'],
      ['GET', `/api/uploads/${'0'.repeat(32)}`],
      ['GET', `/api/accesses/${'0'.repeat(32)}/0/manifest`],
    ] as const) {
      const answer = await operator.call(method, path);
      expect(answer.status, path).toBe(403);
      expect((answer.body as ApiErrorBody).error.code).toBe('not-allowed');
    }
    expect((await new Client(server.url, 'A'.repeat(43)).call('GET', '/api/my/recordings')).status).toBe(401);
    expect((await new Client(server.url, 'short').call('GET', '/api/my/recordings')).status).toBe(401);
  });

  it('a cookie session is out of reach for scripts and for other pages', async () => {
    const code = await codeFor();
    const answer = await fetch(`${server.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ code, cookie: true }),
    });
    expect(await answer.json()).not.toHaveProperty('token');
    const set = answer.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/HttpOnly/);
    expect(set).toMatch(/SameSite=Strict/);
    const cookie = set.split(';')[0] as string;
    const ask = (headers: Record<string, string>) =>
      fetch(`${server.url}/api/session`, { method: 'DELETE', headers: { cookie, ...headers } });
    expect((await fetch(`${server.url}/api/session`, { headers: { cookie } })).status).toBe(200);
    expect((await ask({ origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await ask({ origin: 'null' })).status).toBe(403);
    expect((await ask({ origin: 'chrome-extension://abcdefghijklmnopabcdefghijklmnop' })).status).toBe(403);
    expect((await ask({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    // An extension that brings a token of its own acts under that one; the cookie does not count.
    const extension = {
      origin: 'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
      authorization: 'Bearer nonsense',
    };
    expect((await ask(extension)).status).toBe(204);
    expect((await fetch(`${server.url}/api/session`, { headers: { cookie } })).status).toBe(200);
    expect((await ask({ origin: server.url })).status).toBe(204);
  });
});

describe('limits', () => {
  it('[UPL5] requests a second, with the name of the limit and when to come again', async () => {
    const client = await Client.redeem(server.url, await codeFor());
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => client.call('GET', '/api/my/recordings')),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(5);
    expect((refused[0]?.body as ApiErrorBody | undefined)?.error.limit).toEqual({
      name: 'requestsPerSecond',
      value: 5,
    });
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const another = await Client.redeem(server.url, await codeFor());
    expect((await another.call('GET', '/api/my/recordings')).status).toBe(200);
  });

  it('[UPL5] bytes of a body', async () => {
    const client = new Client(server.url);
    const answer = await client.call('POST', '/api/session', { code: 'x'.repeat(3000) });
    expect(answer.status).toBe(413);
    expect((answer.body as ApiErrorBody).error.limit).toEqual({ name: 'requestBytes', value: 2000 });
  });

  it('[UPL5] parts, bytes and open uploads', async () => {
    const limits = {
      partsPerRecording: 3,
      bytesPerPart: 100,
      bytesPerRecording: 250,
      envelopeBytes: 10,
      openUploadsPerContributor: 2,
    };
    const small = await startDemonstration({ limits });
    try {
      const client = await Client.redeem(small.url, small.codes.contributor);
      const announce = async (parts: number, bytes: number, envelope = 'AAAA', id = 0) => {
        const recording = Buffer.alloc(16, id).toString('base64url');
        const kinds = Array.from({ length: parts }, (_, i) => (i === parts - 1 ? 'manifest' : 'events'));
        const answer = await client.announce({
          recording,
          parts: kinds.map((kind) => ({ kind, bytes, sha256: 'ab'.repeat(32) })),
          envelopes: { vault: 'AAAA', guardian: envelope },
          summary: {
            week: '2026-W47',
            card: null,
            worked: null,
            durationMilliseconds: 0,
            counts: { events: 0, states: 0, frames: 0 },
            agreement: null,
          },
        });
        return (answer.body as unknown as ApiErrorBody).error?.limit?.name ?? answer.status;
      };
      expect(await announce(4, 50)).toBe('partsPerRecording');
      expect(await announce(2, 101)).toBe('bytesPerPart');
      expect(await announce(3, 90)).toBe('bytesPerRecording');
      expect(await announce(2, 50, 'A'.repeat(40))).toBe('envelopeBytes');
      expect(await announce(2, 50, 'AAAA', 1)).toBe(200);
      expect(await announce(2, 50, 'AAAA', 2)).toBe(200);
      expect(await announce(2, 50, 'AAAA', 3)).toBe('openUploadsPerContributor');
      expect(await announce(2, 50, 'AAAA', 2)).toBe(200);
    } finally {
      await small.stop();
    }
  });

  it('[UPL5] codes that are tried', async () => {
    const strict = await startDemonstration({ limits: { redemptionsPerMinute: 3 } });
    try {
      const client = new Client(strict.url);
      for (let i = 0; i < 3; i++)
        expect((await client.call('POST', '/api/session', { code: 'wrong' })).status).toBe(401);
      const answer = await client.call('POST', '/api/session', { code: strict.codes.contributor });
      expect((answer.body as ApiErrorBody).error.limit?.name).toBe('redemptionsPerMinute');
    } finally {
      await strict.stop();
    }
  });

  it('a bucket fills at its rate and never above its size', () => {
    let now = 0;
    const rate = makeRate(10, 3, () => now);
    expect([rate.take('a'), rate.take('a'), rate.take('a')]).toEqual([0, 0, 0]);
    expect(rate.take('a')).toBeCloseTo(0.1);
    expect(rate.take('b')).toBe(0);
    now = 100;
    expect(rate.take('a')).toBe(0);
    now = 1e9;
    expect([rate.take('a'), rate.take('a'), rate.take('a')]).toEqual([0, 0, 0]);
    expect(rate.take('a')).toBeGreaterThan(0);
  });
});

describe('pages and names', () => {
  it('answers only to its own names', async () => {
    const { port } = new URL(server.url);
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1.evil.example:${port}`,
    ]) {
      const answer = await raw({ path: '/api/about', headers: { host } });
      expect(answer.status, host).toBe(421);
    }
    expect((await raw({ path: '/api/about', headers: { host: `LOCALHOST:${port}` } })).status).toBe(200);
  });

  it('serves the application with a strict policy, and nothing outside of its folder', async () => {
    const page = await fetch(`${server.url}/recordings/anything`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>Aboveboard');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const asset = await fetch(`${server.url}/assets/index-abc.js`);
    expect(asset.headers.get('content-type')).toContain('javascript');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    const host = new URL(server.url).host;
    for (const path of [
      '/../outside.txt',
      '/%2e%2e/outside.txt',
      '/..%2foutside.txt',
      '/assets/..%5c..%5coutside.txt',
      '/%00',
      '/%',
    ]) {
      const answer = await raw({ path, headers: { host } });
      expect(answer.text, path).not.toContain('not for the web');
      expect(answer.status, path).toBeGreaterThanOrEqual(400);
    }
    expect((await fetch(`${server.url}/assets/none.js`)).status).toBe(404);
  });

  it('says that the application is not built', async () => {
    const bare = await startDemonstration();
    try {
      const page = await fetch(bare.url, { headers: { accept: 'text/html' } });
      expect(page.status).toBe(503);
      expect(await page.text()).toContain('npm run build');
      expect((await fetch(`${bare.url}/api/none`)).status).toBe(404);
    } finally {
      await bare.stop();
    }
  });

  it('one table of routes gives the document, and every route in it answers with an error body', async () => {
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes.sort()).toEqual([
      'delete /api/session',
      'delete /api/staff/account/passkeys/{n}',
      'delete /api/staff/session',
      'delete /api/staff/sessions',
      'delete /api/staff/sessions/{session}',
      'delete /api/uploads/{upload}',
      'get /api/about',
      'get /api/accesses/{access}/{n}/manifest',
      'get /api/accesses/{access}/{n}/parts/{index}',
      'get /api/agreement',
      'get /api/agreement/attachments/{digest}',
      'get /api/controls',
      'get /api/grants',
      'get /api/grants/{grant}',
      'get /api/health',
      'get /api/holds',
      'get /api/logs/policy',
      'get /api/my/accesses',
      'get /api/my/lineage',
      'get /api/my/recordings',
      'get /api/notices',
      'get /api/notices/{board}',
      'get /api/policies',
      'get /api/ready',
      'get /api/recordings',
      'get /api/relay',
      'get /api/releases',
      'get /api/retention',
      'get /api/session',
      'get /api/staff/account',
      'get /api/staff/accounts',
      'get /api/staff/provider/answer',
      'get /api/staff/session',
      'get /api/staff/sessions',
      'get /api/staff/ways',
      'get /api/task-cards',
      'get /api/uploads/{upload}',
      'post /api/accesses',
      'post /api/enrolment',
      'post /api/erasure',
      'post /api/grants',
      'post /api/grants/{grant}/notes',
      'post /api/grants/{grant}/withdrawal',
      'post /api/handover',
      'post /api/holds',
      'post /api/holds/{hold}/notes',
      'post /api/logs/rules/entries',
      'post /api/models',
      'post /api/my/commitments',
      'post /api/my/handover',
      'post /api/my/recordings/erasure',
      'post /api/relay/batch',
      'post /api/releases/{release}/answer',
      'post /api/session',
      'post /api/staff/account/challenge',
      'post /api/staff/account/party',
      'post /api/staff/account/passkeys',
      'post /api/staff/accounts',
      'post /api/staff/accounts/challenge',
      'post /api/staff/accounts/{account}/recovery',
      'post /api/staff/passkeys/assertion',
      'post /api/staff/passkeys/challenge',
      'post /api/staff/provider',
      'post /api/staff/session/challenge',
      'post /api/staff/session/fresh',
      'post /api/uploads',
      'post /api/uploads/{upload}/completion',
      'put /api/uploads/{upload}/parts/{index}',
    ]);
    for (const route of routes) {
      const [method, path] = route.split(' ') as [string, string];
      if (
        /ways|provider\/answer|about|ready|health|cards|agreement$|relay$|policy$|policies$|notices$/.test(
          path,
        )
      )
        continue;
      const filled = path
        .replace(/\{(upload|access)\}/, '0'.repeat(32))
        .replace('{digest}', '0'.repeat(64))
        .replace(/\{.*?\}/g, '0');
      const answer = await new Client(server.url).call(method.toUpperCase(), filled);
      if (method === 'delete' && path.endsWith('/session')) expect(answer.status).toBe(204);
      else expect((answer.body as ApiErrorBody).error.message, route).toMatch(/\w\.$/);
    }
  });
});
