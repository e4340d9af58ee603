import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
import type { MyRecording, OpenedAccess, ReleasedRecording } from '@aboveboard/protocol/installation';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording, type SealedRecording } from './device.ts';
import { clearFolders, startDemonstration } from './server.ts';

let server: StartedServer;
let contributor: Client;
let other: Client;
let researcher: Client;

beforeAll(async () => {
  server = await startDemonstration();
  contributor = await Client.redeem(server.url, server.codes.contributor);
  other = await Client.redeem(server.url, await server.makeCode('contributor', 1));
  researcher = await Client.redeem(server.url, server.codes.researcher);
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

const upload = async (): Promise<SealedRecording> => {
  const recording = await makeRecording(server.about);
  expect((await contributor.upload(recording)).body.state).toBe('complete');
  return recording;
};
const open = (client: Client, ...recordings: string[]) =>
  client.call<OpenedAccess>('POST', '/api/accesses', { purpose: 'inspection', recordings });
const bytesOf = (client: Client, path: string) =>
  fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${client.token}` } });

describe('opening', () => {
  it('[UPL38] reads a recording through the journal, part by part', async () => {
    const { manifest } = await upload();
    const { body } = await open(researcher, manifest.id);
    const rows = await server.installation.inner.database.query(
      'select kind, by, recordings from access_entry where entry = $1',
      [body.access],
    );
    expect(rows).toEqual([
      { kind: 'inspection', by: expect.stringMatching(/^researcher:/), recordings: [manifest.id] },
    ]);
    const part = async (index: number | 'manifest') =>
      (
        await bytesOf(
          researcher,
          `/api/accesses/${body.access}/0/${index === 'manifest' ? index : `parts/${index}`}`,
        )
      ).bytes();
    const recording = await openRecording({
      id: manifest.id,
      deflate: webDeflate,
      sealer: { seal: async (plain) => plain, open: async (sealed) => sealed },
      store: {
        put: async () => undefined,
        get: async (index) => ({
          kind: index === 3 ? 'manifest' : 'events',
          sealed: await part(index === 3 ? 'manifest' : index),
        }),
        list: async () =>
          [0, 1, 2, 3].map((index) => ({ index, kind: index === 3 ? 'manifest' : 'events', bytes: 1 })),
      },
    });
    expect(recording.manifest).toEqual(manifest);
    let events = 0;
    for await (const batch of recording.events()) events += batch.length;
    expect(events).toBe(150);
  });

  it("[UPL6] an access is its owner's, for what it names, while it lasts", async () => {
    const { manifest } = await upload();
    const { body } = await open(researcher, manifest.id);
    const second = await Client.redeem(server.url, await server.makeCode('researcher', 1));
    const path = (access: string, n: number, index: number) => `/api/accesses/${access}/${n}/parts/${index}`;
    expect((await bytesOf(researcher, path(body.access, 0, 0))).status).toBe(200);
    for (const answer of [
      await bytesOf(second, path(body.access, 0, 0)),
      await bytesOf(researcher, path('0'.repeat(32), 0, 0)),
      await bytesOf(researcher, path(body.access, 1, 0)),
      await bytesOf(researcher, path(body.access, 0, 99)),
    ]) {
      expect(answer.status).toBe(404);
    }
    expect((await bytesOf(contributor, path(body.access, 0, 0))).status).toBe(403);
    expect((await fetch(server.url + path(body.access, 0, 0))).status).toBe(401);
  });

  it('[UPL38] nothing is opened for a purpose that there is not, or for a recording that there is not', async () => {
    const { manifest } = await upload();
    const count = async () =>
      (await server.installation.inner.database.query('select 1 from access_entry')).length;
    const before = await count();
    const performance = { purpose: 'performance', recordings: [manifest.id] };
    expect((await researcher.call('POST', '/api/accesses', performance)).status).toBe(400);
    expect((await open(researcher, manifest.id, 'AAAAAAAAAAAAAAAAAAAAAA')).status).toBe(404);
    expect((await open(researcher)).status).toBe(400);
    expect((await open(contributor, manifest.id)).status).toBe(403);
    expect(await count()).toBe(before);
  });

  /** A recording on the shelf that nobody uploaded. */
  const shelve = async (kind: 'foreign' | 'demonstration') => {
    const source = await server.installation.recordings.beginImport();
    const writer = new RecordingWriter({ ...source, tickMicroseconds: 1000, deflate: webDeflate });
    writer.event({ kind: 'move', t: 0, x: 1, y: 1 });
    const { manifest } = await makeRecording(server.about);
    const origin = { format: 'rrweb', kept: 1, reduced: [] };
    const { task, week, outcome, software, signals, masks } = manifest;
    const fields = { task, week, outcome, software, signals, masks, agreement: null, receipt: null };
    await source.finish(
      await writer.finish({ ...fields, class: kind, ...(kind === 'foreign' ? { origin } : {}) }),
    );
    return source.id;
  };
  const listed = async () =>
    (await researcher.call<{ recordings: ReleasedRecording[] }>('GET', '/api/recordings')).body.recordings;

  it('imports are not served', async () => {
    const id = await shelve('foreign');
    expect((await server.installation.recordings.known([id]))[0]?.class).toBe('foreign');
    expect((await listed()).map((recording) => recording.id)).not.toContain(id);
    expect((await open(researcher, id)).status).toBe(404);
  });

  it('samples are shown by a demonstration, marked, and opened through the journal', async () => {
    const id = await shelve('demonstration');
    expect((await listed()).find((recording) => recording.id === id)?.class).toBe('demonstration');
    expect((await open(researcher, id)).status).toBe(200);
  });
});

describe('erasure', () => {
  const erase = (client: Client, ...recordings: string[]) =>
    client.call<{ erased: string[]; unknown: string[] }>('POST', '/api/my/recordings/erasure', {
      recordings,
    });

  /** The demonstration's agreement keeps no backup of keys. */
  const keysExpireOn = new Date().toISOString().slice(0, 10);

  it('[UPL50] [VLT75] what its contributor erased can not be opened, also from an access that was open', async () => {
    const recording = await upload();
    const { id } = recording.manifest;
    const { body } = await open(researcher, id);
    const path = `/api/accesses/${body.access}/0/parts/0`;
    expect((await bytesOf(researcher, path)).status).toBe(200);
    expect((await erase(contributor, id)).body).toEqual({
      erased: [id],
      held: [],
      unknown: [],
      keysExpireOn,
    });
    expect((await bytesOf(researcher, path)).status).toBe(404);
    expect((await open(researcher, id)).status).toBe(404);
    const { blobs, database } = server.installation.inner;
    expect(await server.installation.inner.vault.state(id)).toBe('destroyed');
    for (const part of recording.announcement.parts) expect(await blobs.get(part.sha256)).toBeNull();
    expect(await database.query('select finished from erasure where recording = $1', [id])).toEqual([
      { finished: true },
    ]);
    const mine = await contributor.call<{ recordings: MyRecording[] }>('GET', '/api/my/recordings');
    expect(mine.body.recordings.map((one) => one.id)).not.toContain(id);
    // Repeated, because the answer was lost.
    expect((await erase(contributor, id)).body).toEqual({
      erased: [id],
      held: [],
      unknown: [],
      keysExpireOn,
    });
  });

  it('[UPL16] what was erased does not come back, from anybody', async () => {
    const recording = await upload();
    await erase(contributor, recording.manifest.id);
    for (const client of [contributor, other]) {
      const answer = await client.announce(recording.announcement);
      expect(answer.status).toBe(410);
      expect((answer.body as unknown as ApiErrorBody).error.code).toBe('erased');
    }
  });

  it("[UPL52] absent and another's are alike, and nothing happens to them", async () => {
    const { manifest } = await upload();
    const absent = 'AAAAAAAAAAAAAAAAAAAAAA';
    expect((await erase(other, manifest.id, absent)).body).toMatchObject({
      erased: [],
      unknown: [manifest.id, absent],
    });
    expect((await open(researcher, manifest.id)).status).toBe(200);
  });

  it('[UPL50] an upload under way is erased as well, with its envelope', async () => {
    const recording = await makeRecording(server.about);
    const { upload: handle } = (await contributor.announce(recording.announcement)).body;
    await contributor.send(handle, 0, recording.parts[0] as Uint8Array);
    expect((await erase(contributor, recording.manifest.id)).body.erased).toEqual([recording.manifest.id]);
    expect((await contributor.send(handle, 1, recording.parts[1] as Uint8Array)).status).toBe(404);
    const { folder, blobs } = server.installation.inner;
    expect(readdirSync(join(folder?.keys ?? '', 'pending'))).not.toContain(handle);
    expect(await blobs.get(recording.announcement.parts[0]?.sha256 as string)).toBeNull();
  });

  it.each<[string, (upload: string) => Promise<unknown>]>([
    ['given up', (upload) => contributor.call('DELETE', `/api/uploads/${upload}`)],
    [
      'not continued',
      async (upload) => {
        const { database } = server.installation.inner;
        await database.query('update upload set touched_on = current_date - 30 where id = $1', [upload]);
        await server.housekeeping();
      },
    ],
  ])(
    '[UPL17] the guardian’s half of a completion that was cut dies when the upload is %s',
    async (_, end) => {
      const { vault, folder } = server.installation.inner;
      const recording = await makeRecording(server.about);
      const { id } = recording.manifest;
      const file = join(
        folder?.keys ?? '',
        'demonstration-guardian',
        createHash('sha256').update(id).digest('hex'),
      );
      const { keep } = vault;
      vault.keep = async () => {
        throw new Error('no space left');
      };
      const cut = await contributor.upload(recording);
      vault.keep = keep;
      expect(cut.status).toBe(500);
      expect(statSync(file).size).toBeGreaterThan(1);
      const [row] = await server.installation.inner.database.query<{ id: string }>(
        'select id from upload where recording = $1',
        [id],
      );
      await end(row?.id ?? '');
      // A tombstone.
      expect(statSync(file).size).toBeLessThanOrEqual(1);
      expect((await contributor.announce(recording.announcement)).status).toBe(410);
    },
  );

  it('[UPL51] what a kill interrupted is finished at the next start, before anything is served', async () => {
    const { database, folder } = server.installation.inner;
    const { manifest } = await upload();
    // As a kill between the rows and the key leaves it.
    await database.query('delete from recording where id = $1', [manifest.id]);
    await database.query('insert into erasure values ($1, false)', [manifest.id]);
    expect(await server.installation.inner.vault.state(manifest.id)).toBe('held');
    await server.stop();
    server = await startDemonstration({ data: folder?.root as string });
    expect(await server.installation.inner.vault.state(manifest.id)).toBe('destroyed');
    expect(
      await server.installation.inner.database.query('select 1 from erasure where not finished'),
    ).toEqual([]);
  });
});
