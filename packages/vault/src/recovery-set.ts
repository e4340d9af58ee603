import { bech32 } from '@scure/base';
import { generateHybridIdentity } from 'age-encryption';
import { combine, split } from 'shamir-secret-sharing';
import { recipientOf } from './envelope.ts';
import { freshSet, openedBy, type RecoveryShare, SEED_BYTES, shareDigest } from './recovery-share.ts';

/**
 * A guardian's backups are sealed to a recipient whose identity exists on paper alone, in shares (spec/ceremony.md,
 * CER1-CER9). What the guardian keeps of a set opens nothing.
 */
export type RecoverySet = {
  set: string;
  recipient: string;
  enough: number;
  /** SHA-256 of each share, in the order of their numbers. */
  digests: readonly string[];
};

/** Why shares open nothing. `number`: which one, where one can be told. */
export type ShareFault = {
  rule: string;
  code: 'too-few' | 'another-set' | 'twice' | 'opens-something-else' | 'changed';
  number: number | null;
};

export const SHARES_MOST = 20;

/** Throws RangeError unless 2 <= `enough` <= `people` <= 20. The caller wipes `sealing`. */
export async function dealShares(
  { people, enough }: { people: number; enough: number },
  by: { random: (length: number) => Uint8Array; subtle: SubtleCrypto },
): Promise<{ shares: RecoveryShare[]; kept: RecoverySet; sealing: Uint8Array }> {
  const isCount = Number.isInteger(people) && Number.isInteger(enough);
  if (!isCount || enough < 2 || enough > people || people > SHARES_MOST) {
    throw new RangeError(`two or more of at most ${SHARES_MOST} people`);
  }
  const identity = await generateHybridIdentity();
  const recipient = await recipientOf(identity);
  const seed = seedOf(identity);
  try {
    const opens = await openedBy(recipient, by.subtle);
    const set = freshSet(by.random);
    const shares = (await split(seed, people, enough)).map((data, i) => {
      return { set, opens, enough, number: i + 1, of: people, data };
    });
    const digests = await Promise.all(shares.map((share) => shareDigest(share, by.subtle)));
    return { shares, kept: { set, recipient, enough, digests }, sealing: await sealingKey(seed, by.subtle) };
  } finally {
    seed.fill(0);
  }
}

/** What one share alone can be told to be, without opening anything (CER4). */
export async function shareFault(
  share: RecoveryShare,
  kept: RecoverySet,
  subtle: SubtleCrypto,
): Promise<ShareFault | null> {
  const { number } = share;
  if (share.opens !== (await openedBy(kept.recipient, subtle))) {
    return { rule: 'CER6', code: 'opens-something-else', number };
  }
  if (share.set !== kept.set) return { rule: 'CER6', code: 'another-set', number };
  const isKnown = kept.digests[number - 1] === (await shareDigest(share, subtle));
  return isKnown ? null : { rule: 'CER7', code: 'changed', number };
}

/** The identity, or every fault; one that was changed is never joined with others. Throws nothing for what is shown. */
export async function joinShares(
  shares: readonly RecoveryShare[],
  kept: RecoverySet,
  subtle: SubtleCrypto,
): Promise<{ ok: true; identity: string; sealing: Uint8Array } | { ok: false; faults: ShareFault[] }> {
  const faults: ShareFault[] = [];
  const seen = new Set<number>();
  for (const share of shares) {
    const fault = await shareFault(share, kept, subtle);
    if (fault) faults.push(fault);
    if (seen.has(share.number)) faults.push({ rule: 'CER6', code: 'twice', number: share.number });
    seen.add(share.number);
  }
  if (seen.size < kept.enough) faults.push({ rule: 'CER5', code: 'too-few', number: null });
  if (faults.length > 0) return { ok: false, faults };
  const seed = await combine(shares.map(({ data }) => Uint8Array.from(data)));
  try {
    const identity = identityOf(seed);
    const isIt = seed.length === SEED_BYTES && (await recipientOf(identity)) === kept.recipient;
    if (isIt) return { ok: true, identity, sealing: await sealingKey(seed, subtle) };
    return { ok: false, faults: [{ rule: 'CER7', code: 'changed', number: null }] };
  } finally {
    seed.fill(0);
  }
}

/** With it a guardian marks its backups as its own; it opens none (CER10). */
async function sealingKey(seed: Uint8Array, subtle: SubtleCrypto): Promise<Uint8Array> {
  const key = await subtle.importKey('raw', seed as Uint8Array<ArrayBuffer>, 'HKDF', false, ['deriveBits']);
  const info = new TextEncoder().encode('aboveboard guardian backup v1');
  return new Uint8Array(
    await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }, key, 256),
  );
}

function seedOf(identity: string): Uint8Array {
  return bech32.decodeToBytes(identity).bytes;
}

function identityOf(seed: Uint8Array): string {
  return bech32.encodeFromBytes('AGE-SECRET-KEY-PQ-', seed).toUpperCase();
}
