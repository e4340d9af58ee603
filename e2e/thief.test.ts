import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { sealEnvelope } from '@aboveboard/vault/envelope';
import { asRecordingKey } from '@aboveboard/vault/recording-key';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemonstrationGuardian } from '../apps/cli/src/demonstration-guardian.ts';
import { freePort } from '../apps/cli/src/free-port.ts';
import { Client, makeRecording, random, type SealedRecording } from '../apps/server/test/device.ts';
import { aboveboard } from './installation.ts';
import type { Secret } from './secret-scan.ts';
import { rob, vaultOf } from './thief.ts';

/**
 * The thief test (T12; VLT80): canaries in released recordings, a copy of everything that the server has, and a tool that
 * finds every one of them as soon as it has the guardian's halves too.
 */
const RECORDINGS = 2;
const work = mkdtempSync(join(tmpdir(), 'aboveboard-thief-'));
chmodSync(work, 0o711);
const data = join(work, 'data');
let server: StartedServer;
let guardian: StartedGuardian;
const secrets: Secret[] = [];
const keys = new Map<string, Uint8Array>();

/** In the words of the task, in a reason, and in the bytes of a picture. */
async function plant(n: number, guardianRecipient: string): Promise<SealedRecording> {
  const canary = (place: string) => {
    const secret = { place: `${place} of recording ${n}`, text: `Canary ${place} ${n} ${Math.random()}` };
    secrets.push(secret);
    return secret.text;
  };
  const frame = Buffer.alloc(4096, canary('frame'));
  const drawn: Uint8Array[] = [];
  const made = await makeRecording(
    { ...server.about, guardianRecipient },
    {
      segments: 1,
      frameBytes: frame.length,
      random: (length) => {
        if (length === frame.length) return new Uint8Array(frame);
        const bytes = random(length);
        if (length === 32) drawn.push(new Uint8Array(bytes));
        return bytes;
      },
      fields: {
        task: { kind: 'free', text: canary('task') },
        outcome: { worked: true, reasons: [{ action: 0, text: canary('reason') }] },
      },
    },
  );
  // The first 32 bytes that a device draws are the recording's key.
  keys.set(made.manifest.id, drawn[0] as Uint8Array);
  return made;
}

beforeAll(async () => {
  const port = await freePort('127.0.0.1');
  server = await startServer({
    ...{ data, demo: true, port, log: makeLog('silent') },
    onClaimed: async () => {
      guardian = await startDemonstrationGuardian({ data, host: '127.0.0.1', serverPort: port });
    },
  });
  const contributor = await Client.redeem(server.url, server.codes.contributor);
  const recipient = (await (await fetch(`${guardian.url}/halves/recipient`)).text()).trim();
  const released: SealedRecording[] = [];
  for (let n = 0; n < RECORDINGS; n++) {
    const recording = await plant(n, recipient);
    expect(await contributor.upload(recording)).toMatchObject({ status: 200, body: { state: 'complete' } });
    released.push(recording);
  }
  // One upload is under way, with both envelopes in the server's hands; one recording is read, as a researcher would.
  const half = await plant(RECORDINGS, recipient);
  const { upload } = (await contributor.announce(half.announcement)).body;
  await contributor.send(upload, 0, half.parts[0] as Uint8Array);
  const [first] = released;
  const { journal, recordings } = server.installation;
  const id = first?.manifest.id as string;
  const access = await journal.beforeRead({ kind: 'dataset', by: 'researcher:test' }, [id]);
  const opened = await openRecording({ ...(await recordings.openReleased(access, id)), deflate: webDeflate });
  for await (const _ of opened.frames());
  expect(opened.manifest.task).toEqual(first?.manifest.task);
}, 120_000);

afterAll(async () => {
  await server.stop();
  await guardian.stop();
  rmSync(work, { recursive: true, force: true });
});

let copies = 0;
/** As it lies there while the server runs: the database's log with it. The guardian's folder is on another machine. */
function copy(): string {
  const target = join(work, `copy-${copies++}`);
  execFileSync('cp', ['-a', data, target]);
  rmSync(join(target, 'postgres', 'postmaster.pid'), { force: true });
  rmSync(join(target, 'guardian'), { recursive: true, force: true });
  return target;
}

describe('a thief', () => {
  it('[VLT80] finds nothing in all that the server has, although it opens every envelope that is the server’s', async () => {
    const loot = await rob(copy(), secrets);
    expect(loot.places).toEqual([]);
    expect(loot.opened).toBe(0);
    // It looked: the halves were opened with the vault's identity, and tried.
    expect(loot.identities).toBeGreaterThanOrEqual(2);
    expect(loot.envelopes).toBeGreaterThanOrEqual(RECORDINGS);
    expect(loot.keys).toBeGreaterThanOrEqual(RECORDINGS);
    expect(loot.parts).toBeGreaterThanOrEqual(RECORDINGS * 2);
    expect(loot.scanned).toBeGreaterThan(1_000_000);
  });

  it('[VLT80] finds every one with the guardian’s halves', async () => {
    const store = join(work, 'guardian-copy');
    execFileSync('cp', ['-a', join(data, 'guardian'), store]);
    const loot = await rob(copy(), secrets, store);
    const complete = secrets.filter(({ place }) => !place.endsWith(` ${RECORDINGS}`));
    expect([...loot.found].map(({ place }) => place).sort()).toEqual(
      expect.arrayContaining(complete.map(({ place }) => place).sort()),
    );
  });

  it.each<[string, (folder: string) => Promise<void> | void]>([
    [
      'a whole key in the vault',
      async (folder) => {
        const { recipient } = await vaultOf(folder);
        for (const [id, key] of keys)
          writeFileSync(
            join(folder, 'keys', 'recordings', id),
            await sealEnvelope(id, asRecordingKey(key), [recipient]),
          );
      },
    ],
    [
      'a temporary file with plaintext',
      (folder) => writeFileSync(join(folder, 'left-behind.tmp'), Buffer.from(secrets[0]?.text ?? '')),
    ],
    [
      'a backup of the guardian on the server',
      (folder) => {
        execFileSync('cp', ['-a', join(data, 'guardian', 'guardian.sqlite'), join(folder, 'a-backup')]);
        execFileSync('cp', [
          '-a',
          join(data, 'guardian', 'guardian.sqlite-wal'),
          join(folder, 'a-backup-wal'),
        ]);
      },
    ],
  ])('[VLT80] the seeded hole is found: %s', async (_, seed) => {
    const folder = copy();
    await seed(folder);
    expect((await rob(folder, secrets.slice(0, 1))).found.size).toBeGreaterThan(0);
  });
});

describe('the drill', () => {
  const drill = (...flags: string[]) =>
    JSON.parse(aboveboard('drill', 'erasure', '--json', '--data', data, ...flags)) as Record<string, number>;

  it('[VLT76] [VLT75] backups of one side give nothing; of both sides the key, until one is destroyed', async () => {
    const before = copy();
    const guardianBefore = join(work, 'guardian-before');
    execFileSync('cp', ['-a', join(data, 'guardian'), guardianBefore]);
    const contributor = await Client.redeem(server.url, await server.makeCode('contributor', 1));
    const recipient = (await (await fetch(`${guardian.url}/halves/recipient`)).text()).trim();
    const recording = await makeRecording({ ...server.about, guardianRecipient: recipient }, { segments: 1 });
    expect(await contributor.upload(recording)).toMatchObject({ status: 200 });
    const keysBackup = join(copy(), 'keys');
    const guardianBackup = join(work, 'guardian-backup');
    execFileSync('cp', ['-a', join(data, 'guardian'), guardianBackup]);
    const { id } = recording.manifest;
    const erased = await contributor.call('POST', '/api/my/recordings/erasure', { recordings: [id] });
    expect(erased.body).toMatchObject({ erased: [id] });
    const guardianAfter = join(work, 'guardian-after');
    execFileSync('cp', ['-a', join(data, 'guardian'), guardianAfter]);

    const [keys, both] = [
      ['--keys', keysBackup],
      ['--guardian', guardianBackup],
    ];
    expect(drill(...keys)).toEqual({ erased: 1, live: 0, vault: 1, guardian: null, keys: 0 });
    expect(drill(...keys, ...both)).toEqual({ erased: 1, live: 0, vault: 1, guardian: 1, keys: 1 });
    const gone = ['--keys', join(before, 'keys'), '--guardian', guardianBackup];
    expect(drill(...gone)).toEqual({ erased: 1, live: 0, vault: 0, guardian: 1, keys: 0 });
    for (const later of [guardianAfter, guardianBefore])
      expect(drill(...keys, '--guardian', later)).toMatchObject({ vault: 1, guardian: 0, keys: 0 });
    expect(() => drill('--keys', work)).toThrow('no backup of the keys');
  }, 120_000);
});
