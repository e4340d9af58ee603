import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StaffRole, StaffSession } from '@aboveboard/protocol/staff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAccountClaims } from '../src/identity/account-claims.ts';
import { roleOf } from '../src/identity/provider.ts';
import { readProviderConfig } from '../src/identity/provider-config.ts';
import { makeLog } from '../src/log.ts';
import { type StartedServer, startServer } from '../src/start.ts';
import { type ProviderLies, startHostileProvider } from './hostile-provider.ts';
import { CLIENT, type RunningProvider, startProvider } from './real-provider.ts';
import { clearFolders, temporaryFolder } from './server.ts';
import { StaffBrowser } from './staff-browser.ts';

const ROLES: Record<string, StaffRole> = { research: 'researcher', machines: 'operator', board: 'employer' };

/** A data folder with the operator's `identity.json`. */
function configured(provider: Record<string, unknown>): string {
  const data = join(temporaryFolder(), 'data');
  mkdirSync(data, { recursive: true });
  chmodSync(join(data, '..'), 0o711);
  const secret = join(data, 'client-secret');
  writeFileSync(secret, `${CLIENT.secret}\n`, { mode: 0o600 });
  const whole = { clientId: CLIENT.id, clientSecretFile: secret, claim: 'office', roles: ROLES, ...provider };
  writeFileSync(join(data, 'identity.json'), JSON.stringify({ provider: whole }));
  return data;
}

async function startWith(issuer: string): Promise<{ server: StartedServer; url: string }> {
  const server = await startServer({
    data: configured({ issuer }),
    demo: false,
    port: 0,
    log: makeLog('silent'),
    limits: { signInsPerMinute: 1000, signInsPerMinuteOfAddress: 1000 },
  });
  return { server, url: server.url.replace('127.0.0.1', 'localhost') };
}

const ANSWER = '/api/staff/provider/answer';
const invite = (server: StartedServer, role: StaffRole) =>
  makeAccountClaims(server.installation.inner.database).invite(role, 1);
const begin = (browser: StaffBrowser, invitation?: string) =>
  browser.call<{ address: string }>('POST', '/api/staff/provider', invitation ? { invitation } : {});
const back = async (browser: StaffBrowser, path: string) => {
  const { status, headers } = await browser.call('GET', path, undefined, { text: null });
  return [status, headers.get('location')];
};
const sessionOf = async (browser: StaffBrowser) =>
  (await browser.call<StaffSession>('GET', '/api/staff/session')).body.role ?? null;

describe('with a real provider', () => {
  let provider: RunningProvider;
  let server: StartedServer;
  let url: string;
  beforeAll(async () => {
    provider = await startProvider();
    ({ server, url } = await startWith(provider.issuer));
    await provider.serve(url + ANSWER);
  });
  afterAll(async () => {
    await server.stop();
    await provider.close();
    clearFolders();
  });

  /** There and back; what the first page was then. */
  async function through(browser: StaffBrowser, invitation?: string) {
    const { body } = await begin(browser, invitation);
    const end = await provider.visit(body.address, url);
    return back(browser, end.slice(url.length));
  }

  it('[IDN31, IDN33] an invitation links a person; afterwards she signs in without one, and is fresh', async () => {
    provider.person = { sub: 'ada', office: ['research', 'choir'] };
    const first = new StaffBrowser(url);
    const asked = new URL((await begin(first, await invite(server, 'researcher'))).body.address).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'openid',
      prompt: 'login',
    });
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(asked.get(name)?.length).toBeGreaterThan(40);
    expect(await through(first, await invite(server, 'researcher'))).toEqual([303, '/']);
    expect(await sessionOf(first)).toBe('researcher');
    const again = new StaffBrowser(url);
    expect(await through(again)).toEqual([303, '/']);
    const { body } = await again.call<StaffSession>('GET', '/api/staff/session');
    expect(body.freshUntil).toBeGreaterThan(Date.now() / 1000 + 200);
  });

  it('[IDN33] nobody comes in without an invitation, whatever the provider says of her', async () => {
    provider.person = { sub: 'eve', office: 'machines' };
    const browser = new StaffBrowser(url);
    expect(await through(browser)).toEqual([303, '/?refused']);
    expect(await sessionOf(browser)).toBeNull();
  });

  it('[IDN32] the claim must be the role of the account: neither it nor the invitation is enough', async () => {
    for (const office of ['machines', null, 'choir', ['research', 'machines'], { research: true }]) {
      provider.person = { sub: 'bob', office };
      const browser = new StaffBrowser(url);
      expect(await through(browser, await invite(server, 'researcher'))).toEqual([303, '/?refused']);
    }
    // A person whose group changed later is not signed in as what she was, nor as what she became.
    provider.person = { sub: 'ada', office: 'board' };
    expect(await through(new StaffBrowser(url))).toEqual([303, '/?refused']);
  });

  it('[IDN3] one person at the provider has one office', async () => {
    provider.person = { sub: 'ada', office: 'board' };
    const browser = new StaffBrowser(url);
    expect(await through(browser, await invite(server, 'employer'))).toEqual([303, '/?refused']);
  });

  it('[IDN34] a representative does not sign in so', async () => {
    const answer = await begin(new StaffBrowser(url), await invite(server, 'representative'));
    expect(answer.status).toBe(401);
  });

  it('[IDN31] an answer counts once, in the browser that asked, with its state', async () => {
    provider.person = { sub: 'ada', office: 'research' };
    const browser = new StaffBrowser(url);
    const { body } = await begin(browser);
    const end = (await provider.visit(body.address, url)).slice(url.length);
    // Somebody else's browser, and one that was sent into a flow that an attacker began.
    expect(await back(new StaffBrowser(url), end)).toEqual([303, '/?refused']);
    const victim = new StaffBrowser(url);
    await begin(victim);
    expect(await back(victim, end)).toEqual([303, '/?refused']);
    const cookies = new Map(browser.cookies);
    expect(await back(browser, end)).toEqual([303, '/']);
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    expect(await back(browser, end)).toEqual([303, '/?refused']);
  });
});

describe('with a provider that lies', () => {
  let provider: Awaited<ReturnType<typeof startHostileProvider>>;
  let server: StartedServer;
  let url: string;
  beforeAll(async () => {
    provider = await startHostileProvider();
    ({ server, url } = await startWith(provider.issuer));
  });
  afterAll(async () => {
    await server.stop();
    await provider.close();
    clearFolders();
  });

  async function attempt(lies: ProviderLies, change: (answer: URLSearchParams) => void = () => undefined) {
    const browser = new StaffBrowser(url);
    const { body } = await begin(browser, await invite(server, 'researcher'));
    const asked = new URL(body.address).searchParams;
    provider.state.nonce = asked.get('nonce') ?? '';
    provider.state.lies = lies;
    const answer = new URLSearchParams({ code: 'a', state: asked.get('state') ?? '' });
    change(answer);
    const seen = await back(browser, `${ANSWER}?${answer}`);
    provider.state.lies = {};
    return [...seen, await sessionOf(browser)];
  }

  it('[IDN30, IDN32, IDN35] tokens of another issuer, client, key, time or nonce are refused alike', async () => {
    const now = Math.floor(Date.now() / 1000);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`;
    const hostile: [string, ProviderLies][] = [
      ['another issuer', { claims: { iss: 'https://evil.example' } }],
      ['another client', { claims: { aud: 'another' } }],
      ['another nonce', { claims: { nonce: 'x' } }],
      ['no nonce', { claims: { nonce: undefined } }],
      ['expired', { claims: { exp: now - 3600 } }],
      ['no end', { claims: { exp: undefined } }],
      ['no subject', { claims: { sub: undefined } }],
      ['no time of sign-in', { claims: { auth_time: undefined } }],
      ['signed in this morning', { claims: { auth_time: now - 3600 } }],
      ['no role', { claims: { office: undefined } }],
      ['a role by another claim', { claims: { office: undefined, roles: 'research', email: 'research' } }],
      ['a name of every object', { claims: { office: 'constructor' } }],
      ['a key that is not its own', { isForeign: true }],
      ['not signed', { token: unsigned }],
      ['not a token', { token: 'x' }],
      ['a number', { token: 5 }],
      ['none', { token: null }],
      ['an error', { answer: { status: 400, body: '{"error":"invalid_grant"}' } }],
      ['not JSON', { answer: { status: 200, body: '<html>' } }],
      ['empty', { answer: { status: 200, body: '' } }],
    ];
    for (const [what, lies] of hostile) expect(await attempt(lies), what).toEqual([303, '/?refused', null]);
    expect(await attempt({})).toEqual([303, '/', 'researcher']);
  });

  it('[IDN35] answers of another shape are refused alike, and the provider is not even asked', async () => {
    const before = provider.state.asked;
    const changes: ((answer: URLSearchParams) => void)[] = [
      (answer) => answer.delete('state'),
      (answer) => answer.set('state', 'x'),
      (answer) => answer.append('state', 'x'),
      (answer) => answer.set('error', 'access_denied'),
      (answer) => answer.set('iss', 'https://evil.example'),
      (answer) => answer.delete('code'),
    ];
    for (const change of changes) expect(await attempt({}, change)).toEqual([303, '/?refused', null]);
    for (const cookie of ['', 'x', 'e30', Buffer.from('[]').toString('base64url'), 'A'.repeat(4000)]) {
      const browser = new StaffBrowser(url);
      browser.cookies.set('__Host-aboveboard-provider', cookie);
      expect(await back(browser, `${ANSWER}?code=a&state=b`)).toEqual([303, '/?refused']);
    }
    expect(provider.state.asked).toBe(before);
  });

  it('[IDN30] metadata that names another issuer begins nothing', async () => {
    const other = await startHostileProvider();
    other.state.lies = { metadata: { issuer: 'https://evil.example' } };
    const started = await startWith(other.issuer);
    try {
      const answer = await begin(new StaffBrowser(started.url));
      expect(answer.status).toBe(503);
      expect(JSON.stringify(answer.body)).not.toContain('evil.example');
    } finally {
      await started.server.stop();
      await other.close();
    }
  });
});

describe('the configuration', () => {
  it('[IDN30, IDN32, IDN34, IDN64] refuses what can not be meant', () => {
    const issuer = 'https://login.works.example';
    expect(readProviderConfig(configured({ issuer }))).toMatchObject({ issuer, clientSecret: CLIENT.secret });
    expect(readProviderConfig(temporaryFolder())).toBeNull();
    for (const [provider, reason] of [
      [{ issuer: 'http://login.works.example' }, 'must be HTTPS'],
      [{ issuer: 'nonsense' }, 'issuer'],
      [{ issuer, claim: 'email' }, 'edit themselves'],
      [{ issuer, claim: 'Preferred_Username' }, 'edit themselves'],
      [{ issuer, roles: { council: 'representative' } }, 'passkeys'],
      [{ issuer, roles: { all: 'contributor' } }, 'roles'],
      [{ issuer, clientSecret: 'in the file' }, 'clientSecret'],
      [{ issuer, algorithm: 'none' }, 'algorithm'],
      [{ issuer, algorithm: 'HS256' }, 'algorithm'],
    ] as const)
      expect(() => readProviderConfig(configured(provider)), JSON.stringify(provider)).toThrow(reason);
  });

  it('[IDN64] a secret that others may read is not taken', () => {
    const data = configured({ issuer: 'https://login.works.example' });
    chmodSync(join(data, 'client-secret'), 0o644);
    expect(() => readProviderConfig(data)).toThrow('chmod 600');
  });

  it('[IDN32] values that map to two offices map to none', () => {
    expect(roleOf('research', ROLES)).toBe('researcher');
    expect(roleOf(['research', 'research', 'x'], ROLES)).toBe('researcher');
    for (const claim of [
      ['research', 'machines'],
      [],
      undefined,
      5,
      { 0: 'research' },
      '__proto__',
      'toString',
    ])
      expect(roleOf(claim, ROLES)).toBeNull();
  });
});
