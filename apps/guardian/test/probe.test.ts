import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeAsk } from '@aboveboard/protocol/outsider-probe';
import { describe, expect, it } from 'vitest';
import { makeHalfJournal } from '../src/halves/half-journal.ts';
import { makeHalfLock } from '../src/halves/half-lock.ts';
import { startOutsideProbe } from '../src/probe/outside-probe.ts';
import { keptInStore, PROBE_ROLES } from '../src/probe/probe-accounts.ts';
import { openGuardianStore } from '../src/store.ts';

const closed: ProbeAsk = async ({ path }) =>
  path === '/openapi.json'
    ? { status: 200, headers: {}, body: '{"paths":{"/api/secret":{"get":{}}}}' }
    : { status: 401, headers: {}, body: '{}' };
const opening =
  (door: string): ProbeAsk =>
  (request) =>
    request.path === door ? Promise.resolve({ status: 200, headers: {}, body: '[]' }) : closed(request);

const server = { origin: new URL('http://localhost:4870'), grants: () => [] };

function probing(ask: ProbeAsk) {
  const folder = mkdtempSync(join(tmpdir(), 'guardian-probe-'));
  const store = openGuardianStore(folder);
  const now = () => 1_795_000_000;
  const journal = makeHalfJournal(store);
  const lock = makeHalfLock(store, { journal, now, limit: 10 });
  const probe = startOutsideProbe({
    ...{ ask, now, everySeconds: 3600, accounts: keptInStore(store), ...server },
    lock: () => lock.lock('probe'),
  });
  return {
    probe,
    lock,
    journal,
    end() {
      probe.stop();
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe('the guardian as an outsider', () => {
  it('[ACC45, ACC46] leaves the halves open while every door is closed, and tells of the round', async () => {
    const { probe, lock, end } = probing(closed);
    expect(probe.last()).toBeNull();
    const round = await probe.run();
    // Without accounts it could not be anybody, and does not say that it was (T14).
    const lacking = [...PROBE_ROLES];
    expect(round).toMatchObject({ at: 1_795_000_000, unanswered: 6, found: 0, findings: [], lacking });
    expect(round.tried).toBeGreaterThan(100);
    expect(probe.last()).toEqual(round);
    expect(lock.isLocked()).toBe(false);
    end();
  });

  it('[ACC45] seeded hole: a door that opens locks, once, and says who locked', async () => {
    for (const door of ['/api/recordings', '/api/secret', '/folder-id']) {
      const { probe, lock, journal, end } = probing(opening(door));
      const round = await probe.run();
      await probe.run();
      expect(round.found).toBeGreaterThan(0);
      expect(round.findings[0]?.path).toBe(door);
      expect(lock.isLocked()).toBe(true);
      expect(journal.newest(10).map(({ kind, detail }) => [kind, detail.by])).toEqual([['locked', 'probe']]);
      end();
    }
  });

  it('[ACC45] doors that give no answer lock nothing and are shown', async () => {
    const { probe, lock, end } = probing(async () => {
      throw new Error('no answer');
    });
    const round = await probe.run();
    expect(round.unanswered).toBe(round.tried + 1 + PROBE_ROLES.length);
    expect(lock.isLocked()).toBe(false);
    end();
  });

  it('[ACC45] makes a round by itself, one at a time', async () => {
    let rounds = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const ask: ProbeAsk = (request) => {
      if (request.path === '/openapi.json' && ++rounds === 2) resolve();
      return closed(request);
    };
    const accounts = { read: () => [], write: () => undefined };
    const probe = startOutsideProbe({
      ...{ ask, accounts, now: () => 1, everySeconds: 0.02, ...server },
      lock: () => undefined,
    });
    await promise;
    probe.stop();
    expect(await Promise.all([probe.run(), probe.run()])).toHaveLength(2);
  });
});
