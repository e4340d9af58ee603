import { generateKeyPairSync } from 'node:crypto';
import type { NewAccount, OwnAccount, PasskeyChallenge, StaffRole } from '@aboveboard/protocol/staff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAccountClaims } from '../src/identity/account-claims.ts';
import { secretHash } from '../src/identity/secret-hash.ts';
import { makeLog } from '../src/log.ts';
import { type StartedServer, startServer } from '../src/start.ts';
import { Client } from './device.ts';
import { asOwner, clearFolders, temporaryFolder } from './server.ts';
import { type Lies, SoftPasskey } from './soft-passkey.ts';
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

const REFUSED = {
  error: {
    code: 'no-session',
    message: 'That did not sign you in. Nothing was changed; begin again from the first page.',
  },
};

describe('accounts', () => {
  it('[IDN10] an invitation makes one account of its role, once', async () => {
    const claim = await invite('dpo');
    const answers = await Promise.all([1, 2, 3].map(() => new StaffBrowser(url).open(claim)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    const opened = answers.find(({ status }) => status === 200)?.body;
    expect(opened?.session.role).toBe('dpo');
    expect(opened?.recoveryCode).toMatch(/^([0-9A-Z]{4}-){6}[0-9A-Z]{2}$/);
    expect((await new StaffBrowser(url).challenge(claim)).options).toBeUndefined();
  });

  it('[IDN2] the database refuses a change of role, and a role that there is not', async () => {
    const { account } = await signedIn('researcher');
    const { database } = server.installation.inner;
    const id = account.session.account;
    for (const role of ['employer', 'contributor', 'admin'])
      await expect(
        database.query('update staff_account set role = $2 where id = $1', [id, role]),
      ).rejects.toThrow(/role/);
    const [row] = await database.query('select * from staff_account where id = $1', [id]);
    expect(Object.keys(row ?? {}).sort()).toEqual([
      'id',
      'made_on',
      'party_key',
      'probe',
      'recoveries',
      'recovery',
      'role',
    ]);
  });

  it('[IDN3] a passkey, a person and a party’s key stand for one office; the database refuses a second', async () => {
    const first = await signedIn('employer');
    // The same device again, with another invitation.
    const second = new StaffBrowser(url, first.passkey);
    const answer = await second.open(await invite('representative'));
    expect([answer.status, answer.body]).toEqual([401, REFUSED]);
    const { database } = server.installation.inner;
    const other = await signedIn('dpo');
    const subject = Buffer.alloc(32, 7);
    const link = (account: string) =>
      database.query('insert into staff_subject values ($1, $2)', [subject, account]);
    await link(first.account.session.account);
    await expect(link(other.account.session.account)).rejects.toThrow(/duplicate key/);
    const key = Buffer.alloc(32, 9);
    await database.query('insert into staff_party_key values ($1, $2)', [key, 'employer']);
    await expect(
      database.query('update staff_account set party_key = $2 where id = $1', [
        other.account.session.account,
        key,
      ]),
    ).rejects.toThrow(/foreign key/);
    await expect(
      database.query(`update staff_party_key set role = 'dpo' where key = $1`, [key]),
    ).rejects.toThrow(/for good/);
  });

  it('[IDN5] in production a one-time code signs no staff in', async () => {
    const code = await server.makeCode('representative', 1);
    const client = await Client.redeem(server.url, code);
    const answer = await client.call('GET', '/api/staff/accounts');
    expect(answer.status).toBe(401);
    expect((await client.call('POST', '/api/logs/rules/entries', new Uint8Array(3))).status).toBe(401);
    // Nor does a session of one, wherever it came from: the second wall.
    const token = 'A'.repeat(43);
    await server.installation.inner.database.query(
      `insert into session (hash, role, handle, expires_on) values ($1, 'dpo', 'x', current_date + 9)`,
      [secretHash('session', token)],
    );
    expect((await new Client(server.url, token).call('GET', '/api/staff/accounts')).status).toBe(401);
  });

  it('[IDN13] each account is an entry of uses first; without the entry there is no account', async () => {
    const { database, logs } = server.installation.inner;
    const before = await logs.uses.size();
    await signedIn('operator');
    expect(await logs.uses.size()).toBe(before + 1);
    const claim = await invite('operator');
    const count = () => database.query('select id from staff_account');
    const accounts = (await count()).length;
    await asOwner(server, 'alter table log_head rename to log_gone');
    const answer = await new StaffBrowser(url).open(claim);
    await asOwner(server, 'alter table log_gone rename to log_head');
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect((await count()).length).toBe(accounts);
    // The invitation was not used up by it.
    expect((await new StaffBrowser(url).open(claim)).status).toBe(200);
  });
});

describe('passkeys', () => {
  it('[IDN20] a ceremony is for a name, with user verification; at an address the way to the name is told', async () => {
    const { body } = await new StaffBrowser(url).call<PasskeyChallenge>(
      'POST',
      '/api/staff/passkeys/challenge',
    );
    expect(body.options).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    const asked = await new StaffBrowser(url).challenge(await invite('dpo'));
    expect(asked.options).toMatchObject({
      rp: { id: 'localhost' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const byAddress = new StaffBrowser(server.url);
    expect((await byAddress.call('POST', '/api/staff/passkeys/challenge')).status).toBe(403);
    expect((await byAddress.call('GET', '/api/staff/ways')).body).toMatchObject({
      codes: false,
      passkeys: false,
      passkeyAddress: url,
    });
  });

  it('[IDN22] whatever is wrong with an assertion, the answer is the same to the byte', async () => {
    const browser = await signedIn('researcher');
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const stranger = new SoftPasskey(url);
    const hostile: [string, Lies][] = [
      ['another challenge', { challenge: Buffer.alloc(32, 1).toString('base64url') }],
      ['no challenge', { challenge: '' }],
      ['another origin', { origin: 'https://evil.example' }],
      ['another port', { origin: 'http://localhost:1' }],
      ['another kind', { type: 'webauthn.create' }],
      ['another name', { name: 'evil.example' }],
      ['nobody there', { flags: 0 }],
      ['not verified', { flags: 0x01 }],
      ['another key', { signedBy: other }],
      ['another account', { userHandle: Buffer.alloc(16, 1).toString('base64url') }],
      ['an unknown credential', { credential: stranger.id }],
    ];
    const seen = new Set<string>();
    for (const [what, lies] of hostile) {
      const answer = await browser.signIn(lies);
      expect([answer.status, answer.body], what).toEqual([401, REFUSED]);
      seen.add(JSON.stringify(answer.body));
    }
    const malformed = [
      {},
      { id: 'x'.repeat(40) },
      { id: browser.passkey.id, response: null },
      { id: browser.passkey.id, response: { clientDataJSON: 'e30' } },
      { id: browser.passkey.id, response: { clientDataJSON: '\u0000' } },
      { id: browser.passkey.id, rawId: 'other', type: 'public-key', response: { clientDataJSON: 5 } },
      { id: browser.passkey.id, response: { clientDataJSON: 'A'.repeat(20_000) } },
    ];
    for (const response of malformed) {
      const answer = await browser.call('POST', '/api/staff/passkeys/assertion', { response });
      expect([400, 401], JSON.stringify(response).slice(0, 80)).toContain(answer.status);
      if (answer.status === 401) seen.add(JSON.stringify(answer.body));
    }
    expect(seen.size).toBe(1);
    expect((await browser.signIn()).status).toBe(200);
  });

  it('[IDN22] a counter that did not grow is a copy, and is refused', async () => {
    const browser = await signedIn('researcher');
    expect((await browser.signIn({ counter: 9 })).status).toBe(200);
    expect((await browser.signIn({ counter: 9 })).status).toBe(401);
    expect((await browser.signIn({ counter: 3 })).status).toBe(401);
    expect((await browser.signIn({ counter: 10 })).status).toBe(200);
  });

  it('[IDN22] registrations that are not for this challenge, origin or name, or not verified, make nothing', async () => {
    const claim = await invite('operator');
    const hostile: Lies[] = [
      { origin: 'https://evil.example' },
      { name: 'evil.example' },
      { flags: 0x01 },
      { type: 'webauthn.get' },
      { challenge: Buffer.alloc(32, 1).toString('base64url') },
    ];
    for (const lies of hostile) {
      const answer = await new StaffBrowser(url).open(claim, { lies });
      expect([answer.status, answer.body], JSON.stringify(lies)).toEqual([401, REFUSED]);
    }
    expect((await new StaffBrowser(url).open(claim)).status).toBe(200);
  });

  it('[IDN21] a challenge is good once, for its kind and for the key that asked', async () => {
    const browser = await signedIn('dpo');
    const ask = async () =>
      (await browser.call<PasskeyChallenge>('POST', '/api/staff/passkeys/challenge')).body.options;
    const options = await ask();
    const response = browser.passkey.assert(options);
    const finish = (path = '/api/staff/passkeys/assertion', lies: ProofLies = {}) =>
      browser.call('POST', path, { response }, lies);
    expect((await finish('/api/staff/passkeys/assertion', { key: sessionKey() })).status).toBe(401);
    // That attempt used it up.
    expect((await finish()).status).toBe(401);
    const again = browser.passkey.assert(await ask());
    const signs = () => browser.call('POST', '/api/staff/passkeys/assertion', { response: again });
    expect((await signs()).status).toBe(200);
    expect((await signs()).status).toBe(401);
    // One to sign in with does not make a session fresh.
    const kind = browser.passkey.assert(await ask());
    expect((await browser.call('POST', '/api/staff/session/fresh', { response: kind })).status).toBe(401);
    const { database } = server.installation.inner;
    const late = browser.passkey.assert(await ask());
    await database.query(`update staff_challenge set expires_at = now() - interval '1 second'`);
    expect((await browser.call('POST', '/api/staff/passkeys/assertion', { response: late })).status).toBe(
      401,
    );
  });

  it('[IDN23] what is offered before sign-in is the same for all', async () => {
    const shapes = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const { body } = await new StaffBrowser(url).call<PasskeyChallenge>(
        'POST',
        '/api/staff/passkeys/challenge',
      );
      const { challenge, ...rest } = body.options;
      expect(challenge).toMatch(/^[A-Za-z0-9_-]{43}$/);
      shapes.add(JSON.stringify(rest));
      await signedIn('operator');
    }
    expect(shapes.size).toBe(1);
    expect([...shapes][0]).not.toContain('"id"');
  });

  it('[IDN50] who is fresh adds a passkey and takes one away, but not the last', async () => {
    const browser = await signedIn('employer');
    const remove = (n: number) => browser.call<OwnAccount>('DELETE', `/api/staff/account/passkeys/${n}`);
    expect((await remove(0)).status).toBe(409);
    const spare = new SoftPasskey(url);
    const { body } = await browser.call<PasskeyChallenge>('POST', '/api/staff/account/challenge');
    expect(body.options['excludeCredentials']).toMatchObject([{ id: browser.passkey.id }]);
    const added = await browser.call<OwnAccount>('POST', '/api/staff/account/passkeys', {
      response: spare.register(body.options),
    });
    expect(added.body.passkeys).toHaveLength(2);
    expect((await remove(7)).status).toBe(409);
    expect((await remove(0)).body.passkeys).toHaveLength(1);
    const other = new StaffBrowser(url, spare);
    const [one, two] = [await other.signIn(), await browser.signIn()];
    expect([one.status, two.status].sort()).toEqual([200, 401]);
  });
});
