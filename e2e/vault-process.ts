import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAgreement } from '@aboveboard/consent/agreement';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import type { RelayAbout } from '@aboveboard/protocol/installation';
import { formatVaultAddress, type VaultAddress } from '@aboveboard/server/keys/vault-address';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { startDemonstrationGuardian } from '../apps/cli/src/demonstration-guardian.ts';
import { freePort } from '../apps/cli/src/free-port.ts';
import { keyOf, madeUpEnrolment } from './made-up-enrolment.ts';

/** No account of this system; the kernel asks for none. */
const VAULT_USER = 64_911;
const isRoot = process.getuid?.() === 0;
const MAIN = join(import.meta.dirname, '..', 'apps', 'cli', 'src', 'main.ts');

/** A vault of its own process, and of its own user where this one is root. */
export class VaultProcess {
  readonly folder: string;
  readonly socket: string;
  readonly #server: string;
  #child: ChildProcess | null = null;

  constructor(root: string, server: string) {
    this.folder = join(root, 'vault');
    const sockets = join(root, 'run');
    this.socket = join(sockets, 'vault.sock');
    this.#server = server;
    for (const path of [this.folder, sockets]) {
      mkdirSync(path, { mode: 0o700 });
      if (isRoot) chownSync(path, VAULT_USER, VAULT_USER);
    }
    chmodSync(sockets, 0o755);
  }

  /** What it prints for the server; rejects with what it says instead. `coreDumps`: as a careless unit has them. */
  async start({ coreDumps = '0' } = {}): Promise<VaultAddress> {
    const args = [
      '--json',
      '--data',
      this.folder,
      'vault',
      '--server',
      this.#server,
      '--socket',
      this.socket,
    ];
    const child = spawn(
      'sh',
      ['-c', `ulimit -c ${coreDumps}; exec "$0" "$@"`, process.execPath, MAIN, ...args],
      {
        ...(isRoot ? { uid: VAULT_USER, gid: VAULT_USER } : {}),
        env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    return new Promise((resolve, reject) => {
      let out = '';
      child.stdout?.on('data', (piece: Buffer) => {
        out += piece.toString();
        try {
          const address = JSON.parse(out) as VaultAddress;
          this.#child = child;
          resolve(address);
        } catch {
          // The rest of it is on its way.
        }
      });
      child.stderr?.on('data', (piece: Buffer) => {
        said += piece.toString();
      });
      child.once('exit', () => reject(new Error(said)));
    });
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  put(name: string, bytes: Uint8Array): void {
    const path = join(this.folder, name);
    writeFileSync(path, bytes, { mode: 0o600 });
    if (isRoot) chownSync(path, VAULT_USER, VAULT_USER);
  }
}

/** A demonstration with a guardian, whose server has no half of a key. */
export async function startWithVault(root: string, prepare: (data: string) => void = () => undefined) {
  const data = join(root, 'data');
  mkdirSync(data);
  prepare(data);
  const port = await freePort('127.0.0.1', 0);
  const vault = new VaultProcess(root, `http://127.0.0.1:${port}`);
  const address = await vault.start();
  writeFileSync(join(data, 'vault-address'), formatVaultAddress(address));
  let guardian: StartedGuardian | null = null;
  const server: StartedServer = await startServer({
    data,
    demo: true,
    port,
    log: makeLog('silent'),
    // Tests have more people at once than a demonstration.
    limits: { redemptionsPerMinute: 600 },
    onClaimed: async () => {
      guardian = await startDemonstrationGuardian({ data, host: '127.0.0.1', serverPort: port, port: 0 });
    },
  });
  return { data, vault, server, guardian: guardian as unknown as StartedGuardian };
}

/** What recorders and this vault rely on, of a demonstration. */
export async function enrolmentOf(data: string, server: StartedServer, guardian: StartedGuardian) {
  const agreement = parseAgreement(await readFile(join(data, 'agreement', 'agreement.json')));
  if (!agreement.ok) throw new Error(JSON.stringify(agreement.faults));
  const witnesses = guardian.verifierKeys.map((key, i) => ({
    name: `guardian-${i + 1}`,
    key: keyOf(key),
    url: null,
  }));
  const policy = (logs: readonly string[]) =>
    formatPolicy({
      logs: logs.map((key) => ({ key: keyOf(key), url: null })),
      witnesses,
      groups: [{ name: 'parties', threshold: witnesses.length, members: witnesses.map(({ name }) => name) }],
      quorum: 'parties',
    });
  const { rules, uses } = server.installation.inner.logs;
  return madeUpEnrolment(agreement.value, {
    guardian: guardian.url,
    relay: (await (await fetch(`${guardian.url}/relay`)).json()) as RelayAbout,
    policies: { rules: policy(rules.verifierKeys), uses: policy(uses.verifierKeys) },
  });
}
