import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import type { StartedServer } from '@aboveboard/server/start';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, makeRecording } from '../apps/server/test/device.ts';
import { enrolmentOf, startWithVault, type VaultProcess } from './vault-process.ts';

let root: string;
let data: string;
let vault: VaultProcess;
let server: StartedServer;
let guardian: StartedGuardian;
let contributor: Client;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'aboveboard-vault-'));
  chmodSync(root, 0o711);
  ({ data, vault, server, guardian } = await startWithVault(root));
  contributor = await Client.redeem(server.url, server.codes.contributor);
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await guardian?.stop();
  await vault?.end();
  rmSync(root, { recursive: true, force: true });
});

const about = async () => (await contributor.call<StartedServer['about']>('GET', '/api/about')).body;
const upload = async () => {
  const recording = await makeRecording(await about());
  return { recording, id: recording.manifest.id, answer: await contributor.upload(recording) };
};
const released = async () => {
  const { id, answer } = await upload();
  expect(answer).toMatchObject({ status: 200, body: { state: 'complete' } });
  return id;
};
const access = (id: string) =>
  server.installation.journal.beforeRead({ kind: 'inspection', by: 'researcher:test' }, [id]);
const open = async (id: string) => server.installation.recordings.openReleased(await access(id), id);

/** Asks at the socket what no server asks. */
function ask(path: string, body: string | object): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath: vault.socket, path, method: 'POST', headers: { host: 'vault' } },
      (response) => {
        let text = '';
        response.on('data', (piece: Buffer) => {
          text += piece.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    asked.once('error', reject);
    asked.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

describe('a vault of its own', () => {
  it('[VLT95] keeps and gives nothing before its enrolment file is there; the upload waits', async () => {
    const { recording, answer } = await upload();
    expect(answer.status).toBe(503);
    vault.put('enrolment.json', await enrolmentOf(data, server, guardian));
    expect((await contributor.upload(recording)).body).toMatchObject({ state: 'complete' });
  });

  it('[VLT90] the server has no half and no identity of a vault, and the two folders are two users’', async () => {
    const id = await released();
    expect((await open(id)).id).toBe(id);
    expect(readdirSync(join(data, 'keys'))).not.toContain('vault.age-identity');
    expect(readdirSync(join(data, 'keys'))).not.toContain('halves');
    expect(readdirSync(join(vault.folder, 'halves')).length).toBeGreaterThan(0);
    expect(statSync(vault.folder).mode & 0o077).toBe(0);
    expect(existsSync(join(data, 'vault-address'))).toBe(true);
    if (process.getuid?.() === 0)
      expect(statSync(vault.folder).uid).not.toBe(statSync(join(data, 'keys')).uid);
  });

  it.runIf(process.getuid?.() === 0)('[VLT90] the vault’s user can not read the server’s keys', () => {
    const { uid } = statSync(vault.folder);
    const script = `require('node:fs').readdirSync(${JSON.stringify(join(data, 'keys'))})`;
    expect(() => execFileSync(process.execPath, ['-e', script], { uid, gid: uid, stdio: 'pipe' })).toThrow(
      'EACCES',
    );
  });

  it('[VLT93] what it gave stands in its journal, once an access', async () => {
    const before = lines().length;
    const id = await released();
    const opened = await open(id);
    await opened.store.list();
    expect(lines().length).toBe(before + 1);
    expect(lines().at(-1)).toMatchObject({ recordings: 1 });
    expect(JSON.stringify(lines())).not.toContain(id);
  });

  it('[VLT54] [VLT94] an erasure reaches it, and an access that is open opens nothing more', async () => {
    const id = await released();
    const opened = await open(id);
    const [first] = await opened.store.list();
    const part = await opened.store.get(first?.index ?? 0);
    if (!first || !part) throw new Error('a recording has parts');
    const label = { recording: id, index: first.index, kind: first.kind };
    expect((await opened.sealer.open(part.sealed, label)).length).toBeGreaterThan(0);
    const gone = await contributor.call<{ erased: string[] }>('POST', '/api/my/recordings/erasure', {
      recordings: [id],
    });
    expect(gone.body.erased).toEqual([id]);
    expect(await server.installation.inner.vault.state(id)).toBe('destroyed');
    await expect(opened.sealer.open(part.sealed, label)).rejects.toThrow();
  });

  it('[VLT99] [VLT74] killed and started again it goes on, and while it is away nothing opens and nothing is lost', async () => {
    const id = await released();
    await vault.end('SIGKILL');
    await expect(open(id)).rejects.toMatchObject({ code: 'unavailable' });
    const waiting = await upload();
    expect(waiting.answer.status).toBe(503);
    const erased = await contributor.call('POST', '/api/my/recordings/erasure', { recordings: [id] });
    expect(erased.status).toBe(503);
    await vault.start();
    expect((await contributor.upload(waiting.recording)).body).toMatchObject({ state: 'complete' });
    const again = await contributor.call<{ erased: string[] }>('POST', '/api/my/recordings/erasure', {
      recordings: [id],
    });
    expect(again.body.erased).toEqual([id]);
    expect(await server.installation.inner.vault.state(id)).toBe('destroyed');
  });

  it.each([
    ['/vault/given', {}, 400],
    ['/vault/given', 'no json', 400],
    ['/vault/held', { recording: 'never-kept' }, 404],
    ['/vault/held', { recording: '../../etc/passwd' }, 400],
    ['/vault/kept', { recording: 'a', envelope: 'AAAA', note: 'AAAA' }, 400],
    ['/vault/kept', 'x'.repeat(1_100_000), 400],
    ['/vault/destroyed', { entry: 'AAAA', proof: 'AAAA', recordings: ['a'] }, 403],
    ['/vault/secrets', {}, 404],
  ])('[VLT97] answers %s of a stranger with a refusal and no half', async (path, body, status) => {
    const answer = await ask(path, body);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain('AGE-SECRET-KEY');
    expect(answer.body.length).toBeLessThan(1_000);
  });

  it('[VLT96] does not start where a core dump would hold keys, nor beside one that runs', async () => {
    await expect(vault.start()).rejects.toThrow('Another vault listens');
    await vault.end();
    await expect(vault.start({ coreDumps: 'unlimited' })).rejects.toThrow('core dumps off');
    await vault.start();
  });
});

function lines(): Record<string, unknown>[] {
  const text = readFileSync(join(vault.folder, 'given.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
