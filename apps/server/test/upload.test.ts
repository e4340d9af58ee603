import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
import type { MyRecording, ReleasedRecording } from '@aboveboard/protocol/installation';
import type { UploadAnnouncement } from '@aboveboard/protocol/upload';
import { recipientOf, sealEnvelope } from '@aboveboard/vault/envelope';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { generateHybridIdentity } from 'age-encryption';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording, random, sealedHalves } from './device.ts';
import { clearFolders, startDemonstration } from './server.ts';

let server: StartedServer;
let contributor: Client;
let other: Client;
let researcher: Client;

beforeAll(async () => {
  server = await startDemonstration({ limits: { redemptionsPerMinute: 100, requestsPerSecond: 10_000 } });
  contributor = await Client.redeem(server.url, server.codes.contributor);
  other = await Client.redeem(server.url, await server.makeCode('contributor', 1));
  researcher = await Client.redeem(server.url, server.codes.researcher);
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

const released = async () =>
  (await researcher.call<{ recordings: ReleasedRecording[] }>('GET', '/api/recordings')).body.recordings.map(
    (r) => r.id,
  );
const errorOf = (answer: { body: unknown }) => (answer.body as ApiErrorBody).error;
const rules = (answer: { body: unknown }) => (errorOf(answer).faults ?? []).map((fault) => fault.rule);

describe('the way of a recording', () => {
  it('[UPL40] it is listed when it is complete and verified, and not before', async () => {
    const recording = await makeRecording(server.about);
    const { body } = await contributor.announce(recording.announcement);
    expect(body).toEqual({
      upload: expect.stringMatching(/^[0-9a-f]{32}$/),
      state: 'open',
      missing: [[0, 3]],
    });
    for (const [index, sealed] of recording.parts.entries()) {
      expect(await released()).not.toContain(recording.manifest.id);
      expect((await contributor.send(body.upload, index, sealed)).status).toBe(200);
    }
    expect(await released()).not.toContain(recording.manifest.id);
    expect(await contributor.complete(body.upload)).toMatchObject({
      status: 200,
      body: { state: 'complete', missing: [] },
    });
    expect(await released()).toContain(recording.manifest.id);
    const mine = await contributor.call<{ recordings: MyRecording[] }>('GET', '/api/my/recordings');
    const bytes = recording.parts.reduce((sum, part) => sum + part.length, 0);
    expect(mine.body.recordings).toContainEqual({
      id: recording.manifest.id,
      state: 'released',
      parts: 4,
      bytes,
    });
  });

  it('[UPL7] [UPL15] [UPL22] every call can be repeated', async () => {
    const recording = await makeRecording(server.about);
    const first = await contributor.announce(recording.announcement);
    expect((await contributor.announce(recording.announcement)).body).toEqual(first.body);
    const { upload } = first.body;
    for (const _ of [1, 2])
      expect((await contributor.send(upload, 0, recording.parts[0] as Uint8Array)).status).toBe(200);
    expect((await contributor.announce(recording.announcement)).body.missing).toEqual([[1, 3]]);
    expect((await contributor.upload(recording)).body.state).toBe('complete');
    expect((await contributor.complete(upload)).body.state).toBe('complete');
    expect((await contributor.upload(recording)).body).toEqual({ upload, state: 'complete', missing: [] });
    expect((await contributor.send(upload, 0, recording.parts[0] as Uint8Array)).status).toBe(200);
  });

  it('[UPL23] parts come in any order and at the same time, whatever is sent twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
        fc.array(fc.nat(5)),
        async (order, again) => {
          const recording = await makeRecording(server.about, { segments: 5 });
          const { upload } = (await contributor.announce(recording.announcement)).body;
          const sent = await Promise.all(
            [...order, ...again].map((i) => contributor.send(upload, i, recording.parts[i] as Uint8Array)),
          );
          expect(sent.every(({ status }) => status === 200)).toBe(true);
          expect((await contributor.complete(upload)).body.state).toBe('complete');
        },
      ),
      { numRuns: 8 },
    );
  });

  it('[UPL17] a forgotten upload leaves nothing, and one that nobody continued is forgotten', async () => {
    const recording = await makeRecording(server.about);
    const { upload } = (await contributor.announce(recording.announcement)).body;
    await contributor.send(upload, 0, recording.parts[0] as Uint8Array);
    const digest = recording.announcement.parts[0]?.sha256 as string;
    const { database, blobs, folder } = server.installation.inner;
    expect(await blobs.get(digest)).not.toBeNull();
    expect((await contributor.call('DELETE', `/api/uploads/${upload}`)).status).toBe(204);
    expect(await blobs.get(digest)).toBeNull();
    expect(readdirSync(join(folder?.keys ?? '', 'pending'))).not.toContain(upload);
    expect((await contributor.send(upload, 0, recording.parts[0] as Uint8Array)).status).toBe(404);
    expect((await contributor.announce(recording.announcement)).body.missing).toEqual([[0, 3]]);
    await database.query(`update upload set touched_on = current_date - 30 where state = 'open'`);
    await server.housekeeping();
    expect(await database.query(`select id from upload where state = 'open'`)).toEqual([]);
  });
});

describe('bad announcements', () => {
  const good = async () => (await makeRecording(server.about)).announcement;

  it.each<[string, string, (a: UploadAnnouncement) => unknown]>([
    ['UPL10', 'an id of 15 bytes', (a) => ({ ...a, recording: randomBytes(15).toString('base64url') })],
    ['UPL10', 'an id that is not canonical', (a) => ({ ...a, recording: `${a.recording.slice(0, 21)}B` })],
    ['UPL10', 'an id that is a path', (a) => ({ ...a, recording: '../../../../etc/passwd' })],
    ['UPL11', 'no parts', (a) => ({ ...a, parts: [] })],
    ['UPL11', 'no manifest', (a) => ({ ...a, parts: a.parts.slice(0, -1) })],
    ['UPL11', 'two manifests', (a) => ({ ...a, parts: [...a.parts, a.parts.at(-1)] })],
    [
      'UPL12',
      'a part shorter than any sealed one',
      (a) => ({ ...a, parts: a.parts.map((p) => ({ ...p, bytes: 28 })) }),
    ],
    [
      'UPL12',
      'a length that is no whole number',
      (a) => ({ ...a, parts: a.parts.map((p) => ({ ...p, bytes: 99.5 })) }),
    ],
    ['UPL12', 'a negative length', (a) => ({ ...a, parts: a.parts.map((p) => ({ ...p, bytes: -1 })) })],
    [
      'UPL13',
      'a digest in upper case',
      (a) => ({
        ...a,
        parts: a.parts.map((p) => ({ ...p, sha256: p.sha256.toUpperCase().replace(/\d/g, 'A') })),
      }),
    ],
    [
      'UPL14',
      'an envelope in plain base64',
      (a) => ({ ...a, envelopes: { ...a.envelopes, vault: `${a.envelopes.vault}==` } }),
    ],
    ['UPL14', 'no envelope for the guardian', (a) => ({ ...a, envelopes: { ...a.envelopes, guardian: '' } })],
    [
      'UPL4',
      'a whole key in one envelope, as before keys were split',
      ({ envelopes, ...a }) => ({ ...a, envelope: envelopes.vault }),
    ],
    ['UPL26', 'a week that there is not', (a) => ({ ...a, summary: { ...a.summary, week: '2026-W54' } })],
    ['UPL4', 'a field that does not belong there', (a) => ({ ...a, contributor: 'somebody' })],
    ['UPL4', 'a list for an object', (a) => [a]],
    [
      'UPL4',
      'a kind that there is not',
      (a) => ({ ...a, parts: a.parts.map((p) => ({ ...p, kind: 'photographs' })) }),
    ],
  ])('[%s] %s', async (rule, _, change) => {
    const answer = await contributor.announce(change(await good()));
    expect(answer.status).toBe(400);
    expect(errorOf(answer).code).toBe('malformed');
    expect(rules(answer)).toContain(rule);
  });

  it('[UPL4] [UPL3] all the faults at once, and nothing of the content in them', async () => {
    const announcement = await good();
    const answer = await contributor.announce({
      ...announcement,
      recording: 'secret-name',
      envelopes: { ...announcement.envelopes, guardian: '!' },
      parts: [],
    });
    expect(rules(answer).sort()).toEqual(['UPL10', 'UPL11', 'UPL14']);
    expect(JSON.stringify(answer.body)).not.toContain('secret-name');
  });

  it('[UPL4] bodies that are no JSON, no UTF-8, or of another type', async () => {
    const send = (body: BodyInit, type = 'application/json') =>
      fetch(`${server.url}/api/uploads`, {
        method: 'POST',
        headers: { authorization: `Bearer ${contributor.token}`, 'content-type': type },
        body,
      });
    expect((await send('{')).status).toBe(400);
    expect((await send('')).status).toBe(400);
    expect((await send(new Uint8Array([0xff, 0xfe, 0x7b]))).status).toBe(400);
    expect((await send('a=b', 'application/x-www-form-urlencoded')).status).toBe(415);
  });

  it('[UPL15] other content under an id that is open is a conflict, and changes nothing', async () => {
    const recording = await makeRecording(server.about);
    const { upload } = (await contributor.announce(recording.announcement)).body;
    const changed = { ...recording.announcement, parts: recording.announcement.parts.slice(1) };
    expect((await contributor.announce(changed)).status).toBe(409);
    expect((await contributor.upload(recording)).body).toMatchObject({ upload, state: 'complete' });
    expect((await contributor.announce(changed)).status).toBe(409);
  });
});

describe('bad parts', () => {
  it('[UPL20] other bytes than announced are not kept, whatever they lie about', async () => {
    const recording = await makeRecording(server.about);
    const { upload } = (await contributor.announce(recording.announcement)).body;
    const sealed = recording.parts[0] as Uint8Array;
    const flipped = sealed.map((byte, i) => (i === 40 ? byte ^ 1 : byte));
    for (const bytes of [
      flipped,
      sealed.subarray(1),
      Buffer.concat([sealed, sealed]),
      recording.parts[1] as Uint8Array,
    ]) {
      const answer = await contributor.send(upload, 0, bytes);
      expect(answer.status).toBe(409);
      expect(rules(answer)).toEqual(['UPL20']);
    }
    expect((await contributor.send(upload, 0, new Uint8Array())).status).toBe(409);
    const chunked = await fetch(`${server.url}/api/uploads/${upload}/parts/0`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${contributor.token}`, 'content-type': 'application/octet-stream' },
      body: new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(65_536));
        },
      }),
      duplex: 'half',
    } as RequestInit).catch(() => ({ status: 409 }));
    expect(chunked.status).toBe(409);
    expect((await contributor.announce(recording.announcement)).body.missing).toEqual([[0, 3]]);
    expect((await contributor.upload(recording)).body.state).toBe('complete');
  });

  it("[UPL6] what is absent and what is another contributor's get the same answer, to the byte", async () => {
    const recording = await makeRecording(server.about);
    const { upload } = (await contributor.announce(recording.announcement)).body;
    const absent = randomBytes(16).toString('hex');
    const part = recording.parts[0] as Uint8Array;
    for (const ask of [
      (id: string) => other.call('GET', `/api/uploads/${id}`),
      (id: string) => other.call('PUT', `/api/uploads/${id}/parts/0`, part),
      (id: string) => other.call('POST', `/api/uploads/${id}/completion`),
      (id: string) => other.call('DELETE', `/api/uploads/${id}`),
    ]) {
      const [theirs, none] = [await ask(upload), await ask(absent)];
      expect(theirs.status).toBe(404);
      expect(theirs.body).toEqual(none.body);
      expect([...theirs.headers.keys()]).toEqual([...none.headers.keys()]);
    }
    expect((await contributor.upload(recording)).body.state).toBe('complete');
    expect((await contributor.send(upload, 99, part)).status).toBe(404);
    expect((await contributor.call('PUT', `/api/uploads/${upload}/parts/-1`, part)).status).toBe(400);
    expect((await contributor.call('GET', '/api/uploads/..%2f..%2fetc')).status).toBe(400);
  });
});

describe('completion', () => {
  it('[UPL30] with parts missing it is a conflict, and what arrived is kept', async () => {
    const recording = await makeRecording(server.about);
    const { upload } = (await contributor.announce(recording.announcement)).body;
    await contributor.send(upload, 2, recording.parts[2] as Uint8Array);
    const answer = await contributor.complete(upload);
    expect(answer.status).toBe(409);
    expect(rules(answer)).toEqual(['UPL30']);
    expect((await contributor.announce(recording.announcement)).body.missing).toEqual([
      [0, 1],
      [3, 3],
    ]);
  });

  const swap = async (
    change: (r: Awaited<ReturnType<typeof makeRecording>>) => Promise<void> | void,
    fields = {},
  ) => {
    const recording = await makeRecording(server.about, { fields });
    await change(recording);
    return recording;
  };

  const sealedFor = async (
    recipients: Partial<Record<'vault' | 'guardian', string>>,
    r: Awaited<ReturnType<typeof makeRecording>>,
  ) => {
    const about = {
      uploadRecipient: recipients.vault ?? server.about.uploadRecipient,
      guardianRecipient: recipients.guardian ?? server.about.guardianRecipient,
    };
    return sealedHalves(r.announcement.recording, freshRecordingKey(random), about, r.manifest);
  };
  const stranger = async () => recipientOf(await generateHybridIdentity());

  it.each<[string, string, () => ReturnType<typeof makeRecording>]>([
    [
      'UPL60',
      'a vault half for somebody else',
      () =>
        swap(async (r) => {
          r.announcement.envelopes.vault = (await sealedFor({ vault: await stranger() }, r)).vault;
        }),
    ],
    [
      'UPL60',
      'a guardian half for somebody else',
      () =>
        swap(async (r) => {
          r.announcement.envelopes.guardian = (await sealedFor({ guardian: await stranger() }, r)).guardian;
        }),
    ],
    [
      'UPL31',
      'the vault half of another recording',
      () =>
        swap(async (r) => {
          r.announcement.envelopes.vault = (await makeRecording(server.about)).announcement.envelopes.vault;
        }),
    ],
    [
      'UPL31',
      'the guardian half of another recording',
      () =>
        swap(async (r) => {
          const other = await makeRecording(server.about);
          r.announcement.envelopes.guardian = other.announcement.envelopes.guardian;
        }),
    ],
    [
      'UPL31',
      'an envelope that is noise',
      () =>
        swap((r) => {
          r.announcement.envelopes.vault = randomBytes(900).toString('base64url');
        }),
    ],
    [
      'UPL31',
      'a whole key in the place of a half',
      () =>
        swap(async (r) => {
          const { recording, envelopes } = r.announcement;
          const whole = await sealEnvelope(recording, freshRecordingKey(random), [
            server.about.uploadRecipient,
          ]);
          envelopes.vault = Buffer.from(whole).toString('base64url');
        }),
    ],
    ['UPL19', 'parts that are not padded', () => makeRecording(server.about, { padded: false })],
    [
      'UPL37',
      'an agreement that was never in force here',
      () => swap(() => undefined, { agreement: { id: 'other', version: 1, digest: 'ab'.repeat(32) } }),
    ],
  ])('[%s] [UPL39] refuses %s', async (rule, _, make) => {
    const recording = await make();
    const answer = await contributor.upload(recording);
    expect(answer.status, JSON.stringify(answer.body)).toBe(422);
    expect(errorOf(answer).code).toBe('refused');
    expect(rules(answer)).toContain(rule);
    expect(await released()).not.toContain(recording.announcement.recording);
    // The same bytes again: the same answer, without sending them.
    const again = await contributor.announce(recording.announcement);
    expect(again.status).toBe(422);
    expect(errorOf(again)).toEqual(errorOf(answer));
    for (const part of recording.announcement.parts)
      expect(await server.installation.inner.blobs.get(part.sha256)).toBeNull();
  });

  it('[UPL15] what was refused begins anew with other content', async () => {
    const id = randomBytes(16).toString('base64url');
    const agreement = { id: 'other', version: 1, digest: 'ab'.repeat(32) };
    const bad = await makeRecording(server.about, { id, fields: { agreement } });
    expect((await contributor.upload(bad)).status).toBe(422);
    expect((await contributor.upload(await makeRecording(server.about, { id }))).body.state).toBe('complete');
  });

  it('[UPL38] [VLT58] taking a recording in opens nothing and enters nothing', async () => {
    const { database, logs } = server.installation.inner;
    const size = await logs.uses.size();
    const recording = await makeRecording(server.about);
    expect((await contributor.upload(recording)).body.state).toBe('complete');
    expect(await logs.uses.size()).toBe(size);
    const entries = await database.query('select kind from access_entry where $1 = any(recordings)', [
      recording.manifest.id,
    ]);
    expect(entries).toEqual([]);
  });

  it("[UPL39] a fault of the server's own refuses nothing", async () => {
    const { blobs } = server.installation.inner;
    const recording = await makeRecording(server.about);
    const { upload } = (await contributor.announce(recording.announcement)).body;
    for (const [i, part] of recording.parts.entries()) await contributor.send(upload, i, part);
    const digest = recording.announcement.parts[1]?.sha256 as string;
    await blobs.remove(digest);
    expect((await contributor.complete(upload)).status).toBe(500);
    await blobs.put(digest, recording.parts[1] as Uint8Array);
    expect((await contributor.complete(upload)).body.state).toBe('complete');
  });

  it('[UPL41] the halves are beside the database, the envelopes are gone', async () => {
    const recording = await makeRecording(server.about);
    const { id } = recording.manifest;
    const { upload } = (await contributor.upload(recording)).body;
    const { ring, envelopes } = server.installation.inner;
    expect(await server.installation.inner.vault.state(id)).toBe('held');
    await expect(ring.open(id)).rejects.toMatchObject({ code: 'unknown' });
    expect(await envelopes.get(upload)).toBeNull();
  });
});
