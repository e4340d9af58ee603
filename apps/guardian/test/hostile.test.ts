import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEALED_BYTES } from '@aboveboard/consent/spoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GuardianClient, makeGuardianClient } from '../pages/guardian-client.ts';
import { beginVoice, type OwnVoice, textOf } from '../pages/own-voice.ts';
import { DEFAULT_GUARDIAN_LIMITS } from '../src/limits.ts';
import { openGuardianStore } from '../src/store.ts';
import { makeIssuerSecret } from '../src/voice/issuer.ts';
import { openVoice } from '../src/voice/voice.ts';
import { enrolmentAsk, issueOf, PASSPHRASE, representative, runGuardian, START } from './running-guardian.ts';

const DAY = 86_400;

/** The address as it is, with whatever Host an attacker's page has. */
function getAs(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('what an attacker sends to a guardian', () => {
  let house: Awaited<ReturnType<typeof runGuardian>>;
  let her: GuardianClient;
  let url: string;
  let codes: string[];
  let issue: string;

  beforeAll(async () => {
    house = await runGuardian({ limits: { signInsPerMinute: 4 } });
    url = house.guardian.url;
    her = await representative(url, house.guardian.setupLink);
    codes = (await her.send<{ codes: string[] }>('/representative/codes', { employees: 4 })).codes;
    const given = { document: house.document, asksUntil: START + DAY, countEvery: DAY };
    issue = (await her.send<{ digest: string }>('/representative/issues', given)).digest;
  });
  afterAll(() => house.end());

  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  it('[GRD20, GRD23, GRD24] answers malformed bodies with one form, repeats nothing, and lives on', async () => {
    const { body } = await enrolmentAsk(house.client(), codes[0] as string);
    const own = (await beginVoice(await issueOf(house.client(), issue), codes[0] as string)) as OwnVoice;
    const ask = { issue, ticket: own.ticket, blinded: own.blinded };
    const spoken = {
      issue,
      token: { key: textOf(new Uint8Array(32)), signature: textOf(new Uint8Array(256)) },
      says: 'agreement',
      sealed: textOf(new Uint8Array(SEALED_BYTES)),
      signature: textOf(new Uint8Array(64)),
    };
    const cases: [path: string, body: unknown, status: number][] = [
      ['/voice/enrolment', null, 400],
      ['/voice/enrolment', [], 400],
      ['/voice/enrolment', { ...body, more: 1 }, 400],
      ['/voice/enrolment', { ...body, secret: `${body.secret}A` }, 400],
      ['/voice/enrolment', { ...body, secret: `${body.secret.slice(0, -1)}=` }, 400],
      ['/voice/enrolment', { ...body, blinded: textOf(new Uint8Array(256).fill(255)) }, 400],
      ['/voice/enrolment', { secret: 7, blinded: {} }, 400],
      ['/voice/asks', { ...ask, issue: issue.toUpperCase() }, 400],
      ['/voice/asks', { ...ask, issue: '0'.repeat(64) }, 404],
      ['/voice/asks', { ...ask, issue: '__proto__' }, 400],
      ['/voice/asks', { ...ask, blinded: textOf(new Uint8Array(256).fill(255)) }, 400],
      ['/voice/asks', { ...ask, ticket: textOf(new Uint8Array(32)) }, 403],
      ['/voice/spent', { ...spoken }, 403],
      ['/voice/spent', { ...spoken, says: 'agreement\nmore' }, 400],
      ['/voice/spent', { ...spoken, says: `app ${'a'.repeat(500)}` }, 400],
      ['/voice/spent', { ...spoken, sealed: textOf(new Uint8Array(SEALED_BYTES - 1)) }, 400],
      ['/voice/spent', { ...spoken, token: { ...spoken.token, key: '' } }, 400],
      ['/voice/spent', { ...spoken, issue: '0'.repeat(64) }, 404],
    ];
    for (const [path, given, status] of cases) {
      const response = await post(path, JSON.stringify(given));
      const text = await response.text();
      expect([path, JSON.stringify(given).slice(0, 80), response.status]).toEqual([
        path,
        JSON.stringify(given).slice(0, 80),
        status,
      ]);
      expect(Object.keys((JSON.parse(text) as { error: object }).error)).toEqual(['code', 'message']);
      expect(text).not.toContain(body.secret);
      expect(text).not.toContain(own.ticket);
    }
    expect((await post('/voice/enrolment', '{"secret":')).status).toBe(400);
    expect((await post('/voice/enrolment', 'x'.repeat(20_000))).status).toBe(400);
    expect((await post('/voice/asks', JSON.stringify(ask), { 'content-type': 'text/plain' })).status).toBe(
      400,
    );
    expect((await fetch(`${url}/voice/documents/..%2f..%2fetc`)).status).toBe(404);
    expect((await fetch(`${url}/assets/..%2fguardian.sqlite`)).status).toBe(404);
    // None of it used the code.
    expect((await post('/voice/enrolment', JSON.stringify(body))).status).toBe(200);
    expect((await post('/voice/asks', JSON.stringify(ask))).status).toBe(200);
  });

  it('[GRD25] answers weigh the same on the wire, whatever they say', async () => {
    const { body } = await enrolmentAsk(house.client(), codes[1] as string);
    const weigh = (path: string, sent: string) =>
      new Promise<[status: number, bytes: number]>((resolve, reject) => {
        const headers = { 'content-type': 'application/json', connection: 'close' };
        const call = request(`${url}${path}`, { method: 'POST', headers, agent: false }, (response) => {
          response.resume();
          response.once('close', () => resolve([response.statusCode ?? 0, response.socket.bytesRead]));
        });
        call.once('error', reject).end(sent);
      });
    const taken = await weigh('/voice/enrolment', JSON.stringify(body).padEnd(8192));
    const refused = await weigh('/voice/enrolment', JSON.stringify({ ...body, secret: 'A'.repeat(43) }));
    const malformed = await weigh('/voice/spent', 'filler');
    const unknown = await weigh('/voice/asks', JSON.stringify({ ...body, issue: 'x' }));
    const long = await weigh('/voice/spent', ' '.repeat(20_000));
    expect([taken[0], refused[0], malformed[0], unknown[0], long[0]]).toEqual([200, 403, 400, 400, 400]);
    expect(new Set([taken[1], refused[1], malformed[1], unknown[1], long[1]]).size).toBe(1);
  });

  it('[GRD24] refuses what is too much to wait, and does the rest', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'guardian-turns-'));
    const store = openGuardianStore(folder);
    try {
      const limits = { ...DEFAULT_GUARDIAN_LIMITS, voiceWaiting: 4 };
      const voice = await openVoice(store, { now: () => START, random: (n) => new Uint8Array(n), limits });
      const turns = Array.from({ length: 10 }, (_, at) => voice.inTurn(() => at));
      const answers = await Promise.allSettled(turns);
      expect(answers.map(({ status }) => status === 'fulfilled')).toEqual([
        ...Array(4).fill(true),
        ...Array(6).fill(false),
      ]);
      expect(answers[9]).toMatchObject({ reason: { code: 'unavailable' } });
      expect(await voice.inTurn(() => 'next')).toBe('next');
    } finally {
      store.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('[GRD17] spends one token once, whatever comes at the same time', async () => {
    const at = await runGuardian();
    try {
      const rep = await representative(at.guardian.url, at.guardian.setupLink);
      const dealt = (await rep.send<{ codes: string[] }>('/representative/codes', { employees: 2 })).codes;
      const asks = await Promise.all(
        Array.from({ length: 6 }, async () => (await enrolmentAsk(at.client(), dealt[0] as string)).body),
      );
      const answers = await Promise.allSettled(asks.map((ask) => at.client().send('/voice/enrolment', ask)));
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    } finally {
      await at.end();
    }
  });

  it('[GRD53] takes no act of the representative from another page, with her cookie or without', async () => {
    const response = await post('/representative/session', JSON.stringify({ passphrase: PASSPHRASE }), {
      origin: url,
    });
    const header = response.headers.get('set-cookie') ?? '';
    expect(header).toMatch(/HttpOnly/);
    expect(header).toMatch(/SameSite=Strict/);
    const cookie = header.split(';')[0] as string;
    const act = JSON.stringify({ employees: 4 });
    for (const origin of ['https://evil.example', 'http://127.0.0.1:1', 'null', '']) {
      const headers: Record<string, string> = origin === '' ? { cookie } : { cookie, origin };
      expect((await post('/representative/codes', act, headers)).status).toBe(403);
    }
    expect(
      (await post('/representative/codes', act, { cookie, origin: url, 'content-type': 'text/plain' }))
        .status,
    ).toBe(409);
    expect((await post('/representative/codes', act, { origin: url })).status).toBe(401);
    expect((await fetch(`${url}/representative/installed`)).status).toBe(401);
  });

  it('[GRD54] tells one who is not signed in whether a passphrase is set, and nothing more', async () => {
    const answer = await (
      await fetch(`${url}/representative`, { headers: { cookie: 'representative=x' } })
    ).json();
    expect(answer).toEqual({ isSetUp: true, desk: null });
  });

  it('[GRD55] answers to its own names only', async () => {
    const { host, port } = new URL(url);
    expect(await getAs(`${url}/voice`, host)).toBe(200);
    expect(await getAs(`${url}/voice`, `localhost:${port}`)).toBe(200);
    for (const name of [
      'evil.example',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.1',
      '[::2]',
    ])
      expect([name, await getAs(`${url}/voice`, `${name}:${port}`)]).toEqual([name, 421]);
    const named = await runGuardian({ names: ['guardian.example'] });
    expect(await getAs(`${named.guardian.url}/voice`, 'guardian.example')).toBe(200);
    expect(await getAs(`${named.guardian.url}/voice`, 'evil.example')).toBe(421);
    await named.end();
  });

  it('[GRD51] ends a session after an hour of rest, and with her leave', async () => {
    const rest = await runGuardian();
    try {
      const rep = await representative(rest.guardian.url, rest.guardian.setupLink);
      const desk = async () => (await rep.get<{ desk: object | null }>('/representative')).desk;
      rest.clock.now += 3_599;
      expect(await desk()).not.toBeNull();
      rest.clock.now += 3_600;
      expect(await desk()).toBeNull();
      const again = await representative(rest.guardian.url, null);
      await again.send('/representative/session', {}, 'DELETE');
      expect((await again.get<{ desk: object | null }>('/representative')).desk).toBeNull();
      await expect(
        makeGuardianClient(rest.guardian.url, { origin: rest.guardian.url }).send(
          '/representative/passphrase',
          {
            token: rest.guardian.setupLink?.split('=')[1] ?? '',
            passphrase: 'another passphrase',
          },
        ),
      ).rejects.toThrow(/used/);
    } finally {
      await rest.end();
    }
  });

  it('[GRD52] bounds attempts at the passphrase', async () => {
    house.clock.now += 120;
    const statuses: string[] = [];
    for (let i = 0; i < 6; i++) {
      const response = await post('/representative/session', JSON.stringify({ passphrase: 'wrong wrong' }), {
        origin: url,
      });
      statuses.push(((await response.json()) as { error: { message: string } }).error.message);
    }
    expect(statuses.filter((text) => /Too many/.test(text))).toHaveLength(2);
    house.clock.now += 61;
    await representative(url, null);
  });

  it('[GRD6] signs with a key of 2,048 bits, another for each issue', async () => {
    expect(Buffer.from(await makeIssuerSecret()).equals(Buffer.from(await makeIssuerSecret()))).toBe(false);
    const about = (await (await fetch(`${url}/voice`)).json()) as {
      enrolment: { key: string };
      issues: { key: string }[];
    };
    expect(about.issues[0]?.key).not.toBe(about.enrolment.key);
  });
});
