import { writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { MemoryWitnessStorage } from '@aboveboard/tlog/memory-witness-storage';
import { cosignedBy } from '@aboveboard/tlog/policy';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { cosigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey, parseVerifierKey } from '@aboveboard/tlog/verifier-key';
import { Witness } from '@aboveboard/tlog/witness';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { StartedServer } from '../src/start.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';

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

function cosignerKeys(seed: number) {
  return cosigner(`witness${seed}.example`, ed25519Key(new Uint8Array(32).fill(seed)), () => 1_800_000_000);
}

/** A witness over HTTP that knows the logs of `server`, as soon as it is told of one; `answer` may spoil it. */
async function witnessHttp(
  answer?: (response: ServerResponse, good: () => Promise<string>) => Promise<void>,
) {
  const signer = cosignerKeys(41);
  let witness: Witness | null = null;
  const asked: string[] = [];
  const http: Server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    asked.push(incoming.url ?? '');
    const good = async () => {
      const said = await witness?.addCheckpoint(new Uint8Array(Buffer.concat(pieces)));
      if (!said) {
        response.statusCode = 404;
        return '';
      }
      response.statusCode = said.status;
      return said.body;
    };
    if (answer) return answer(response, good);
    response.end(await good());
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  started.push({
    stop: async () => {
      http.closeAllConnections();
      http.close();
    },
  });
  return {
    asked,
    policy: `witness council ${formatVerifierKey(signer.key)} ${url}\nquorum council\n`,
    watch(server: StartedServer) {
      const logs = Object.values(server.installation.inner.logs).map(({ origin, verifierKeys }) => {
        const keys = verifierKeys.map((key) => {
          const parsed = parseVerifierKey(key);
          if (!parsed.ok) throw new Error('no key');
          return parsed.value;
        });
        return [origin, keys] as const;
      });
      witness = new Witness({
        storage: new MemoryWitnessStorage(),
        cosigners: () => [signer],
        logs: new Map(logs),
      });
    },
  };
}

function folderWith(policy: string): string {
  const data = temporaryFolder();
  writeFileSync(join(data, 'log-policy'), policy);
  return data;
}

async function cosigned(server: StartedServer, policyText: string): Promise<number> {
  const bytes = await (await fetch(`${server.url}/log/uses/checkpoint`)).bytes();
  const signed = parseCheckpoint(bytes);
  const policy = parsePolicy(new TextEncoder().encode(policyText));
  if (!signed.ok || !policy.ok) throw new Error('no checkpoint or policy');
  const verdict = cosignedBy(signed.value, policy.value);
  return verdict.ok && verdict.value.time !== null ? signed.value.checkpoint.size : -1;
}

describe('witnesses', () => {
  it('[LGS31] [LGS33] [LGS34] cosign what is served, are named to everyone, and an access waits for them', async () => {
    const witness = await witnessHttp(async (response, good) => {
      response.end(await good());
    });
    const server = await start({ data: folderWith(witness.policy) });
    witness.watch(server);
    const { journal, recordings, inner } = server.installation;
    const source = await recordings.beginImport();
    await journal.beforeRead({ kind: 'inspection', by: 'operator' }, [source.id]);
    expect(await cosigned(server, witness.policy)).toBe(await inner.logs.uses.size());
    const ready = await (await fetch(`${server.url}/api/ready`)).json();
    expect(ready.logs.uses.witnessed).toBe(true);
    const told = await (await fetch(`${server.url}/api/logs/policy`)).text();
    expect(await cosigned(server, told)).toBe(await inner.logs.uses.size());
    expect(told).toContain('quorum council\n');
    expect(told).not.toContain('http');
    expect(witness.asked.every((path) => path === '/add-checkpoint')).toBe(true);
  });

  it.each<[string, (response: ServerResponse, good: () => Promise<string>) => Promise<void>]>([
    ['never answers', async () => undefined],
    [
      'answers with another checkpoint’s cosignature',
      async (response) => {
        response.end(
          `— witness41.example ${Buffer.concat([idOf(cosignerKeys(41).key.id), await cosignerKeys(41).sign('other/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n')]).toString('base64')}\n`,
        );
      },
    ],
    [
      'answers without end',
      async (response) => {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      },
    ],
    [
      'sends elsewhere',
      async (response) => {
        response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
      },
    ],
    [
      'breaks off',
      async (response) => {
        response.destroy();
      },
    ],
    [
      'has seen a larger tree',
      async (response) => {
        response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('9007199254740991\n');
      },
    ],
  ])('[LGS32] one that %s opens nothing, and harms nothing', async (_, answer) => {
    let isSpoiled = true;
    const witness = await witnessHttp(async (response, good) => {
      if (isSpoiled) await answer(response, good);
      else response.end(await good());
    });
    const server = await start({
      data: folderWith(witness.policy),
      witnessTimes: { round: 200, patience: 400, retry: 50 },
    });
    const { journal, recordings, inner } = server.installation;
    const source = await recordings.beginImport();
    await expect(
      journal.beforeRead({ kind: 'inspection', by: 'operator' }, [source.id]),
    ).rejects.toMatchObject({
      code: 'storage',
      cause: { code: 'unavailable' },
    });
    const ready = await fetch(`${server.url}/api/ready`);
    expect(ready.status).toBe(200);
    expect((await ready.json()).logs.uses.witnessed).toBe(false);
    expect((await fetch(`${server.url}/log/uses/checkpoint`)).status).toBe(200);
    expect(await cosigned(server, witness.policy)).toBe(-1);
    // It comes to its senses: what waits for it goes on.
    isSpoiled = false;
    witness.watch(server);
    await journal.beforeRead({ kind: 'inspection', by: 'operator' }, [source.id]);
    expect(await cosigned(server, witness.policy)).toBe(await inner.logs.uses.size());
  });

  it('[LGS30] a policy that can not be read stops the start, with every fault', async () => {
    const data = folderWith('witness a b c\ngroup g 3 x\n');
    await expect(startDemonstration({ data })).rejects.toThrow(
      /can not be relied on:\n {2}LOG[\s\S]*\n {2}LOG/,
    );
  });
});

function idOf(id: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(id);
  return bytes;
}
