import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCheckpoint, type SignedCheckpoint } from '@aboveboard/tlog/checkpoint';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { parseFork, verifyFork } from '@aboveboard/tlog/fork-evidence';
import { LogReader } from '@aboveboard/tlog/log-reader';
import { MemoryLogStorage } from '@aboveboard/tlog/memory-log-storage';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import type { Policy } from '@aboveboard/tlog/policy';
import { openSequencer } from '@aboveboard/tlog/sequencer';
import { logSigners } from '@aboveboard/tlog/signer';
import { storedLog } from '@aboveboard/tlog/stored-log';
import { formatVerifierKey, parseVerifierKey } from '@aboveboard/tlog/verifier-key';
import { addCheckpointBody, askWitnesses, type Post } from '@aboveboard/tlog/witness-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedGuardian, startGuardian } from '../src/start.ts';
import { openGuardianStore } from '../src/store.ts';
import { makeWitnessRows } from '../src/witness/witness-rows.ts';

const NAMES = ['rules', 'uses'] as const;
const seed = (byte: number) => new Uint8Array(32).fill(byte);

async function makeLog(origin: string, byte: number) {
  const keys = { ed25519: ed25519Key(seed(byte)), mlDsa44: mlDsa44Key(seed(byte + 100)) };
  const signers = logSigners(origin, keys, () => Math.floor(Date.now() / 1000));
  const storage = new MemoryLogStorage();
  const sequencer = await openSequencer({ storage, origin, signers });
  return {
    signers,
    append: (text: string) => sequencer.append(new TextEncoder().encode(text)),
    async head(): Promise<SignedCheckpoint> {
      const parsed = parseCheckpoint((await storage.head())?.checkpoint as Uint8Array);
      if (!parsed.ok) throw new Error('no checkpoint');
      return parsed.value;
    },
    read: (path: string) => storedLog(storage).read(path, 1 << 24),
    async proof(old: number) {
      const signed = await this.head();
      return new LogReader({ source: storedLog(storage), ...signed.checkpoint }).consistencyProof(old);
    },
  };
}

describe('the guardian as a witness', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guardian-witness-'));
  const data = join(folder, 'guardian');
  let logs: Record<(typeof NAMES)[number], Awaited<ReturnType<typeof makeLog>>>;
  let server: Server;
  let address: string;
  let guardian: StartedGuardian;
  /** What the server answers for the keys of a log; a test may change it. */
  const served = new Map<string, string>();
  /** Whose tiles the server shows as those of *uses*. */
  let shown: Awaited<ReturnType<typeof makeLog>> | null = null;

  beforeAll(async () => {
    logs = { rules: await makeLog('example/rules', 1), uses: await makeLog('example/uses', 2) };
    for (const name of NAMES)
      served.set(
        `/log/${name}/vkey`,
        logs[name].signers.map(({ key }) => `${formatVerifierKey(key)}\n`).join(''),
      );
    server = createServer(async (request, response) => {
      const [, path] = /^\/log\/uses\/(tile\/.*)$/.exec(request.url ?? '') ?? [];
      const body = served.get(request.url ?? '') ?? (path && (await shown?.read(path))) ?? undefined;
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    guardian = await startGuardian({ data, server: address, port: 0 });
  });
  afterAll(async () => {
    await guardian.stop();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const post: Post = async (url, body) => {
    const answer = await fetch(url, { method: 'POST', body: body as Uint8Array<ArrayBuffer> });
    return {
      status: answer.status,
      contentType: answer.headers.get('content-type'),
      body: new Uint8Array(await answer.arrayBuffer()),
    };
  };
  const add = (old: number, proof: readonly Uint8Array[], signed: SignedCheckpoint) =>
    post(`${guardian.url}/witness/add-checkpoint`, addCheckpointBody(old, proof, signed), {} as never);

  function policy(name: (typeof NAMES)[number]): Policy {
    const witnesses = guardian.verifierKeys.map((text, at) => {
      const key = parseVerifierKey(text);
      if (!key.ok) throw new Error('no key');
      return { name: `w${at}`, key: key.value, url: `${guardian.url}/witness` };
    });
    return {
      logs: logs[name].signers.map(({ key }) => ({ key, url: null })),
      witnesses,
      groups: [{ name: 'both', threshold: 2, members: ['w0', 'w1'] }],
      quorum: 'both',
    };
  }

  it('[LOG130] cosigns each log of its server with both keys as it grows, and says its keys', async () => {
    expect(await (await fetch(`${guardian.url}/witness/vkey`)).text()).toBe(
      guardian.verifierKeys.map((key) => `${key}\n`).join(''),
    );
    for (const name of NAMES) {
      const sizes = new Map<string, number>();
      for (const text of ['one', 'two', 'three']) {
        await logs[name].append(text);
        const outcome = await askWitnesses({
          policy: policy(name),
          signed: await logs[name].head(),
          consistencyProof: (size) => logs[name].proof(size),
          post,
          signal: AbortSignal.timeout(30_000),
          sizes,
        });
        expect(outcome).toMatchObject({ quorum: true, refused: [] });
      }
    }
  });

  it('[LOG133] knows no other log, and trusts only the keys that it was first shown', async () => {
    const stranger = await makeLog('example/other', 7);
    await stranger.append('x');
    expect((await add(0, [], await stranger.head())).status).toBe(404);
    // The same name under another key, which the server now shows too.
    const impostor = await makeLog('example/rules', 8);
    await impostor.append('x');
    const before = served.get('/log/rules/vkey') as string;
    served.set('/log/rules/vkey', impostor.signers.map(({ key }) => `${formatVerifierKey(key)}\n`).join(''));
    await guardian.stop();
    guardian = await startGuardian({ data, server: address, port: 0 });
    expect((await add(0, [], await impostor.head())).status).toBe(403);
    served.set('/log/rules/vkey', before);
  });

  it('[LOG130] remembers after a restart what it saw, under the same keys', async () => {
    const keys = guardian.verifierKeys;
    await guardian.stop();
    guardian = await startGuardian({ data, server: address, port: 0 });
    expect(guardian.verifierKeys).toEqual(keys);
    const answer = await add(0, [], await logs.rules.head());
    expect([answer.status, answer.contentType]).toEqual([409, 'text/x.tlog.size']);
    expect(new TextDecoder().decode(answer.body)).toBe('3\n');
  });

  it('[LOG139] catches a log that shows two histories, keeps the evidence for good, and shows it', async () => {
    const other = await makeLog('example/rules', 1);
    for (const text of ['one', 'two', 'THREE']) await other.append(text);
    expect((await add(3, [], await other.head())).status).toBe(409);
    expect((await add(3, [], await other.head())).status).toBe(409);
    await guardian.stop();
    guardian = await startGuardian({ data, server: address, port: 0 });
    const shown = (await (await fetch(`${guardian.url}/witness/forks`)).json()) as {
      forks: { origin: string; evidence: string }[];
    };
    expect(shown.forks).toHaveLength(1);
    const evidence = parseFork(new TextEncoder().encode(shown.forks[0]?.evidence));
    if (!evidence.ok) throw new Error('no evidence');
    expect(
      verifyFork(
        evidence.value,
        logs.rules.signers.map(({ key }) => key),
      ).ok,
    ).toBe(true);
  });

  it('[LOG131] refuses what is no request, and what is too long, and goes on', async () => {
    for (const body of ['', 'old 1\n', 'old -1\n\nx\n', 'x'.repeat(10_000)])
      expect(
        (await post(`${guardian.url}/witness/add-checkpoint`, new TextEncoder().encode(body), {} as never))
          .status,
      ).toBe(400);
    expect(
      (await post(`${guardian.url}/witness/add-checkpoint`, new Uint8Array(5_000_000), {} as never)).status,
    ).toBe(400);
    await logs.uses.append('four');
    expect((await add(3, await logs.uses.proof(3), await logs.uses.head())).status).toBe(200);
  });

  it('[LOG156] looks in the log itself where the proof shows no fork, and accuses nobody who is honest', async () => {
    const forks = async () => {
      const answer = await fetch(`${guardian.url}/witness/forks`);
      return ((await answer.json()) as { forks: { origin: string; evidence: string }[] }).forks;
    };
    const before = (await forks()).length;
    // Rubbish for a proof under a head that continues what was seen: the tiles say that nothing is wrong.
    for (const text of ['five', 'six']) await logs.uses.append(text);
    shown = logs.uses;
    const rubbish = await logs.uses.proof(5);
    expect((await add(4, rubbish, await logs.uses.head())).status).toBe(422);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await forks()).toHaveLength(before);

    const liar = await makeLog('example/uses', 2);
    for (const text of ['one', 'two', 'THREE', 'FOUR', 'FIVE', 'SIX', 'SEVEN']) await liar.append(text);
    shown = liar;
    expect((await add(4, await liar.proof(4), await liar.head())).status).toBe(422);
    await expect.poll(async () => (await forks()).length, { timeout: 20_000 }).toBe(before + 1);
    const fork = (await forks()).at(-1);
    const evidence = parseFork(new TextEncoder().encode(fork?.evidence));
    if (!evidence.ok) throw new Error('no evidence');
    expect(evidence.value).toMatchObject({
      first: { checkpoint: { size: 4 } },
      second: { checkpoint: { size: 7 } },
    });
    const keys = logs.uses.signers.map(({ key }) => key);
    expect(verifyFork(evidence.value, keys)).toEqual({ ok: true, value: true });
  });

  it('[LOG137] the store puts a head only in the place of the one that was seen, and never a smaller', async () => {
    const store = openGuardianStore(join(folder, 'rows'));
    const rows = makeWitnessRows(store);
    const head = (size: number) => ({ size, checkpoint: new Uint8Array([size]) });
    expect(await rows.latest('a')).toBeNull();
    expect(await rows.replace('a', 1, head(2))).toBe(false);
    expect(await rows.replace('a', null, head(2))).toBe(true);
    expect(await rows.replace('a', null, head(3))).toBe(false);
    expect(await rows.replace('a', 1, head(3))).toBe(false);
    expect(await rows.replace('a', 2, head(1))).toBe(false);
    expect(await rows.replace('a', 2, head(5))).toBe(true);
    expect(await rows.latest('a')).toMatchObject({ size: 5 });
    expect(await rows.latest('b')).toBeNull();
    store.close();
  });
});
