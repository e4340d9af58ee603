import type { Agreement } from '@aboveboard/consent/agreement';
import type { About } from '@aboveboard/protocol/installation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetWords, noteWord } from '../src/identity/last-word.ts';
import { erasureOf } from '../src/recordings/erasure-entry.ts';
import { keptDays, silentDays } from '../src/retention/kept-days.ts';
import { makeRetentionSweep } from '../src/retention/retention-sweep.ts';
import { type EndedSweep, sweepAlarm } from '../src/retention/sweep-alarm.ts';
import { lastSweep } from '../src/retention/sweep-rows.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording } from './device.ts';
import { asOwner, clearFolders, startDemonstration } from './server.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const version = (digest: string, adopted: number, vaultDays: number) => ({
  digest,
  adopted,
  agreement: { retention: { vaultDays } } as Agreement,
});

describe('for how long', () => {
  it('[RET2] [RET3] what its own version says, or less where a later one says less; never more', () => {
    const days = keptDays([
      version('a', 3, 30),
      version('b', 9, 90),
      version('c', 20, 20),
      version('d', 31, 60),
    ]);
    expect([...days].sort()).toEqual([
      ['a', 20],
      ['b', 20],
      ['c', 20],
      ['d', 60],
    ]);
    expect(keptDays([version('b', 9, 90), version('a', 3, 30)]).get('a')).toBe(30);
    expect(keptDays([]).size).toBe(0);
  });
});

describe('for how long a silence', () => {
  const quiet = (digest: string, adopted: number, silenceDays?: number) => ({
    digest,
    adopted,
    agreement: { retention: { silenceDays } } as Agreement,
  });
  it('[RET10] what its version says, or less where a later one says less; a version without one erases nothing for it', () => {
    const days = silentDays([quiet('a', 1), quiet('b', 2, 400), quiet('c', 3, 100), quiet('d', 4)]);
    expect([...days].sort()).toEqual([
      ['a', 100],
      ['b', 100],
      ['c', 100],
    ]);
    expect(silentDays([quiet('a', 1)]).size).toBe(0);
  });
});

describe('the alarm', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const whole: EndedSweep = { began: now - HOUR, ended: now - HOUR, failed: false, unplaced: 0 };
  it.each<[string, EndedSweep | null, ReturnType<typeof sweepAlarm>]>([
    ['after an hour', whole, null],
    ['at exactly a day', { ...whole, ended: now - DAY }, null],
    ['a clock that was set by a little', { ...whole, ended: now + HOUR }, null],
    ['no sweep', null, 'never'],
    ['a day and a millisecond', { ...whole, ended: now - DAY - 1 }, 'late'],
    ['a clock that was set back', { ...whole, ended: now + HOUR + 1 }, 'late'],
    ['no time at all', { ...whole, ended: Number.NaN }, 'late'],
    ['one that failed', { ...whole, failed: true }, 'failed'],
    ['one that could not place a recording', { ...whole, unplaced: 1 }, 'unplaced'],
    ['late comes before what the last one said', { ...whole, ended: 0, failed: true }, 'late'],
  ])('[RET8] %s', (_, last, alarm) => {
    expect(sweepAlarm(last, now)).toBe(alarm);
  });
});

describe('the sweep', () => {
  let server: StartedServer;
  let contributor: Client;
  beforeAll(async () => {
    server = await startDemonstration();
    contributor = await Client.redeem(server.url, server.codes.contributor);
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    clearFolders();
  });

  const query = <T extends object>(text: string, values: unknown[] = []) =>
    server.installation.inner.database.query<T>(text, values);
  const release = async () => {
    const recording = await makeRecording(server.about as About);
    expect((await contributor.upload(recording)).status).toBe(200);
    return recording.manifest.id;
  };
  const age = (id: string, days: number) =>
    asOwner(
      server,
      `update recording set kept_since = (now() at time zone 'utc')::date - ${days} where id = '${id}'`,
    );
  const isListed = async (id: string) =>
    (await query('select 1 from recording where id = $1', [id])).length === 1;
  const isErased = async (id: string) =>
    (await query<{ finished: boolean }>('select finished from erasure where recording = $1', [id]))[0]
      ?.finished;
  const entries = async () =>
    (await query<{ count: number }>(`select count(*)::integer as count from log_entry where log = 'uses'`))[0]
      ?.count as number;
  const alarm = async () => sweepAlarm(await lastSweep(server.installation.inner.database.query), Date.now());
  const rules = async () => ({ versions: [await currentVersion()] }) as never;
  const currentVersion = async () => version(server.about.agreement?.digest as string, 0, 30);
  /** As this server's, but for what a test changes. */
  const sweepWith = (change: Partial<Parameters<typeof erasureOf>[0]>, atOnce = 1_000) => {
    const inner = { ...server.installation.inner, ...change };
    const erasure = erasureOf(inner, { rules, onErased: () => undefined });
    return makeRetentionSweep({ ...inner, rules, erasure, now: Date.now, atOnce });
  };

  it('[RET1] [RET4] erases what is over its time, from the day on which it is, as she would: in the log, and for good', async () => {
    const [over, within] = [await release(), await release()];
    await age(over, 30);
    await age(within, 29);
    const parts = await query<{ sha256: string }>(
      `select encode(sha256, 'hex') as sha256 from part join upload u on u.id = part.upload where u.recording = $1`,
      [over],
    );
    const { vault, blobs } = server.installation.inner;
    const bytes = () => Promise.all(parts.map(async ({ sha256 }) => (await blobs.get(sha256)) !== null));
    expect(parts.length).toBeGreaterThan(0);
    expect([await vault.state(over), new Set(await bytes())]).toEqual(['held', new Set([true])]);
    const before = await entries();
    await server.housekeeping();
    expect([await isListed(over), await isErased(over)]).toEqual([false, true]);
    expect([await vault.state(over), new Set(await bytes())]).toEqual(['destroyed', new Set([false])]);
    expect([await isListed(within), await isErased(within)]).toEqual([true, undefined]);
    expect(await entries()).toBe(before + 1);
    expect(await query('select 1 from garbage')).toEqual([]);
    const mine = await contributor.call<{ recordings: { id: string }[] }>('GET', '/api/my/recordings');
    expect(mine.body.recordings.map(({ id }) => id)).not.toContain(over);
    const again = await makeRecording(server.about as About, { id: over });
    expect((await contributor.announce(again.announcement)).status).not.toBe(200);
    expect(await alarm()).toBe(null);
  });

  it('[RET1] no later request moves the day', async () => {
    const recording = await makeRecording(server.about as About);
    const { body } = await contributor.upload(recording);
    await age(recording.manifest.id, 12);
    const since = () =>
      query<{ day: string }>('select kept_since::text as day from recording where id = $1', [
        recording.manifest.id,
      ]);
    const day = await since();
    await contributor.announce(recording.announcement);
    await contributor.call('GET', `/api/uploads/${body.upload}`);
    await contributor.complete(body.upload);
    expect(await since()).toEqual(day);
  });

  it('[RET5] takes no more at a time than it may, with an entry each time, and nothing that nobody released', async () => {
    const released = [await release(), await release(), await release()];
    const imported = await release();
    for (const id of [...released, imported]) await age(id, 400);
    await asOwner(server, `update recording set class = 'foreign' where id = '${imported}'`);
    const open = await makeRecording(server.about as About);
    await contributor.announce(open.announcement);
    const before = await entries();
    expect(await sweepWith({}, 2).run()).toBe(3);
    expect(await entries()).toBe(before + 2);
    for (const id of released) expect(await isErased(id)).toBe(true);
    expect(await isListed(imported)).toBe(true);
    expect(await query('select 1 from upload where recording = $1', [open.manifest.id])).toHaveLength(1);
  });

  it('[RET6] what was made under no known version stays, and raises the alarm', async () => {
    const id = await release();
    await age(id, 1_000);
    const was = server.about.agreement?.digest as string;
    await asOwner(server, `update recording set agreement = '${'0'.repeat(64)}' where id = '${id}'`);
    await server.housekeeping();
    expect(await isListed(id)).toBe(true);
    expect(await alarm()).toBe('unplaced');
    await asOwner(server, `update recording set agreement = '${was}' where id = '${id}'`);
    await server.housekeeping();
    expect([await isListed(id), await alarm()]).toEqual([false, null]);
  });

  it('[RET7] seeded hole: a vault that fails half-way leaves nothing open, the alarm on, and the rest to the next', async () => {
    const ids = [await release(), await release()];
    for (const id of ids) await age(id, 31);
    const failing = sweepWith(
      { vault: { ...server.installation.inner.vault, destroy: () => Promise.reject(new Error('full')) } },
      1,
    );
    await expect(failing.run()).rejects.toThrow('full');
    expect(await alarm()).toBe('failed');
    // Of the first the rows are gone, its keys are not; the second was not begun.
    const [first, second] = ids.sort() as [string, string];
    expect([await isListed(first), await isErased(first)]).toEqual([false, false]);
    expect(await isListed(second)).toBe(true);
    await server.housekeeping();
    await server.housekeeping();
    expect([await isErased(first), await isErased(second), await alarm()]).toEqual([true, true, null]);
  });

  describe('silence', () => {
    const quietFor = async (days: number) => {
      const { inner } = server.installation;
      const current = {
        digest: server.about.agreement?.digest as string,
        adopted: 0,
        agreement: { retention: { vaultDays: 1_000, silenceDays: days } } as Agreement,
      };
      const known = async () => ({ versions: [current] }) as never;
      const erasure = erasureOf(inner, { rules: known, onErased: () => undefined });
      return makeRetentionSweep({ ...inner, rules: known, erasure, now: Date.now }).run();
    };
    const wordOf = (id: string) =>
      query<{ month: string }>(
        `select w.spoken_in::text as month from last_word w join upload u using (contributor) where u.recording = $1`,
        [id],
      );
    /** As if no device of hers had spoken for so many months. */
    const silent = (id: string, months: number) =>
      asOwner(
        server,
        `update last_word set spoken_in = (date_trunc('month', now() at time zone 'utc') - interval '${months} months')::date
         where contributor = (select contributor from upload where recording = '${id}')`,
      );

    it('[RET10] [RET12] erases everything of hers after so long, with an entry, and nothing of who has spoken', async () => {
      const other = await Client.redeem(server.url, await server.makeCode('contributor', 1));
      const loud = await makeRecording(server.about as About);
      expect((await other.upload(loud)).status).toBe(200);
      const hers = [await release(), await release()];
      await silent(hers[0] as string, 5);
      const before = await entries();
      expect(await quietFor(180)).toBe(0);
      // From the end of that month on there are four whole months, of 120 to 123 days, and some days of this one.
      expect(await quietFor(119)).toBeGreaterThanOrEqual(2);
      expect(await entries()).toBe(before + 1);
      for (const id of hers) expect([await isListed(id), await isErased(id)]).toEqual([false, true]);
      expect(await isListed(loud.manifest.id)).toBe(true);
    });

    it('[RET10] seeded hole: days from the day of a release would erase too early; the month is counted to its end', async () => {
      const id = await release();
      await silent(id, 1);
      const today = new Date().getUTCDate();
      expect(await quietFor(today)).toBe(0);
      expect(await quietFor(today - 1)).toBeGreaterThan(0);
    });

    it('[RET11] keeps the month and no day, moves it when she asks anything, and forgets it with her', async () => {
      const fresh = await Client.redeem(server.url, await server.makeCode('contributor', 1));
      const recording = await makeRecording(server.about as About);
      await fresh.upload(recording);
      const { id } = recording.manifest;
      const month = `${new Date().toISOString().slice(0, 7)}-01`;
      expect(await wordOf(id)).toEqual([{ month }]);
      await silent(id, 3);
      // What was asked a moment ago is remembered; another server on the same database has not heard it.
      const { database } = server.installation.inner;
      const [row] = await query<{ handle: string }>(
        'select contributor as handle from upload where recording = $1',
        [id],
      );
      await noteWord(database.query, row?.handle as string);
      expect(await wordOf(id)).toEqual([{ month }]);
      await noteWord(database.query, 'of-whom-nothing-is-here');
      await forgetWords(database.query);
      expect(
        await query('select 1 from last_word where contributor = $1', ['of-whom-nothing-is-here']),
      ).toEqual([]);
      expect(await wordOf(id)).toEqual([{ month }]);
    });
  });

  it('[RET4] a guardian that does not answer holds nothing up, and is asked again', async () => {
    const id = await release();
    await age(id, 31);
    const { keeper, vault } = server.installation.inner;
    if (!keeper) throw new Error('a demonstration keeps the other half itself');
    const silent = { ...keeper, destroy: () => Promise.reject(new Error('away')) };
    expect(await sweepWith({ keeper: silent }).run()).toBe(1);
    expect([await isListed(id), await vault.state(id), await isErased(id)]).toEqual([
      false,
      'destroyed',
      false,
    ]);
    await server.housekeeping();
    expect(await isErased(id)).toBe(true);
  });

  it('[RET7] a run that was killed tells nothing, and again nothing more happens', async () => {
    const last = await lastSweep(server.installation.inner.database.query);
    await asOwner(server, 'insert into retention_sweep (began_at) values (now())');
    expect(await lastSweep(server.installation.inner.database.query)).toEqual(last);
    const before = await entries();
    expect([await sweepWith({}).run(), await sweepWith({}).run()]).toEqual([0, 0]);
    expect(await entries()).toBe(before);
  });

  it('[RET9] parties and operator see whether, nobody sees how many, and others see nothing', async () => {
    for (const role of ['representative', 'dpo', 'employer', 'operator'] as const) {
      const client = await Client.redeem(server.url, server.codes[role]);
      const { status, body } = await client.call('GET', '/api/retention');
      expect([role, status, Object.keys(body).sort()]).toEqual([role, 200, ['alarm', 'ended']]);
    }
    const researcher = await Client.redeem(server.url, server.codes.researcher);
    for (const client of [researcher, contributor, new Client(server.url)])
      expect([401, 403, 404]).toContain((await client.call('GET', '/api/retention')).status);
  });
});
