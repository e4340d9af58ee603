import { DatabaseSync, StatementSync } from 'node:sqlite';
import { diskLayer } from '@aboveboard/server/blobs/file-layer';
import pg from 'pg';

/**
 * Where a process can fail: each write of a file (in two halves), sync, rename and removal, each statement of PostgreSQL and of
 * SQLite that changes something, each request to the other machine. They are counted from `arm` on, and the n-th is where
 * the process dies by SIGKILL, before it or after it, or from which on the disk has no space until `disarm`. It works
 * beneath the software, whose code knows nothing of it.
 */
export type FaultMode = 'kill-before' | 'kill-after' | 'full';
export type Fault = { at: number; mode: FaultMode };

let armed: Fault | null = null;
let count = 0;
let fired = false;

export function arm(fault: Fault): void {
  armed = fault;
  count = 0;
  fired = false;
}

/** Did it fail there? Asked of a process that is still alive, so only of a disk that was full. */
export function disarm(): boolean {
  armed = null;
  return fired;
}

type Step = { takesSpace: boolean; noSpace: () => Error };

function before({ takesSpace, noSpace }: Step): number {
  if (!armed) return 0;
  const n = ++count;
  if (armed.mode === 'kill-before' && n === armed.at) die();
  if (armed.mode === 'full' && n >= armed.at && takesSpace) {
    fired = true;
    throw noSpace();
  }
  return n;
}

function after(n: number): void {
  if (armed?.mode === 'kill-after' && n === armed.at) die();
}

/** Nothing of this process runs after it. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
}

async function step<T>(kind: Step, work: () => Promise<T>): Promise<T> {
  const n = before(kind);
  const done = await work();
  after(n);
  return done;
}

const onDisk = (takesSpace: boolean): Step => ({
  takesSpace,
  noSpace: () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }),
});

export function breakFiles(): void {
  const { create, rename, remove, openFolder } = diskLayer;
  diskLayer.create = async (path) => {
    const file = await step(onDisk(true), () => create(path));
    return {
      async write(bytes) {
        const half = bytes.length >> 1;
        await step(onDisk(true), () => file.write(bytes.subarray(0, half)));
        await step(onDisk(true), () => file.write(bytes.subarray(half)));
      },
      sync: () => step(onDisk(true), () => file.sync()),
      close: () => file.close(),
    };
  };
  diskLayer.rename = (from, to) => step(onDisk(false), () => rename(from, to));
  diskLayer.remove = (path) => step(onDisk(false), () => remove(path));
  diskLayer.openFolder = async (path) => {
    const folder = await openFolder(path);
    return { sync: () => step(onDisk(false), () => folder.sync()), close: () => folder.close() };
  };
}

const CHANGES = /^\s*(insert|update|delete|with|commit)\b/i;
const inPostgres: Step = {
  takesSpace: true,
  noSpace: () =>
    Object.assign(new pg.DatabaseError('could not extend a file: No space left on device', 0, 'error'), {
      code: '53100',
    }),
};

export function breakPostgres(): void {
  type Done = (error: Error | null, result?: unknown) => void;
  type Ask = (this: pg.Client, ...given: unknown[]) => unknown;
  const prototype = pg.Client.prototype as unknown as { query: Ask };
  const ask = prototype.query;
  prototype.query = function (...given) {
    const [text] = given;
    if (typeof text !== 'string' || !CHANGES.test(text)) return ask.apply(this, given);
    const done = given.at(-1);
    if (typeof done !== 'function') {
      return step(inPostgres, () => ask.apply(this, given) as Promise<unknown>);
    }
    let n = 0;
    try {
      n = before(inPostgres);
    } catch (error) {
      process.nextTick(done as Done, error as Error);
      return undefined;
    }
    const told: Done = (error, result) => {
      after(n);
      (done as Done)(error, result);
    };
    return ask.apply(this, [...given.slice(0, -1), told]);
  };
}

const inSqlite = (takesSpace: boolean): Step => ({
  takesSpace,
  noSpace: () =>
    Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 }),
});

/** Gives the stores that are opened afterwards, for who looks into them. */
export function breakSqlite(): DatabaseSync[] {
  const opened: DatabaseSync[] = [];
  const { exec, prepare } = DatabaseSync.prototype;
  const { run, get } = StatementSync.prototype;
  const pragmas = new WeakSet<StatementSync>();
  DatabaseSync.prototype.exec = function (text) {
    if (!opened.includes(this)) opened.push(this);
    if (/^\s*(begin|rollback|pragma)/i.test(text)) return exec.call(this, text);
    const n = before(inSqlite(true));
    exec.call(this, text);
    after(n);
  };
  DatabaseSync.prototype.prepare = function (text, ...rest) {
    const statement = prepare.call(this, text, ...rest);
    if (/^\s*pragma wal_checkpoint/i.test(text)) pragmas.add(statement);
    return statement;
  };
  type Ask = (this: StatementSync, ...values: unknown[]) => unknown;
  const counted = (ask: Ask, counts: (statement: StatementSync) => boolean): Ask =>
    function (...values) {
      if (!counts(this)) return ask.apply(this, values);
      const n = before(inSqlite(true));
      const done = ask.apply(this, values);
      after(n);
      return done;
    };
  const prototype = StatementSync.prototype as unknown as { run: Ask; get: Ask };
  prototype.run = counted(run as Ask, () => true);
  prototype.get = counted(get as Ask, (statement) => pragmas.has(statement));
  return opened;
}

/** What is asked of the other machine: not sent, or its answer not heard. */
export function breakRequests(): void {
  const { fetch } = globalThis;
  globalThis.fetch = (...given) => step(onDisk(false), () => fetch(...given));
}
