import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { AskHalves, KeepHalf } from '@aboveboard/protocol/guardian-halves';
import { recipientOf } from '@aboveboard/vault/envelope';
import { openGuardianHalf } from '@aboveboard/vault/half-envelope';
import { sealJobHalves } from '@aboveboard/vault/job-halves';
import type { KeyHalf } from '@aboveboard/vault/key-half';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { generateHybridIdentity } from 'age-encryption';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readGuardianAddress } from '../src/keys/guardian-address.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording, sealedHalves } from './device.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';

/** A guardian that does whatever a test says: the server must take it for what it is. */
type Behaviour = (path: string, body: unknown) => Promise<{ status: number; body: string | Buffer }>;
const identity = await generateHybridIdentity();
const recipient = await recipientOf(identity);
const kept = new Map<string, KeyHalf>();
let behave: Behaviour;
let guardian: Server;
let server: StartedServer;
let contributor: Client;

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));

/** Keeps, gives and destroys; checks nothing, because here it is the server that is looked at. */
const honest: Behaviour = async (path, body) => {
  if (path === '/halves') {
    const { recording, envelope } = body as KeepHalf;
    const { half } = await openGuardianHalf(recording, bytes(envelope), identity);
    kept.set(recording, half);
    return { status: 204, body: '' };
  }
  if (path === '/halves/given') {
    const asked = body as AskHalves;
    const access = createHash('sha256').update(bytes(asked.entry)).digest();
    const to = Buffer.from(asked.jobKey, 'base64url').toString().split('\n')[2] as string;
    const halves = new Map(
      asked.recordings.flatMap((id) => (kept.has(id) ? [[id, kept.get(id) as KeyHalf]] : [])),
    );
    const envelope = Buffer.from(await sealJobHalves(new Uint8Array(access), halves, to)).toString(
      'base64url',
    );
    return { status: 200, body: JSON.stringify({ envelope, missing: [] }) };
  }
  if (path === '/halves/destroyed') {
    for (const id of (body as { recordings: string[] }).recordings) kept.delete(id);
    return { status: 204, body: '' };
  }
  return { status: 200, body: `${recipient}\n` };
};

beforeAll(async () => {
  behave = honest;
  guardian = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const text = Buffer.concat(pieces).toString();
      behave(request.url ?? '', text === '' ? null : JSON.parse(text)).then(
        ({ status, body }) => response.writeHead(status, { location: '/elsewhere' }).end(body),
        () => request.socket.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => guardian.listen(0, '127.0.0.1', resolve));
  const data = temporaryFolder();
  const address = `http://127.0.0.1:${(guardian.address() as AddressInfo).port}`;
  writeFileSync(join(data, 'guardian-address'), `# of a test\n${address}\n`);
  server = await startDemonstration({ data });
  contributor = await Client.redeem(server.url, server.codes.contributor);
});
beforeEach(() => {
  behave = honest;
});
afterAll(async () => {
  await server.stop();
  guardian.close();
  clearFolders();
});

const upload = async () => {
  const recording = await makeRecording(server.about);
  const answer = await contributor.upload(recording);
  return { recording, answer, id: recording.manifest.id };
};
const released = async () => {
  const { id, answer } = await upload();
  expect(answer).toMatchObject({ status: 200, body: { state: 'complete' } });
  return id;
};
const beforeRead = (id: string, by = 'researcher:test') =>
  server.installation.journal.beforeRead({ kind: 'inspection', by }, [id]);
const open = async (id: string) => server.installation.recordings.openReleased(await beforeRead(id), id);
const accesses = async (id: string) =>
  (
    await server.installation.inner.database.query('select 1 from access_entry where $1 = any(recordings)', [
      id,
    ])
  ).length;
const deletions = async () => {
  const { storage, size } = server.installation.inner.logs.uses;
  return (await storage.entries(0, await size())).filter((bytesOf) => {
    const read = readUsesEntry(bytesOf);
    return read.ok && read.value.kind === 'plain' && read.value.use.act.kind === 'deletion';
  }).length;
};

describe('taking in', () => {
  it('[UPL33] [VLT48] the guardian has its half before the upload is complete, and the server keeps no copy', async () => {
    const id = await released();
    expect(kept.has(id)).toBe(true);
    const { envelopes } = server.installation.inner;
    expect(await envelopes.list()).toEqual([]);
  });

  it.each<[string, Behaviour]>([
    ['does not answer', () => Promise.reject(new Error('gone'))],
    ['fails', async () => ({ status: 500, body: 'no' })],
    ['redirects', async () => ({ status: 307, body: '' })],
    [
      'is busy',
      async () => ({ status: 503, body: JSON.stringify({ error: { code: 'unavailable', message: '' } }) }),
    ],
  ])('[UPL33] while it %s the upload stays open, and is finished later', async (_, bad) => {
    behave = bad;
    const { recording, answer, id } = await upload();
    expect(answer.status).toBe(503);
    expect(await server.installation.inner.vault.state(id)).toBe('unknown');
    behave = honest;
    expect((await contributor.upload(recording)).body).toMatchObject({ state: 'complete' });
  });

  it('[UPL31] what the guardian can not open is refused for good', async () => {
    behave = async () => ({
      status: 400,
      body: JSON.stringify({ error: { code: 'malformed', message: 'no' } }),
    });
    const { answer } = await upload();
    expect(answer.status).toBe(422);
  });

  it('[UPL60] a recipient that it has no more is said as that, and the same recording is taken when it is sealed anew', async () => {
    behave = async () => refusing(422, 'other-recipient');
    const { recording, answer } = await upload();
    const { error } = answer.body as { error?: { faults?: { rule: string; at: string }[] } };
    expect([answer.status, error?.faults]).toMatchObject([
      422,
      [{ rule: 'UPL60', at: 'envelopes.guardian' }],
    ]);
    behave = honest;
    expect((await contributor.upload(recording)).status).toBe(422);
    const { announcement, manifest } = recording;
    const key = freshRecordingKey((n) => new Uint8Array(randomBytes(n)));
    const about = { ...server.about, guardianRecipient: recipient };
    announcement.envelopes = await sealedHalves(announcement.recording, key, about, manifest);
    expect((await contributor.upload(recording)).body).toMatchObject({ state: 'complete' });
  });
});

describe('opening', () => {
  it('[VLT51] without a grant nothing is entered, and nobody is asked', async () => {
    const id = await released();
    let asked = 0;
    behave = async (path, body) => {
      asked++;
      return honest(path, body);
    };
    for (const by of ['operator', 'server', 'employer:abc', 'researcher'])
      await expect(beforeRead(id, by)).rejects.toMatchObject({ cause: { code: 'not-allowed' } });
    expect(await accesses(id)).toBe(0);
    expect(asked).toBe(0);
  });

  it.each<[string, string, Behaviour]>([
    ['never answers a thing', 'unavailable', () => Promise.reject(new Error('gone'))],
    ['is locked', 'not-allowed', async () => refusing(423, 'locked')],
    ['says that it is not granted', 'not-allowed', async () => refusing(403, 'not-granted')],
    ['gives no more this hour', 'limit', async () => refusing(429, 'limit')],
    ['answers nonsense', 'unavailable', async () => ({ status: 200, body: 'halves' })],
    ['answers too much', 'unavailable', async () => ({ status: 200, body: Buffer.alloc(2_000_000, 0x20) })],
    [
      'answers noise',
      'unavailable',
      async () => ({ status: 200, body: JSON.stringify({ envelope: base64() }) }),
    ],
    [
      'answers with the name of a property of every object',
      'unavailable',
      async () => refusing(400, 'toString'),
    ],
    [
      'answers another access’s halves',
      'unavailable',
      async (path, body) => honest(path, { ...(body as AskHalves), entry: base64() }),
    ],
    [
      'gives what is no half of it',
      'refused',
      async (path, body) => {
        const [id] = (body as AskHalves).recordings;
        const right = kept.get(id as string) as KeyHalf;
        kept.set(id as string, new Uint8Array(32).fill(1) as Uint8Array as KeyHalf);
        const answer = await honest(path, body);
        kept.set(id as string, right);
        return answer;
      },
    ],
    [
      'gives none',
      'erased',
      async (path, body) => {
        const [id] = (body as AskHalves).recordings;
        const right = kept.get(id as string) as KeyHalf;
        kept.delete(id as string);
        const answer = await honest(path, body);
        kept.set(id as string, right);
        return answer;
      },
    ],
  ])('[VLT52] a guardian that %s opens nothing, and the entry stands', async (_, code, bad) => {
    const id = await released();
    const before = await accesses(id);
    behave = bad;
    await expect(open(id)).rejects.toMatchObject({ name: 'Refusal', code });
    expect(await accesses(id)).toBe(before + 1);
    behave = honest;
    expect(await open(id)).toMatchObject({ id });
  });

  it('[VLT53] [GRD70] is asked once an access, and again under the same job key when the answer was lost', async () => {
    const id = await released();
    const jobs: string[] = [];
    let isLost = true;
    behave = async (path, body) => {
      if (path !== '/halves/given') return honest(path, body);
      jobs.push((body as AskHalves).jobKey);
      if (isLost) throw new Error('lost');
      return honest(path, body);
    };
    const access = await beforeRead(id);
    const { recordings } = server.installation;
    await expect(recordings.openReleased(access, id)).rejects.toMatchObject({ code: 'unavailable' });
    isLost = false;
    for (const _ of [1, 2]) await recordings.openReleased(access, id);
    expect(jobs).toHaveLength(2);
    expect(jobs[0]).toBe(jobs[1]);
  });

  it('[VLT60] a recording of before keys were split is refused by name', async () => {
    const id = await released();
    const { folder } = server.installation.inner;
    const { rmSync } = await import('node:fs');
    rmSync(join(folder?.keys as string, 'halves', createHash('sha256').update(id).digest('hex')));
    await expect(open(id)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('VLT60'),
    });
  });
});

describe('erasing', () => {
  const erase = (...recordings: string[]) =>
    contributor.call<{ erased: string[] }>('POST', '/api/my/recordings/erasure', { recordings });

  it('[VLT70] [VLT73] is one entry, then the guardian’s half, then the vault’s; again it is the same', async () => {
    const ids = [await released(), await released()];
    const before = await deletions();
    const order: string[] = [];
    const { vault } = server.installation.inner;
    behave = async (path, body) => {
      order.push(`${path} after ${(await deletions()) - before}`);
      // The vault's half is still there while the guardian's dies.
      expect(await vault.state(ids[0] as string)).toBe('held');
      return honest(path, body);
    };
    for (const _ of [1, 2]) expect((await erase(...ids)).body.erased.sort()).toEqual([...ids].sort());
    expect(order).toEqual(['/halves/destroyed after 1']);
    expect((await deletions()) - before).toBe(1);
    for (const id of ids) {
      expect(kept.has(id)).toBe(false);
      expect(await server.installation.inner.vault.state(id)).toBe('destroyed');
    }
  });

  it('[VLT71] [VLT74] a guardian that is away holds nothing up, and is asked until it has', async () => {
    const id = await released();
    const { database } = server.installation.inner;
    behave = () => Promise.reject(new Error('gone'));
    expect((await erase(id)).body.erased).toEqual([id]);
    expect(await server.installation.inner.vault.state(id)).toBe('destroyed');
    const open_ = async () =>
      database.query('select 1 from erasure where recording = $1 and not finished', [id]);
    expect(await open_()).toHaveLength(1);
    behave = honest;
    await server.housekeeping();
    expect(await open_()).toEqual([]);
    expect(kept.has(id)).toBe(false);
  });
});

describe('the address of a guardian', () => {
  it.each([
    '',
    'http://guardian.example',
    'https://guardian.example/halves',
    'https://a.example\nhttps://b.example',
    'ftp://x',
  ])('[VLT59] is one that halves may be sent to: %j', async (text) => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'guardian-address'), text);
    await expect(readGuardianAddress(root)).rejects.toThrow('guardian-address');
  });

  it('[VLT59] without one nothing is named', async () => {
    expect(await readGuardianAddress(temporaryFolder())).toBeNull();
  });
});

function refusing(status: number, code: string) {
  return { status, body: JSON.stringify({ error: { code, message: 'no' } }) };
}

function base64(): string {
  return randomBytes(900).toString('base64url');
}
