import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PARTY_ROLES } from '@aboveboard/consent/agreement';
import { agreementStatement, signStatement } from '@aboveboard/consent/agreement-signing';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { formatNote } from '@aboveboard/tlog/note';
import { storedLog } from '@aboveboard/tlog/stored-log';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeGuardianRules } from '../src/halves/guardian-rules.ts';
import { type GuardianStore, openGuardianStore } from '../src/store.ts';
import type { KnownLogs } from '../src/witness/known-logs.ts';
import { HalfInstallation, PARTIES, type TestLog } from './half-fixture.ts';

describe('the rules as the guardian proves them itself', () => {
  let of: HalfInstallation;
  let store: GuardianStore;
  beforeAll(async () => {
    of = await HalfInstallation.start();
  });
  afterAll(() => of.end());
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'guardian-rules-'));
    store = openGuardianStore(folder);
    return () => {
      store.close();
      rmSync(folder, { recursive: true, force: true });
    };
  });

  /** Over a store of its own; `asked` counts what it asks of the server, `learned` how often it asks for keys. */
  function rulesOf(log: TestLog, { isKnown = true, seen = 0 as number | null } = {}) {
    const counted = { asked: [] as string[], learned: 0 };
    const known = { origin: log.origin, keys: log.signers.map(({ key }) => key) as never };
    let named = isKnown;
    const logs: KnownLogs = {
      keys: new Map(),
      named: () => (named ? known : null),
      follow: () => undefined,
      learn: async () => {
        counted.learned++;
        named = true;
      },
    };
    const rules = makeGuardianRules({
      store,
      logs,
      server: {
        logFile: async (_, path, limit) => {
          counted.asked.push(path);
          if (path === 'checkpoint') return log.served && formatNote(log.served.note);
          return storedLog(log.storage).read(path, limit);
        },
      },
      rows: { latest: async () => (seen === null ? null : { size: seen, checkpoint: new Uint8Array() }) },
      own: () => [of.policy(log).witnesses.map(({ key }) => key)],
      now: () => of.clock.now,
    });
    return { rules, counted };
  }

  it('[GRD66] keeps the keys of every party of the first document, and knows none before', async () => {
    const { rules } = rulesOf(of.rules);
    expect([rules.agreement(), await rules.pinned()]).toEqual([null, []]);
    expect(await rules.now()).not.toBeNull();
    expect(rules.agreement()).toBe(of.agreement.id);
    const pinned = await rules.pinned();
    expect(pinned.map(({ role }) => role)).toEqual([...PARTY_ROLES]);
    expect(new Set(pinned.map(({ fingerprint }) => fingerprint)).size).toBe(PARTY_ROLES.length);
  });

  it('[GRD66] asks for the log’s keys while it has none, and not once it has them', async () => {
    const unknown = rulesOf(of.rules, { isKnown: false });
    expect(await unknown.rules.now()).not.toBeNull();
    await unknown.rules.now();
    expect(unknown.counted.learned).toBe(1);
    const known = rulesOf(of.rules);
    await known.rules.now();
    expect(known.counted.learned).toBe(0);
  });

  it('[GRD66] proves the same checkpoint once, and asks each time whether there is another', async () => {
    const { rules, counted } = rulesOf(of.rules);
    const first = await rules.now();
    const { length } = counted.asked;
    expect(await rules.now()).toBe(first);
    expect(counted.asked.slice(length)).toEqual(['checkpoint']);
  });

  it('[GRD66] proves nothing of a log that its witness has not seen, or has seen longer', async () => {
    const { size } = (await of.head(of.rules)).checkpoint;
    for (const [seen, proves] of [
      [null, false],
      [size + 1, false],
      [size, true],
    ] as const) {
      const { rules } = rulesOf(of.rules, { seen });
      expect([seen, (await rules.now()) !== null]).toEqual([seen, proves]);
    }
  });

  it('[GRD66] takes the keys from the first document, whatever stands in the log before it', async () => {
    // As rules, a log that begins with what a party says.
    const statement = await agreementStatement(of.agreement, crypto.subtle);
    await of.uses.append(await signStatement(statement, PARTIES.employer));
    await of.uses.append(canonicalBytes(of.agreement));
    await of.cosign(of.uses);
    const { rules } = rulesOf(of.uses);
    await rules.now();
    expect(rules.agreement()).toBe(of.agreement.id);
  });
});
