import { openSync, writeSync } from 'node:fs';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import type { StartedServer } from '@aboveboard/server/start';
import {
  arm,
  breakFiles,
  breakPostgres,
  breakRequests,
  breakSqlite,
  disarm,
  type Fault,
} from './fault-steps.ts';

/**
 * A server or a guardian in a process of its own that fails where it is told to. It loads all of its code before it is
 * told to start, so that one stands by while another one runs. `hole`: the fault that a test of the matrix seeds.
 */
export type VictimKind = 'server' | 'guardian';
export type Hole = 'unlogged opening' | 'lost recording' | 'half left';
export type ServerStart = {
  data: string;
  port: number;
  databaseUrl: string;
  /** Each key that was put together stands there before anyone has it: entry and recording in a line. */
  openings: string;
  hole: Hole | null;
};
export type GuardianStart = { data: string; port: number; server: string; hole: Hole | null };
export type Asked =
  | { ask: 'start'; options: ServerStart | GuardianStart }
  | { ask: 'arm'; fault: Fault }
  | { ask: 'disarm' }
  | { ask: 'housekeeping' }
  /** Which of these it has a half of. */
  | { ask: 'held'; recordings: string[] }
  /** The half itself, to look for its bytes once it is destroyed. */
  | { ask: 'half'; recording: string }
  /** Digests of the entries that this guardian gave halves for. */
  | { ask: 'given' };

type Answers = (asked: Asked) => Promise<unknown>;

export async function beServer(): Promise<Answers> {
  breakFiles();
  breakPostgres();
  breakRequests();
  const { startServer } = await import('@aboveboard/server/start');
  const { makeLog } = await import('@aboveboard/server/log');
  let server: StartedServer;
  return async (asked) => {
    switch (asked.ask) {
      case 'start': {
        const { data, port, databaseUrl, openings, hole } = asked.options as ServerStart;
        server = await startServer({
          ...{ data, port, databaseUrl, demo: true, log: makeLog('silent') },
          limits: { requestsPerSecond: 100_000, openUploadsPerContributor: 10_000 },
          relayPeriodSeconds: 3_600,
          witnessTimes: { retry: 50, patience: 2_000, round: 2_000 },
        });
        writeDownOpenings(server, openSync(openings, 'a'));
        if (hole) seedInServer(server, hole);
        return { url: server.url, codes: server.codes };
      }
      case 'housekeeping':
        return server.housekeeping();
      case 'held': {
        const { vault } = server.installation.inner;
        const held: string[] = [];
        for (const id of asked.recordings) if ((await vault.state(id)) === 'held') held.push(id);
        return held;
      }
      default:
        return undefined;
    }
  };
}

function writeDownOpenings({ installation }: StartedServer, file: number): void {
  const { keys } = installation.inner;
  const { keyFor } = keys;
  keys.keyFor = async (access, id) => {
    const key = await keyFor(access, id);
    writeSync(file, `${access.entry} ${id}\n`);
    return key;
  };
}

function seedInServer({ installation }: StartedServer, hole: Hole): void {
  const { inner, uses } = installation;
  if (hole === 'lost recording') inner.blobs.put = async () => true;
  if (hole === 'half left' && inner.keeper) inner.keeper.destroy = async () => ({ held: [] });
  let used = 0;
  if (hole === 'unlogged opening') uses.record = async () => ({ index: used++ });
}

export async function beGuardian(): Promise<Answers> {
  const stores = breakSqlite();
  const { startGuardian } = await import('@aboveboard/guardian/start');
  const open = () => stores.find((store) => store.isOpen);
  let guardian: StartedGuardian;
  return async (asked) => {
    switch (asked.ask) {
      case 'start': {
        const { data, port, server, hole } = asked.options as GuardianStart;
        const unlogged = hole === 'unlogged opening';
        guardian = await startGuardian({
          ...{ data, port, server, ...(unlogged ? { halfChecks: TRUSTING } : {}) },
          limits: { probeSeconds: 86_400, halvesPerHour: 1_000_000 },
        });
        return { url: guardian.url, verifierKeys: guardian.verifierKeys };
      }
      case 'held': {
        const select = open()?.prepare('select 1 from half where recording = ?');
        return asked.recordings.filter((id) => select?.get(id) !== undefined);
      }
      case 'half': {
        const row = open()?.prepare('select half from half where recording = ?').get(asked.recording);
        return row ? Buffer.from(row['half'] as Uint8Array).toString('hex') : null;
      }
      case 'given':
        return open()
          ?.prepare(`select entry from half_journal where kind = 'given'`)
          .all()
          .map(({ entry }) => entry);
      default:
        return undefined;
    }
  };
}

/** Takes the server's word for it that an access was entered. */
const TRUSTING = {
  cosignedEntry: async () => {
    const at = Math.floor(Date.now() / 1000);
    const act = { kind: 'access', grant: 'any', purpose: 'inspection', recordings: 1, list: '' };
    return { ok: true, value: { at, actor: { role: 'researcher', account: null }, act } } as never;
  },
  accessFaults: async () => [],
};

if (process.send) {
  const answers = await (process.argv[2] === 'server' ? beServer() : beGuardian());
  const say = (message: object) => process.send?.(message);
  process.on('disconnect', () => process.exit(0));
  process.on('message', ({ id, ...asked }: Asked & { id: number }) => {
    if (asked.ask === 'arm') {
      arm(asked.fault);
      say({ id, answer: null });
    } else if (asked.ask === 'disarm') say({ id, answer: disarm() });
    else
      answers(asked).then(
        (answer) => say({ id, answer: answer ?? null }),
        (error: unknown) => say({ id, error: error instanceof Error ? (error.stack ?? '') : String(error) }),
      );
  });
  say({ loaded: true });
}
