import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { decodeBase64, encodeBase64 } from '@aboveboard/tlog/base64';
import { verifyEd25519 } from '@aboveboard/tlog/ed25519';
import type { Policy } from '@aboveboard/tlog/policy';
import { parseProof, verifyProof } from '@aboveboard/tlog/proof-file';
import type { SigningKey } from '@aboveboard/tlog/signer';
import { z } from 'zod';
import { type Agreement, parseAgreement } from './agreement.ts';
import { noticeDigest, type Passage } from './agreement-words.ts';
import { canonicalBytes, canonicalDigest, readStrictJson } from './canonical-json.ts';
import { CONSENT_MONTHS, monthsAfter } from './consent.ts';
import { type ReceiptRecord, receiptRecord } from './receipt-record.ts';
import { opensCommitment } from './sha256-commitment.ts';
import { commitmentEntry, type OwnAct, ownActBytes } from './uses-entry.ts';

/**
 * The file that the contributor keeps (T21; spec/consent.md, CON40-CON55): what she agreed to, the words that
 * she saw, the signature of her device, and, when the batch of the day is in the log, the proof. It verifies
 * offline and needs nobody of this installation.
 */
const base64 = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9+/]+={0,2}$/);
const passage = z.strictObject({
  heading: z.string().max(300),
  sentences: z.array(z.string().max(5000)).max(1000),
});
const receiptFile = z.strictObject({
  format: z.literal('aboveboard-receipt'),
  formatVersion: z.literal(1),
  record: receiptRecord,
  /** The words that she saw, in her language. */
  shown: z.array(passage).max(200),
  device: z.strictObject({ key: base64, signature: base64 }),
  log: z
    .strictObject({
      nonce: z.string().regex(/^[0-9a-f]{64}$/),
      commitment: z.string().regex(/^[0-9a-f]{64}$/),
      /** A `.tlog-proof`; null until the batch is in the log. */
      proof: z.string().max(1_000_000).nullable(),
    })
    .nullable(),
});
export type Receipt = z.infer<typeof receiptFile>;

/** A receipt that her device signed. `device`: an Ed25519 key. */
export async function signReceipt(
  record: ReceiptRecord,
  shown: readonly Passage[],
  device: SigningKey,
  subtle: SubtleCrypto,
): Promise<Receipt> {
  if (device.algorithm !== 'ed25519') throw new RangeError('a device signs with Ed25519');
  const signature = await device.sign(await signedText(record, subtle));
  return {
    format: 'aboveboard-receipt',
    formatVersion: 1,
    record,
    shown: structuredClone(shown) as Passage[],
    device: { key: encodeBase64(device.publicKey), signature: encodeBase64(signature) },
    log: null,
  };
}

/** What her commitment in the uses log commits to: this consent, or its withdrawal. */
export async function receiptAct(record: ReceiptRecord, subtle: SubtleCrypto): Promise<Uint8Array> {
  return ownActBytes(await receiptOwnAct(record, subtle));
}

export async function receiptOwnAct(record: ReceiptRecord, subtle: SubtleCrypto): Promise<OwnAct> {
  const withdrawn = record['dpv:hasConsentStatus'].some((one) => one['@type'] === 'dpv:ConsentWithdrawn');
  return { kind: withdrawn ? 'withdrawal' : 'consent', digest: await canonicalDigest(record, subtle) };
}

export function receiptBytes(receipt: Receipt): Uint8Array {
  return canonicalBytes(receipt);
}

export type ReceiptCheck = 'form' | 'signature' | 'words' | 'agreement' | 'log';
export type VerifiedReceipt = {
  record: ReceiptRecord;
  state: 'given' | 'lapsed' | 'withdrawn';
  /** What was checked; what is missing here could not be, for want of the policy, the document or a proof. */
  checked: readonly ReceiptCheck[];
};

/** All the faults at once; never throws for what is in `bytes`. */
export async function verifyReceipt(
  bytes: Uint8Array,
  given: {
    /** The document of the agreement; null: not at hand. */
    agreement: Uint8Array | null;
    /** Whom to trust for the uses log; null: not at hand. */
    policy: Policy | null;
    /** Milliseconds since the epoch. */
    now: number;
  },
  subtle: SubtleCrypto,
): Promise<Checked<VerifiedReceipt>> {
  try {
    const read = parseReceipt(bytes);
    if (!read.ok) return read;
    const receipt = read.value;
    const { record } = receipt;
    const checked: ReceiptCheck[] = ['form', 'signature', 'words'];
    const faults = [
      ...timeFaults(record, given.now),
      ...(await signatureFaults(receipt, subtle)),
      ...(await wordFaults(receipt, subtle)),
    ];
    if (given.agreement !== null) {
      checked.push('agreement');
      faults.push(...(await agreementFaults(record, given.agreement, subtle)));
    }
    if (receipt.log !== null && receipt.log.proof !== null && given.policy !== null) checked.push('log');
    faults.push(...(await logFaults(receipt, given.policy, subtle)));
    if (faults.length > 0) return { ok: false, faults };
    return { ok: true, value: { record, state: stateOf(record, given.now), checked } };
  } catch {
    return { ok: false, faults: [{ rule: 'CON55', at: 'receipt', message: 'could not be checked' }] };
  }
}

/** Form alone. */
export function parseReceipt(bytes: Uint8Array): Checked<Receipt> {
  const read = readStrictJson(bytes, 'CON40');
  if (!read.ok) return read;
  const fault = (at: string, message: string): Fault => ({ rule: 'CON40', at, message });
  if (Number((read.value as { formatVersion?: unknown } | null)?.formatVersion) > 1) {
    return { ok: false, faults: [fault('formatVersion', 'is newer than this software, which knows 1')] };
  }
  const shaped = receiptFile.safeParse(read.value);
  if (!shaped.success) {
    return {
      ok: false,
      faults: shaped.error.issues.map((issue) => ({
        rule: issue.path[0] === 'record' ? 'CON41' : 'CON40',
        at: issue.path.map(String).join('.') || 'receipt',
        message:
          issue.code === 'unrecognized_keys' ? 'a field that is not known' : 'not what is allowed here',
      })),
    };
  }
  const canonical = canonicalBytes(shaped.data);
  const same = canonical.length === bytes.length && canonical.every((byte, i) => byte === bytes[i]);
  return same
    ? { ok: true, value: shaped.data }
    : { ok: false, faults: [fault('receipt', 'not in canonical form')] };
}

async function signedText(record: ReceiptRecord, subtle: SubtleCrypto): Promise<Uint8Array> {
  return new TextEncoder().encode(`aboveboard receipt v1\nsha256 ${await canonicalDigest(record, subtle)}\n`);
}

async function signatureFaults({ record, device }: Receipt, subtle: SubtleCrypto): Promise<Fault[]> {
  const key = decodeBase64(device.key);
  const signature = decodeBase64(device.signature);
  const message = await signedText(record, subtle);
  if (key && signature && verifyEd25519(key, message, signature)) return [];
  return [{ rule: 'CON45', at: 'device.signature', message: 'does not verify' }];
}

async function wordFaults({ record, shown }: Receipt, subtle: SubtleCrypto): Promise<Fault[]> {
  const digest = await noticeDigest(shown, subtle);
  if (digest === record['dpv:hasNotice']['ab:sha256']) return [];
  return [{ rule: 'CON46', at: 'shown', message: 'are not the words of the notice' }];
}

function timeFaults(record: ReceiptRecord, now: number): Fault[] {
  const faults: Fault[] = [];
  const fault = (at: string, message: string) => faults.push({ rule: 'CON47', at: `record.${at}`, message });
  const [given, withdrawn] = record['dpv:hasConsentStatus'];
  const at = Date.parse(given?.['dpv:isIndicatedAtTime'] ?? '');
  const lapses = Date.parse(record['dct:valid']);
  if (given?.['@type'] !== 'dpv:ConsentGiven') fault('dpv:hasConsentStatus', 'does not begin with the act');
  if (
    withdrawn &&
    (withdrawn['@type'] !== 'dpv:ConsentWithdrawn' || Date.parse(withdrawn['dpv:isIndicatedAtTime']) < at)
  ) {
    fault('dpv:hasConsentStatus', 'is not an act and then its withdrawal');
  }
  if (!(lapses > at && lapses <= monthsAfter(at, CONSENT_MONTHS))) {
    fault('dct:valid', 'not within twelve months of the act');
  }
  if (!(Date.parse(record['dpv:hasNotice']['ab:acknowledgedAtTime']) <= at)) {
    fault('dpv:hasNotice', 'was acknowledged after the act');
  }
  if (!(at <= now + CLOCK_SLACK)) fault('dpv:hasConsentStatus', 'is in the future');
  return faults;
}
const CLOCK_SLACK = 5 * 60_000;

async function agreementFaults(
  record: ReceiptRecord,
  document: Uint8Array,
  subtle: SubtleCrypto,
): Promise<Fault[]> {
  const parsed = parseAgreement(document);
  if (!parsed.ok) return parsed.faults;
  const agreement = parsed.value;
  const faults: Fault[] = [];
  const fault = (at: string, message: string) => faults.push({ rule: 'CON48', at: `record.${at}`, message });
  const named = record['ab:agreement'];
  if (named['ab:sha256'] !== (await canonicalDigest(agreement, subtle)))
    fault('ab:agreement', 'is another document');
  if (named['dct:identifier'] !== agreement.id || named['dct:hasVersion'] !== agreement.version) {
    fault('ab:agreement', 'has another id or version');
  }
  for (const [i, one] of record['dpv:hasProcess'].entries()) {
    if (!isAgreed(one, agreement)) fault(`dpv:hasProcess[${i}]`, 'is not in the agreement');
  }
  const assessed = agreement.attachments.filter((one) => one.kind === 'impact-assessment');
  const digests = record['dpv:hasImpactAssessment'].map((one) => one['ab:sha256']);
  if (assessed.length !== digests.length || !assessed.every((one) => digests.includes(one.digest))) {
    fault('dpv:hasImpactAssessment', 'is not the one that is attached');
  }
  return faults;
}

function isAgreed(one: ReceiptRecord['dpv:hasProcess'][number], agreement: Agreement): boolean {
  const app = [...agreement.apps, ...agreement.desktopApps].find((two) => two.id === one['ab:application']);
  return (
    app !== undefined &&
    agreement.purposes.some((purpose) => one['dpv:hasPurpose'] === `ab:${purpose}`) &&
    one['dpv:hasPersonalData'].every((data) => app.signals.some((signal) => data === `ab:${signal}`)) &&
    one['ab:mode'].every((mode) => app.modes.includes(mode)) &&
    one['dpv:hasStorageCondition']['dpv:hasDuration'] === `P${agreement.retention.vaultDays}D`
  );
}

async function logFaults(
  { record, log }: Receipt,
  policy: Policy | null,
  subtle: SubtleCrypto,
): Promise<Fault[]> {
  if (log === null) return [];
  const commitment = bytesOfHex(log.commitment);
  const opens = await opensCommitment(
    commitment,
    bytesOfHex(log.nonce),
    await receiptAct(record, subtle),
    subtle,
  );
  const faults: Fault[] = opens
    ? []
    : [{ rule: 'CON49', at: 'log.commitment', message: 'does not commit to this receipt' }];
  if (log.proof === null) return faults;
  const proof = parseProof(new TextEncoder().encode(log.proof));
  if (!proof.ok) return [...faults, ...proof.faults];
  if (policy === null) return faults;
  const verdict = verifyProof(proof.value, commitmentEntry(commitment), policy);
  return verdict.ok ? faults : [...faults, ...verdict.faults];
}

function stateOf(record: ReceiptRecord, now: number): VerifiedReceipt['state'] {
  if (record['dpv:hasConsentStatus'].length > 1) return 'withdrawn';
  return now >= Date.parse(record['dct:valid']) ? 'lapsed' : 'given';
}

function bytesOfHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
