import { HANDOVER_BYTES, openHandover, sealHandover } from '@aboveboard/consent/device-handover';
import { codeSecret, makeContributor, makeDeviceCode, readCode } from '@aboveboard/consent/enrolment-codes';
import type { Session, TakenHandover } from '@aboveboard/protocol/installation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartedServer } from '../src/start.ts';
import { Client, random } from './device.ts';
import { asOwner, clearFolders, startDemonstration } from './server.ts';

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const { subtle } = crypto;
let server: StartedServer;
/** Her first device, and what her paper code is known by. */
let first: Client;
let paper: { eraseCode: string; eraser: string };

beforeAll(async () => {
  server = await startDemonstration();
  paper = await makeContributor(random, subtle);
  const token = base64url(random(32));
  await new Client(server.url).call('POST', '/api/session', {
    code: server.codes.contributor,
    token,
    eraser: paper.eraser,
  });
  first = new Client(server.url, token);
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

async function left(by = first) {
  const { secret, code } = await makeDeviceCode(random, subtle);
  const given = {
    contributor: '0a'.repeat(16),
    session: by.token as string,
    eraser: paper.eraser,
    claim: null,
  };
  const sealed = await sealHandover(given, secret, random, subtle);
  const shown = base64url(await codeSecret(secret, 'device', subtle));
  const body = { secret: shown, sealed: base64url(sealed) };
  const answer = await by.call('POST', '/api/my/handover', body);
  return { answer, secret, code, shown, given, body };
}
const take = (secret: string, asker = base64url(random(16))) =>
  new Client(server.url).call<TakenHandover>('POST', '/api/handover', { secret, asker });
const rows = () =>
  server.installation.inner.database.query<{ sealed: Buffer }>('select * from device_handover');

describe('another device of hers', () => {
  it('[ENR62, ENR63, ENR64] takes what was left, opens it, and is her', async () => {
    const { answer, secret, shown, given } = await left();
    expect(answer.status).toBe(204);
    const taken = await take(shown);
    expect(taken.headers.get('cache-control')).toBe('no-store');
    const opened = await openHandover(
      new Uint8Array(Buffer.from(taken.body.sealed, 'base64url')),
      secret,
      subtle,
    );
    expect(opened).toEqual(given);
    const second = new Client(server.url, opened?.session);
    const [one, other] = await Promise.all(
      [first, second].map((client) => client.call<Session>('GET', '/api/session')),
    );
    expect(other?.body.handle).toBe(one?.body.handle);
  });

  it('[ENR63] is given it once: again to itself, and to nobody else', async () => {
    const { shown } = await left();
    const asker = base64url(random(16));
    const [once, again] = [await take(shown, asker), await take(shown, asker)];
    expect(again.body).toEqual(once.body);
    const stranger = await take(shown);
    const unknown = await take(base64url(random(32)));
    expect(stranger.status).toBe(404);
    expect([stranger.status, stranger.body]).toEqual([unknown.status, unknown.body]);
  });

  it('[ENR62] the newest of hers replaces what was there, and the server has nothing that opens it', async () => {
    const [old, fresh] = [await left(), await left()];
    expect((await take(old.shown)).status).toBe(404);
    const [stored, ...more] = await rows();
    expect(more).toEqual([]);
    expect(stored?.sealed.length).toBe(HANDOVER_BYTES);
    const text = JSON.stringify(stored) + stored?.sealed.toString('latin1');
    expect(text).not.toContain(first.token as string);
    expect(text).not.toContain(fresh.shown);
  });

  it('[ENR65] is late after its time, and what is over is removed', async () => {
    const { shown } = await left();
    await asOwner(server, "update device_handover set expires_at = now() - interval '1 second'");
    expect((await take(shown)).status).toBe(404);
    await server.housekeeping();
    expect(await rows()).toEqual([]);
  });

  it.each([
    ['a short one', { sealed: base64url(new Uint8Array(4_095)) }],
    ['a secret that is none', { secret: 'abc' }],
    ['no sealed bytes', { sealed: '' }],
    ['something besides', { handle: 'h' }],
  ])('[ENR62] %s is refused', async (_, change) => {
    const { body } = await left();
    const answer = await first.call('POST', '/api/my/handover', { ...body, ...change });
    expect([400, 422]).toContain(answer.status);
  });

  it('[ACC5] nobody but a contributor leaves one', async () => {
    const { body } = await left();
    for (const role of ['researcher', 'operator', 'employer', 'representative', 'dpo'] as const) {
      const other = await Client.redeem(server.url, server.codes[role]);
      expect((await other.call('POST', '/api/my/handover', body)).status).toBe(403);
    }
    expect((await new Client(server.url).call('POST', '/api/my/handover', body)).status).toBe(401);
  });

  it('[ENR64, ENR65] erasing with the paper code ends both devices, and what was left is gone', async () => {
    const { shown } = await left();
    const secret = (await readCode(paper.eraseCode, subtle)) as Uint8Array;
    const erased = await new Client(server.url).call('POST', '/api/erasure', { secret: base64url(secret) });
    expect(erased.status).toBe(204);
    expect(await rows()).toEqual([]);
    expect((await take(shown)).status).toBe(404);
    expect((await first.call('GET', '/api/session')).status).toBe(401);
  });
});
