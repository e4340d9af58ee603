import { describe, expect, it } from 'vitest';
import { openBackup, readBackup, sealBackup } from '../src/guardian-backup.ts';
import { dealShares, joinShares, type RecoverySet, shareFault } from '../src/recovery-set.ts';
import { type RecoveryShare, readShare, writeShare } from '../src/recovery-share.ts';

const { subtle } = crypto;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const deal = (people = 5, enough = 3) => dealShares({ people, enough }, { random, subtle });
const STORE = new TextEncoder().encode('everything that a guardian keeps');

/** What `joinShares` says of these, as code and number. */
async function faultsOf(shares: readonly (RecoveryShare | undefined)[], kept: RecoverySet) {
  const outcome = await joinShares(
    shares.flatMap((share) => share ?? []),
    kept,
    subtle,
  );
  return outcome.ok ? [] : outcome.faults.map(({ code, number }) => [code, number]);
}
const tampered = (share: RecoveryShare): RecoveryShare => ({
  ...share,
  data: share.data.map((byte, i) => (i === 5 ? byte ^ 1 : byte)),
});

describe('shares', () => {
  it('[CER1] [CER2] any that are enough give the identity back, whichever they are, more too', async () => {
    const { shares, kept } = await deal();
    for (const some of [
      [0, 1, 2],
      [4, 2, 0],
      [1, 3, 4],
      [0, 1, 2, 3, 4],
    ]) {
      const outcome = await joinShares(
        some.map((i) => shares[i] as RecoveryShare),
        kept,
        subtle,
      );
      expect(outcome.ok && outcome.identity.startsWith('AGE-SECRET-KEY-PQ-1')).toBe(true);
    }
    for (const [people, enough] of [
      [1, 1],
      [3, 1],
      [2, 3],
      [21, 2],
      [3.5, 2],
      [3, 2.5],
    ] as const)
      await expect(deal(people, enough)).rejects.toThrow(RangeError);
  });

  it('[CER4] are written and read to the letter; what was misread is no share', async () => {
    const [share] = (await deal()).shares as [RecoveryShare];
    const text = await writeShare(share, subtle);
    expect(text.replaceAll(' ', '')).toMatch(/^[0-9A-HJKMNP-TV-Z]{85}$/);
    expect(await readShare(text, subtle)).toEqual(share);
    const sloppy = text.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll(' ', '-');
    expect(await readShare(sloppy, subtle)).toEqual(share);
    for (const at of [0, 1, 30, 44, 80, text.length - 1]) {
      if (text[at] === ' ') continue;
      const misread = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      expect(await readShare(misread, subtle)).toBeNull();
    }
    for (const nonsense of ['', 'A', text.slice(1), `${text}0`, 'U'.repeat(85), text.repeat(30)])
      expect(await readShare(nonsense, subtle)).toBeNull();
  });

  it('[CER5] [CER6] [CER7] each fault is named: too few, twice, another set, another guardian’s, changed', async () => {
    const { shares, kept } = await deal();
    const [one, two, three, four] = shares;
    expect(await faultsOf([], kept)).toEqual([['too-few', null]]);
    expect(await faultsOf([one, two], kept)).toEqual([['too-few', null]]);
    expect(await faultsOf([one, two, two], kept)).toEqual([
      ['twice', 2],
      ['too-few', null],
    ]);
    const other = await deal();
    expect(await faultsOf([one, two, other.shares[2]], kept)).toEqual([['opens-something-else', 3]]);
    expect(await faultsOf([one, two, { ...(three as RecoveryShare), set: '00000000' }], kept)).toEqual([
      ['another-set', 3],
    ]);
    expect(await faultsOf([one, two, tampered(three as RecoveryShare)], kept)).toEqual([['changed', 3]]);
    expect(await faultsOf([one, two, tampered(three as RecoveryShare), four], kept)).toEqual([
      ['changed', 3],
    ]);
  });

  it('[CER7] a list of digests that was changed too does not make a share true: what is joined is held against the recipient', async () => {
    const { shares, kept } = await deal(3, 2);
    const { shareDigest } = await import('../src/recovery-share.ts');
    const bad = tampered(shares[1] as RecoveryShare);
    const digests = [...kept.digests];
    digests[1] = await shareDigest(bad, subtle);
    expect(await faultsOf([shares[0], bad], { ...kept, digests })).toEqual([['changed', null]]);
  });

  it('[CER8] one is checked alone', async () => {
    const { shares, kept } = await deal();
    expect(await shareFault(shares[4] as RecoveryShare, kept, subtle)).toBeNull();
    expect((await shareFault(tampered(shares[4] as RecoveryShare), kept, subtle))?.code).toBe('changed');
  });

  it('[CER3] of an earlier dealing open what was sealed before, and nothing later', async () => {
    const before = await deal(2, 2);
    const after = await deal(2, 2);
    expect(await faultsOf(before.shares, after.kept)).toEqual([
      ['opens-something-else', 1],
      ['opens-something-else', 2],
    ]);
    expect(await faultsOf(before.shares, before.kept)).toEqual([]);
  });
});

describe('a backup', () => {
  it('[CER10] opens with the shares, and holds the store in no other form', async () => {
    const { shares, kept, sealing } = await deal(2, 2);
    const file = await sealBackup(STORE, { kept, sealing, subtle });
    expect(Buffer.from(file).includes(Buffer.from(STORE))).toBe(false);
    expect(readBackup(file)?.kept).toEqual(kept);
    const opened = await joinShares(shares, kept, subtle);
    expect(opened.ok && (await openBackup(file, opened, subtle))).toEqual(STORE);
  });

  it('[CER11] that was changed anywhere, cut, or made by somebody who has only the recipient, opens nothing', async () => {
    const { shares, kept, sealing } = await deal(2, 2);
    const opened = await joinShares(shares, kept, subtle);
    if (!opened.ok) throw new Error('not joined');
    const file = await sealBackup(STORE, { kept, sealing, subtle });
    for (let at = 0; at < file.length; at += 37) {
      const changed = file.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(await openBackup(changed, opened, subtle)).toBeNull();
    }
    for (const length of [0, 10, 200, file.length - 33, file.length - 1])
      expect(await openBackup(file.slice(0, length), opened, subtle)).toBeNull();
    const forged = await sealBackup(STORE, { kept, sealing: random(32), subtle });
    expect(await openBackup(forged, opened, subtle)).toBeNull();
  });
});
