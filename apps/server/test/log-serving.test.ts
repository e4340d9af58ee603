import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartedServer } from '../src/start.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';

const VERIFIER = fileURLToPath(new URL('./independent/verify_log.py', import.meta.url));

let server: StartedServer;
beforeAll(async () => {
  server = await startDemonstration();
  // More than one full tile, so that there are two levels and a partial tile beside a full one.
  const { uses } = server.installation.inner.logs;
  await Promise.all(Array.from({ length: 600 }, (_, i) => uses.append(new Uint8Array([i >> 8, i]))));
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

/** The path as it is written here: `fetch` would tidy it first. */
function raw(path: string, method = 'GET'): Promise<{ status: number; type: string; caching: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const asked = request({ hostname, port, path, method }, (answer) => {
      answer.resume();
      resolve({
        status: answer.statusCode ?? 0,
        type: answer.headers['content-type'] ?? '',
        caching: answer.headers['cache-control'] ?? '',
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

const FOR_GOOD = 'public, max-age=31536000, immutable';

describe('a log that is served', () => {
  it('[LGS20] gives checkpoint, keys and tiles to everyone, each as what it is and for how long', async () => {
    const text = 'text/plain; charset=utf-8';
    for (const log of ['rules', 'uses']) {
      expect(await raw(`/log/${log}/checkpoint`)).toEqual({ status: 200, type: text, caching: 'no-cache' });
      expect(await raw(`/log/${log}/vkey`)).toEqual({ status: 200, type: text, caching: 'no-cache' });
    }
    const bytes = { status: 200, type: 'application/octet-stream', caching: FOR_GOOD };
    for (const path of ['0/000', '0/001', 'entries/000', 'entries/002.p/150', '0/002.p/150', '1/000.p/2']) {
      expect(await raw(`/log/uses/tile/${path}`), path).toEqual(bytes);
    }
    expect((await raw('/log/uses/checkpoint', 'HEAD')).status).toBe(200);
    const [first = '', second = '', ...more] = (await (await fetch(`${server.url}/log/uses/vkey`)).text())
      .trimEnd()
      .split('\n');
    expect(Buffer.from(first.split('+').slice(2).join('+'), 'base64')).toHaveLength(33);
    expect(Buffer.from(second.split('+').slice(2).join('+'), 'base64')).toHaveLength(1313);
    expect(more).toEqual([]);
  });

  it('[LGS21] keeps each partial form of a tile, also when the tile is full', async () => {
    const whole = await (await fetch(`${server.url}/log/uses/tile/0/000`)).bytes();
    for (const width of [1, 100, 255]) {
      const answer = await fetch(`${server.url}/log/uses/tile/0/000.p/${width}`);
      expect(answer.status).toBe(200);
      expect(Buffer.from(await answer.bytes())).toEqual(Buffer.from(whole.subarray(0, width * 32)));
    }
  });

  it.each([
    '/log/uses/tile/0/002',
    '/log/uses/tile/0/002.p/255',
    '/log/uses/tile/0/003.p/1',
    '/log/uses/tile/2/000.p/1',
    '/log/uses/tile/7/000',
    '/log/uses/tile/0/000.p/0',
    '/log/uses/tile/0/000.p/256',
    '/log/uses/tile/0/000.p/01',
    '/log/uses/tile/0/0',
    '/log/uses/tile/00/000',
    '/log/uses/tile/0/x000/000',
    '/log/uses/tile/0/000?width=1',
    '/log/uses/tile/0/%30%30%30',
    '/log/uses/tile/0/000%00',
    '/log/uses/tile/0//000',
    '/log/uses/tile//0/000',
    '/log/uses/tile/0/000/',
    '/log/uses/tile/entries/..%2f..%2f..%2fapi/ready',
    '/log/uses/tile/..%5c..%5ckeys',
    '/log/uses/tile/0/x999/x999/x999/x999/x999/x999/999',
    '/log/uses/tile/entries/x999/x999/x999/x999/999.p/1',
    '/log/uses/',
    '/log/uses',
    '/log/uses/checkpoint/',
    '/log/uses/Checkpoint',
    '/log/other/checkpoint',
    '/log/__proto__/checkpoint',
  ])('[LGS22] %s is not found', async (path) => {
    expect((await raw(path)).status).toBe(404);
  });

  it('[LGS22] takes no other method', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await raw('/log/uses/checkpoint', method)).status).toBe(404);
    }
  });

  it('[LGS23] readiness says the sizes, and that no quorum is asked for', async () => {
    const answer = await (await fetch(`${server.url}/api/ready`)).json();
    expect(answer).toMatchObject({
      ready: true,
      logs: { rules: { size: 4, witnessed: null }, uses: { size: expect.any(Number), witnessed: null } },
    });
  });
});

// Debian's python3, and every other one since 3.9: it shares nothing with packages/tlog, not even the language.
const run = promisify(execFile);
const hasPython = await run('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).then(
  () => true,
  () => false,
);

describe.skipIf(!hasPython)('a verifier of another make (needs python3)', () => {
  const verify = (url: string, ...rest: string[]) =>
    run('python3', [VERIFIER, url, ...rest]).then(
      ({ stdout }) => ({ ok: true, said: stdout }),
      (error: { stderr: string }) => ({ ok: false, said: error.stderr }),
    );

  it('accepts both logs, and that one checkpoint continues another', async () => {
    const earlier = join(temporaryFolder(), 'earlier');
    for (const log of ['rules', 'uses'] as const) {
      const url = `${server.url}/log/${log}`;
      writeFileSync(earlier, await (await fetch(`${url}/checkpoint`)).bytes());
      const { storage, append } = server.installation.inner.logs[log];
      const before = (await storage.head())?.size ?? 0;
      await append(new TextEncoder().encode('one more'));
      const { ok, said } = await verify(url, earlier);
      expect(said).toContain(`"consistentFrom": ${before}`);
      expect(ok).toBe(true);
      expect(JSON.parse(said)).toMatchObject({ keys: 2, size: before + 1 });
    }
  });

  /** The served log with one byte of one path flipped. */
  async function tampered(
    path: string,
    at: (length: number) => number,
  ): Promise<{ url: string; gate: Server }> {
    const gate = createServer(async (incoming, answer) => {
      const served = await fetch(`${server.url}${incoming.url}`);
      const bytes = await served.bytes();
      if (incoming.url === path) {
        const index = at(bytes.length);
        bytes[index] = (bytes[index] as number) ^ 1;
      }
      answer.writeHead(served.status).end(bytes);
    });
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`, gate };
  }

  it.each([
    ['an entry', '/log/uses/tile/entries/001', (length: number) => length - 1],
    ['a full tile', '/log/uses/tile/0/001', () => 40],
    ['a tile of the second level', '/log/uses/tile/1/000.p/2', () => 0],
    ['the size in the checkpoint', '/log/uses/checkpoint', () => 44],
    ['the key', '/log/uses/vkey', () => 60],
  ])('is seen refusing a flipped byte in %s', async (_, path, at) => {
    const { url, gate } = await tampered(path, at);
    try {
      expect(await verify(`${url}/log/uses`)).toMatchObject({ ok: false });
    } finally {
      gate.close();
    }
  });

  it('is seen refusing a second history', async () => {
    const other = await startDemonstration({ data: copyOfKeys(server) });
    try {
      // The same keys over other entries: what the log of before signed is no beginning of this one.
      const earlier = join(temporaryFolder(), 'earlier');
      writeFileSync(earlier, await (await fetch(`${server.url}/log/rules/checkpoint`)).bytes());
      await other.installation.inner.logs.rules.append(new TextEncoder().encode('another'));
      await other.installation.inner.logs.rules.append(new TextEncoder().encode('and another'));
      const { ok, said } = await verify(`${other.url}/log/rules`, earlier);
      expect(said).toContain('two histories');
      expect(ok).toBe(false);
    } finally {
      await other.stop();
    }
  });
});

/** A data folder whose rules log will be signed with the same keys. */
function copyOfKeys(from: StartedServer): string {
  const data = temporaryFolder();
  const keys = from.installation.inner.folder?.keys as string;
  const own = join(data, 'keys');
  mkdirSync(own, { mode: 0o700 });
  copyFileSync(join(keys, 'rules.log-keys'), join(own, 'rules.log-keys'));
  return data;
}
