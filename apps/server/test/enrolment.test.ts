import { createHash } from 'node:crypto';
import { makeClaim } from '@aboveboard/consent/enrolment-claim';
import { makeContributor, readCode } from '@aboveboard/consent/enrolment-codes';
import {
  askToken,
  finishToken,
  issuerKeyBytes,
  makeIssuerKey,
  signBlinded,
  type TokenScope,
} from '@aboveboard/consent/voice-token';
import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
import type { EnrolmentRequest, MyRecording, Session } from '@aboveboard/protocol/installation';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording, random } from './device.ts';
import { Parties, startProduction } from './production.ts';
import { clearFolders, startDemonstration } from './server.ts';

const LIST = 'c0'.repeat(32);
const SCOPE: TokenScope = { kind: 'enrolment', digest: LIST };
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

/** A device that was given a token by this issuer under this scope. */
async function deviceOf(issuer: CryptoKeyPair, scope: TokenScope = SCOPE, signer = random(32)) {
  const key = ed25519Key(signer);
  const { blinded, pending } = await askToken(scope, key.publicKey, issuer.publicKey);
  const answer = await signBlinded(blinded, issuer.privateKey);
  const token = await finishToken(scope, pending, answer, issuer.publicKey);
  if (!token) throw new Error('no token');
  const { eraser, eraseCode } = await makeContributor(random, crypto.subtle);
  const spki = base64url(await issuerKeyBytes(issuer.publicKey, crypto.subtle));
  const claim = async (
    session = random(32),
    own = eraser,
    by = key,
    says = scope,
  ): Promise<EnrolmentRequest> => {
    const { proof } = await makeClaim(says, { token, session, eraser: own }, by.sign, crypto.subtle);
    return {
      token: { key: base64url(token.key), signature: base64url(token.signature) },
      issuer: spki,
      session: base64url(session),
      eraser: own,
      proof: base64url(proof),
    };
  };
  return { claim, eraser, eraseCode };
}

const refusalOf = (answer: { status: number; body: unknown }) => {
  const { error } = answer.body as ApiErrorBody;
  return [answer.status, error.faults?.[0]?.at ?? error.code];
};

describe('a production installation', () => {
  let server: StartedServer;
  let parties: Parties;
  let issuer: CryptoKeyPair;
  let key: string;
  const enrol = (request: unknown) => new Client(server.url).call<Session>('POST', '/api/enrolment', request);
  const contributors = () => server.installation.inner.database.query('select * from contributor');

  beforeAll(async () => {
    server = await startProduction();
    parties = new Parties(server);
    await parties.agree(['http://127.0.0.1:4310']);
    issuer = await makeIssuerKey();
    key = createHash('sha256')
      .update(await issuerKeyBytes(issuer.publicKey, crypto.subtle))
      .digest('hex');
  });
  afterAll(async () => {
    await server.stop();
    clearFolders();
  });

  it('[ENR30, ENR32] enrols nobody until the representative has named the issuer in the rules log', async () => {
    const { claim } = await deviceOf(issuer);
    expect(refusalOf(await enrol(await claim()))).toEqual([422, 'issuer']);
    await expect(
      parties.say({ kind: 'enrolment', id: 'works', issued: 40, list: LIST, key }, 'employer'),
    ).rejects.toThrow(/no effect/);
    expect(refusalOf(await enrol(await claim()))).toEqual([422, 'issuer']);
    await parties.say({ kind: 'enrolment', id: 'works', issued: 40, list: LIST, key });
    expect((await enrol(await claim())).status).toBe(200);
  });

  it('[ENR31, ENR33] makes a contributor of a token that was dealt, related to nothing that was brought', async () => {
    const { claim, eraser } = await deviceOf(issuer);
    const request = await claim();
    const { status, body } = await enrol(request);
    expect(status).toBe(200);
    expect(body).toEqual({
      role: 'contributor',
      handle: expect.stringMatching(/^[A-Za-z0-9_-]{16}$/),
      expires: expect.any(Number),
      token: request.session,
    });
    const client = new Client(server.url, request.session);
    expect(
      (await client.call<{ recordings: unknown[] }>('GET', '/api/my/recordings')).body.recordings,
    ).toEqual([]);
    expect(JSON.stringify(request)).not.toContain(body.handle);
    const rows = await contributors();
    expect(rows.some((row) => (row['eraser'] as Buffer).toString('hex') === eraser)).toBe(true);
  });

  it('[ENR34] the same claim again has the same session and makes it last; many at once make one contributor', async () => {
    const before = (await contributors()).length;
    const { claim, eraser } = await deviceOf(issuer);
    const session = random(32);
    const request = await claim(session);
    const answers = await Promise.all(Array.from({ length: 6 }, () => enrol(request)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.handle)).size).toBe(1);
    expect((await contributors()).length).toBe(before + 1);
    const { database } = server.installation.inner;
    const handle = answers[0]?.body.handle as string;
    await database.query('update session set expires_on = current_date + 1 where handle = $1', [handle]);
    expect((await enrol(request)).body.expires).toBe(answers[0]?.body.expires);
    // The token's own key may ask for another session of hers, and for no other erase code.
    const other = await enrol(await claim(random(32)));
    expect(other.body.handle).toBe(handle);
    const { eraser: another } = await deviceOf(issuer);
    expect((await enrol(await claim(session, another))).status).toBe(409);
    expect(another).not.toBe(eraser);
  });

  it('[ENR32] hostile tokens are refused with the reason, and change nothing', async () => {
    const before = await contributors();
    const honest = await deviceOf(issuer);
    const good = await honest.claim();
    const foreign = await makeIssuerKey();
    const stranger = ed25519Key(random(32));
    const cases: [why: string, request: unknown, expected: unknown[]][] = [
      ['another issuer', await (await deviceOf(foreign)).claim(), [422, 'key']],
      [
        'another issuer under our key',
        { ...(await (await deviceOf(foreign)).claim()), issuer: good.issuer },
        [422, 'token'],
      ],
      [
        'a token of an objection',
        await (await deviceOf(issuer, { kind: 'objection', digest: LIST })).claim(),
        [422, 'token'],
      ],
      [
        'a token of an election',
        await (await deviceOf(issuer, { kind: 'election', digest: LIST })).claim(),
        [422, 'token'],
      ],
      [
        'codes that were dealt before',
        await (await deviceOf(issuer, { kind: 'enrolment', digest: 'dd'.repeat(32) })).claim(),
        [422, 'token'],
      ],
      ['who only saw the token', await honest.claim(random(32), honest.eraser, stranger), [422, 'proof']],
      ['another session put in', { ...good, session: base64url(random(32)) }, [422, 'proof']],
      ['another erase code put in', { ...good, eraser: 'ee'.repeat(32) }, [422, 'proof']],
      [
        'a proof for another scope',
        await honest.claim(random(32), honest.eraser, undefined, { ...SCOPE, kind: 'objection' }),
        [422, 'proof'],
      ],
      [
        'no signature',
        { ...good, token: { ...good.token, signature: base64url(random(256)) } },
        [422, 'token'],
      ],
      ['short bytes', { ...good, token: { key: 'AA', signature: 'AA' } }, [422, 'token']],
      ['no key', { ...good, issuer: 'AAAA' }, [422, 'key']],
      ['nothing', {}, [400, 'token']],
      ['a field too many', { ...good, name: 'x' }, [400, 'body']],
    ];
    for (const [why, request, expected] of cases) {
      const answer = await enrol(request);
      if (expected[0] === 400) expect(answer.status, why).toBe(400);
      else expect(refusalOf(answer), why).toEqual(expected);
    }
    expect(await contributors()).toEqual(before);
    expect((await enrol(good)).status).toBe(200);
  });

  it('[ENR35] keeps no time of an enrolment, no token and no secret', async () => {
    const { claim } = await deviceOf(issuer);
    const request = await claim();
    await enrol(request);
    const { database } = server.installation.inner;
    const sessions = await database.query<{ expires_on: string }>('select * from session where role = $1', [
      'contributor',
    ]);
    expect(sessions.length).toBeGreaterThan(1);
    for (const { expires_on: end } of sessions) expect(end).toMatch(/^\d{4}-\d\d-01$/);
    const columns = await database.query<{ column_name: string; data_type: string }>(
      `select column_name, data_type from information_schema.columns where table_name = 'contributor'`,
    );
    expect(columns.map((one) => `${one.column_name} ${one.data_type}`).sort()).toEqual(
      ['eraser bytea', 'erased boolean', 'handle text', 'nullifier bytea'].sort(),
    );
    const all = JSON.stringify([sessions, await contributors()]);
    for (const secret of [request.session, request.token.key, request.proof])
      expect(all).not.toContain(secret);
  });

  it('[ENR36] takes no code of its own for a contributor', async () => {
    const code = await server.makeCode('contributor', 1);
    expect((await new Client(server.url).call('POST', '/api/session', { code })).status).toBe(403);
  });
});

describe('the paper code', () => {
  let server: StartedServer;
  beforeAll(async () => {
    server = await startDemonstration();
  });
  afterAll(async () => {
    await server.stop();
    clearFolders();
  });

  async function contributor() {
    const { eraser, eraseCode } = await makeContributor(random, crypto.subtle);
    const code = await server.makeCode('contributor', 1);
    const { body } = await new Client(server.url).call<Session>('POST', '/api/session', { code, eraser });
    const secret = base64url((await readCode(eraseCode, crypto.subtle)) as Uint8Array);
    return { client: new Client(server.url, body.token ?? null), secret, handle: body.handle };
  }
  const erase = (secret: string) => new Client(server.url).call('POST', '/api/erasure', { secret });
  const recordingsOf = async (client: Client) =>
    (await client.call<{ recordings: MyRecording[] }>('GET', '/api/my/recordings')).body.recordings;

  it('[ENR50] erases every recording of hers and nothing of others, ends her sessions, and answers alike again', async () => {
    const [one, other] = [await contributor(), await contributor()];
    const about = (await new Client(server.url).call<StartedServer['about']>('GET', '/api/about')).body;
    const recordings = [await makeRecording(about), await makeRecording(about)] as const;
    for (const recording of recordings) expect((await one.client.upload(recording)).status).toBe(200);
    await one.client.announce((await makeRecording(about)).announcement);
    const others = await makeRecording(about);
    expect((await other.client.upload(others)).status).toBe(200);
    expect(await recordingsOf(one.client)).toHaveLength(3);

    expect((await erase(one.secret)).status).toBe(204);
    expect((await one.client.call('GET', '/api/my/recordings')).status).toBe(401);
    expect((await one.client.upload(await makeRecording(about))).status).toBe(401);
    const { database } = server.installation.inner;
    expect(await database.query('select 1 from upload where contributor = $1', [one.handle])).toEqual([]);
    const ids = recordings.map(({ manifest }) => manifest.id);
    expect(await server.installation.recordings.known(ids)).toEqual([]);
    const erased = await database.query<{ recording: string }>(
      'select recording from erasure where finished',
    );
    for (const id of ids) expect(erased.map(({ recording }) => recording)).toContain(id);
    expect(await recordingsOf(other.client)).toHaveLength(1);
    expect((await erase(one.secret)).status).toBe(204);
  });

  it('[ENR51] tells and opens nothing; what no contributor made is unknown', async () => {
    const { secret } = await contributor();
    const empty = await erase(secret);
    expect([empty.status, empty.body]).toEqual([204, '']);
    expect(empty.headers.get('set-cookie')).toBe(null);
    expect((await erase(base64url(random(15)))).status).toBe(404);
    for (const bad of ['', 'short', `${secret}A`, `${secret.slice(0, 19)}!`])
      expect((await erase(bad)).status).toBe(400);
    expect((await new Client(server.url, secret).call('GET', '/api/my/recordings')).status).toBe(401);
  });

  it('[ENR50] goes on at the next start with what a kill left undone, and erases what came late', async () => {
    const { client, secret, handle } = await contributor();
    const about = (await new Client(server.url).call<StartedServer['about']>('GET', '/api/about')).body;
    expect((await client.upload(await makeRecording(about))).status).toBe(200);
    const { database } = server.installation.inner;
    // As after a kill between the first write and all others.
    await database.query('update contributor set erased = true where handle = $1', [handle]);
    await server.housekeeping();
    expect(await database.query('select 1 from upload where contributor = $1', [handle])).toEqual([]);
    expect(await database.query('select 1 from session where handle = $1', [handle])).toEqual([]);
    expect((await erase(secret)).status).toBe(204);
  });

  it('[ENR8] one erase code is one contributor’s', async () => {
    const { eraser } = await makeContributor(random, crypto.subtle);
    const redeem = async () =>
      new Client(server.url).call('POST', '/api/session', {
        code: await server.makeCode('contributor', 1),
        eraser,
      });
    expect((await redeem()).status).toBe(200);
    expect((await redeem()).status).toBe(409);
  });
});
