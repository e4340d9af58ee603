import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type SecureVersion } from 'node:tls';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { makeListener, requireSafeHost } from '../src/listener.ts';
import { requireHost } from '../src/routes/guard.ts';
import type { StartedServer } from '../src/start.ts';
import { selfSigned } from './self-signed.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';

let server: StartedServer;
const web = join(temporaryFolder(), 'dist');
const LARGE = 24 * 1024 * 1024;

beforeAll(async () => {
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>Aboveboard</title>');
  server = await startDemonstration({ web, limits: { requestSeconds: 3, requestBytes: 2000 } });
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

/** What an answer's policy lets happen that it should not. */
function policyFaults(headers: Headers): string[] {
  const policy = new Map(
    (headers.get('content-security-policy') ?? '')
      .split(';')
      .map((one) => one.trim().split(' '))
      .map(([name = '', ...values]) => [name, values.join(' ')]),
  );
  const asked: Record<string, string> = {
    'default-src': "'none'",
    'script-src': "'self'",
    'object-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'require-trusted-types-for': "'script'",
    'trusted-types': 'default',
  };
  const faults = Object.entries(asked).flatMap(([name, value]) => (policy.get(name) === value ? [] : [name]));
  if (headers.get('x-content-type-options') !== 'nosniff') faults.push('nosniff');
  if (headers.get('cross-origin-resource-policy') !== 'same-origin') faults.push('resource policy');
  return faults;
}

/** A connection of its own: says `said`, and tells what came when the server has closed it. */
function speak(said: string): Promise<string> {
  const { port } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(said));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

describe('who may make it do something', () => {
  const cases: [string, Record<string, string>, boolean][] = [
    ['a program', {}, true],
    ['a page of its own', { origin: 'OWN', 'sec-fetch-site': 'same-origin' }, true],
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, false],
    ['another site that hides its origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }, false],
    ['another site without an origin', { 'sec-fetch-site': 'cross-site' }, false],
    ['another port or name below the same site', { 'sec-fetch-site': 'same-site' }, false],
    ['another port', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }, false],
    ['a name that begins like its own', { origin: 'OWN.evil.example' }, false],
    ['another scheme', { origin: 'ftp://OWNHOST' }, false],
    ['nonsense', { origin: 'x' }, false],
  ];
  const filled = (headers: Record<string, string>, url: string) =>
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        value.replace('OWNHOST', new URL(url).host).replace('OWN', url),
      ]),
    );

  it.each(cases)('[IDN60] %s', async (_, headers, isAllowed) => {
    for (const [method, path] of [
      ['POST', '/api/session'],
      ['POST', '/api/staff/passkeys/challenge'],
      ['DELETE', '/api/session'],
      ['POST', '/api/my/recordings/erasure'],
    ] as const) {
      const answer = await fetch(server.url + path, { method, headers: filled(headers, server.url) });
      const { error } = (await answer.json().catch(() => ({}))) as { error?: { message: string } };
      expect(error?.message !== 'Another page may not do this here.', `${method} ${path}`).toBe(isAllowed);
    }
  });

  it('[IDN60] seeded hole: without the check every one of these comes through', async () => {
    const open = new Hono().post('/', (context) => context.text('done'));
    const guarded = new Hono()
      .use(requireHost(new Set(['a.example'])))
      .post('/', (context) => context.text('done'));
    guarded.onError((_, context) => context.text('refused', 403));
    const url = 'http://a.example';
    for (const [what, headers, isAllowed] of cases) {
      const asked = { method: 'POST', headers: { host: 'a.example', ...filled(headers, url) } };
      expect(await (await open.request(`${url}/`, asked)).text()).toBe('done');
      const seen = await (await guarded.request(`${url}/`, asked)).text();
      expect(seen, what).toBe(isAllowed ? 'done' : 'refused');
    }
  });
});

describe('what is served', () => {
  it('[IDN61] carries the policy, whatever it is', async () => {
    const asked: [string, RequestInit?][] = [
      ['/', { headers: { accept: 'text/html' } }],
      ['/nowhere', { headers: { accept: 'text/html' } }],
      ['/assets/none.js'],
      ['/api/about'],
      ['/api/none'],
      ['/openapi.json'],
      ['/log/rules/checkpoint'],
      ['/log/rules/none'],
      ['/api/session', { method: 'POST', body: 'nonsense', headers: { 'content-type': 'application/json' } }],
      ['/api/staff/accounts'],
    ];
    for (const [path, init] of asked) {
      const { headers } = await fetch(server.url + path, init);
      expect(policyFaults(headers), path).toEqual([]);
    }
  });

  it('[IDN61] seeded hole: an answer that came by without it is found', async () => {
    const bare = new Hono().get('/', (context) => context.html('<p>x'));
    expect(policyFaults((await bare.request('/')).headers).length).toBeGreaterThan(5);
    const weaker = new Headers((await fetch(server.url)).headers);
    const policy = weaker.get('content-security-policy') ?? '';
    weaker.set('content-security-policy', policy.replace("; require-trusted-types-for 'script'", ''));
    expect(policyFaults(weaker)).toEqual(['require-trusted-types-for']);
  });
});

describe('slow and large', () => {
  it.each([
    ['a head that never ends', 'GET /api/about HTTP/1.1\r\nhost: HOST\r\nx-'],
    [
      'a body that never comes',
      'POST /api/session HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    ],
    [
      'a body in pieces that never ends',
      'POST /api/session HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n',
    ],
  ])('[IDN62] %s ends', async (_, said) => {
    const text = await speak(said.replace('HOST', new URL(server.url).host));
    expect(text).toMatch(/^HTTP\/1\.1 (408|400)/);
  });

  it('[IDN62] who asks and does not read is let go, and does not hold what was for her', async () => {
    const large = new Uint8Array(LARGE);
    const listener = makeListener(() => new Response(large), { ...DEFAULT_LIMITS, requestSeconds: 1 });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as { port: number };
    const open = () =>
      new Promise<number>((resolve) => listener.getConnections((_, count) => resolve(count)));
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'));
    socket.on('error', () => undefined).pause();
    try {
      while ((await open()) === 0) await sleep(20);
      while ((await open()) > 0) await sleep(50);
      expect(socket.bytesRead).toBeLessThan(LARGE);
      // Who reads gets it all.
      const whole = await fetch(`http://127.0.0.1:${port}`).then((one) => one.arrayBuffer());
      expect(whole.byteLength).toBe(LARGE);
    } finally {
      socket.destroy();
      listener.closeAllConnections();
      listener.close();
    }
  });

  it.each([
    ['a head that is too large', `GET / HTTP/1.1\r\nhost: HOST\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'length and pieces',
      'POST / HTTP/1.1\r\nhost: HOST\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /',
    ],
    ['a line break in a header', 'GET / HTTP/1.1\r\nhost: HOST\r\nx: a\rb: c\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00'],
  ])('[IDN62] %s is refused, and the connection ends', async (_, said) => {
    const text = await speak(said.replace('HOST', new URL(server.url).host));
    expect(text).toMatch(/^HTTP\/1\.1 4/);
  });
});

describe('transport', () => {
  it('[IDN63] beyond loopback there is TLS or nothing', () => {
    const tls = { key: '', cert: '' };
    for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1'])
      expect(() => requireSafeHost(host, undefined)).not.toThrow();
    for (const host of [
      '0.0.0.0',
      '::',
      '192.0.2.1',
      'works.example',
      '127.0.0.1.evil.example',
      '127.1',
      '2130706433',
      'localhost.evil.example',
      '::ffff:192.0.2.1',
      '',
    ]) {
      expect(() => requireSafeHost(host, undefined), host).toThrow('Without TLS');
      expect(() => requireSafeHost(host, tls)).not.toThrow();
    }
  });

  it('[IDN63] with a certificate that was given, and with TLS 1.2 or newer', async () => {
    const listener = makeListener(() => new Response('inside'), DEFAULT_LIMITS, selfSigned());
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as { port: number };
    const tried = (version: SecureVersion) =>
      new Promise<string>((resolve) => {
        const socket = connectTls({
          port,
          host: '127.0.0.1',
          rejectUnauthorized: false,
          minVersion: version,
          maxVersion: version,
          // So that it is the server's side which refuses.
          ciphers: 'DEFAULT@SECLEVEL=0',
        });
        socket.on('secureConnect', () => {
          resolve(socket.getProtocol() ?? '');
          socket.end();
        });
        socket.on('error', () => resolve('refused'));
      });
    try {
      expect(await tried('TLSv1.3')).toBe('TLSv1.3');
      expect(await tried('TLSv1.2')).toBe('TLSv1.2');
      expect(await tried('TLSv1.1')).toBe('refused');
      expect(await tried('TLSv1')).toBe('refused');
    } finally {
      listener.closeAllConnections();
      listener.close();
    }
  });
});
