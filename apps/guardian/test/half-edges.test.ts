import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepHalfText } from '@aboveboard/protocol/guardian-halves';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { formatNote } from '@aboveboard/tlog/note';
import { signNote } from '@aboveboard/tlog/signed-note';
import { textSigner } from '@aboveboard/tlog/signer';
import { recipientOf } from '@aboveboard/vault/envelope';
import { asKeyHalf } from '@aboveboard/vault/key-half';
import { generateHybridIdentity } from 'age-encryption';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GivingChecks, type GivingParts, type HalfRequest, makeGiving } from '../src/halves/giving.ts';
import { makeHalfJournal } from '../src/halves/half-journal.ts';
import { makeHalfKeeping } from '../src/halves/half-keeping.ts';
import { LIMIT_MOST, makeHalfLock } from '../src/halves/half-lock.ts';
import { type HalfRows, makeHalfRows } from '../src/halves/half-rows.ts';
import type { HalvesRefused } from '../src/halves/halves-refused.ts';
import { type GuardianStore, openGuardianStore } from '../src/store.ts';
import type { KnownLogs } from '../src/witness/known-logs.ts';

/** What mutants of the release of halves came through (docs/adr/0028): each test here is one that a small wrong change fails. */
const NOW = 1_800_000_000;
const ACCESS_SECONDS = 3_600;
const LABEL = { week: '2026-W47', card: null };
const random = (n: number) => new Uint8Array(randomBytes(n));
const half = () => asKeyHalf(random(32));

let folder: string;
let store: GuardianStore;
let recipient: string;
let clock: number;
beforeAll(async () => {
  recipient = await recipientOf(await generateHybridIdentity());
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guardian-edges-'));
  store = openGuardianStore(folder);
  clock = NOW;
  return () => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  };
});

const LOG = { origin: 'example/uses', keys: [] };
const logs = (log: typeof LOG | null = LOG): KnownLogs => ({
  keys: new Map(),
  named: () => log,
  follow: () => undefined,
  learn: async () => undefined,
});
const fault = (rule: string) => ({ rule, at: 'grant', message: 'does not hold' });
const use = (change: object = {}) => ({
  at: NOW,
  actor: { role: 'researcher', account: 'x' },
  act: { kind: 'access', grant: 'g', purpose: 'dataset' },
  ...change,
});

/** A guardian's decision in which everything holds but what a test takes away. */
function desk(change: { checks?: Partial<GivingChecks> | object; parts?: Partial<GivingParts> } = {}) {
  const journal = makeHalfJournal(store);
  const lock = makeHalfLock(store, { journal, now: () => clock, limit: 10 });
  const halves = makeHalfRows(store, { halvesHeld: 3 });
  const checks = {
    verifyGrant: async () => ({
      ok: true,
      grant: { id: 'g', asker: 'a', purpose: 'model-training' },
      approvedBy: ['representative', 'employer'],
    }),
    cosignedEntry: async () => ({ ok: true, value: use() }),
    accessFaults: async () => [],
    readJobKey: () => recipient,
    ...change.checks,
  } as unknown as Partial<GivingChecks>;
  const give = makeGiving({
    store,
    halves,
    journal,
    lock,
    rules: {
      now: async () => ({ state: {}, checkpointTime: 0 }),
      agreement: () => null,
      pinned: async () => [],
    } as never,
    logs: logs(),
    rows: {} as never,
    own: () => [],
    now: () => clock,
    accessSeconds: ACCESS_SECONDS,
    checks,
    ...change.parts,
  });
  return { give, journal, lock, halves };
}
let n = 0;
const request = (change: Partial<HalfRequest> = {}): HalfRequest => ({
  grant: new Uint8Array(1),
  notes: [],
  entry: new Uint8Array(Buffer.from(`entry ${n++}`)),
  proof: new Uint8Array(1),
  jobKey: new Uint8Array(1),
  recordings: ['one'],
  ...change,
});
const refusal = async (work: Promise<unknown>): Promise<HalvesRefused> =>
  work.then(
    () => {
      throw new Error('it was given');
    },
    (error: HalvesRefused) => error,
  );
const rulesOf = ({ faults }: HalvesRefused) => faults.map(({ rule }) => rule);

describe('the decision to give', () => {
  it('[GRD65] writes for which reading, which job and which entry it gave', async () => {
    const { give, journal, halves } = desk();
    halves.keep('one', half(), LABEL);
    expect((await give(request({ recordings: ['one', 'two'] }))).missing).toEqual(['two']);
    expect(journal.newest(9)).toEqual([
      {
        n: expect.any(Number),
        at: NOW,
        kind: 'given',
        recordings: 1,
        entry: expect.stringMatching(/^[0-9a-f]{64}$/),
        job: expect.stringMatching(/^[0-9a-f]{64}$/),
        detail: {
          asker: 'a',
          grant: 'g',
          purpose: 'model-training',
          reading: 'dataset',
          approvedBy: ['representative', 'employer'],
        },
      },
    ]);
  });

  it('[GRD66] can not decide without rules, nor without the log’s keys, and says no more than that', async () => {
    const rules = { now: async () => null, agreement: () => null, pinned: async () => [] };
    for (const parts of [{ rules }, { logs: logs(null) }]) {
      const { give, journal } = desk({ parts: parts as Partial<GivingParts> });
      const error = await refusal(give(request()));
      expect([error.code, error.faults]).toEqual(['unavailable', []]);
      expect(journal.newest(9)).toEqual([]);
    }
  });

  it('[GRD68] an entry is neither younger than five minutes from now nor older than an access, to the second', async () => {
    const at = (seconds: number) =>
      desk({ checks: { cosignedEntry: async () => ({ ok: true, value: use({ at: NOW + seconds }) }) } }).give(
        request(),
      );
    for (const holds of [300, -ACCESS_SECONDS]) await expect(at(holds)).resolves.toBeDefined();
    for (const [seconds, message] of [
      [301, 'later'],
      [-ACCESS_SECONDS - 1, 'old'],
    ] as const) {
      const error = await refusal(at(seconds));
      expect(rulesOf(error)).toEqual(['GRD68']);
      expect(error.faults[0]?.message).toContain(message);
    }
  });

  it('[GRD69] names of a job key only what is wrong with it, beside what else is wrong', async () => {
    const faulty = async () => [fault('GRT41')];
    const cases: [string | null, boolean, string[]][] = [
      [recipient, true, ['GRT41']],
      [null, true, ['GRT41', 'GRD69']],
      [null, false, ['GRD69']],
      ['age1classic', false, ['GRD69']],
      [`${recipient}\nage1pq1x`, false, ['GRD69']],
    ];
    for (const [key, isFaulty, rules] of cases) {
      const checks = { readJobKey: () => key, ...(isFaulty ? { accessFaults: faulty } : {}) };
      expect(rulesOf(await refusal(desk({ checks }).give(request()))), String(key)).toEqual(rules);
    }
  });

  it('[GRD66] tells the faults of grant and entry together, and looks no further', async () => {
    let looked = 0;
    const checks = {
      verifyGrant: async () => ({ ok: false, faults: [fault('GRT23')] }),
      cosignedEntry: async () => ({ ok: false, faults: [fault('GRD67')] }),
      accessFaults: async () => {
        looked++;
        return [];
      },
    };
    expect(rulesOf(await refusal(desk({ checks }).give(request())))).toEqual(['GRT23', 'GRD67']);
    expect(looked).toBe(0);
  });

  it('[GRD72] says that it is locked before it looks, and when it was locked while it looked', async () => {
    let looked = 0;
    const before = desk({
      checks: {
        verifyGrant: async () => {
          looked++;
          return { ok: false, faults: [fault('GRT23')] };
        },
      },
    });
    before.lock.lock('representative');
    expect((await refusal(before.give(request()))).code).toBe('locked');
    expect(looked).toBe(0);
    before.lock.unlock();
    const during: ReturnType<typeof desk> = desk({
      checks: {
        accessFaults: async () => {
          during.lock.lock('probe');
          return [];
        },
      },
    });
    during.halves.keep('one', half(), LABEL);
    expect((await refusal(during.give(request()))).code).toBe('locked');
    expect(during.journal.newest(99).filter(({ kind }) => kind === 'given')).toEqual([]);
  });

  it('[GRD73] gives within an hour as many as the limit says, and not one more', async () => {
    const { give, lock, halves, journal } = desk();
    lock.setLimit(2);
    for (const id of ['one', 'two', 'three']) halves.keep(id, half(), LABEL);
    await give(request({ recordings: ['one', 'two'] }));
    const error = await refusal(give(request({ recordings: ['three'] })));
    expect(error.code).toBe('limit');
    expect(journal.newest(1)[0]).toMatchObject({
      kind: 'refused',
      recordings: 1,
      job: null,
      detail: { rules: ['limit'] },
    });
    clock += 3_600;
    await expect(give(request({ recordings: ['three'] }))).resolves.toBeDefined();
  });

  it('[GRD74] writes each rule of a refusal once, a hundred refusals an hour, and none of what is nobody’s fault', async () => {
    const checks = { accessFaults: async () => [fault('GRT41'), fault('GRT41'), fault('GRT42')] };
    const { give, journal } = desk({ checks });
    for (let i = 0; i < 99; i++) await refusal(give(request()));
    expect(journal.refusedSince(0)).toBe(99);
    for (let i = 0; i < 3; i++) await refusal(give(request()));
    expect(journal.refusedSince(0)).toBe(100);
    expect(journal.newest(1)[0]?.detail).toEqual({ rules: ['GRT41', 'GRT42'] });
    clock += 3_601;
    await refusal(give(request()));
    expect(journal.refusedSince(0)).toBe(101);
    const broken = desk({
      checks: {
        accessFaults: async () => {
          throw Object.assign(new Error('the disk'), { faults: [] });
        },
      },
    });
    await expect(broken.give(request())).rejects.toThrow('the disk');
    expect(broken.journal.refusedSince(0)).toBe(101);
  });

  it('[GRD65] wipes the halves that it took out, given or not', async () => {
    for (const isGiven of [true, false]) {
      const out: Uint8Array[] = [];
      const rows = {
        ...makeHalfRows(store, { halvesHeld: 3 }),
        half: () => {
          const one = half();
          out.push(one);
          return one;
        },
      } as HalfRows;
      const { give } = desk({
        parts: { halves: rows },
        checks: isGiven ? {} : { limit: () => 0 },
      });
      await give(request({ recordings: ['one', 'two'] })).catch(() => undefined);
      expect(out).toHaveLength(2);
      for (const bytes of out) expect(bytes.every((byte) => byte === 0)).toBe(true);
    }
  });
});

describe('keeping', () => {
  it('[GRD61, GRD64] one half of one recording, as many as there is room for, and none that was destroyed', () => {
    const { halves } = desk();
    const [one, other] = [half(), half()];
    expect(halves.keep('one', one, LABEL)).toBe('kept');
    expect(halves.keep('one', one, LABEL)).toBe('kept');
    expect(halves.keep('one', other, LABEL)).toBe('other');
    expect(halves.half('one')).toEqual(one);
    expect([halves.keep('two', other, LABEL), halves.keep('three', other, LABEL)]).toEqual(['kept', 'kept']);
    expect(halves.keep('four', other, LABEL)).toBe('full');
    // What is kept already takes no room.
    expect(halves.keep('three', other, LABEL)).toBe('kept');
    halves.destroy(['one', 'never-here']);
    expect([halves.half('one'), halves.label('one'), halves.count()]).toEqual([null, { id: 'one' }, 2]);
    for (const id of ['one', 'never-here']) expect(halves.keep(id, one, LABEL)).toBe('destroyed');
    expect(halves.keep('four', other, { week: '2026-W47', card: { id: 'card', version: 3 } })).toBe('kept');
    expect(halves.label('four')).toEqual({ id: 'four', week: '2026-W47', card: { id: 'card', version: 3 } });
    expect(halves.label('two')).toEqual({ id: 'two', week: '2026-W47', card: null });
  });

  it('[GRD62] asks the server for its keys only while it does not know them, and does nothing without them', async () => {
    let learned = 0;
    const asking = (log: typeof LOG | null): KnownLogs => ({
      ...logs(log),
      learn: async () => {
        learned++;
      },
    });
    const given = { recording: 'one', envelope: new Uint8Array(9), note: new Uint8Array(9) };
    const keeping = (log: typeof LOG | null) =>
      makeHalfKeeping({
        halves: makeHalfRows(store, { halvesHeld: 3 }),
        logs: asking(log),
        identities: () => ['x'],
        heldBy: async () => new Map(),
        now: () => clock,
      });
    const unknown = await refusal(keeping(null).keep(given));
    expect([unknown.code, learned]).toEqual(['unavailable', 1]);
    const known = await refusal(keeping(LOG).keep(given));
    expect([known.code, learned]).toEqual(['malformed', 1]);
  });
});

describe('keeping what the server sends', () => {
  const signer = textSigner('example/uses', ed25519Key(new Uint8Array(32).fill(5)));
  async function sent(recording: string) {
    const envelope = random(64);
    const digest = createHash('sha256').update(envelope).digest('hex');
    const note = formatNote(await signNote(keepHalfText(recording, digest), [signer]));
    return { recording, envelope, note };
  }

  it('[GRD62, GRD64] says of each half why it is not kept, and wipes what it opened', async () => {
    const { halves } = desk();
    const out: Uint8Array[] = [];
    const keeping = makeHalfKeeping({
      halves,
      logs: logs({ origin: 'example/uses', keys: [signer.key] as never }),
      identities: () => ['x'],
      heldBy: async () => new Map(),
      now: () => clock,
      checks: {
        openGuardianHalf: async () => {
          const opened = half();
          out.push(opened);
          return { half: opened, label: LABEL };
        },
      },
    });
    halves.destroy(['gone']);
    await keeping.keep(await sent('one'));
    const codes: Record<string, string> = {};
    for (const id of ['one', 'gone']) codes[id] = (await refusal(keeping.keep(await sent(id)))).code;
    await keeping.keep(await sent('two'));
    await keeping.keep(await sent('three'));
    codes['four'] = (await refusal(keeping.keep(await sent('four')))).code;
    expect(codes).toEqual({ one: 'conflict', gone: 'destroyed', four: 'limit' });
    for (const bytes of out) expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(halves.half('one')?.some((byte) => byte !== 0)).toBe(true);
  });

  it('[HLD31] a half that a hold has frozen is kept, is given to nobody, and is named when its time has come', () => {
    const { halves } = desk();
    const one = half();
    halves.keep('one', one, LABEL);
    halves.keep('two', half(), LABEL);
    halves.freeze(['one', 'never-here'], NOW + 60);
    expect(halves.half('one')).toBeNull();
    expect(halves.half('two')).not.toBeNull();
    expect(halves.count()).toBe(2);
    expect([halves.frozenUntil(NOW + 59), halves.frozenUntil(NOW + 60)]).toEqual([[], ['one']]);
    halves.freeze(['one'], NOW + 90);
    expect(halves.frozenUntil(NOW + 60)).toEqual([]);
  });
});

describe('the lock and the limit', () => {
  it('[GRD72, GRD73] take what is a limit and nothing else, and write a line where something changed', () => {
    const { lock, journal } = desk();
    for (const wrong of [-1, 1.5, Number.NaN, LIMIT_MOST + 1]) {
      expect(() => lock.setLimit(wrong), String(wrong)).toThrow(RangeError);
    }
    expect([lock.limit(), lock.isLocked(), journal.newest(9)]).toEqual([10, false, []]);
    for (const right of [0, LIMIT_MOST]) {
      lock.setLimit(right);
      expect(lock.limit()).toBe(right);
    }
    lock.unlock();
    lock.lock('probe');
    lock.lock('representative');
    lock.unlock();
    lock.unlock();
    expect(journal.newest(9).map(({ kind, detail }) => [kind, detail.by])).toEqual([
      ['unlocked', 'representative'],
      ['locked', 'probe'],
      ['limit', 'representative'],
      ['limit', 'representative'],
    ]);
  });
});
