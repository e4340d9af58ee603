import { describe, expect, it } from 'vitest';
import { followedPolicy, policyNow } from '../src/followed-policy.ts';
import { policyText } from '../src/policy-change.ts';
import { rulesEntryFaults } from '../src/rules-admission.ts';
import { replayRules } from '../src/rules-replay.ts';
import { parseStatement, type RulesStatement, statementText } from '../src/rules-statement.ts';
import { markOf, type RulesMark, verifyRules } from '../src/verified-rules.ts';
import { NOW } from './example-agreement.ts';
import { changeOf, partOf, policyOf, rulesCheckpoint } from './policy-fixture.ts';
import { both, keyedAgreement, noteOf, PARTIES, signedEntries, TRUST } from './rules-fixture.ts';

const { employer, representative, 'data-protection-officer': officer } = PARTIES;
const { agreement } = await keyedAgreement();
const { id } = agreement;
const entries = await signedEntries(agreement);
const [P0, P1, P2] = [policyOf(0, 0), policyOf(0, 1), policyOf(1, 1)];
const parties = [...both(employer), ...both(representative)];
const first = await noteOf(changeOf(id, P0, P1), parties);
const second = await noteOf(changeOf(id, P1, P2), parties);
const changed = [...entries, first];

const replayed = (...more: Uint8Array[]) => replayRules([...entries, ...more], TRUST, crypto.subtle);
const lastAct = async (...more: Uint8Array[]) => (await replayed(...more)).acts.at(-1);
const ignored = (reason: string) => ({ kind: 'ignored', reason });

describe('a change of whose cosignatures count', () => {
  it('[RUL17] has one spelling, and a whole policy on either side', () => {
    const change = changeOf(id, P0, P2);
    const text = statementText(change);
    expect(parseStatement(text)).toEqual({ ok: true, value: change });
    const faulty = (one: RulesStatement | string) => {
      const parsed = parseStatement(typeof one === 'string' ? one : statementText(one));
      return parsed.ok ? [] : parsed.faults.map(({ rule }) => rule);
    };
    expect(faulty({ ...change, to: change.from })).toContain('RUL17');
    expect(faulty({ ...change, to: policyText({ ...P1, quorum: null }) })).toContain('RUL17');
    expect(faulty({ ...change, to: policyText(partOf(P1, 'rules')) })).toContain('RUL17');
    expect(faulty({ ...change, to: `# a remark\n${change.to}` })).toContain('RUL17');
    expect(
      faulty({ ...change, to: change.to.replace('\nquorum', ' https://w.example\nquorum') }),
    ).not.toEqual([]);
    expect(faulty({ ...change, to: `${change.to}${'#\n'.repeat(13_000)}` })).toContain('RUL17');
    expect(faulty(`${text}more\n`)).toContain('RUL17');
    expect(faulty(text.replace(/^to \d+$/m, 'to 9999'))).toContain('RUL17');
    expect(faulty(text.replace(/^from \d+$/m, 'from 1'))).toContain('RUL17');
    expect(faulty(text.split('\n').slice(0, 3).join('\n'))).toContain('RUL17');
  });

  it('[RUL60] counts when employer and representative have signed it, in one note or in two', async () => {
    const one = await replayed(first);
    expect(one.policies).toEqual([{ index: entries.length, from: policyText(P0), to: policyText(P1) }]);
    const [hers, his] = [
      await noteOf(changeOf(id, P0, P1), both(representative)),
      await noteOf(changeOf(id, P0, P1), both(employer)),
    ];
    expect((await replayed(hers)).policies).toEqual([]);
    expect((await replayed(hers, his)).policies).toMatchObject([{ index: entries.length + 1 }]);
  });

  it('[RUL60] seeded holes: one party, one algorithm, the officer, or a copy is not enough', async () => {
    const change = changeOf(id, P0, P1);
    const hers = await noteOf(change, both(representative));
    const half = await noteOf(change, [representative.ed25519, ...both(employer)]);
    for (const more of [
      [hers],
      [hers, hers],
      [half],
      [hers, await noteOf(change, [employer.ed25519])],
      [hers, await noteOf(change, [employer.mlDsa44])],
      [hers, await noteOf(change, both(officer))],
    ]) {
      expect((await replayed(...more)).policies).toEqual([]);
    }
    expect(await lastAct(await noteOf(change, both(officer)))).toMatchObject(ignored('not-for-this-party'));
    // What was said with one algorithm does not stand in the way of saying it with both.
    expect((await replayed(half, hers)).policies).toHaveLength(1);
    expect((await replayed(hers)).standing.inForce).toBe(true);
  });

  it('[RUL60] signatures from before another version was adopted do not count for it', async () => {
    const hers = await noteOf(changeOf(id, P0, P1), both(representative));
    const his = await noteOf(changeOf(id, P0, P1), both(employer));
    const { agreement: next } = await keyedAgreement((one) => {
      one.version += 1;
    });
    expect((await replayed(hers, ...(await signedEntries(next)), his)).policies).toEqual([]);
  });

  it('[RUL61] follows the one before it, and none that was replaced comes back', async () => {
    expect((await replayed(first, second)).policies.map(({ to }) => to)).toEqual([
      policyText(P1),
      policyText(P2),
    ]);
    const beside = await noteOf(changeOf(id, P0, P2), parties);
    const back = await noteOf(changeOf(id, P1, P0), parties);
    for (const one of [beside, back]) {
      expect(await lastAct(first, one)).toMatchObject(ignored('takes-back'));
      expect((await replayed(first, one)).policies).toHaveLength(1);
      const faults = await rulesEntryFaults(changed, one, TRUST, crypto.subtle);
      expect(faults.map(({ rule }) => rule)).toEqual(['RUL39']);
    }
  });
});

const PINNED = partOf(P0, 'rules');
async function verified(
  given: readonly Uint8Array[],
  by: Parameters<typeof rulesCheckpoint>[1],
  before: RulesMark | null = null,
  policy = PINNED,
) {
  return verifyRules({
    entries: given,
    checkpoint: await rulesCheckpoint(given, by),
    policy,
    trust: TRUST,
    before,
    now: NOW,
    subtle: crypto.subtle,
  });
}
const OLD = { logs: [0], witnesses: [0] };
const NEW = { logs: [0], witnesses: [1] };
const NEWEST = { logs: [1], witnesses: [1] };
async function mark(...args: Parameters<typeof verified>): Promise<RulesMark> {
  const checked = await verified(...args);
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return markOf(checked.value);
}
async function rules(...args: Parameters<typeof verified>): Promise<string[]> {
  const checked = await verified(...args);
  return checked.ok ? [] : checked.faults.map(({ rule }) => rule);
}
const revocation = async () => {
  const { version } = agreement;
  const digest = (await replayed()).versions[0]?.digest ?? '';
  return noteOf({ kind: 'revocation', id, version, digest }, both(employer));
};

describe('what relies on a log whose witnesses change', () => {
  it('[RUL63] goes over the bridge, and then believes the new ones alone', async () => {
    const bridged = await mark(changed, OLD);
    expect(bridged.policy).toBe(policyText(P1));
    const more = [...changed, await revocation()];
    expect(await rules(more, NEW, bridged)).toEqual([]);
    // A thief of the old witness's key vouches for a tree that ends before a revocation, as fresh as he likes.
    expect(await rules(changed, OLD, bridged)).toContain('LOG104');
    expect(await rules(more, OLD, bridged)).toContain('LOG104');
  });

  it('[RUL63] seeded hole: without what was kept of the change the old ones would count on', async () => {
    const { policy: _, ...forgetful } = await mark(changed, OLD);
    expect(await rules(changed, OLD, forgetful)).toEqual([]);
  });

  it('[RUL62] who was set up under the new ones needs no bridge; whom the log does not know is refused', async () => {
    expect(await rules(changed, NEW, null, partOf(P1, 'rules'))).toEqual([]);
    expect(await rules(changed, NEW)).toContain('LOG104');
    const other = partOf(policyOf(0, 7), 'rules');
    expect(await rules(changed, { logs: [0], witnesses: [7] }, null, other)).toEqual(['RUL62']);
  });

  it('[RUL64] seeded hole: the old ones do not vouch for a second change', async () => {
    expect(await rules([...changed, second], OLD)).toEqual(['RUL64']);
    const bridged = await mark(changed, OLD);
    const over = await mark([...changed, second], NEW, bridged);
    expect(over.policy).toBe(policyText(P2));
    expect(await rules([...changed, second], NEWEST, over)).toEqual([]);
  });

  it('[RUL62] a log’s keys are replaced as a witness’s are; the old ones sign nothing that counts', async () => {
    const bridged = await mark([...changed, second], NEW, await mark(changed, OLD));
    const more = [...changed, second, await revocation()];
    expect(await rules(more, { logs: [1], witnesses: [1] }, bridged)).toEqual([]);
    expect(await rules(more, { logs: [0, 1], witnesses: [0, 1] }, bridged)).toEqual([]);
    expect(await rules(more, { logs: [0], witnesses: [1] }, bridged)).not.toEqual([]);
  });

  it('[RUL63] a change that nobody signed, or one party, moves nobody', async () => {
    const alone = [...entries, await noteOf(changeOf(id, P0, P1), both(employer))];
    const after = await mark(alone, OLD);
    expect(after.policy).toBeNull();
    expect(await rules(alone, NEW, after)).toContain('LOG104');
  });

  it('[RUL66] a bridge makes nothing fresh: its rules are as old as its cosignatures', async () => {
    const checked = await verified(changed, { ...OLD, time: NOW - 90 * 86_400_000 });
    expect(checked).toMatchObject({ ok: true, value: { checkpointTime: NOW - 90 * 86_400_000 } });
  });

  it('[RUL65] of the log of uses the part about it counts', async () => {
    const { policies } = await replayed(first, second);
    const uses = partOf(P0, 'uses');
    const followed = followedPolicy(uses, policies);
    expect(followed).toEqual({ text: policyText(P2), later: 2 });
    expect(policyNow(uses, followed?.text)).toEqual(partOf(P2, 'uses'));
    expect(policyNow(uses, null)).toBe(uses);
    expect(followedPolicy(partOf(policyOf(7, 7), 'uses'), policies)).toBeNull();
    expect(followedPolicy(partOf(P2, 'uses'), policies)).toEqual({ text: policyText(P2), later: 0 });
  });
});
