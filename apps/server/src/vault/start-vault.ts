import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { makeHalfRing } from '@aboveboard/vault/half-ring';
import { getRequestListener } from '@hono/node-server';
import { diskLayer } from '../blobs/file-layer.ts';
import { lastDone } from '../controls/last-done.ts';
import { ageIdentity } from '../keys/age-identity.ts';
import { openKeyFiles } from '../keys/key-files.ts';
import { takeProcessLock } from '../process-lock.ts';
import { openGivenJournal } from './given-journal.ts';
import { readGivesFrom } from './gives-from.ts';
import { logFilesOf } from './log-files.ts';
import { serverOrigin } from './server-origin.ts';
import { makeVaultDesk, type VaultChecks } from './vault-desk.ts';
import { vaultRoutes } from './vault-routes.ts';
import { makeVaultRules } from './vault-rules.ts';

export type VaultOptions = {
  /** The vault's own folder: identity, halves, journal, enrolment file. No one else's user reads it. */
  data: string;
  /** The server's address, for its logs: `http://127.0.0.1:4870`. */
  server: string;
  socket: string;
  /** Seconds since the epoch; the computer's clock by default. */
  now?: () => number;
  /** The operating system's word for the limits of this process; a test gives another. */
  processLimits?: string;
  /** In a test that takes a check away to see what it stopped. */
  checks?: Partial<VaultChecks>;
};

export type StartedVault = {
  socket: string;
  recipient: string;
  hasEnrolment: boolean;
  stop(): Promise<void>;
};

/** How long after its entry an access may ask: as long as an access lasts. */
const ACCESS_SECONDS = 3_600;

/**
 * The vault as a process of its own, under a user of its own (spec/vault.md, VLT90-VLT99). Throws a sentence when it
 * can't or must not start.
 */
export async function startVault(options: VaultOptions): Promise<StartedVault> {
  const { now = () => Math.floor(Date.now() / 1000) } = options;
  refuseCoreDumps(options.processLimits ?? limitsOfThisProcess());
  const origin = serverOrigin(options.server);
  const data = resolve(options.data);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if ((statSync(data).mode & 0o077) !== 0) {
    throw new Error(
      `${data} can be read by others than its owner. Give it to the vault's user alone: chmod 700.`,
    );
  }
  // Its own until it stops: no command seals anything anew beside an erasure (VLT104).
  const unlock = takeVaultFolder(data);
  try {
    return await serve(options, { data, origin, now, unlock });
  } catch (error) {
    unlock();
    throw error;
  }
}

/** One process at a time has a vault's folder; gives what lets it go. Throws a sentence. */
export function takeVaultFolder(data: string): () => void {
  const unlock = takeProcessLock(join(data, 'vault.lock'));
  if (unlock) return unlock;
  throw new Error(
    `Another vault listens with ${data}, or a command changes its identities. Stop that first.`,
  );
}

async function serve(
  options: VaultOptions,
  own: { data: string; origin: string; now: () => number; unlock: () => void },
): Promise<StartedVault> {
  const { data, origin, now, unlock } = own;
  const { identity, older, recipient } = await ageIdentity('vault', data, undefined);
  const store = await openKeyFiles(join(data, 'halves'), { owner: true });
  const ring = makeHalfRing({ store, identity: [identity, ...older] });
  const enrolment = enrolmentIn(data, { origin, now });
  const hasEnrolment = (await enrolment()) !== null;
  const journal = openGivenJournal(data);
  const desk = makeVaultDesk({
    ...{ ring, journal, enrolment, now, accessSeconds: ACCESS_SECONDS, givesFrom: await readGivesFrom(data) },
    backedUp: () => lastDone(data, 'vault-backup'),
    ...(options.checks ? { checks: options.checks } : {}),
  });
  const socket = resolve(options.socket);
  const listener = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000 },
    getRequestListener(vaultRoutes(desk).fetch),
  );
  listener.maxConnections = 256;
  try {
    await freeSocket(socket);
    await new Promise<void>((listening, failed) => {
      listener.once('error', failed);
      listener.listen(socket, listening);
    });
    // Whoever may write to it may ask: the server's user, by the folder's group.
    chmodSync(socket, 0o660);
  } catch (cause) {
    journal.close();
    if (cause instanceof Error && !('code' in cause)) throw cause;
    throw new Error(
      `The vault can not listen at ${socket}. Its folder has to be there, and be the vault's to write.`,
      {
        cause,
      },
    );
  }
  return {
    socket,
    recipient,
    hasEnrolment,
    async stop() {
      await new Promise((stopped) => {
        listener.close(stopped);
        listener.closeIdleConnections();
        setTimeout(() => listener.closeAllConnections(), 5_000).unref();
      });
      journal.close();
      unlock();
    },
  };
}

/** `enrolment.json` in the vault's folder, read when it is needed until it is there, and then no more. */
function enrolmentIn(data: string, { origin, now }: { origin: string; now: () => number }) {
  const path = join(data, 'enrolment.json');
  let known: Awaited<ReturnType<typeof readIt>> = null;
  async function readIt() {
    const bytes = await diskLayer.read(path);
    if (!bytes) return null;
    const parsed = parseEnrolment(bytes);
    if (!parsed.ok) {
      const faults = parsed.faults.map(({ rule, at, message }) => `  ${rule} at ${at}: ${message}`);
      throw new Error(`${path} can not be relied on:\n${faults.join('\n')}`);
    }
    const rules = makeVaultRules({
      enrolment: parsed.value,
      read: logFilesOf(origin),
      markPath: join(data, 'rules-mark.json'),
      now,
    });
    return { file: parsed.value, rules };
  }
  return async () => {
    known ??= await readIt();
    return known;
  };
}

function limitsOfThisProcess(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}

/** A core dump of this process would hold halves (VLT96). */
function refuseCoreDumps(limits: string): void {
  const soft = /^Max core file size\s+(\S+)/m.exec(limits)?.[1];
  if (soft === '0') return;
  throw new Error(
    soft === undefined
      ? 'This system does not say whether core dumps are off, and the vault does not start without knowing it.'
      : 'A core dump of the vault would hold keys. Start it with core dumps off: ulimit -c 0, or LimitCORE=0 in its unit.',
  );
}

/** Removes the socket of a vault that is gone; throws a sentence for one that answers, and for what is no socket. */
async function freeSocket(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (!there) {
    if (!lstatSync(dirname(path), { throwIfNoEntry: false })) {
      throw new Error(
        `The folder of ${path} is not there. Make it first, for the vault's user and the server's group.`,
      );
    }
    return;
  }
  if (!there.isSocket()) throw new Error(`${path} is there and is no socket. Choose another with --socket.`);
  const isAnswered = await new Promise<boolean>((answered) => {
    const probe = connect(path, () => {
      probe.destroy();
      answered(true);
    });
    probe.once('error', () => answered(false));
  });
  if (isAnswered) throw new Error(`Another vault listens at ${path}.`);
  rmSync(path);
}
