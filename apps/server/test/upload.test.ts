import type { MyRecording, OpenedAccess, ReleasedRecording } from '@aboveboard/protocol/installation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording } from './device.ts';
import { clearFolders, startDemonstration } from './server.ts';

describe('upload', () => {
  let server: StartedServer;
  let contributor: Client;
  let researcher: Client;

  beforeAll(async () => {
    server = await startDemonstration();
    contributor = await Client.redeem(server.url, server.codes.contributor);
    researcher = await Client.redeem(server.url, server.codes.researcher);
  });
  afterAll(async () => {
    await server.stop();
    clearFolders();
  });

  it('[UPL40] a recording is listed when it is complete and verified, and not before', async () => {
    const recording = await makeRecording(server.about);
    const { body } = await contributor.announce(recording.announcement);
    expect(body).toEqual({ upload: expect.any(String), state: 'open', missing: [[0, 3]] });
    const listed = async () =>
      (
        await researcher.call<{ recordings: ReleasedRecording[] }>('GET', '/api/recordings')
      ).body.recordings.map((r) => r.id);
    for (const [index, sealed] of recording.parts.entries()) {
      expect(await listed()).not.toContain(recording.manifest.id);
      expect((await contributor.send(body.upload, index, sealed)).status).toBe(200);
    }
    expect(await listed()).not.toContain(recording.manifest.id);
    expect(await contributor.complete(body.upload)).toMatchObject({
      status: 200,
      body: { state: 'complete', missing: [] },
    });
    expect(await listed()).toContain(recording.manifest.id);
    const mine = await contributor.call<{ recordings: MyRecording[] }>('GET', '/api/my/recordings');
    expect(mine.body.recordings).toContainEqual({
      id: recording.manifest.id,
      state: 'released',
      parts: 4,
      bytes: recording.parts.reduce((sum, part) => sum + part.length, 0),
    });
  });

  it('[UPL38] a researcher opens what was released, through the journal', async () => {
    const recording = await makeRecording(server.about);
    await contributor.upload(recording);
    const opened = await researcher.call<OpenedAccess>('POST', '/api/accesses', {
      purpose: 'inspection',
      recordings: [recording.manifest.id],
    });
    expect(opened.status).toBe(200);
    const part = await fetch(`${server.url}/api/accesses/${opened.body.access}/0/parts/0`, {
      headers: { authorization: `Bearer ${researcher.token}` },
    });
    expect(part.status).toBe(200);
    expect((await part.bytes()).length).toBe(recording.manifest.parts[0]?.bytes);
  });
});
