import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { Client, makeRecording } from './device.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';

afterAll(clearFolders);

// strace is Debian's package "strace"; a container may also forbid to attach.
const canTrace = spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0;

type Call = { at: number; pid: string; text: string };

/** Whole calls in the order in which they ended; a call that another one interrupted is put together. */
function callsOf(trace: string): Call[] {
  const open = new Map<string, string>();
  const calls: Call[] = [];
  for (const [at, line] of trace.split('\n').entries()) {
    const [, pid = '', text = ''] = /^(?:\[pid\s+)?(\d+)\]?\s+(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    if (text.endsWith('<unfinished ...>')) open.set(pid, text.slice(0, -'<unfinished ...>'.length));
    else if (resumed) calls.push({ at, pid, text: `${open.get(pid) ?? ''}${resumed[1]}` });
    else if (text) calls.push({ at, pid, text });
  }
  return calls;
}

describe.skipIf(!canTrace)('[UPL21] system calls (needs strace)', () => {
  it('each part is synced, named, its folder synced and the log of the database synced before its receipt', async () => {
    const server = await startDemonstration();
    const file = join(temporaryFolder(), 'trace');
    const contributor = await Client.redeem(server.url, server.codes.contributor);
    const recording = await makeRecording(server.about, { segments: 6 });
    const { upload } = (await contributor.announce(recording.announcement)).body;
    const postgres = server.installation.inner.postgres?.pid() as number;
    const backends = execFileSync('pgrep', ['-P', String(postgres)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    const traced = [process.pid, postgres, ...backends].flatMap((pid) => ['-p', String(pid)]);
    const calls = 'trace=openat,open,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,writev,sendto';
    const strace = spawn('strace', ['-f', '-y', '-s', '4000', '-e', calls, '-o', file, ...traced], {
      stdio: 'ignore',
    });
    try {
      for (let waited = 0; waited < 5000 && !isTraced(process.pid); waited += 20) await sleep(20);
      await sleep(300);
      for (const [index, part] of recording.parts.entries()) {
        expect((await contributor.send(upload, index, part)).status).toBe(200);
      }
    } finally {
      strace.kill('SIGINT');
      await new Promise((resolve) => strace.once('exit', resolve));
      await server.stop();
    }
    const trace = callsOf(readFileSync(file, 'utf8'));
    const find = (what: RegExp, from = 0) => trace.findIndex((call, i) => i >= from && what.test(call.text));

    for (const [index, { sha256 }] of recording.announcement.parts.entries()) {
      const shelf = sha256.slice(0, 2);
      const renamed = find(new RegExp(`^rename.*incoming/([0-9a-f]+)".*/${sha256}".*= 0`));
      const temporary = /incoming\/([0-9a-f]+)"/.exec(trace[renamed]?.text ?? '')?.[1] ?? 'none';
      const synced = find(new RegExp(`^f(data)?sync\\(\\d+<[^>]*/incoming/${temporary}>\\) = 0`));
      const folder = find(new RegExp(`^fsync\\(\\d+<[^>]*/blobs/${shelf}>\\) = 0`), renamed);
      const log = find(/^(fdatasync|fsync)\(\d+<[^>]*\/pg_wal\/[0-9A-F]+>\) = 0/, folder);
      // The receipt names the part's digest; it is the first thing that this process sends with it.
      const receipt = find(new RegExp(`^(write|writev|sendto)\\(.*sha256.{0,8}${sha256}`), 0);
      const order = { renamed, synced, folder, log, receipt };
      expect(
        Object.values(order).every((at) => at >= 0),
        `part ${index}: ${JSON.stringify(order)}`,
      ).toBe(true);
      expect(
        synced < renamed && renamed < folder && folder < log && log < receipt,
        JSON.stringify(order),
      ).toBe(true);
    }
  });
});

function isTraced(pid: number): boolean {
  return !/TracerPid:\s+0\n/.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

describe('a store whose folder can not be written', () => {
  it('[UPL21] acknowledges nothing, says that it can not store, and goes on when it can', async () => {
    const server = await startDemonstration();
    try {
      const contributor = await Client.redeem(server.url, server.codes.contributor);
      const recording = await makeRecording(server.about);
      const { upload } = (await contributor.announce(recording.announcement)).body;
      const { blobs } = server.installation.inner;
      const put = blobs.put;
      blobs.put = async () => {
        throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
      };
      const answer = await contributor.send(upload, 0, recording.parts[0] as Uint8Array);
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('2');
      blobs.put = put;
      expect((await contributor.announce(recording.announcement)).body.missing).toEqual([[0, 3]]);
      expect((await contributor.upload(recording)).body.state).toBe('complete');
    } finally {
      await server.stop();
    }
  });

  it('[UPL25] bytes whose receipt was never committed are removed at the next start', async () => {
    const data = temporaryFolder();
    const first = await startDemonstration({ data });
    const bytes = randomBytes(500);
    const loose = createHash('sha256').update(bytes).digest('hex');
    await first.installation.inner.blobs.put(loose, bytes);
    const contributor = await Client.redeem(first.url, first.codes.contributor);
    const recording = await makeRecording(first.about);
    const { upload } = (await contributor.announce(recording.announcement)).body;
    await contributor.send(upload, 0, recording.parts[0] as Uint8Array);
    await first.stop();
    const second = await startDemonstration({ data });
    expect(await second.installation.inner.blobs.get(loose)).toBeNull();
    expect(
      await second.installation.inner.blobs.get(recording.announcement.parts[0]?.sha256 as string),
    ).not.toBeNull();
    await second.stop();
  });
});
