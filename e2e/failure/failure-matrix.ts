import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { missingIndexes } from '@aboveboard/protocol/upload';
import { makeRecording, type SealedRecording } from '../../apps/server/test/device.ts';
import { openWhole } from '../kill-rounds.ts';
import type { FaultMode } from './fault-steps.ts';
import { MatrixInstallation } from './matrix-installation.ts';

import type { Hole, VictimKind } from './victim-process.ts';

/**
 * The failure matrix: at each step of releasing, splitting, opening, erasing and erasing by time, the server or the guardian is killed with -9
 * before or after it, or has no disk from it on; then it is looked whether anything was opened that the log does not have,
 * whether a recording is lost, and whether a half is left (VLT74; T11, T13, T16).
 */
export const ACTS = ['release', 'split', 'opening', 'erasure', 'retention'] as const;
export type Act = (typeof ACTS)[number];
const MODES: readonly FaultMode[] = ['kill-before', 'kill-after', 'full'];
const VICTIMS: readonly VictimKind[] = ['server', 'guardian'];

export type MatrixReport = {
  rounds: number;
  /** In how many it failed where it was told to; in the others the act was over by then. */
  failed: number;
  killed: number;
  full: number;
  /** Rounds with a file system that had no space left, and in how many of them the act did not succeed. */
  realDisk: { rounds: number; refused: number };
  /** `opening, server, kill-before`: at how many steps it failed there, in how many rounds, and how often it went through all. */
  cells: Record<string, { steps: number; rounds: number; through: number }>;
  /** Keys that were put together in all rounds, checks included. */
  openings: number;
  unloggedOpenings: number;
  recordingsLost: number;
  halvesLeft: number;
  faults: string[];
};

type Cell = { act: Act; victim: VictimKind; mode: FaultMode; next: number; pass: number };
/** What a device was told, and may rely on. */
type Device = { recording: SealedRecording; id: string; isReleased: boolean };
type Kind = 'unloggedOpenings' | 'recordingsLost' | 'halvesLeft';

export async function runFailureMatrix(options: {
  rounds: number;
  /** Only these acts. */
  acts?: readonly Act[];
  hole?: Hole;
  /** Further rounds on a small file system of its own; needs root. */
  realDiskRounds?: number;
  log?: (line: string) => void;
}): Promise<MatrixReport> {
  const { rounds, acts = ACTS, hole = null, realDiskRounds = 0, log = () => undefined } = options;
  const report: MatrixReport = {
    ...{ rounds: 0, failed: 0, killed: 0, full: 0, realDisk: { rounds: 0, refused: 0 }, cells: {} },
    ...{ openings: 0, unloggedOpenings: 0, recordingsLost: 0, halvesLeft: 0, faults: [] },
  };
  await withMatrix({ hole }, report, async (matrix) => {
    const cells: Cell[] = acts.flatMap((act) =>
      VICTIMS.flatMap((victim) => MODES.map((mode) => ({ act, victim, mode, next: 1, pass: 0 }))),
    );
    for (let round = 0; round < rounds; round++) {
      // Neighbours are much alike: a few rounds are of many kinds, too.
      const cell = cells[(round * STRIDE) % cells.length] as Cell;
      await matrix.round(cell);
      if (round % 24 === 23) log(`${round + 1}/${rounds}: ${report.faults.length} faults`);
    }
  });
  if (realDiskRounds > 0) {
    await withMatrix({ hole, disk: DISK }, report, async (matrix) => {
      for (let round = 0; round < realDiskRounds; round++) {
        await matrix.realDiskRound(acts[round % acts.length] as Act, round);
        if (round % 20 === 19) log(`disk ${round + 1}/${realDiskRounds}: ${report.faults.length} faults`);
      }
    });
  }
  return report;
}

/** Kept in bench/results/failure-matrix.json with the commit. */
export async function keepMatrixReport(
  rounds: number,
  realDiskRounds: number,
  log: (line: string) => void = () => undefined,
): Promise<MatrixReport> {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const report = await runFailureMatrix({ rounds, realDiskRounds, log });
  const folder = new URL('../../bench/results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const on = new Date().toISOString().slice(0, 10);
  const record = { name: 'failure-matrix', on, node: process.version, commit, ...report };
  writeFileSync(new URL('failure-matrix.json', folder), `${JSON.stringify(record, null, 2)}\n`);
  return report;
}

/** Has no divisor in common with any number of cells. */
const STRIDE = 7;
const DISK = 400 * 1024 * 1024;

async function withMatrix(
  options: { hole: Hole | null; disk?: number },
  report: MatrixReport,
  work: (matrix: Matrix) => Promise<void>,
): Promise<void> {
  const installation = await MatrixInstallation.start(options);
  try {
    const matrix = new Matrix(installation, report);
    await work(matrix);
    await matrix.lookAtAll();
  } finally {
    await installation.end();
  }
}

class Matrix {
  readonly #in: MatrixInstallation;
  readonly #report: MatrixReport;
  /** Released and there, by all that was said. */
  readonly #whole: Device[] = [];
  readonly #erased: Device[] = [];
  #at = '';
  #unlogged = 0;

  constructor(installation: MatrixInstallation, report: MatrixReport) {
    this.#in = installation;
    this.#report = report;
  }

  #fault(kind: Kind, message: string): void {
    this.#report[kind]++;
    this.#report.faults.push(`${this.#at}: ${message}`);
  }

  async round(cell: Cell): Promise<void> {
    const { act, mode, next: at } = cell;
    const victim = this.#in[cell.victim];
    const name = `${act}, ${cell.victim}, ${mode}`;
    this.#at = `${name}, step ${at}`;
    const device = await this.#prepare(act);
    const deaths = victim.deaths;
    await victim.arm({ at, mode });
    const said = await this.#act(act, device);
    const failed = await victim.settle(deaths);
    await this.#look(act, device, said, (at + cell.pass) % 2 === 0);

    const report = this.#report;
    report.rounds++;
    report.cells[name] ??= { steps: 0, rounds: 0, through: 0 };
    const counted = report.cells[name];
    counted.rounds++;
    if (failed) {
      report.failed++;
      report[mode === 'full' ? 'full' : 'killed']++;
      counted.steps = Math.max(counted.steps, at);
      cell.next++;
    } else {
      cell.next = 1;
      cell.pass++;
      counted.through++;
    }
  }

  /** Whatever writes next on this disk finds that much of it. */
  async realDiskRound(act: Act, n: number): Promise<void> {
    const leave = (n * 7) % 40;
    this.#at = `${act}, ${leave} blocks of disk left, round ${n}`;
    const device = await this.#prepare(act);
    const empty = this.#in.fill(leave * 4096);
    const said = await this.#act(act, device);
    empty();
    await this.#serving();
    await this.#look(act, device, said, n % 8 >= 4);
    this.#report.rounds++;
    this.#report.realDisk.rounds++;
    if (!said) this.#report.realDisk.refused++;
  }

  /** PostgreSQL ends itself when it can't write its log ahead, and is started again. */
  async #serving(): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      const isReady = await this.#in.researcher.call('GET', '/api/ready').then(
        ({ status }) => status === 200,
        () => false,
      );
      if (isReady) return;
      await sleep(100);
    }
    throw new Error('it does not serve again within a minute after there was space');
  }

  /** As far as an act needs it. */
  async #prepare(act: Act): Promise<Device> {
    if (act === 'retention') {
      const device = await this.#prepare('erasure');
      const overdue = 'update recording set kept_since = $2 where id = $1';
      await this.#in.database.query(overdue, [device.id, '2000-01-01']);
      return device;
    }
    if (act === 'opening' || act === 'erasure') {
      const known = act === 'opening' ? this.#whole.at(-1) : this.#whole.shift();
      if (known) return known;
      const device = await this.#made();
      if (!(await this.#release(device))) throw new Error('nothing can be released');
      device.isReleased = true;
      if (act === 'opening') this.#whole.push(device);
      return device;
    }
    const device = await this.#made();
    if (act === 'split') await this.#upload(device);
    return device;
  }

  async #made(): Promise<Device> {
    const recording = await makeRecording(this.#in.about, { segments: 2 });
    return { recording, id: recording.manifest.id, isReleased: false };
  }

  /** True: it was said that it is done. */
  async #act(act: Act, device: Device): Promise<boolean> {
    try {
      if (act === 'opening') return (await openWhole(this.#in.researcher, device.recording)).length === 0;
      if (act === 'erasure') return await this.#erase(device);
      if (act === 'retention') {
        await this.#in.server.ask({ ask: 'housekeeping' });
        return await this.#isErased(device);
      }
      return await this.#release(device);
    } catch {
      return false;
    }
  }

  async #upload({ recording }: Device): Promise<string | null> {
    const { contributor } = this.#in;
    const announced = await contributor.announce(recording.announcement);
    if (announced.status !== 200) return null;
    for (const index of missingIndexes(announced.body)) {
      const sent = await contributor.send(announced.body.upload, index, recording.parts[index] as Uint8Array);
      if (sent.status !== 200) return null;
    }
    return announced.body.upload;
  }

  async #release(device: Device): Promise<boolean> {
    const upload = await this.#upload(device);
    return upload !== null && (await this.#in.contributor.complete(upload)).status === 200;
  }

  async #erase({ id }: Device): Promise<boolean> {
    const answer = await this.#in.contributor.call<{ erased?: string[] }>(
      'POST',
      '/api/my/recordings/erasure',
      { recordings: [id] },
    );
    return answer.status === 200 && answer.body.erased?.includes(id) === true;
  }

  async #isErased({ recording }: Device): Promise<boolean> {
    return (await this.#in.contributor.announce(recording.announcement)).status === 410;
  }

  async #look(act: Act, device: Device, said: boolean, gaveUp: boolean): Promise<void> {
    if (act === 'opening') await this.#lookWhole(device);
    else if (act === 'erasure') await this.#lookErased(device, said);
    else if (act === 'retention') await this.#lookSwept(device);
    else if (said) {
      device.isReleased = true;
      await this.#lookWhole(device);
      this.#whole.push(device);
    } else if (gaveUp) await this.#giveUp(device);
    else await this.#goOn(device);
    const unlogged = await this.#in.unlogged();
    // All of them each time: those of rounds before were told then.
    for (const fault of unlogged.slice(this.#unlogged)) this.#fault('unloggedOpenings', fault);
    this.#unlogged = unlogged.length;
  }

  /** The device tries again what was not acknowledged. */
  async #goOn(device: Device): Promise<void> {
    if (!(await this.#release(device))) {
      return this.#fault('recordingsLost', 'a release that was cut can not be finished');
    }
    device.isReleased = true;
    await this.#lookWhole(device);
    this.#whole.push(device);
  }

  /** The device has it forgotten instead; where that comes too late, erased. */
  async #giveUp(device: Device): Promise<void> {
    const { contributor, database } = this.#in;
    const [row] = await database.query<{ id: string }>('select id from upload where recording = $1', [
      device.id,
    ]);
    if (!row) return;
    const { status } = await contributor.call('DELETE', `/api/uploads/${row.id}`);
    if (status === 409) return this.#lookErased(device, false);
    if (status >= 300) return this.#fault('recordingsLost', `an upload can not be forgotten (${status})`);
    await this.#lookHalves(device, 'what was forgotten');
    this.#erased.push(device);
  }

  async #lookWhole({ recording, id }: Device): Promise<void> {
    const open = () => openWhole(this.#in.researcher, recording).catch((error: Error) => [error.message]);
    let faults = await open();
    // Whoever just started again has to be asked again, as a person would.
    for (let tries = 0; faults.length > 0 && tries < 10; tries++) faults = await open();
    for (const fault of faults) this.#fault('recordingsLost', fault);
    const { vault, guardian } = await this.#in.halves(id);
    if (!vault || !guardian) this.#fault('recordingsLost', 'a half of what was released is not there');
  }

  async #lookErased(device: Device, said: boolean): Promise<void> {
    const half = (await this.#in.guardian.ask({ ask: 'half', recording: device.id })) as string | null;
    if (!said && !(await this.#isErased(device))) {
      // Not begun: then it is all there, and can be erased.
      if (device.isReleased) await this.#lookWhole(device);
    }
    if (!said && !(await this.#erase(device))) this.#fault('halvesLeft', 'what was cut can not be erased');
    if (!(await this.#isErased(device)))
      this.#fault('halvesLeft', 'an erasure that was acknowledged is undone');
    await this.#lookHalves(device, 'what was erased');
    if (half && this.#in.isOnGuardiansDisk(half))
      this.#fault('halvesLeft', 'bytes of a half that was destroyed are in the guardian’s files');
    this.#erased.push(device);
  }

  /** Whatever was cut, the next hour's sweep ends it. */
  async #lookSwept(device: Device): Promise<void> {
    await this.#in.server.ask({ ask: 'housekeeping' });
    await this.#lookErased(device, true);
  }

  async #lookHalves({ id }: Device, what: string): Promise<void> {
    // A guardian that was away is asked again by the hour.
    await this.#in.server.ask({ ask: 'housekeeping' });
    const { vault, guardian } = await this.#in.halves(id);
    if (vault) this.#fault('halvesLeft', `the vault has a half of ${what}`);
    if (guardian) this.#fault('halvesLeft', `the guardian has a half of ${what}`);
  }

  /** In the end everything that was ever said still holds. */
  async lookAtAll(): Promise<void> {
    this.#at = 'in the end';
    for (const device of this.#whole) await this.#lookWhole(device);
    for (const device of this.#erased) await this.#lookHalves(device, 'what was erased or forgotten');
    this.#report.openings += this.#in.openings().length;
  }
}
