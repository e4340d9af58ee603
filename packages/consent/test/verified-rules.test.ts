import { describe, expect, it } from 'vitest';
import { isVerifiedRules, markOf, verifyRules } from '../src/verified-rules.ts';
import { NOW } from './example-agreement.ts';
import {
  aboutOf,
  checkpointOf,
  keyedAgreement,
  noteOf,
  PARTIES,
  POLICY,
  rulesOf,
  signedEntries,
  TRUST,
} from './rules-fixture.ts';

const { agreement } = await keyedAgreement();
const entries = await signedEntries(agreement);
const about = await aboutOf(agreement);
const revocation = await noteOf({ kind: 'revocation', ...about }, [PARTIES.representative.ed25519]);

async function faults(change: Partial<Parameters<typeof verifyRules>[0]>) {
  const checked = await verifyRules({
    entries,
    checkpoint: await checkpointOf(entries),
    policy: POLICY,
    trust: TRUST,
    before: null,
    now: NOW,
    subtle: crypto.subtle,
    ...change,
  });
  return checked.ok ? [] : checked.faults.map((fault) => fault.rule);
}

describe('verified rules', () => {
  it('[RUL50] are those of a cosigned tree, as old as its oldest cosignature', async () => {
    expect(await faults({})).toEqual([]);
    const times = [NOW - 5000, NOW - 90_000, NOW - 1000];
    const checked = await verifyRules({
      entries,
      checkpoint: await checkpointOf(entries, times),
      policy: POLICY,
      trust: TRUST,
      before: null,
      now: NOW,
      subtle: crypto.subtle,
    });
    expect(checked).toMatchObject({ ok: true, value: { checkpointTime: NOW - 90_000, verifiedAt: NOW } });
  });

  it('[RUL50] seeded holes: entries left out, added, changed or in another order are refused', async () => {
    const [document = new Uint8Array(), one = new Uint8Array(), ...rest] = entries;
    expect(await faults({ entries: entries.slice(0, -1) })).toContain('RUL50');
    expect(await faults({ entries: [...entries, revocation] })).toContain('RUL50');
    expect(await faults({ entries: [one, document, ...rest] })).toContain('RUL50');
    const changed = document.slice();
    changed[10] = (changed[10] ?? 0) ^ 1;
    expect(await faults({ entries: [changed, one, ...rest] })).toContain('RUL50');
    // A revocation that is in the tree can't be hidden behind its checkpoint.
    expect(await faults({ checkpoint: await checkpointOf([...entries, revocation]) })).toContain('RUL50');
  });

  it('[RUL50] refuses without the quorum, without a policy that asks for one, and from the future', async () => {
    expect(await faults({ checkpoint: await checkpointOf(entries, [NOW, NOW]) })).not.toEqual([]);
    expect(await faults({ policy: { ...POLICY, quorum: null } })).toContain('RUL50');
    expect(await faults({ policy: { ...POLICY, logs: [] } })).not.toEqual([]);
    const later = NOW + 3_600_000;
    expect(await faults({ checkpoint: await checkpointOf(entries, [later, later, later]) })).toContain(
      'RUL50',
    );
    expect(await faults({ checkpoint: new TextEncoder().encode('nonsense') })).not.toEqual([]);
  });

  it('[RUL51] refuses a second history, and one that is shorter', async () => {
    const before = markOf(await rulesOf([...entries, revocation]));
    expect(await faults({ before })).toContain('RUL51');
    const breach = { kind: 'breach' as const, id: about.id, at: 1_795_000_000, digest: 'ef'.repeat(32) };
    const forked = [...entries, await noteOf(breach, [PARTIES.employer.ed25519])];
    expect(await faults({ entries: forked, checkpoint: await checkpointOf(forked), before })).toContain(
      'RUL51',
    );
    const longer = [...entries, revocation, ...forked.slice(-1)];
    expect(await faults({ entries: longer, checkpoint: await checkpointOf(longer), before })).toEqual([]);
  });

  it('[RUL52] nothing else makes them', async () => {
    const rules = await rulesOf(entries);
    expect(isVerifiedRules(rules)).toBe(true);
    for (const other of [{ ...rules }, structuredClone(rules), null, undefined, 7]) {
      expect(isVerifiedRules(other)).toBe(false);
    }
    expect(Object.isFrozen(rules.state.versions)).toBe(true);
  });

  it('[RUL53] says so when something could not be checked', async () => {
    const broken = { digest: () => Promise.reject(new Error('seeded')) } as unknown as SubtleCrypto;
    expect(await faults({ subtle: broken })).toEqual(['RUL53']);
    expect(await faults({ entries: undefined as unknown as Uint8Array[] })).toEqual(['RUL53']);
  });

  it('[RUL54] a clock that was turned back does not make old rules young, also after a restart', async () => {
    const rules = await rulesOf(entries);
    const day = 24 * 3_600_000;
    const before = markOf(rules, NOW + 2 * day);
    expect(before.seenAt).toBe(NOW + 2 * day);
    expect(await faults({ before, now: NOW + 3_600_000 })).toEqual(['RUL54']);
    expect(await faults({ before, now: NOW + 2 * day })).toEqual([]);
    // Rules that the quorum saw later say how late it is.
    const later = NOW + 60_000;
    const newer = await checkpointOf(entries, [later, later, later]);
    expect(await faults({ before, checkpoint: newer, now: NOW + 3_600_000 })).toEqual([]);
  });
});
