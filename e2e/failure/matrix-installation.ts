import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { About } from '@aboveboard/protocol/installation';
import { type Database, openDatabase } from '@aboveboard/server/database/database';
import { type EmbeddedPostgres, startEmbedded } from '@aboveboard/server/database/embedded';
import { freePort } from '../../apps/cli/src/free-port.ts';
import { Client } from '../../apps/server/test/device.ts';
import { Victim } from './victim.ts';
import type { Hole } from './victim-process.ts';

/**
 * A server and a guardian, each in a process that can be killed or run out of disk where it is told to, and one PostgreSQL
 * beside them that stays (e2e/kill-server.ts kills that). `disk`: all of it on a file system of that many bytes.
 */
export class MatrixInstallation {
  readonly work: string;
  readonly server: Victim;
  readonly guardian: Victim;
  readonly database: Database;
  readonly postgres: EmbeddedPostgres;
  contributor!: Client;
  researcher!: Client;
  about!: About;
  readonly #openings: string;
  readonly #ends: (() => Promise<void> | void)[];

  private constructor(
    work: string,
    victims: { server: Victim; guardian: Victim },
    rest: { database: Database; postgres: EmbeddedPostgres; openings: string; ends: (() => void)[] },
  ) {
    this.work = work;
    this.server = victims.server;
    this.guardian = victims.guardian;
    this.database = rest.database;
    this.postgres = rest.postgres;
    this.#openings = rest.openings;
    this.#ends = rest.ends;
  }

  static async start({ hole = null, disk }: { hole?: Hole | null; disk?: number } = {}) {
    const work = mkdtempSync(join(tmpdir(), 'aboveboard-matrix-'));
    const ends = [() => rmSync(work, { recursive: true, force: true })];
    if (disk !== undefined) {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${disk}`, 'tmpfs', work]);
      ends.unshift(() => execFileSync('umount', [work]) && undefined);
    }
    chmodSync(work, 0o711);
    const postgres = await startEmbedded(join(work, 'postgres'), () => undefined);
    const database = openDatabase(postgres.url, 2);
    const data = join(work, 'server');
    const ports = { server: await freePort('127.0.0.1'), guardian: await freePort('127.0.0.1') };
    const url = (port: number) => `http://127.0.0.1:${port}`;
    const guardian = new Victim('guardian', {
      ...{ data: join(work, 'guardian'), port: ports.guardian, server: url(ports.server), hole },
    });
    const { verifierKeys } = (await guardian.up) as { verifierKeys: string[] };
    mkdirSync(data, { mode: 0o711 });
    writeFileSync(join(data, 'guardian-address'), `${url(ports.guardian)}\n`);
    const witnesses = verifierKeys.map(
      (key, i) => `witness guardian-${i} ${key} ${url(ports.guardian)}/witness\n`,
    );
    const names = verifierKeys.map((_, i) => `guardian-${i}`).join(' ');
    writeFileSync(
      join(data, 'log-policy'),
      `${witnesses.join('')}group parties all ${names}\nquorum parties\n`,
    );
    // Not on the disk that may be full: what it holds is the test's own.
    const openings = disk === undefined ? join(work, 'openings') : `${work}.openings`;
    writeFileSync(openings, '');
    ends.push(() => rmSync(openings, { force: true }));
    const server = new Victim('server', {
      ...{ data, port: ports.server, databaseUrl: postgres.url, openings, hole },
    });
    const made = new MatrixInstallation(work, { server, guardian }, { database, postgres, openings, ends });
    const { codes } = (await server.up) as { codes: { contributor: string; researcher: string } };
    made.contributor = await Client.redeem(url(ports.server), codes.contributor);
    made.researcher = await Client.redeem(url(ports.server), codes.researcher);
    made.about = (await made.contributor.call<About>('GET', '/api/about')).body;
    return made;
  }

  /** Every key that was put together: the entry of its access, and the recording. */
  openings(): { entry: string; recording: string }[] {
    const lines = readFileSync(this.#openings, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [entry = '', recording = ''] = line.split(' ');
      return { entry, recording };
    });
  }

  /** Keys whose access is not in the journal, or not in the log of uses; halves that the guardian gave without an entry. */
  async unlogged(): Promise<string[]> {
    const rows = await this.database.query<{ entry: string; recordings: string[]; key: string | null }>(
      `select a.entry, a.recordings, l.key from access_entry a
       left join log_entry l on l.log = 'uses' and l.key = a.entry`,
    );
    const logged = new Map(rows.filter(({ key }) => key !== null).map((row) => [row.entry, row.recordings]));
    const faults = this.openings()
      .filter(({ entry, recording }) => !logged.get(entry)?.includes(recording))
      .map(() => 'a recording was opened and no access that is in the log says so');
    const entries = await this.database.query<{ entry: Buffer }>(
      `select entry from log_entry where log = 'uses'`,
    );
    const digests = new Set(entries.map(({ entry }) => createHash('sha256').update(entry).digest('hex')));
    for (const digest of (await this.guardian.ask({ ask: 'given' })) as string[])
      if (!digests.has(digest))
        faults.push('the guardian gave halves for an entry that the log does not have');
    return faults;
  }

  /** Who has a half of it: asked of both, and looked for on the server's disk. */
  async halves(recording: string): Promise<{ vault: boolean; guardian: boolean }> {
    const recordings = [recording];
    const name = createHash('sha256').update(recording).digest('hex');
    const file = join(this.work, 'server', 'keys', 'halves', name);
    const onDisk = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 1;
    const vault = (await this.server.ask({ ask: 'held', recordings })) as string[];
    const guardian = (await this.guardian.ask({ ask: 'held', recordings })) as string[];
    return { vault: onDisk || vault.length > 0, guardian: guardian.length > 0 };
  }

  /** Is this anywhere in the files of the guardian? */
  isOnGuardiansDisk(half: string): boolean {
    const bytes = Buffer.from(half, 'hex');
    const folder = join(this.work, 'guardian');
    return readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(bytes));
  }

  /** Leaves so many bytes of the disk, until the function that it gives is called. */
  fill(leave: number): () => void {
    const path = join(this.work, 'ballast');
    const file = openSync(path, 'w');
    const block = Buffer.alloc(64 * 1024);
    try {
      for (;;) writeSync(file, block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
    ftruncateSync(file, Math.max(0, fstatSync(file).size - leave));
    closeSync(file);
    return () => {
      if (existsSync(path)) rmSync(path);
    };
  }

  async end(): Promise<void> {
    await Promise.all([this.server.end(), this.guardian.end()]);
    await this.database.close();
    await this.postgres.stop();
    for (const end of this.#ends) await end();
  }
}
