import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
import type { InstalledAgreement, TaskCardsAnswer } from '@aboveboard/protocol/installation';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { takeDataFolder } from '../src/data-folder.ts';
import { requirePassage } from '../src/database/postgres-owner.ts';
import { limitsFrom } from '../src/limits.ts';
import { makeLog } from '../src/log.ts';
import type { StartedServer } from '../src/start.ts';
import { readTaskCards } from '../src/task-cards.ts';
import { Client, makeRecording } from './device.ts';
import { asOwner, clearFolders, startDemonstration, temporaryFolder } from './server.ts';

const started: StartedServer[] = [];
async function start(options: Parameters<typeof startDemonstration>[0] = {}): Promise<StartedServer> {
  const server = await startDemonstration(options);
  started.push(server);
  return server;
}
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});
afterAll(clearFolders);

describe('the data folder', () => {
  it('is refused by name to a second server, and free again when the first has stopped', async () => {
    const data = temporaryFolder();
    const first = await start({ data });
    await expect(start({ data })).rejects.toThrow(`is in use by the server with process id ${process.pid}`);
    await first.stop();
    await start({ data });
  });

  it('is taken over from a server that was killed, and not from a process that has its number by chance', async () => {
    const data = temporaryFolder();
    const child = spawn('sleep', ['0']);
    await new Promise((resolve) => child.once('exit', resolve));
    writeFileSync(
      join(data, 'server.lock'),
      JSON.stringify({ pid: child.pid, started: 'x', url: null, databaseUrl: null }),
    );
    (await takeDataFolder(data)).release();
    writeFileSync(
      join(data, 'server.lock'),
      JSON.stringify({ pid: process.ppid, started: 'another boot/1', url: null, databaseUrl: null }),
    );
    (await takeDataFolder(data)).release();
    writeFileSync(join(data, 'server.lock'), 'half writ');
    const taken = await takeDataFolder(data);
    taken.release();
    expect(readdirSync(data)).not.toContain('server.lock');
  });

  it('goes to one of many that start at once', async () => {
    const data = temporaryFolder();
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => takeDataFolder(data)));
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('keeps its secrets from others', async () => {
    const data = temporaryFolder();
    await start({ data });
    for (const name of ['blobs', 'keys', 'agreement', 'postgres']) {
      expect(statSync(join(data, name)).mode & 0o077, name).toBe(0);
    }
    expect(statSync(join(data, 'server.lock')).mode & 0o077).toBe(0);
  });

  it('says which folder PostgreSQL can not pass', () => {
    const folder = temporaryFolder();
    const closed = join(folder, 'closed');
    mkdirSync(join(closed, 'data'), { recursive: true });
    mkdirSync(closed, { recursive: true, mode: 0o700 });
    const owner = { uid: 54_321, gid: 54_321, name: 'postgres' };
    expect(() => requirePassage(join(folder, 'closed', 'data', 'x'), owner, 'its data')).toThrow(
      new RegExp(`can.?not pass the folder ${folder}.* \\(mode 0700\\)`, 's'),
    );
    expect(() => requirePassage('/anything', null, 'its data')).not.toThrow();
  });
});

describe('a demonstration and production', () => {
  it('do not mix', async () => {
    const data = temporaryFolder();
    await (await start({ data })).stop();
    await expect(start({ data, demo: false })).rejects.toThrow("are a demonstration's");
    const production = temporaryFolder();
    const server = await start({ data: production, demo: false });
    expect(server.about).toMatchObject({ installation: 'production', agreement: null });
    expect(server.codes).toEqual({});
    const answer = await fetch(`${server.url}/api/about`);
    expect(answer.headers.has('aboveboard-installation')).toBe(false);
    expect((await fetch(`${server.url}/api/agreement`)).status).toBe(404);
    await server.stop();
    await expect(start({ data: production })).rejects.toThrow("are a production installation's");
  });

  it('a demonstration marks every answer, and has an agreement and task cards', async () => {
    const server = await start({ applications: ['http://127.0.0.1:9001'] });
    for (const path of ['/api/about', '/api/none', '/', '/openapi.json', '/api/my/recordings']) {
      const answer = await fetch(server.url + path);
      expect(answer.headers.get('aboveboard-installation'), path).toBe('demonstration');
    }
    const client = new Client(server.url);
    const agreement = (await client.call<InstalledAgreement>('GET', '/api/agreement')).body;
    expect(agreement.digest).toBe(server.about.agreement?.digest);
    expect(JSON.parse(agreement.document).apps[0].origins).toEqual([server.url, 'http://127.0.0.1:9001']);
    for (const { digest, bytes } of agreement.attachments) {
      const file = await fetch(`${server.url}/api/agreement/attachments/${digest}`);
      expect((await file.bytes()).length).toBe(bytes);
      expect(file.headers.get('content-disposition')).toBe('attachment');
    }
    expect((await client.call<TaskCardsAnswer>('GET', '/api/task-cards')).body.cards).toHaveLength(6);
  });

  it('keeps its agreement over a restart, and those before it when it changes', async () => {
    const data = temporaryFolder();
    const first = await start({ data });
    const port = Number(new URL(first.url).port);
    const digest = first.about.agreement?.digest;
    const recording = await makeRecording(first.about);
    await first.stop();
    const second = await start({ data, port });
    expect(second.about.agreement?.digest).toBe(digest);
    await second.stop();
    const third = await start({ data, port, applications: ['http://localhost:9001'] });
    expect(third.about.agreement).toMatchObject({ version: 2 });
    expect(third.about.agreement?.digest).not.toBe(digest);
    const contributor = await Client.redeem(third.url, third.codes.contributor);
    expect((await contributor.upload(recording)).body.state).toBe('complete');
  });

  it('refuses task cards that are not right, with the place', () => {
    const path = join(temporaryFolder(), 'cards.json');
    writeFileSync(path, JSON.stringify({ cards: [{ id: 'Bad Id', version: 1 }] }));
    expect(() => readTaskCards(path)).toThrow(/cards\[0\]\.id/);
  });
});

describe('starting', () => {
  it('listens on this computer only, unless TLS is given', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toThrow(
      'Without TLS the server listens on this computer only',
    );
    await expect(start({ host: '192.0.2.1' })).rejects.toThrow('--tls-key');
  });

  it('says when the port is taken, and leaves nothing running', async () => {
    const first = await start();
    const data = temporaryFolder();
    await expect(start({ data, port: Number(new URL(first.url).port) })).rejects.toThrow(
      'another program listens there',
    );
    expect(readdirSync(data)).not.toContain('server.lock');
  });

  it('leaves nothing running when what is installed can not be relied on', async () => {
    const data = temporaryFolder();
    const first = await start({ data });
    const port = Number(new URL(first.url).port);
    await first.stop();
    writeFileSync(join(data, 'agreement', 'attachments', 'mitigations'), 'changed afterwards');
    await expect(start({ data, port })).rejects.toThrow(/can not be relied on:\n {2}AGR41 at attachments/);
    expect(readdirSync(data)).not.toContain('server.lock');
    await expect(fetch(first.url)).rejects.toThrow();
  });

  it('limits are numbers with names that there are', () => {
    expect(limitsFrom('{"bytesPerPart": 5}').bytesPerPart).toBe(5);
    expect(() => limitsFrom('{"bytesPerPat": 5}')).toThrow('there is no limit "bytesPerPat"');
    expect(() => limitsFrom('{"bytesPerPart": -1}')).toThrow('bytesPerPart is a whole number');
    expect(() => limitsFrom('[]')).toThrow('not a JSON object');
  });

  it('stops gracefully: what is under way is answered, then nothing is left', async () => {
    const data = temporaryFolder();
    const server = await start({ data });
    const contributor = await Client.redeem(server.url, server.codes.contributor);
    const recording = await makeRecording(server.about);
    const { upload } = (await contributor.announce(recording.announcement)).body;
    const sending = Promise.allSettled(recording.parts.map((part, i) => contributor.send(upload, i, part)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const pid = server.installation.inner.postgres?.pid() as number;
    await server.stop();
    const settled = await sending;
    for (const one of settled) if (one.status === 'fulfilled') expect([200, 503]).toContain(one.value.status);
    expect(() => process.kill(pid, 0)).toThrow();
    expect(readdirSync(data)).not.toContain('server.lock');
    const again = await start({ data, port: Number(new URL(server.url).port) });
    expect((await contributor.upload(recording)).body.state).toBe('complete');
    expect(again.url).toBe(server.url);
  });

  it('readiness shows a killed database, requests fail cleanly, and it comes back', async () => {
    const server = await start();
    const client = await Client.redeem(server.url, server.codes.contributor);
    expect((await client.call('GET', '/api/ready')).status).toBe(200);
    process.kill(server.installation.inner.postgres?.pid() as number, 'SIGKILL');
    const statuses = new Set<number>();
    const codes = new Set<string>();
    for (let waited = 0; waited < 30_000; waited += 20) {
      const mine = await client.call('GET', '/api/my/recordings');
      const ready = await client.call('GET', '/api/ready');
      statuses.add(ready.status);
      if (mine.status !== 200) codes.add((mine.body as ApiErrorBody).error.code);
      if (ready.status === 200 && mine.status === 200 && statuses.has(503)) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([...statuses].sort()).toEqual([200, 503]);
    expect([...codes]).toEqual(['unavailable']);
  });
});

describe('slow and strange clients', () => {
  it('[UPL5] a body that does not arrive in time ends with the name of the limit', async () => {
    const server = await start({ limits: { requestSeconds: 1 } });
    const { hostname, port } = new URL(server.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname);
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
      socket.write(
        `POST /api/session HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
      );
    });
    expect(answer).toContain('408');
    expect(answer).toContain('"name":"requestSeconds","value":1');
  });

  it('[UPL3] what is no HTTP gets an error with a sentence', async () => {
    const server = await start();
    const { hostname, port } = new URL(server.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write('\x16\x03\x01 hello\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    expect(JSON.parse(answer.split('\r\n\r\n')[1] as string).error.code).toBe('malformed');
  });
});

describe('the log', () => {
  it('[UPL2] of a whole session holds no id, handle, token, code, address or content', async () => {
    let text = '';
    const log = makeLog(
      'info',
      new Writable({
        write: (chunk, _, done) => {
          text += chunk;
          done();
        },
      }),
    );
    const server = await start({ log });
    const contributor = await Client.redeem(server.url, server.codes.contributor);
    const researcher = await Client.redeem(server.url, server.codes.researcher);
    const recording = await makeRecording(server.about, {
      fields: { task: { kind: 'free', text: 'a secret task' } },
    });
    const { upload } = (await contributor.upload(recording)).body;
    await contributor.call('GET', `/api/uploads/${upload}`);
    await contributor.announce({ ...recording.announcement, recording: 'nonsense-id' });
    const bad = await makeRecording(server.about, {
      fields: { class: 'demonstration', agreement: null, receipt: null },
    });
    await contributor.upload(bad);
    const { body } = await researcher.call<{ access: string }>('POST', '/api/accesses', {
      purpose: 'dataset',
      recordings: [recording.manifest.id],
    });
    await researcher.call('GET', `/api/accesses/${body.access}/0/manifest`);
    const { database } = server.installation.inner;
    await asOwner(server, 'alter table access_entry rename to elsewhere');
    await researcher.call('POST', '/api/accesses', {
      purpose: 'dataset',
      recordings: [recording.manifest.id],
    });
    await contributor.call('POST', '/api/my/recordings/erasure', { recordings: [recording.manifest.id] });
    const handles = await database.query<{ handle: string }>('select handle from session');
    await server.stop();
    expect(text.split('\n').length).toBeGreaterThan(15);
    expect(text).toContain('"/api/uploads/:upload/parts/:index"');
    const secrets = [
      recording.manifest.id,
      bad.manifest.id,
      upload,
      body.access,
      contributor.token,
      researcher.token,
      server.codes.operator,
      'nonsense-id',
      'a secret task',
      '127.0.0.1',
      ...handles.map(({ handle }) => handle),
      ...recording.announcement.parts.map((part) => part.sha256),
    ];
    for (const secret of secrets) expect(text).not.toContain(secret);
  });
});
