import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecoveryShare, readShare } from '@aboveboard/vault/recovery-share';
import { afterEach, describe, expect, it } from 'vitest';
import { makeHalfJournal } from '../src/halves/half-journal.ts';
import { makeHalfLock } from '../src/halves/half-lock.ts';
import { handOver } from '../src/recovery/hand-over.ts';
import {
  backUp,
  dealRecovery,
  keptSet,
  lastBackUp,
  noteBackUp,
  restoreGuardian,
} from '../src/recovery/recovery.ts';
import { openGuardianStore } from '../src/store.ts';
import { HalfInstallation } from './half-fixture.ts';
import { representative } from './running-guardian.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'guardian-recovery-'));
  folders.push(made);
  return made;
}
const now = () => 1_800_000_000;
const read = async (texts: readonly { text: string }[]) =>
  Promise.all(texts.map(async ({ text }) => (await readShare(text, crypto.subtle)) as RecoveryShare));

describe('a guardian that was lost', () => {
  it('[CER14] [CER15] comes back as it was, with its halves and identity, and locked', async () => {
    const of = await HalfInstallation.start();
    try {
      const { id, halves } = await of.release();
      const data = of.data;
      const kept = await of.whileStopped(async () => {
        const store = openGuardianStore(data);
        const { sheets } = await dealRecovery(store, { people: 3, enough: 2 });
        const backup = (await backUp(store, data)) as Uint8Array;
        store.close();
        rmSync(data, { recursive: true });
        const shares = await read(sheets.slice(1));
        expect(await restoreGuardian({ backup, shares, data, now })).toBeNull();
        return { backup };
      });
      expect(Buffer.from(kept.backup).includes(Buffer.from(halves.guardian))).toBe(false);
      expect((await of.post('/halves/given', (await of.ask([id])).asked)).status).toBe(423);
      await of.whileStopped(async () => {
        const store = openGuardianStore(data);
        const journal = makeHalfJournal(store);
        expect(journal.newest(2)[1]?.detail).toEqual({ by: 'restore' });
        makeHalfLock(store, { journal, now, limit: 100 }).unlock();
        store.close();
      });
      const answer = await of.post('/halves/given', (await of.ask([id])).asked);
      expect([answer.status, answer.body.missing]).toEqual([200, []]);
    } finally {
      await of.end();
    }
  });

  it('[CTL18] knows when its last backup was written, also when it came back from it', async () => {
    const data = folder();
    const store = openGuardianStore(data);
    expect(lastBackUp(store)).toBeNull();
    noteBackUp(store, 1_795_000_000);
    const { sheets } = await dealRecovery(store, { people: 3, enough: 2 });
    const backup = (await backUp(store, data)) as Uint8Array;
    noteBackUp(store, 1_795_600_000);
    expect(lastBackUp(store)).toBe(1_795_600_000);
    store.close();
    const shares = await read(sheets);
    const back = join(folder(), 'new');
    expect(await restoreGuardian({ backup, shares, data: back, now })).toBeNull();
    const restored = openGuardianStore(back);
    // Of the one that it came back from it does not know: the one before is older, and says so.
    expect(lastBackUp(restored)).toBe(1_795_000_000);
    restored.close();
  });

  it('[CER13] is not made from too few, changed or other shares, nor from a changed backup, nor over another', async () => {
    const data = folder();
    const store = openGuardianStore(data);
    expect(await backUp(store, data)).toBeNull();
    const first = await dealRecovery(store, { people: 3, enough: 2 });
    const backup = (await backUp(store, data)) as Uint8Array;
    const again = await dealRecovery(store, { people: 3, enough: 2 });
    store.close();
    const [one, two] = (await read(first.sheets)) as [RecoveryShare, RecoveryShare];
    const [, , other] = (await read(again.sheets)) as [RecoveryShare, RecoveryShare, RecoveryShare];
    const wrong = { ...two, data: two.data.map((byte) => byte ^ 1) };
    const changed = backup.slice();
    changed[backup.length - 100] = (changed[backup.length - 100] as number) ^ 1;
    const empty = join(folder(), 'new');
    for (const [given, code, faults] of [
      [{ shares: [one] }, 'shares', ['too-few']],
      [{ shares: [one, wrong] }, 'shares', ['changed']],
      [{ shares: [one, other] }, 'shares', ['opens-something-else']],
      [{ shares: [one, two], backup: changed }, 'changed-backup', []],
      [{ shares: [one, two], backup: new Uint8Array(500) }, 'no-backup', []],
      [{ shares: [one, two], data }, 'not-empty', []],
    ] as const) {
      const refusal = await restoreGuardian({ backup, data: empty, now, ...given });
      expect(refusal?.code).toBe(code);
      expect(refusal?.code === 'shares' ? refusal.faults.map((fault) => fault.code) : []).toEqual(faults);
      expect(existsSync(empty)).toBe(false);
    }
    expect(await restoreGuardian({ backup, shares: [one, two], data: empty, now })).toBeNull();
    expect(readdirSync(empty)).toEqual(['guardian.sqlite']);
    expect(statSync(join(empty, 'guardian.sqlite')).mode & 0o077).toBe(0);
  });

  it('[CER16] [CER17] is the next representative’s: another passphrase, no shares, locked, with every half', async () => {
    const of = await HalfInstallation.start();
    try {
      const { id } = await of.release();
      await representative(of.url, of.setupLink);
      await of.whileStopped(async () => {
        const store = openGuardianStore(of.data);
        await dealRecovery(store, { people: 2, enough: 2 });
        handOver(store, now);
        expect(keptSet(store)).toBeNull();
        expect(makeHalfJournal(store).newest(1)[0]?.detail).toEqual({ by: 'hand-over' });
        store.close();
      });
      await expect(representative(of.url, null)).rejects.toThrow('no session');
      expect((await of.post('/halves/given', (await of.ask([id])).asked)).status).toBe(423);
      const next = await representative(of.url, of.setupLink);
      await next.send('/representative/lock', {}, 'DELETE');
      expect((await of.post('/halves/given', (await of.ask([id])).asked)).status).toBe(200);
    } finally {
      await of.end();
    }
  });

  it('[CER10] [CER12] its backup has no half that was destroyed, and leaves no copy and no identity beside the store', async () => {
    const of = await HalfInstallation.start();
    try {
      const { id, halves } = await of.release();
      expect((await of.post('/halves/destroyed', await of.destroying([id]))).status).toBe(204);
      await of.whileStopped(async () => {
        const store = openGuardianStore(of.data);
        const { sheets } = await dealRecovery(store, { people: 2, enough: 2 });
        const backup = (await backUp(store, of.data)) as Uint8Array;
        store.close();
        expect(readdirSync(of.data)).toEqual(['guardian.sqlite']);
        const text = readFileSync(join(of.data, 'guardian.sqlite'));
        for (const { data } of await read(sheets)) expect(text.includes(Buffer.from(data))).toBe(false);
        const data = join(folder(), 'new');
        expect(await restoreGuardian({ backup, shares: await read(sheets), data, now })).toBeNull();
        const restored = readFileSync(join(data, 'guardian.sqlite'));
        expect(restored.includes(Buffer.from(halves.guardian))).toBe(false);
      });
    } finally {
      await of.end();
    }
  });
});
