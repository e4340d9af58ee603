import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { About, Role } from '@aboveboard/protocol/installation';
import { makeRecording, type SealedRecording } from '../apps/server/test/device.ts';
import type { Measured, Target } from './report.ts';

/**
 * Sealed parts of 20 KB into a running server, each acknowledged when it is durable, from several devices at
 * once, and their completion; beside the floor, which is a plain file and an fsync for each.
 */
export const targets: readonly Target[] = [
  { metric: 'parts', op: '>=', value: 500, unit: 'parts/s' },
  { metric: 'serverMemory', op: '<=', value: 250, unit: 'MB' },
];

const RECORDINGS = 24;
const PARTS = 125;
const LANES = 24;

export async function run(): Promise<Measured> {
  const data = mkdtempSync(join(tmpdir(), 'aboveboard-bench-'));
  const server = await startServer(data);
  try {
    const about = (await call(server.url, 'GET', '/api/about')) as About;
    const token = (
      (await call(server.url, 'POST', '/api/session', { code: server.codes.contributor })) as {
        token: string;
      }
    ).token;
    const uploads: SealedRecording[] = [];
    for (let i = 0; i < RECORDINGS; i++) {
      uploads.push(await makeRecording(about, { segments: PARTS, frameBytes: 20_000 }));
    }
    const before = memory(server.child);

    const handles: string[] = [];
    let began = performance.now();
    for (const upload of uploads) {
      const status = (await call(server.url, 'POST', '/api/uploads', upload.announcement, token)) as {
        upload: string;
      };
      handles.push(status.upload);
    }
    const announced = performance.now() - began;

    const { seconds, latencies, peak } = await sendAll(server, token, handles, uploads);
    began = performance.now();
    for (const handle of handles)
      await call(server.url, 'POST', `/api/uploads/${handle}/completion`, undefined, token);
    const completed = performance.now() - began;
    const total = RECORDINGS * PARTS;
    const floors = { one: plainFiles(join(data, 'floor'), Math.min(total, 1000)) };
    latencies.sort((a, b) => a - b);
    return {
      metrics: {
        parts: total / seconds,
        p50: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
        p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
        serverMemory: Math.max(peak, memory(server.child)),
        serverMemoryIdle: before,
        announcement: announced / RECORDINGS,
        completion: completed / RECORDINGS,
      },
      peers: { 'plain file and fsync': { parts: floors.one } },
      notes: [
        `${RECORDINGS} recordings of ${PARTS} parts of about 20 KB, ${LANES} requests at a time from one process beside the server`,
        'p50 and p99 in ms a part; announcement and completion (every part opened and decoded) in ms a recording',
        'memory is the resident set of the server process; PostgreSQL is a process of its own',
        'the floor writes one file after the other: create, write, fsync, close',
      ],
    };
  } finally {
    server.child.kill('SIGTERM');
    await new Promise((resolve) => server.child.once('exit', resolve));
    rmSync(data, { recursive: true, force: true });
  }
}

type Running = { child: ChildProcess; url: string; codes: Partial<Record<Role, string>> };

async function startServer(data: string): Promise<Running> {
  const main = fileURLToPath(new URL('../apps/cli/bin/aboveboard.js', import.meta.url));
  const child = spawn(process.execPath, [main, '--data', data, '--json', 'start', '--demo', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ABOVEBOARD_LIMITS: JSON.stringify({ requestsPerSecond: 100_000, openUploadsPerContributor: 1000 }),
    },
  });
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.trimEnd().endsWith('}\n}') || isWhole(text)) break;
  }
  const { url, codes } = JSON.parse(text) as Running;
  return { child, url, codes };
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function sendAll(server: Running, token: string, handles: string[], uploads: SealedRecording[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  // Round the recordings, as several devices would, and not one after the other.
  const work: { path: string; bytes: Uint8Array }[] = [];
  for (let index = 0; index <= PARTS; index++) {
    for (const [i, upload] of uploads.entries()) {
      const bytes = upload.parts[index];
      if (bytes) work.push({ path: `/api/uploads/${handles[i]}/parts/${index}`, bytes });
    }
  }
  const latencies: number[] = [];
  let next = 0;
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, memory(server.child));
  }, 250);
  const began = performance.now();
  async function lane(): Promise<void> {
    for (let item = work[next++]; item; item = work[next++]) {
      const sent = performance.now();
      await put(server.url, item.path, item.bytes, token, agent);
      latencies.push(performance.now() - sent);
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));
  const seconds = (performance.now() - began) / 1000;
  clearInterval(watch);
  agent.destroy();
  return { seconds, latencies, peak };
}

function put(url: string, path: string, bytes: Uint8Array, token: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/octet-stream',
      'content-length': bytes.length,
    };
    const sent = request(url + path, { method: 'PUT', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () =>
        answer.statusCode === 200
          ? resolve()
          : reject(new Error(`part was answered with ${answer.statusCode}`)),
      );
    });
    sent.once('error', reject);
    sent.end(bytes);
  });
}

async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
  return JSON.parse(text);
}

/** Resident megabytes of the server itself; NaN where the system does not tell. */
function memory({ pid }: ChildProcess): number {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return Number.NaN;
  }
}

function plainFiles(folder: string, count: number): number {
  mkdirSync(folder);
  const bytes = randomBytes(20_000);
  const began = performance.now();
  for (let i = 0; i < count; i++) {
    const file = openSync(join(folder, String(i)), 'wx');
    writeSync(file, bytes);
    fsyncSync(file);
    closeSync(file);
  }
  return count / ((performance.now() - began) / 1000);
}
