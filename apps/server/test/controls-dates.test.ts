import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { GuardianWord } from '@aboveboard/protocol/guardian-word';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksOfDates, type DateSources } from '../src/controls/checks-of-dates.ts';
import { text } from '../src/controls/messages/en.ts';
import type { StandingHold } from '../src/holds/held.ts';
import { noteFetched } from '../src/notices/notice-board.ts';
import type { StartedServer } from '../src/start.ts';
import { selfSigned } from './self-signed.ts';
import { clearFolders, startDemonstration } from './server.ts';

let server: StartedServer;
beforeAll(async () => {
  server = await startDemonstration();
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

const dates = (change: Partial<DateSources>) =>
  checksOfDates({
    ...{ database: server.installation.inner.database, url: null, hasGuardian: true, now: Date.now },
    held: { of: async () => new Map() },
    word: async () => Promise.reject(new Error('not asked')),
    ...change,
  });

describe('what is over on some day', () => {
  it('[CTL17] seeded faults: a certificate that ends within 30 days, has ended, or is not good yet; none that answers', async () => {
    const tls = createTls(selfSigned(), (_, answer) => answer.end());
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`;
    const days = async (n: number) => {
      const { check } = dates({ url, now: () => Date.now() + n * 86_400_000 }).certificate;
      const { state, found } = await check();
      return [state, found.replace(/on .*? UTC|until .*? UTC|from .*? UTC/, '…')];
    };
    expect((await days(0))[0]).toBe('ok');
    expect((await days(334))[0]).toBe('ok');
    expect(await days(336)).toEqual(['not-ok', expect.stringContaining('less than 30 days')]);
    expect(await days(366)).toEqual(['not-ok', expect.stringContaining('ended')]);
    expect(await days(-366)).toEqual(['not-ok', expect.stringContaining('only')]);
    tls.close();
    await expect(dates({ url }).certificate.check()).rejects.toThrow();
    expect((await dates({ url: server.url }).certificate.check()).found).toBe(text.certificate.none);
    expect((await dates({ url: null }).certificate.check()).state).toBe('not-ok');
  });

  it('[CTL18] seeded faults: the guardian was never backed up, not for a week, at a time to come, or does not say', async () => {
    const at = 1_795_000_000;
    const said = (backup: GuardianWord['backup']) =>
      dates({
        word: async () => ({ log: 'x', asked: '0'.repeat(32), at, lockedBy: null, probe: null, backup }),
      })['guardian-backup'].check();
    expect((await said(at - 7 * 86_400)).state).toBe('ok');
    for (const [backup, found] of [
      ['none', text.guardianBackup.never],
      ['unsaid', text.guardianBackup.unsaid],
      [at - 9 * 86_400, 'more than a week'],
      [at + 3600, 'more than a week'],
    ] as const) {
      const one = await said(backup);
      expect(one.state).toBe('not-ok');
      expect(one.found).toContain(found);
    }
    await expect(dates({})['guardian-backup'].check()).rejects.toThrow();
    expect((await dates({ hasGuardian: false })['guardian-backup'].check()).state).toBe('not-ok');
  });

  it('[CTL19] seeded fault: an erasure that waits for a hold that is over', async () => {
    const { database } = server.installation.inner;
    expect((await dates({}).holds.check()).found).toBe(text.holds.none);
    const id = 'ab'.repeat(16);
    await database.query('insert into held_erasure (recording) values ($1)', [id]);
    expect(await dates({}).holds.check()).toMatchObject({ state: 'not-ok', found: text.holds.over });
    const held = { of: async () => new Map([[id, {} as StandingHold]]) };
    expect(await dates({ held }).holds.check()).toMatchObject({ state: 'ok', found: text.holds.waits });
    await database.query('delete from held_erasure');
    expect((await dates({}).holds.check()).state).toBe('ok');
  });

  it('[CTL12] seeded fault: notices for which no recorder has come for more than two days', async () => {
    const { database } = server.installation.inner;
    const at = async (days: number) => {
      const { state, found } = await dates({ now: () => Date.now() + days * 86_400_000 }).notices.check();
      return [state, found];
    };
    expect(await at(0)).toEqual(['ok', text.notices.none]);
    const board = 'cd'.repeat(16);
    await database.query('insert into notice_board (board) values ($1)', [board]);
    expect([await at(0), await at(2)]).toEqual(Array(2).fill(['ok', text.notices.fetched]));
    expect(await at(3)).toEqual(['not-ok', text.notices.lie]);
    await noteFetched(database.query, board);
    expect(await at(3)).toEqual(['ok', text.notices.fetched]);
    await database.query('delete from notice_board');
  });
});
