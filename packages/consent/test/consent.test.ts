import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { agreementDigest } from '../src/agreement.ts';
import {
  type ConsentChoice,
  giveConsent,
  parseConsent,
  receiptDigest,
  withdrawConsent,
} from '../src/consent.ts';
import { makeLocalWithdrawal } from '../src/local-withdrawal.ts';
import { makeSha256Commitment, opensCommitment } from '../src/sha256-commitment.ts';
import type { WithdrawalEffect } from '../src/withdrawal.ts';
import { commitmentContract } from './commitment-contract.ts';
import { exampleAgreement, NOW } from './example-agreement.ts';
import { withdrawalContract } from './withdrawal-contract.ts';

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const notice = { language: 'en', words: 1, digest: 'cd'.repeat(32) };
const choice: ConsentChoice = {
  purposes: ['model-training'],
  apps: [{ id: 'demonstration-applications', signals: ['pointer'], modes: ['task'] }],
  notice,
};

async function given(change: Partial<ConsentChoice> = {}, now = NOW) {
  const { agreement } = await exampleAgreement();
  const digest = await agreementDigest(agreement, crypto.subtle);
  return giveConsent({ agreement, digest, choice: { ...choice, ...change }, now, random });
}

describe('consent', () => {
  it('[CON1] holds what was chosen and nothing else, and names nobody', async () => {
    const record = await given();
    expect(parseConsent(record)).toEqual({ ok: true, value: record });
    expect(record).toMatchObject({ ...choice, givenAt: NOW, withdrawnAt: null });
    expect((await given()).id).not.toBe(record.id);
    expect(parseConsent({ ...record, name: 'x' })).toMatchObject({ faults: [{ rule: 'CON1' }] });
    expect(parseConsent(null)).toMatchObject({ ok: false });
  });

  it('[CON2] lapses after twelve months, on the same day', async () => {
    const lapse = async (at: string) =>
      new Date((await given({}, Date.parse(at))).lapsesAt).toISOString().slice(0, 10);
    expect(await lapse('2026-11-23T10:00:00Z')).toBe('2027-11-23');
    expect(await lapse('2028-02-29T10:00:00Z')).toBe('2029-02-28');
    const record = await given();
    expect(parseConsent({ ...record, lapsesAt: record.lapsesAt + 1 })).toMatchObject({
      faults: [{ rule: 'CON2' }],
    });
    expect(parseConsent({ ...record, lapsesAt: record.givenAt })).toMatchObject({
      faults: [{ rule: 'CON2' }],
    });
  });

  it('[CON3] can not name what was not agreed', async () => {
    const [app] = choice.apps;
    if (!app) throw new Error('no app');
    await expect(given({ apps: [{ ...app, id: 'mail' }] })).rejects.toThrow(RangeError);
    await expect(given({ apps: [{ ...app, signals: ['photographs'] }] })).rejects.toThrow(RangeError);
    await expect(given({ apps: [{ ...app, modes: ['ambient'] }] })).rejects.toThrow(RangeError);
    await expect(given({ purposes: ['performance' as 'model-training'] })).rejects.toThrow(RangeError);
    await expect(given({ purposes: [] })).rejects.toThrow(RangeError);
  });

  it('[CON5] a withdrawal stays, with its first time', async () => {
    const withdrawn = withdrawConsent(await given(), NOW + 5);
    expect(withdrawn.withdrawnAt).toBe(NOW + 5);
    expect(withdrawConsent(withdrawn, NOW + 9).withdrawnAt).toBe(NOW + 5);
  });

  it('[CON6] the receipt is the same before and after a withdrawal, and another for another act', async () => {
    const record = await given();
    const receipt = await receiptDigest(record, crypto.subtle);
    expect(receipt).toMatch(/^[0-9a-f]{64}$/);
    expect(await receiptDigest(withdrawConsent(record, NOW + 5), crypto.subtle)).toBe(receipt);
    expect(await receiptDigest(await given(), crypto.subtle)).not.toBe(receipt);
  });
});

commitmentContract('SHA-256', async () => ({
  scheme: makeSha256Commitment(crypto.subtle, random),
  opens: (commitment, nonce, bytes) => opensCommitment(commitment, nonce, bytes, crypto.subtle),
}));

describe('SHA-256 commitment', () => {
  it('[CON20] is the hash of domain, nonce and bytes', async () => {
    const fixed = makeSha256Commitment(crypto.subtle, (n) => new Uint8Array(n).fill(5));
    const { commitment } = await fixed.make(Uint8Array.of(1, 2, 3));
    const hash = createHash('sha256').update('aboveboard commitment v1\0').update(Buffer.alloc(32, 5));
    expect(Buffer.from(commitment).toString('hex')).toBe(hash.update(Uint8Array.of(1, 2, 3)).digest('hex'));
    const short = makeSha256Commitment(crypto.subtle, () => new Uint8Array(8));
    await expect(short.make(new Uint8Array(1))).rejects.toThrow(RangeError);
  });
});

withdrawalContract('local', async () => {
  const states = ['on-device', 'cooling', 'uploading', 'released', 'in-datasets'] as const;
  const known = new Map<string, WithdrawalEffect['state']>(states.map((state, i) => [`r${i}`, state]));
  return {
    known,
    withdrawal: makeLocalWithdrawal(
      async (id) => (known.get(id) as (typeof states)[number] | undefined) ?? null,
    ),
  };
});

describe('local withdrawal', () => {
  it('[CON31] seeded hole: a place that can not be asked, or that answers nonsense, promises nothing', async () => {
    const failing = makeLocalWithdrawal(() => Promise.reject(new Error('seeded')));
    expect(await failing.effects(['a'])).toMatchObject([{ state: 'unknown', undone: [] }]);
    const nonsense = makeLocalWithdrawal(async () => 'constructor' as 'released');
    expect(await nonsense.effects(['a'])).toMatchObject([{ state: 'unknown', undone: [] }]);
  });
});
