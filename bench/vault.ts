import { createCipheriv, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { startDemonstrationGuardian } from '../apps/cli/src/demonstration-guardian.ts';
import { freePort } from '../apps/cli/src/free-port.ts';
import { Client, makeRecording } from '../apps/server/test/device.ts';
import type { Measured, Target } from './report.ts';

/**
 * What halves, grants, entries and cosignatures cost (spec/vault.md): sealing and opening of parts; from asking for a
 * recording to its first opened part, with a grant of two parties, an entry that the guardian's witness cosigned, and the
 * guardian's half over HTTP; erasure of a thousand. Server and guardian share one process and one PostgreSQL beside it, so
 * both sides' work is in every figure.
 */
export const targets: readonly Target[] = [
  { metric: 'sealing', op: '>=', value: 250, unit: 'MB/s a core' },
  { metric: 'opening', op: '>=', value: 250, unit: 'MB/s a core' },
  { metric: 'openOne', op: '<=', value: 150, unit: 'ms, p50' },
  { metric: 'openHundred', op: '<=', value: 2_000, unit: 'ms' },
  { metric: 'eraseServer', op: '<=', value: 5_000, unit: 'ms for 1,000' },
  { metric: 'eraseGuardian', op: '<=', value: 5_000, unit: 'ms for 1,000' },
];

const ERASED = 1_000;
const ALONE = 15;
const PART = 1_048_576;
const PARTS = 128;

export async function run(): Promise<Measured> {
  const work = mkdtempSync(join(tmpdir(), 'aboveboard-bench-vault-'));
  chmodSync(work, 0o711);
  let guardian: StartedGuardian | null = null;
  let server: StartedServer | null = null;
  try {
    const streams = await sealed();
    const port = await freePort('127.0.0.1');
    const data = join(work, 'data');
    server = await startServer({
      ...{ data, demo: true, port, log: makeLog('silent') },
      limits: { requestsPerSecond: 100_000, openUploadsPerContributor: 100 },
      onClaimed: async () => {
        guardian = await startDemonstrationGuardian({ data, host: '127.0.0.1', serverPort: port });
      },
    });
    const contributor = await Client.redeem(server.url, server.codes.contributor);
    const began = performance.now();
    const ids = await release(server, contributor, ERASED);
    const releasing = (performance.now() - began) / ERASED;
    const alone: number[] = [];
    for (const id of ids.slice(0, ALONE)) alone.push(await opening(server, [id]));
    const openHundred = await opening(server, ids.slice(0, 100));
    const erase = await erasing(server, contributor, ids);
    alone.sort((a, b) => a - b);
    return {
      metrics: {
        ...streams.ours,
        openOne: alone[Math.floor(ALONE / 2)] as number,
        openHundred,
        ...erase,
        releaseOne: releasing,
      },
      peers: { 'node:crypto': streams.peer },
      notes: [
        `parts of ${PART} bytes, ${PARTS} of them one after another`,
        `openOne: median of ${ALONE}, each an access of its own, up to the first part opened; slowest ${alone.at(-1)?.toFixed(0)} ms`,
        'openHundred: one access, the first part of each of 100 recordings',
        'eraseServer: the whole request over HTTP; eraseGuardian: the guardian’s part of it, its call included',
        'releaseOne: announcement, two parts, completion with the guardian’s half on its disk',
      ],
    };
  } finally {
    await server?.stop();
    await (guardian as StartedGuardian | null)?.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

async function sealed(): Promise<{ ours: Record<string, number>; peer: Record<string, number> }> {
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const sealer = makePartSealer(freshRecordingKey(random), crypto.subtle, random, { padded: true });
  const plain = random(PART);
  const label = { recording: 'bench', index: 0, kind: 'frames' };
  const part = await sealer.seal(plain, label);
  const speed = async (work: () => Promise<unknown> | unknown) => {
    await work();
    const began = performance.now();
    for (let i = 0; i < PARTS; i++) await work();
    return (PART * PARTS) / 1_000 / (performance.now() - began);
  };
  const key = randomBytes(32);
  return {
    ours: {
      sealing: await speed(() => sealer.seal(plain, label)),
      opening: await speed(() => sealer.open(part, label)),
    },
    peer: {
      sealing: await speed(() => {
        const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12));
        return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      }),
    },
  };
}

async function release(server: StartedServer, contributor: Client, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const recording = await makeRecording(server.about, { segments: 1 });
    const answer = await contributor.upload(recording);
    if (answer.status !== 200) throw new Error(`not released: ${JSON.stringify(answer.body)}`);
    ids.push(recording.manifest.id);
  }
  return ids;
}

/** Milliseconds from asking until the first part of each is open. */
async function opening({ installation }: StartedServer, ids: readonly string[]): Promise<number> {
  const began = performance.now();
  const purpose = { kind: 'dataset', by: 'researcher:bench' } as const;
  const access = await installation.journal.beforeRead(purpose, ids);
  for (const id of ids) {
    const recording = await installation.recordings.openReleased(access, id);
    const part = await recording.store.get(0);
    if (!part) throw new Error('there is no first part');
    await recording.sealer.open(part.sealed, { recording: id, index: 0, kind: part.kind });
  }
  return performance.now() - began;
}

async function erasing(
  { installation }: StartedServer,
  contributor: Client,
  ids: readonly string[],
): Promise<{ eraseServer: number; eraseGuardian: number }> {
  const { keeper } = installation.inner;
  if (!keeper) throw new Error('there is no guardian');
  let eraseGuardian = 0;
  const destroy = keeper.destroy;
  keeper.destroy = async (erased) => {
    const began = performance.now();
    const answer = await destroy(erased);
    eraseGuardian += performance.now() - began;
    return answer;
  };
  const began = performance.now();
  const answer = await contributor.call<{ erased: string[] }>('POST', '/api/my/recordings/erasure', {
    recordings: ids,
  });
  const eraseServer = performance.now() - began;
  if (answer.body.erased.length !== ids.length) throw new Error('not all were erased');
  return { eraseServer, eraseGuardian };
}
