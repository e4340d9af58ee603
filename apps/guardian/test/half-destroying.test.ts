import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asKeyHalf } from '@aboveboard/vault/key-half';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeHalfKeeping } from '../src/halves/half-keeping.ts';
import { makeHalfRows } from '../src/halves/half-rows.ts';
import { type GuardianStore, openGuardianStore } from '../src/store.ts';
import type { KnownLogs } from '../src/witness/known-logs.ts';
import { HalfInstallation } from './half-fixture.ts';

/** As half-edges.test.ts: each test here is one that a small wrong change of what destroys halves fails (docs/adr/0028). */
const NOW = 1_800_000_000;
const LABEL = { week: '2026-W47', card: null };
const half = () => asKeyHalf(new Uint8Array(randomBytes(32)));
const logs = (log: { origin: string; keys: never }): KnownLogs => ({
  keys: new Map(),
  named: () => log,
  follow: () => undefined,
  learn: async () => undefined,
});

let folder: string;
let store: GuardianStore;
let clock: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guardian-destroying-'));
  store = openGuardianStore(folder);
  clock = NOW;
  return () => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  };
});

describe('destroying what the server shows the entry of', () => {
  const ids = ['one', 'two', 'three'];
  /** The check of the entry stands in cosigned-entry.test.ts; here is what is done with one that holds. */
  async function keeping(until: ReadonlyMap<string, number>) {
    const of = await HalfInstallation.start();
    const rows = makeHalfRows(store, { halvesHeld: 3 });
    for (const id of ids) rows.keep(id, half(), LABEL);
    const parts = {
      halves: rows,
      logs: logs({ origin: 'example/uses', keys: of.uses.signers.map(({ key }) => key) as never }),
      identities: () => ['x'],
      heldBy: async () => new Map(until),
      now: () => clock,
    };
    const { entry, proof } = await of.destroying(ids);
    const shown = { entry: Buffer.from(entry, 'base64url'), proof: Buffer.from(proof, 'base64url') };
    return { of, rows, kept: makeHalfKeeping(parts), request: { ...shown, recordings: ids } };
  }

  it('[GRD78] [HLD31] destroys those that no hold keeps, and keeps just the others, unread, to the hold’s second', async () => {
    const { of, rows, kept, request } = await keeping(
      new Map([
        ['one', NOW + 60],
        ['two', NOW + 90],
      ]),
    );
    try {
      expect(await kept.destroy(request)).toEqual({ held: ['one', 'two'] });
      expect(ids.map((id) => rows.half(id))).toEqual([null, null, null]);
      // What is held is there and frozen; what is not held is gone for good.
      expect([rows.count(), ids.map((id) => rows.label(id).week)]).toEqual([
        2,
        [LABEL.week, LABEL.week, undefined],
      ]);
      expect(rows.keep('three', half(), LABEL)).toBe('destroyed');
      clock = NOW + 59;
      kept.destroyDue();
      expect(rows.count()).toBe(2);
      clock = NOW + 60;
      kept.destroyDue();
      expect([rows.count(), rows.label('two').week]).toEqual([1, LABEL.week]);
      clock = NOW + 90;
      kept.destroyDue();
      expect(rows.count()).toBe(0);
    } finally {
      await of.end();
    }
  });
});

describe('the store’s log', () => {
  it('[GRD64] is empty when a half was destroyed, and what could not be emptied is an error', () => {
    const halves = makeHalfRows(store, { halvesHeld: 3 });
    halves.keep('one', half(), LABEL);
    const wal = join(folder, 'guardian.sqlite-wal');
    expect(statSync(wal).size).toBeGreaterThan(0);
    halves.destroy(['one']);
    expect(statSync(wal).size).toBe(0);
    // As SQLite answers while somebody else still reads what is to be emptied.
    const busy = new Proxy(store, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name !== 'prepare') return typeof value === 'function' ? value.bind(target) : value;
        return (sql: string) =>
          sql.startsWith('pragma wal_checkpoint')
            ? { get: () => ({ busy: 1, log: 1, checkpointed: 0 }) }
            : target.prepare(sql);
      },
    });
    const rows = makeHalfRows(busy, { halvesHeld: 3 });
    rows.keep('two', half(), LABEL);
    expect(() => rows.destroy(['two'])).toThrow('could not be emptied');
  });
});
