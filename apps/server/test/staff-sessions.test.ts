import type { NewAccount, PasskeyChallenge, StaffRole, StaffSession } from '@aboveboard/protocol/staff';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAccountClaims } from '../src/identity/account-claims.ts';
import { makeLog } from '../src/log.ts';
import { type StartedServer, startServer } from '../src/start.ts';
import { clearFolders, temporaryFolder } from './server.ts';
import { type ProofLies, StaffBrowser, sessionKey } from './staff-browser.ts';

let server: StartedServer;
let url: string;

beforeAll(async () => {
  server = await startServer({
    data: temporaryFolder(),
    demo: false,
    port: 0,
    log: makeLog('silent'),
    limits: { signInsPerMinute: 5000, signInsPerMinuteOfAddress: 5000 },
  });
  url = server.url.replace('127.0.0.1', 'localhost');
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

const claims = () => makeAccountClaims(server.installation.inner.database);
const invite = async (role: StaffRole) => ({ invitation: await claims().invite(role, 1) });

async function signedIn(role: StaffRole): Promise<StaffBrowser & { account: NewAccount }> {
  const browser = new StaffBrowser(url);
  const { status, body } = await browser.open(await invite(role));
  expect(status).toBe(200);
  return Object.assign(browser, { account: body });
}

describe('sessions', () => {
  it('[IDN40] the cookie is __Host-, for this server and no script, and is stored as a hash', async () => {
    const browser = new StaffBrowser(url);
    const answer = await browser.open(await invite('dpo'));
    const cookie = answer.headers.getSetCookie().find((one) => one.startsWith('__Host-aboveboard-staff='));
    for (const part of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(part);
    expect(cookie).not.toContain('Domain');
    const token = browser.cookies.get('__Host-aboveboard-staff') ?? '';
    const { database } = server.installation.inner;
    const rows = await database.query('select s::text as row from staff_session s');
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
  });

  it('[IDN41] cookie without proof is no session, nor one whose proof says anything else', async () => {
    const browser = await signedIn('dpo');
    const path = '/api/staff/accounts?x=1';
    const now = Math.floor(Date.now() / 1000);
    const hostile: [string, ProofLies][] = [
      ['none', { text: null }],
      ['empty', { text: '' }],
      ['nonsense', { text: 'a.b.c' }],
      ['long', { text: 'a'.repeat(5000) }],
      ['another key', { key: sessionKey() }],
      ['another method', { htm: 'POST' }],
      ['another path', { htu: `${new URL(url).host}/api/staff/account` }],
      ['without the query', { htu: `${new URL(url).host}/api/staff/accounts` }],
      ['another host', { htu: `evil.example${path}` }],
      ['old', { iat: now - 130 }],
      ['from the future', { iat: now + 130 }],
      ['a short id', { jti: 'x' }],
      ['a body that there is not', { body: 'x' }],
      ['of RFC 9449', { typ: 'dpop+jwt' }],
      ['alg none', { alg: 'none' }],
      ['alg HS256', { alg: 'HS256' }],
    ];
    for (const [what, lies] of hostile)
      expect((await browser.call('GET', path, undefined, lies)).status, what).toBe(401);
    expect((await browser.call('GET', path)).status).toBe(200);
    const stolen = browser.proof('GET', path, undefined);
    expect((await browser.call('GET', path, undefined, { text: stolen })).status).toBe(200);
    expect((await browser.call('GET', path, undefined, { text: stolen })).status).toBe(401);
  });

  it('[IDN41] a proof that carries a private key, or more than it should, is none', async () => {
    const browser = await signedIn('dpo');
    const { kty, crv, x, y, d } = browser.key.export({ format: 'jwk' });
    const fit = { typ: 'aboveboard-proof+jwt', alg: 'ES256' };
    for (const header of [
      { ...fit, jwk: { kty, crv, x, y, d } },
      { ...fit, jwk: { kty, crv, x, y }, crit: ['b64'], b64: false },
      { ...fit, jwk: { kty, crv, x, y }, kid: '1' },
      { ...fit },
    ])
      expect((await browser.call('GET', '/api/staff/account', undefined, { header })).status).toBe(401);
  });

  it('[IDN41] keys of another kind bind no session', async () => {
    for (const alg of ['EdDSA', 'ES384', 'RS256', 'PS256']) {
      const { privateKey, publicKey } = await generateKeyPair(alg);
      const path = '/api/staff/passkeys/challenge';
      const claims = { htm: 'POST', htu: new URL(url).host + path, jti: 'A'.repeat(24) };
      const text = await new SignJWT(claims)
        .setIssuedAt()
        .setProtectedHeader({ typ: 'aboveboard-proof+jwt', alg, jwk: await exportJWK(publicKey) })
        .sign(privateKey);
      expect((await new StaffBrowser(url).call('POST', path, undefined, { text })).status, alg).toBe(401);
    }
  });

  it('[IDN41] a proof is of its body', async () => {
    const browser = await signedIn('dpo');
    const proof = browser.proof(
      'POST',
      '/api/staff/account/party',
      JSON.stringify({ challenge: 'a', note: 'b' }),
    );
    const answer = await browser.call(
      'POST',
      '/api/staff/account/party',
      { challenge: 'a', note: 'c' },
      { text: proof },
    );
    expect(answer.status).toBe(401);
    const none = browser.proof('POST', '/api/staff/account/party', undefined);
    expect((await browser.call('POST', '/api/staff/account/party', { a: 1 }, { text: none })).status).toBe(
      401,
    );
  });

  it('[IDN42] a session ends by signing out, by time, by silence, and with its account, at the next request', async () => {
    const { database } = server.installation.inner;
    const isAlive = async (browser: StaffBrowser) =>
      (await browser.call('GET', '/api/staff/session')).status === 200;
    const out = await signedIn('researcher');
    const cookies = new Map(out.cookies);
    expect((await out.call('DELETE', '/api/staff/session')).status).toBe(204);
    for (const [name, value] of cookies) out.cookies.set(name, value);
    expect(await isAlive(out)).toBe(false);
    for (const change of [
      `update staff_session set ends_at = now() where account = $1`,
      `update staff_session set idle_until = now() where account = $1`,
      `delete from staff_account where id = $1`,
    ]) {
      const browser = await signedIn('researcher');
      expect(await isAlive(browser)).toBe(true);
      await database.query(change, [browser.account.session.account]);
      expect(await isAlive(browser), change).toBe(false);
    }
    const used = await signedIn('researcher');
    await database.query(
      `update staff_session set idle_until = now() + interval '1 minute' where account = $1`,
      [used.account.session.account],
    );
    expect(await isAlive(used)).toBe(true);
    const [row] = await database.query(
      `select idle_until > now() + interval '20 minutes' as long from staff_session where account = $1`,
      [used.account.session.account],
    );
    expect(row).toEqual({ long: true });
  });

  it('[IDN43] what changes keys or enters rules asks for a passkey within five minutes', async () => {
    const browser = await signedIn('dpo');
    const { database } = server.installation.inner;
    const age = () =>
      database.query(`update staff_session set fresh_at = now() - interval '6 minutes' where account = $1`, [
        browser.account.session.account,
      ]);
    const acts: [string, string, unknown?][] = [
      ['POST', '/api/staff/account/challenge'],
      ['DELETE', '/api/staff/account/passkeys/0'],
      ['POST', '/api/staff/account/party', { challenge: 'A'.repeat(43), note: 'x' }],
      ['POST', '/api/logs/rules/entries', {}],
      ['POST', `/api/staff/accounts/${'A'.repeat(22)}/recovery`],
    ];
    await age();
    for (const [method, path, body] of acts) {
      const answer = await browser.call(method, path, body);
      expect([answer.status, answer.body.error.code], path).toEqual([403, 'not-fresh']);
    }
    expect((await browser.call('GET', '/api/staff/accounts')).status).toBe(200);
    const other = await signedIn('dpo');
    const { body } = await browser.call<PasskeyChallenge>('POST', '/api/staff/session/challenge');
    const foreign = other.passkey.assert(body.options);
    expect((await browser.call('POST', '/api/staff/session/fresh', { response: foreign })).status).toBe(401);
    const shown = await browser.showAgain();
    expect((shown.body as unknown as StaffSession).freshUntil).toBeGreaterThan(Date.now() / 1000 + 200);
    expect((await browser.call('POST', '/api/staff/account/challenge')).status).toBe(200);
  });

  it('[IDN44] an account has at most ten sessions; the eleventh ends the first', async () => {
    const first = await signedIn('operator');
    const rest = Array.from({ length: 10 }, () => new StaffBrowser(url, first.passkey));
    for (const one of rest) expect((await one.signIn()).status).toBe(200);
    const states = await Promise.all(
      [first, ...rest].map(async (one) => (await one.call('GET', '/api/staff/session')).status),
    );
    expect(states.filter((status) => status === 200)).toHaveLength(10);
    expect(states[0]).toBe(401);
  });

  it('[IDN62] attempts to sign in are limited, by address and over all', async () => {
    const strict = await startServer({
      data: temporaryFolder(),
      demo: false,
      port: 0,
      log: makeLog('silent'),
      limits: { signInsPerMinuteOfAddress: 3 },
    });
    try {
      const browser = new StaffBrowser(strict.url.replace('127.0.0.1', 'localhost'));
      const statuses: number[] = [];
      for (let i = 0; i < 5; i++)
        statuses.push((await browser.call('POST', '/api/staff/passkeys/challenge')).status);
      expect(statuses.slice(0, 3)).toEqual([200, 200, 200]);
      expect(statuses.slice(3)).toEqual([429, 429]);
    } finally {
      await strict.stop();
    }
  });
});
