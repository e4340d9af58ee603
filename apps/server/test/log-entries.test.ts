import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAgreement } from '@aboveboard/consent/agreement';
import { agreementStatement, signStatement } from '@aboveboard/consent/agreement-signing';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { commitmentEntry, readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
import type { OpenedAccess } from '@aboveboard/protocol/installation';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { textSigner } from '@aboveboard/tlog/signer';
import { sealVaultHalf } from '@aboveboard/vault/half-envelope';
import { asKeyHalf } from '@aboveboard/vault/key-half';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { demonstrationParties } from '../src/keys/demonstration-parties.ts';
import {
  type KeyPairs,
  logKeys,
  makeNextLogKeys,
  serverSigners,
  takeNextLogKeys,
} from '../src/keys/log-keys.ts';
import { makeCommitmentBatch } from '../src/logs/commitment-batch.ts';
import type { StartedServer } from '../src/start.ts';
import { makeIdentity, resealAll, retireOlder } from '../src/vault/identity-rotation.ts';
import { takeRotationFolder } from '../src/vault/rotation-folder.ts';
import { Client, makeRecording, random } from './device.ts';
import { asOwner, clearFolders, startDemonstration, temporaryFolder } from './server.ts';

const started: { stop(): Promise<unknown> }[] = [];
async function start(options: Parameters<typeof startDemonstration>[0] = {}): Promise<StartedServer> {
  const server = await startDemonstration(options);
  started.push(server);
  return server;
}
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
});
afterAll(clearFolders);

const entriesOf = async (server: StartedServer, log: 'rules' | 'uses') => {
  const { storage, size } = server.installation.inner.logs[log];
  return storage.entries(0, await size());
};
const usesOf = async (server: StartedServer) =>
  (await entriesOf(server, 'uses')).map((entry) => {
    const read = readUsesEntry(entry);
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    return read.value;
  });
const sizes = async (server: StartedServer) => ({
  rules: await server.installation.inner.logs.rules.size(),
  uses: await server.installation.inner.logs.uses.size(),
});

describe('keys of the logs', () => {
  it('[LGS1] are made once, are for their owner alone, and are not in the database', async () => {
    const folder = temporaryFolder();
    const made = await logKeys(folder, 'rules', { kind: 'production', mayMake: true });
    const again = await logKeys(folder, 'rules', { kind: 'production', mayMake: false });
    expect(again.origin).toBe(made.origin);
    expect(again.ed25519.publicKey).toEqual(made.ed25519.publicKey);
    expect(again.mlDsa44.publicKey).toEqual(made.mlDsa44.publicKey);
    expect(statSync(join(folder, 'rules.log-keys')).mode & 0o777).toBe(0o600);
    const uses = await logKeys(folder, 'uses', { kind: 'production', mayMake: true });
    expect(uses.origin).not.toBe(made.origin);
    expect(uses.ed25519.publicKey).not.toEqual(made.ed25519.publicKey);
  });

  it('[LGS2] of a demonstration are refused in production', async () => {
    const folder = temporaryFolder();
    await logKeys(folder, 'uses', { kind: 'demonstration', mayMake: true });
    await expect(logKeys(folder, 'uses', { kind: 'production', mayMake: true })).rejects.toThrow(
      'was made by a demonstration',
    );
  });

  it('[LGS3] that are gone, damaged or others than those of the head stop a start', async () => {
    const data = temporaryFolder();
    const first = await startDemonstration({ data });
    const path = join(data, 'keys', 'rules.log-keys');
    await first.stop();
    const kept = readFileSync(path);
    writeFileSync(path, kept.subarray(0, 150));
    await expect(startDemonstration({ data })).rejects.toThrow('does not hold the keys of a log');
    const other = temporaryFolder();
    await logKeys(other, 'rules', { kind: 'demonstration', mayMake: true });
    writeFileSync(path, readFileSync(join(other, 'rules.log-keys')));
    await expect(startDemonstration({ data })).rejects.toThrow('was not signed with the keys');
    writeFileSync(path, kept);
    await start({ data });
  });
});

describe('keys of the logs that are to come', () => {
  const bytesOf = ({ ed25519, mlDsa44 }: KeyPairs) => [ed25519.publicKey, mlDsa44.publicKey];

  it('[LGS50] are made once beside those of now, and stand alone when they are taken', async () => {
    const folder = temporaryFolder();
    const now = await logKeys(folder, 'rules', { kind: 'production', mayMake: true });
    expect(now.next).toBeNull();
    const made = await makeNextLogKeys(folder, 'rules');
    const next = (await makeNextLogKeys(folder, 'rules')).next as KeyPairs;
    expect(bytesOf(next)).toEqual(bytesOf(made.next as KeyPairs));
    expect(bytesOf(made)).toEqual(bytesOf(now));
    expect(serverSigners(made)).toHaveLength(2);
    expect(statSync(join(folder, 'rules.log-keys')).mode & 0o777).toBe(0o600);
    // Taken twice is taken once: a kill after the first leaves it to be done again (LGS53).
    for (let time = 0; time < 2; time++) {
      await takeNextLogKeys(folder, 'rules');
      const taken = await logKeys(folder, 'rules', { kind: 'production', mayMake: false });
      expect([taken.origin, taken.next]).toEqual([now.origin, null]);
      expect(bytesOf(taken)).toEqual(bytesOf(next));
    }
  });

  it('[LGS50] half of a pair that is to come is no pair, and is not passed over', async () => {
    const folder = temporaryFolder();
    await logKeys(folder, 'rules', { kind: 'production', mayMake: true });
    await makeNextLogKeys(folder, 'rules');
    const path = join(folder, 'rules.log-keys');
    const text = readFileSync(path, 'utf8');
    for (const torn of [
      text.replace(/^next-ml-dsa-44 .*\n/m, ''),
      text.replace(/^(next-ed25519 ).*$/m, '$1AAAA'),
    ]) {
      writeFileSync(path, torn);
      await expect(logKeys(folder, 'rules', { kind: 'production', mayMake: false })).rejects.toThrow(
        'does not hold the keys of a log',
      );
    }
  });
});

describe('the rules log', () => {
  it('[LGS41] of a demonstration holds its agreement and the signatures of all its parties', async () => {
    const data = temporaryFolder();
    const server = await startDemonstration({ data });
    const before = await sizes(server);
    expect(before.rules).toBe(4);
    await server.stop();
    const again = await start({ data, port: Number(new URL(server.url).port) });
    expect((await sizes(again)).rules).toBe(4);
  });

  it('[LGS41] takes from stewards what has an effect, once, and answers all faults of what has none', async () => {
    const server = await start();
    const stewards = await Client.redeem(server.url, server.codes.representative);
    const submit = (client: Client, entry: Uint8Array) =>
      client.call<{ index: number }>('POST', '/api/logs/rules/entries', entry);
    const [document] = await entriesOf(server, 'rules');
    const parsed = parseAgreement(document as Uint8Array);
    if (!parsed.ok) throw new Error('no agreement');
    const { keys } = server.installation.inner.folder as { keys: string };
    const { representative } = await demonstrationParties(keys);
    const statement = await agreementStatement(parsed.value, crypto.subtle);
    const revocation = await signStatement({ ...statement, kind: 'revocation' }, representative);

    for (const role of ['contributor', 'researcher', 'operator'] as const) {
      const client = await Client.redeem(server.url, server.codes[role]);
      expect((await submit(client, revocation)).status).toBe(403);
    }
    expect((await submit(new Client(server.url), revocation)).status).toBe(401);

    const refused: [string, Uint8Array][] = [
      ['nothing', new Uint8Array()],
      ['no note', new TextEncoder().encode('hello\n')],
      ['a document with faults', canonicalBytes({ format: 'aboveboard-agreement' })],
      ['a note of strangers', await signStatement({ ...statement, kind: 'revocation' }, strangers())],
      ['an unknown version', await signStatement({ ...statement, version: 9 }, representative)],
      ['another agreement', await signStatement({ ...statement, id: 'other' }, representative)],
    ];
    for (const [what, entry] of refused) {
      const answer = await submit(stewards, entry);
      expect(answer.status, what).toBe(422);
      expect((answer.body as unknown as ApiErrorBody).error.faults?.length, what).toBeGreaterThan(0);
    }
    expect((await sizes(server)).rules).toBe(4);

    expect((await submit(stewards, revocation)).body).toEqual({ index: 4 });
    // The answer was lost: the same entry again stands where it stands.
    expect((await submit(stewards, revocation)).body).toEqual({ index: 4 });
    expect((await submit(stewards, document as Uint8Array)).body).toEqual({ index: 0 });
    expect((await sizes(server)).rules).toBe(5);
  });

  it('[LGS14] takes nothing of more bytes than an entry has', async () => {
    const server = await start();
    const { rules } = server.installation.inner.logs;
    await expect(rules.append(new Uint8Array(65_536))).rejects.toMatchObject({ code: 'too-large' });
    expect((await rules.append(new Uint8Array(65_535))).index).toBe(4);
    const stewards = await Client.redeem(server.url, server.codes.dpo);
    expect((await stewards.call('POST', '/api/logs/rules/entries', new Uint8Array(70_000))).status).toBe(413);
  });
});

function strangers() {
  return [textSigner('stranger.example', ed25519Key(new Uint8Array(32).fill(7)))];
}

describe('an access', () => {
  it('[LGS40] stands in the uses log before it is given, with no id and no handle', async () => {
    const server = await start();
    const contributor = await Client.redeem(server.url, server.codes.contributor);
    const researcher = await Client.redeem(server.url, server.codes.researcher);
    const recording = await makeRecording(server.about);
    await contributor.upload(recording);
    const { id } = recording.manifest;
    const before = await sizes(server);
    const { body } = await researcher.call<OpenedAccess>('POST', '/api/accesses', {
      purpose: 'inspection',
      recordings: [id],
    });
    const uses = await usesOf(server);
    const [entry] = await server.installation.inner.database.query<{ grant: string }>(
      'select grant_id as grant from access_entry where entry = $1',
      [body.access],
    );
    expect(uses).toHaveLength(before.uses + 1);
    expect(uses.at(-1)).toMatchObject({
      kind: 'plain',
      use: {
        actor: { role: 'researcher' },
        act: { kind: 'access', grant: entry?.grant, purpose: 'inspection', recordings: 1 },
      },
    });
    const all = Buffer.concat(await entriesOf(server, 'uses')).toString('latin1');
    expect(all).not.toContain(id);
    const sessions = await server.installation.inner.database.query<{ handle: string }>(
      'select handle from session',
    );
    expect(sessions.length).toBeGreaterThan(1);
    for (const { handle } of sessions) expect(all).not.toContain(handle);
  });

  it('[LGS40] [LGS10] is not given when the log does not take its entry', async () => {
    const server = await start();
    const { journal, recordings, inner } = server.installation;
    const [known] = await inner.database.query<{ n: number }>('select count(*) as n from recording');
    expect(known?.n).toBe(0);
    const source = await recordings.beginImport();
    await asOwner(server, 'alter table log_entry rename to elsewhere');
    await expect(
      journal.beforeRead({ kind: 'inspection', by: 'operator' }, [source.id]),
    ).rejects.toMatchObject({
      code: 'storage',
    });
    await asOwner(server, 'alter table elsewhere rename to log_entry');
    await journal.beforeRead({ kind: 'inspection', by: 'operator' }, [source.id]);
  });

  it('[LGS13] more that waits than the limit is refused, and nothing of it is written', async () => {
    const server = await start({ limits: { logEntriesWaiting: 50 } });
    const { uses } = server.installation.inner.logs;
    const from = await uses.size();
    const asked = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => uses.append(new Uint8Array([i]))),
    );
    const taken = asked.filter(({ status }) => status === 'fulfilled').length;
    for (const one of asked) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'full' });
    }
    expect(taken).toBeLessThan(200);
    expect(await uses.size()).toBe(from + taken);
  });

  it('[LGS43] [VLT108] [VLT110] a setting that changed is told at the next start, once; another identity of the vault is one', async () => {
    const data = temporaryFolder();
    const settings = async (server: StartedServer) =>
      (await usesOf(server)).flatMap((one) =>
        one.kind === 'plain' && one.use.act.kind === 'configuration' ? [one.use.act] : [],
      );
    const first = await startDemonstration({ data });
    const before = await settings(first);
    const [imported, released] = [freshRecordingId(random), freshRecordingId(random)];
    const key = await first.installation.inner.ring.create(imported);
    const half = asKeyHalf(random(32));
    const { vault } = first.installation.inner;
    await vault.keep(released, await sealVaultHalf(released, half, vault.recipient));
    await expect(takeRotationFolder(data, Date.now)).rejects.toThrow('The server runs');
    const port = Number(new URL(first.url).port);
    await first.stop();
    const same = await startDemonstration({ data, port });
    expect(await settings(same)).toEqual(before);
    await same.stop();
    const { of, place, release } = await takeRotationFolder(data, Date.now);
    const { recipient } = await makeIdentity(place);
    const { resealed } = await resealAll(place);
    await retireOlder(place);
    release();
    expect(of).toBe('server');
    const changed = await start({ data, port, limits: { accessMinutes: 5 } });
    const told = (await settings(changed)).slice(before.length);
    expect(told.map(({ setting }) => setting).toSorted()).toEqual(['limits', 'vault-recipient']);
    for (const { setting, before: was } of told)
      expect(was).toBe(before.find((one) => one.setting === setting)?.after);
    expect(changed.about.uploadRecipient).toBe(recipient);
    const { inner } = changed.installation;
    expect(await inner.ring.open(imported)).toEqual(key);
    expect(await inner.vault.state(released)).toBe('held');
    expect(resealed).toBeGreaterThanOrEqual(2);
  });
});

describe('[LGS42] what contributors commit to', () => {
  it('waits without a handle, is entered once a day among dummies, and twice is once', async () => {
    const server = await start();
    const { database, logs } = server.installation.inner;
    const contributor = await Client.redeem(server.url, server.codes.contributor);
    const mine = random(32);
    const send = () =>
      contributor.call('POST', '/api/my/commitments', { commitments: [Buffer.from(mine).toString('hex')] });
    expect((await send()).status).toBe(204);
    expect((await send()).status).toBe(204);
    expect(await database.query('select * from pending_commitment')).toEqual([
      { commitment: Buffer.from(mine) },
    ]);
    const before = await logs.uses.size();
    // Today's batch was entered at the start.
    await server.housekeeping();
    expect(await logs.uses.size()).toBe(before);
    await database.query(`update commitment_batch set day = day - 1`);
    await server.housekeeping();
    expect(await logs.uses.size()).toBe(before + 64);
    const batch = await logs.uses.storage.entries(before, before + 64);
    const own = Buffer.from(commitmentEntry(mine));
    expect(batch.filter((entry) => own.equals(entry))).toHaveLength(1);
    expect(new Set(batch.map(({ length }) => length))).toEqual(new Set([33]));
    // Sent again the day after, because the answer was lost: a second one would show that it is no dummy.
    await send();
    expect(await database.query('select * from pending_commitment')).toEqual([]);
    const researcher = await Client.redeem(server.url, server.codes.researcher);
    expect(
      (await researcher.call('POST', '/api/my/commitments', { commitments: ['00'.repeat(32)] })).status,
    ).toBe(403);
    expect((await contributor.call('POST', '/api/my/commitments', { commitments: ['x'] })).status).toBe(400);
  });

  it('a kill in the middle of a batch enters nothing twice', async () => {
    const server = await start();
    const { database, logs } = server.installation.inner;
    const before = await logs.uses.size();
    await database.query(`update commitment_batch set day = day - 1`);
    let left = 20;
    const dying = makeCommitmentBatch({
      database,
      random,
      most: 100,
      log: {
        append: async (entry, key) => {
          if (left-- <= 0) throw new Error('killed');
          return logs.uses.append(entry, key);
        },
      },
    });
    await expect(dying.enterDue()).rejects.toThrow('killed');
    await server.housekeeping();
    await server.housekeeping();
    expect(await logs.uses.size()).toBe(before + 64);
  });

  it('more than the limit is refused', async () => {
    const server = await start({ limits: { commitmentsWaiting: 2 } });
    const contributor = await Client.redeem(server.url, server.codes.contributor);
    const some = (count: number) =>
      Array.from({ length: count }, () => Buffer.from(random(32)).toString('hex'));
    const answer = await contributor.call('POST', '/api/my/commitments', { commitments: some(3) });
    expect(answer.status).toBe(503);
    expect((await contributor.call('POST', '/api/my/commitments', { commitments: some(2) })).status).toBe(
      204,
    );
  });
});
