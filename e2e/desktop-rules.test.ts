import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agreementStatement } from '@aboveboard/consent/agreement-signing';
import { type ConsentRecord, receiptDigest } from '@aboveboard/consent/consent';
import { parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { randomOf } from '@aboveboard/desktop/live-recording';
import { type DaemonOptions, subtle } from '@aboveboard/desktop/recorder-daemon';
import { FollowedDesk } from '@aboveboard/desktop/rules/followed-desk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryDaemon, SHEET } from '../apps/desktop/test/memory-daemon.ts';
import { ProductionInstallation } from './production-installation.ts';

const BUILD = 'cd'.repeat(32);
const LONG = { timeout: 60_000, interval: 100 };
const HOUR = 3_600_000;
const TARGET = {
  kind: 'desktop',
  executable: SHEET.executable,
  windowClass: SHEET.windowClass ?? '',
} as const;

const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A recorder whose display is in memory, in front of a real server and a real guardian: from a sheet of paper on. */
/** Ids whose key still opens something here: what is left of a destroyed one is a mark. */
async function keysIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'keys'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, 'keys', name))).size));
  return names.filter((_, i) => (sizes[i] as number) > 1);
}

describe('the desktop recorder under signed rules', { timeout: 240_000 }, () => {
  let house: ProductionInstallation;
  let folder: string;
  let recorder: Awaited<ReturnType<typeof memoryDaemon>>;
  /** The last desk that was opened, to ask its gate at other times than now. */
  let desk: FollowedDesk;

  beforeAll(async () => {
    const work = await mkdtemp(join(tmpdir(), 'aboveboard-desktop-rules-'));
    // As root PostgreSQL runs as another user, who has to get through.
    await chmod(work, 0o711);
    closing.push(() => rm(work, { recursive: true, force: true }));
    folder = join(work, 'recorder');
    house = await ProductionInstallation.start(work, 'http://127.0.0.1:4310', 12, async () => (agreement) => {
      agreement.desktopApps = [SHEET];
      agreement.recorders = [{ name: 'aboveboard-desktop', version: '0.1.0', digest: BUILD }];
      agreement.staleHours = 24;
    });
    closing.push(() => house.stop());
    recorder = await memoryDaemon(folder, deskOf(BUILD));
    closing.push(() => recorder.daemon.close());
  }, 120_000);

  function deskOf(build: string): DaemonOptions['desk'] {
    return async (on) => {
      const enrolment = parseEnrolment(house.enrolment);
      if (!enrolment.ok) throw new Error('no enrolment');
      const means = { random: randomOf, subtle };
      desk = await FollowedDesk.open({ enrolment: enrolment.value, build, ...on, now: Date.now, means });
      return desk;
    };
  }

  const said = async () => (await recorder.daemon.rules()).sentences.join(' ');
  const consents = (): readonly ConsentRecord[] => recorder.daemon.consents;
  const denies = (at = Date.now()) => {
    const gate = desk.gate(() => ({ consents: consents(), usage: { session: 0, today: 0 } }));
    const decision = gate.decide({ now: at, mode: 'task', signal: 'pointer', target: TARGET });
    return decision.allow ? null : decision.deny;
  };

  test('[DSK80] proves the rules by itself before anything can be agreed to', async () => {
    await expect(recorder.daemon.agree()).rejects.toThrow('no agreement');
    await expect.poll(said, LONG).toContain('signed by all parties, in the log');
    expect(denies()).toBe('off');
  });

  test('[DSK82] takes part by the code of a sheet, and shows the erase code until she has it', async () => {
    const { daemon } = recorder;
    await expect(daemon.giveCode('not a code')).rejects.toThrow('not a code');
    await daemon.giveCode(house.codes[0] as string);
    await house.signStatements();
    await expect.poll(said, LONG).toContain('You take part');
    expect((await daemon.rules()).eraseCode).toMatch(/[A-Z0-9]/);
    await daemon.eraseCodeKept();
    expect((await daemon.rules()).eraseCode).toBe(null);
    await expect(daemon.giveCode(house.codes[1] as string)).rejects.toThrow('already');
  });

  test('[DSK83] records under her consent, whose receipt is signed here and committed to the log', async () => {
    const { daemon, click } = recorder;
    await expect.poll(() => daemon.agreement?.id, LONG).toBe('works');
    await daemon.agree();
    expect(denies()).toBe(null);
    await daemon.start('Save it');
    click();
    await daemon.stop();
    const [row] = await daemon.recordings();
    const found = await daemon.steps(row?.id ?? '');
    expect(found?.lines.join()).toContain('Save');
    const receipt = await receiptDigest(consents()[0] as ConsentRecord, subtle);
    expect(found?.recording.manifest).toMatchObject({ class: 'own', receipt, agreement: { id: 'works' } });
    await expect.poll(() => desk.receipts(), LONG).toMatchObject([{ withdrawn: false, committed: true }]);
  });

  test('[DSK85, DSK86] what she leaves out is not in what leaves; it rests, leaves in halves, and the server has it', async () => {
    const { daemon } = recorder;
    const [row] = await daemon.recordings();
    const id = row?.id ?? '';
    const whole = await daemon.steps(id);
    expect(whole?.lines.length).toBeGreaterThan(0);
    const nothing = await daemon.prepare(id, { without: [0], worked: null, task: null });
    expect(nothing.lines.length).toBeLessThan(whole?.lines.length ?? 0);
    const prepared = await daemon.prepare(id, { without: [], worked: true, task: 'Save the sheet' });
    expect(prepared.leaving.outcome.worked).toBe(true);
    await expect(daemon.release(nothing.id)).rejects.toThrow('not what was shown');
    await daemon.release(prepared.id);
    expect((await daemon.recordings()).map((one) => one.id)).toEqual([prepared.id]);
    // Called back within the cooling time it is as it was before; released again it leaves when that is over.
    await daemon.recall(prepared.id);
    expect((await daemon.recordings())[0]).toMatchObject({ id: prepared.id, state: 'reviewing' });
    const again = await daemon.prepare(prepared.id, { without: [], worked: true, task: null });
    await daemon.release(again.id);
    expect((await daemon.recordings())[0]).toMatchObject({ id: again.id, state: 'cooling' });
    expect(await house.server.installation.recordings.list()).toEqual([]);
    recorder.clock.ahead = 30 * HOUR;
    // Its timer knows nothing of a clock that jumps: it may look again only after a minute, and then has to send.
    await expect
      .poll(async () => (await daemon.recordings())[0]?.state, { ...LONG, timeout: 170_000 })
      .toBe('released');
    await expect(daemon.recall(again.id)).rejects.toThrow('begun to leave');
    const there = await house.server.installation.recordings.list();
    expect(there.map((one) => one.id)).toEqual([again.id]);
    expect(await keysIn(folder)).not.toContain(id);
  });

  test('[DSK87] erased there at her word, and her key goes here', async () => {
    const { daemon } = recorder;
    const [row] = await daemon.recordings();
    await daemon.erase(row?.id ?? '');
    await expect.poll(() => daemon.recordings(), LONG).toEqual([]);
    expect(await house.server.installation.recordings.list()).toEqual([]);
  });

  test('[DSK80] nothing newer for longer than agreed: it denies, and a clock that goes back helps nobody (T14)', () => {
    expect(denies(Date.now() + 23 * HOUR)).toBe(null);
    expect(denies(Date.now() + 25 * HOUR)).toBe('agreement-stale');
    expect(denies(Date.now() - 2 * HOUR)).toBe('clock-wrong');
  });

  test('[DSK80] another build than the parties listed records nothing', async () => {
    await recorder.daemon.close();
    recorder = await memoryDaemon(folder, deskOf('ef'.repeat(32)));
    expect(await said()).toContain('You take part');
    expect(denies()).toBe('build-not-listed');
    await expect(recorder.daemon.start('Save it')).rejects.toThrow();
    await recorder.daemon.close();
    recorder = await memoryDaemon(folder, deskOf(BUILD));
    expect(denies()).toBe(null);
  });

  test('[DSK80] a revocation ends the recording under way, and nothing begins after it (T5, T14)', async () => {
    const { daemon, click } = recorder;
    await daemon.start('Save it again');
    click();
    const agreement = daemon.agreement;
    if (!agreement) throw new Error('no agreement');
    const about = await agreementStatement(agreement, subtle);
    await house.parties.say({ ...about, kind: 'revocation' }, 'employer');
    await expect.poll(() => daemon.state, LONG).toBe('ready');
    await expect
      .poll(async () => (await daemon.recordings()).map(({ ended }) => ended), LONG)
      .toContain('permission');
    expect(await said()).toContain('A party took the agreement back');
    await expect(daemon.start('Once more')).rejects.toThrow();
  });

  test('[DSK83] taking it back is an act of its own, with a receipt, and counts at once', async () => {
    await recorder.daemon.optOut();
    expect(recorder.daemon.state).toBe('off');
    expect(denies()).toBe('off');
    await expect
      .poll(() => desk.receipts(), LONG)
      .toMatchObject([{ withdrawn: false }, { withdrawn: true, committed: true }]);
  });
});
