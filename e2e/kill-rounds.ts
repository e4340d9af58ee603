import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { About, OpenedAccess, ReleasedRecording } from '@aboveboard/protocol/installation';
import type { ShownLineage } from '@aboveboard/protocol/lineage';
import { missingIndexes, type UploadStatus } from '@aboveboard/protocol/upload';
import { openInstallation } from '@aboveboard/server/installation';
import { type Answer, Client, makeRecording, type SealedRecording } from '../apps/server/test/device.ts';
import { seeded } from '../apps/server/test/forgetful-disk.ts';
import { postgresPid, type RunningServer, runServer } from './running-server.ts';

export type KillTarget = 'server' | 'database' | 'both';

export type KillReport = {
  rounds: number;
  /** How often the kill fell between the first request of a round and the last. */
  inTheMiddle: number;
  /** What had been acknowledged in a round when its kill fell: lost, it would be a fault. */
  atTheKill: { parts: number; completions: number };
  /** In all, with what was sent again afterwards. */
  acknowledged: { parts: number; completions: number; erasures: number };
  /** Completed although the answer was lost. */
  completedUnseen: number;
  faults: string[];
};

/** What a device was told and may rely on from then on. */
type Device = {
  recording: SealedRecording;
  parts: Set<number>;
  isComplete: boolean;
  isErased: boolean;
};

const RECORDINGS = 3;
const SEGMENTS = 8;

/**
 * Devices upload, complete and erase while `target` is killed with -9 at a seeded moment; then everything that
 * was acknowledged is looked for, and everything that is visible is opened. One data folder for all rounds.
 */
export async function runKillRounds(options: {
  target: KillTarget;
  rounds: number;
  seed: number;
  log?: (line: string) => void;
}): Promise<KillReport> {
  const { target, rounds, seed, log = () => undefined } = options;
  const data = mkdtempSync(join(tmpdir(), 'aboveboard-kill-'));
  const chance = seeded(seed);
  const report: KillReport = {
    rounds: 0,
    inTheMiddle: 0,
    atTheKill: { parts: 0, completions: 0 },
    acknowledged: { parts: 0, completions: 0, erasures: 0 },
    completedUnseen: 0,
    faults: [],
  };
  const limits = { requestsPerSecond: 100_000, openUploadsPerContributor: 1000 };
  let server = await runServer(data, 0, limits);
  const port = Number(new URL(server.url).port);
  const contributor = await Client.redeem(server.url, server.codes.contributor);
  const researcher = await Client.redeem(server.url, server.codes.researcher);
  const about = (await contributor.call<About>('GET', '/api/about')).body;
  const all: Device[] = [];
  let usual = 300;
  try {
    for (let round = 0; round < rounds; round++) {
      const devices: Device[] = [];
      for (let i = 0; i < RECORDINGS; i++) {
        const recording = await makeRecording(about, { segments: SEGMENTS });
        devices.push({ recording, parts: new Set(), isComplete: false, isErased: false });
      }
      const erasing = all.filter((device) => device.isComplete && !device.isErased).slice(0, 1);
      for (const device of erasing) await enterRelease(data, device);
      const began = performance.now();
      const work = Promise.allSettled([
        ...devices.map((device) => uploadOnce(contributor, device, report)),
        ...erasing.map((device) => erase(contributor, device, report)),
      ]);
      const ended = work.then(() => performance.now() - began);
      const delay = chance() * usual;
      await sleep(delay);
      const isMiddle = (await Promise.race([ended, sleep(0).then(() => null)])) === null;
      if (isMiddle) report.inTheMiddle++;
      for (const device of devices) {
        report.atTheKill.parts += device.parts.size;
        if (device.isComplete) report.atTheKill.completions++;
      }
      server = await killAndRestart(server, target, data, port, limits);
      const lasted = await ended;
      if (!isMiddle) usual = Math.max(50, lasted * 0.9);
      all.push(...devices);

      const faults = await look({ contributor, researcher, devices: all.slice(-12), data, report });
      report.rounds++;
      for (const fault of faults) report.faults.push(`${target}, seed ${seed}, round ${round}: ${fault}`);
      log(`${target} ${round + 1}/${rounds}: killed after ${Math.round(delay)} ms, ${faults.length} faults`);
    }
    await server.stop();
    report.faults.push(...halvesLeft(data, all).map((fault) => `${target}, seed ${seed}: ${fault}`));
    return report;
  } finally {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** All three, kept in bench/results/kill-server.json with the seed and the commit. */
export async function keepKillReport(
  count: number,
  first: number,
  log: (line: string) => void,
): Promise<Record<KillTarget, KillReport>> {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const reports = {} as Record<KillTarget, KillReport>;
  for (const target of ['server', 'database', 'both'] as const) {
    reports[target] = await runKillRounds({ target, rounds: count, seed: first, log });
  }
  const folder = new URL('../bench/results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const record = { name: 'kill-server', node: process.version, commit, rounds: count, seed: first, reports };
  writeFileSync(new URL('kill-server.json', folder), `${JSON.stringify(record, null, 2)}\n`);
  return reports;
}

async function killAndRestart(
  server: RunningServer,
  target: KillTarget,
  data: string,
  port: number,
  limits: Record<string, number>,
): Promise<RunningServer> {
  const postgres = postgresPid(data);
  if (target !== 'server' && postgres > 1) process.kill(postgres, 'SIGKILL');
  if (target !== 'database') {
    await server.kill();
    return runServer(data, port, limits);
  }
  const client = new Client(server.url);
  for (let waited = 0; waited < 60_000; waited += 20) {
    const { status } = await client.call('GET', '/api/ready');
    if (status === 200 && postgresPid(data) !== postgres) return server;
    await sleep(20);
  }
  throw new Error('the server did not bring its database back within a minute');
}

/** As a device does: each answer that arrives is remembered, the first that fails ends it. */
async function uploadOnce(client: Client, device: Device, report: KillReport): Promise<void> {
  const { recording } = device;
  const announced = await client.announce(recording.announcement);
  if (announced.status !== 200) return;
  const { upload } = announced.body;
  await Promise.all(
    [...missingIndexes(announced.body)].map(async (index) => {
      const sent = await client.send(upload, index, recording.parts[index] as Uint8Array);
      if (sent.status !== 200) return;
      device.parts.add(index);
      report.acknowledged.parts++;
    }),
  );
  const completed = await client.complete(upload);
  if (completed.status !== 200) return;
  device.isComplete = true;
  report.acknowledged.completions++;
}

async function erase(client: Client, device: Device, report: KillReport): Promise<void> {
  const { id } = device.recording.manifest;
  const answer = await client.call<{ erased: string[] }>('POST', '/api/my/recordings/erasure', {
    recordings: [id],
  });
  if (answer.status !== 200 || !answer.body.erased.includes(id)) return;
  device.isErased = true;
  report.acknowledged.erasures++;
}

async function look(given: {
  contributor: Client;
  researcher: Client;
  devices: Device[];
  data: string;
  report: KillReport;
}): Promise<string[]> {
  const { contributor, researcher, devices, data, report } = given;
  const faults: string[] = [];
  const listed = await allReleased(researcher);

  for (const device of devices) {
    const { recording } = device;
    const { id } = recording.manifest;
    if (device.isErased) {
      if (listed.has(id)) faults.push('an erasure that was acknowledged is undone');
      continue;
    }
    if (device.isComplete && !listed.has(id)) {
      // An erasure that was begun and not acknowledged may have happened: then it must be whole.
      const answer = await contributor.announce(recording.announcement);
      if (answer.status === 410) {
        device.isErased = true;
        // Who had no answer asks again; the server by itself goes on with it within the hour.
        await erase(contributor, device, report);
      } else faults.push('a completion that was acknowledged is lost');
      continue;
    }
    if (listed.has(id)) {
      if (!device.isComplete) report.completedUnseen++;
      device.isComplete = true;
      faults.push(...(await openWhole(researcher, recording)));
      continue;
    }
    const answer = await contributor.announce(recording.announcement);
    const missing = answer.status === 200 ? new Set(missingIndexes(answer.body as UploadStatus)) : null;
    if (!missing) faults.push(`an upload can not be resumed (${answer.status})`);
    else
      for (const index of device.parts)
        if (missing.has(index)) faults.push('a part that was acknowledged is lost');
    await uploadOnce(contributor, device, report);
    if (!device.isComplete) faults.push('an upload that was cut can not be finished');
    else faults.push(...(await openWhole(researcher, recording)));
  }

  faults.push(...(await marksAmiss(researcher, devices)));

  if (readdirSync(join(data, 'blobs', 'incoming')).length > 0) faults.push('something half received is left');
  for (const shelf of readdirSync(join(data, 'blobs'))) {
    if (shelf === 'incoming') continue;
    for (const name of readdirSync(join(data, 'blobs', shelf))) {
      const bytes = readFileSync(join(data, 'blobs', shelf, name));
      if (createHash('sha256').update(bytes).digest('hex') !== name)
        faults.push('something half written is stored');
    }
  }
  return faults;
}

/** Of what was erased neither side holds a half; of what was released both do (VLT74). */
function halvesLeft(data: string, devices: readonly Device[]): string[] {
  const faults: string[] = [];
  const store = new DatabaseSync(join(data, 'guardian', 'guardian.sqlite'));
  const select = store.prepare('select 1 from half where recording = ?');
  for (const { recording, isErased, isComplete } of devices) {
    const { id } = recording.manifest;
    const name = createHash('sha256').update(id).digest('hex');
    // A tombstone is one byte.
    const vault = statSync(join(data, 'keys', 'halves', name), { throwIfNoEntry: false })?.size ?? 0;
    const guardian = select.get(id) !== undefined;
    if (isErased && (guardian || vault > 1)) faults.push('a half of what was erased is left');
    if (isComplete && !isErased && (!guardian || vault <= 1))
      faults.push('a half of what was released is lost');
  }
  store.close();
  return faults;
}

async function allReleased(researcher: Client): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let path: string | null = '/api/recordings'; path !== null; ) {
    const page: Answer<{ recordings: ReleasedRecording[]; next: string | null }> = await researcher.call(
      'GET',
      path,
    );
    for (const { id } of page.body.recordings) ids.add(id);
    path = page.body.next === null ? null : `/api/recordings?after=${page.body.next}`;
  }
  return ids;
}

/** In a release of its own, as a build enters it. */
async function enterRelease(data: string, { recording }: Device): Promise<void> {
  const installation = await openInstallation({ data, join: true });
  const { id } = recording.manifest;
  const release = createHash('sha256').update(id).digest('hex');
  const head = { name: releaseName(id), version: 1, purpose: 'model-training', grant: null };
  await installation.releases
    .enter({ ...head, release, by: 'researcher:command', recordings: [id] })
    .finally(() => installation.close());
}

function releaseName(id: string): string {
  return `kill-${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}

/** What is erased has marked its release, and what is not has not, wherever the kill fell (LIN10). */
async function marksAmiss(researcher: Client, devices: readonly Device[]): Promise<string[]> {
  const { releases } = (await researcher.call<ShownLineage>('GET', '/api/releases')).body;
  const marks = new Map(releases.map(({ name, supersededOn }) => [name, supersededOn !== null]));
  return devices.flatMap(({ recording, isErased }) => {
    const isMarked = marks.get(releaseName(recording.manifest.id));
    return isMarked === undefined || isMarked === isErased
      ? []
      : ['a release is not marked as what it holds'];
  });
}

/** Every part, opened by the server, is the one that was made. */
export async function openWhole(researcher: Client, { manifest }: SealedRecording): Promise<string[]> {
  const faults: string[] = [];
  const request = { purpose: 'inspection', recordings: [manifest.id] };
  const { status, body } = await researcher.call<OpenedAccess>('POST', '/api/accesses', request);
  if (status !== 200) return [`a recording that is listed can not be opened (${status})`];
  for (const part of manifest.parts) {
    const answer = await fetch(`${researcher.url}/api/accesses/${body.access}/0/parts/${part.index}`, {
      headers: { authorization: `Bearer ${researcher.token}` },
    });
    const digest = createHash('sha256')
      .update(await answer.bytes())
      .digest('hex');
    if (answer.status !== 200 || digest !== part.sha256)
      faults.push('a part of a listed recording is not what was sent');
  }
  return faults;
}
