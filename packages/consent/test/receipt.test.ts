import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { leafHash, nodeHash, rootOf } from '@aboveboard/tlog/merkle';
import { formatProof } from '@aboveboard/tlog/proof-file';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreementWords, noticeDigest } from '../src/agreement-words.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { giveConsent, narrowConsent, withdrawConsent } from '../src/consent.ts';
import { en } from '../src/messages/en.ts';
import { type Receipt, receiptAct, receiptBytes, signReceipt, verifyReceipt } from '../src/receipt.ts';
import { type ReceiptPlace, recordOf } from '../src/receipt-record.ts';
import { makeSha256Commitment } from '../src/sha256-commitment.ts';
import { commitmentEntry } from '../src/uses-entry.ts';
import { NOW } from './example-agreement.ts';
import { aboutOf, checkpointOf, keyedAgreement, POLICY } from './rules-fixture.ts';

const { subtle } = crypto;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const { agreement, document } = await keyedAgreement();
const about = await aboutOf(agreement);
const shown = agreementWords(agreement, en);
const device = ed25519Key(new Uint8Array(32).fill(77));
const contributor = '5a'.repeat(16);
const place: ReceiptPlace = {
  storageLocations: ['the server room of Example Works'],
  jurisdiction: 'DE',
  supervisoryAuthority: 'made up',
  recipients: ['researchers of Example Works'],
  transfers: [],
  withdrawAt: 'the page of the recorder, two clicks from any page',
};
const consent = giveConsent({
  agreement,
  digest: about.digest,
  choice: {
    purposes: ['model-training', 'model-testing'],
    apps: [
      { id: 'expenses', signals: ['pointer', 'keys'], modes: ['task'] },
      { id: 'board', signals: ['states'], modes: ['ambient'] },
    ],
    notice: { language: 'en', words: en.version, digest: await noticeDigest(shown, subtle) },
  },
  now: NOW,
  random,
});
const recordFor = (given = consent, narrowedFrom: string | null = null) =>
  recordOf({ consent: given, agreement, place, contributor, acknowledgedAt: NOW - 60_000, narrowedFrom });
const receipt = await signReceipt(recordFor(), shown, device, subtle);

const verify = (given: Receipt | Uint8Array, with_: Partial<Parameters<typeof verifyReceipt>[1]> = {}) =>
  verifyReceipt(
    given instanceof Uint8Array ? given : receiptBytes(given),
    { agreement: document, policy: POLICY, now: NOW + 1000, ...with_ },
    subtle,
  );
const faults = async (...args: Parameters<typeof verify>) => {
  const checked = await verify(...args);
  return checked.ok ? [] : checked.faults.map((fault) => fault.rule);
};
/** The receipt with a record that was changed and signed anew: what a forger with a device of his own can make. */
const forged = async (change: (record: Receipt['record']) => void) => {
  const record = structuredClone(receipt.record);
  change(record);
  return await signReceipt(record, shown, device, subtle);
};

/** The receipt with its proof in a log of two entries. */
async function logged(): Promise<Receipt> {
  const { commitment, nonce } = await makeSha256Commitment(subtle, random).make(
    await receiptAct(receipt.record, subtle),
  );
  const entries = [random(33), commitmentEntry(commitment)];
  const leaves = entries.map(leafHash);
  expect(rootOf(leaves)).toEqual(nodeHash(leaves[0] as Uint8Array, leaves[1] as Uint8Array));
  const signed = parseCheckpoint(await checkpointOf(entries));
  if (!signed.ok) throw new Error('no checkpoint');
  const proof = formatProof({
    index: 1,
    hashes: [leaves[0] as Uint8Array],
    signed: signed.value,
    extra: null,
  });
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return {
    ...receipt,
    log: { nonce: hex(nonce), commitment: hex(commitment), proof: new TextDecoder().decode(proof) },
  };
}

describe('receipt', () => {
  it('[CON40, CON45, CON46, CON50] verifies offline, and says what was checked', async () => {
    expect(await verify(receipt)).toMatchObject({
      ok: true,
      value: { state: 'given', checked: ['form', 'signature', 'words', 'agreement'] },
    });
    expect(await verify(receipt, { agreement: null, policy: null })).toMatchObject({
      ok: true,
      value: { checked: ['form', 'signature', 'words'] },
    });
  });

  it('[CON41] has every field, and none can be left out or added', async () => {
    const { record } = receipt;
    for (const field of Object.keys(record)) {
      const { [field as keyof typeof record]: _, ...rest } = record;
      expect(await faults({ ...receipt, record: rest as typeof record }), field).toContain('CON41');
    }
    expect(await faults(await forged((one) => Object.assign(one, { employee: 'x' })))).toContain('CON41');
    expect(
      await faults(await forged((one) => Object.assign(one['@context'], { dpv: 'https://evil.example/' }))),
    ).toContain('CON41');
    expect(JSON.stringify(record['@context'])).not.toMatch(/\.jsonld/);
  });

  it('[CON42] has one process for each purpose and application', () => {
    const { 'dpv:hasProcess': processes } = receipt.record;
    expect(
      processes.map((one) => [one['dpv:hasPurpose'], one['ab:application'], one['dpv:hasPersonalData']]),
    ).toEqual([
      ['ab:model-training', 'expenses', ['ab:pointer', 'ab:keys']],
      ['ab:model-training', 'board', ['ab:states']],
      ['ab:model-testing', 'expenses', ['ab:pointer', 'ab:keys']],
      ['ab:model-testing', 'board', ['ab:states']],
    ]);
    expect(processes.every((one) => one['dpv:hasNecessity'] === 'dpv:Optional')).toBe(true);
  });

  it('[CON43] names language and version of the words, and the acknowledgement before the act', async () => {
    expect(receipt.record['dpv:hasNotice']).toMatchObject({
      'dct:language': 'en',
      'dct:hasVersion': en.version,
    });
    const late = await forged((one) => {
      one['dpv:hasNotice']['ab:acknowledgedAtTime'] = new Date(NOW + 1).toISOString();
    });
    expect(await faults(late)).toEqual(['CON47']);
  });

  it('[CON44] names no person', () => {
    expect(receipt.record['dpv:hasDataSubject']).toBe(`urn:aboveboard:contributor:${contributor}`);
    expect(JSON.stringify(receipt.record)).not.toMatch(/employee|surname|givenName|email/i);
  });

  it('[CON45, CON46] seeded holes: another record, key, signature or wording is refused', async () => {
    const other = structuredClone(receipt);
    other.record['dpv:hasProcess'] = other.record['dpv:hasProcess'].slice(0, 1);
    expect(await faults(other)).toEqual(['CON45']);
    const stranger = ed25519Key(new Uint8Array(32).fill(78));
    const key = Buffer.from(stranger.publicKey).toString('base64');
    expect(await faults({ ...receipt, device: { ...receipt.device, key } })).toEqual(['CON45']);
    const words = receipt.shown.map((one, i) => (i === 0 ? { ...one, sentences: ['Something else.'] } : one));
    expect(await faults({ ...receipt, shown: words })).toEqual(['CON46']);
    await expect(
      signReceipt(recordFor(), shown, { ...device, algorithm: 'ml-dsa-44' }, subtle),
    ).rejects.toThrow(RangeError);
  });

  it('[CON47] takes no act of the future, and none that lasts longer than twelve months', async () => {
    expect(await faults(receipt, { now: NOW - 3_600_000 })).toEqual(['CON47']);
    const long = await forged((one) => {
      one['dct:valid'] = new Date(NOW + 366 * 86_400_000).toISOString();
    });
    expect(await faults(long)).toEqual(['CON47']);
  });

  it('[CON48] holds it against the document', async () => {
    const wide = await forged((one) => {
      one['dpv:hasProcess'][1]?.['dpv:hasPersonalData'].push('ab:keys');
    });
    expect(await faults(wide)).toEqual(['CON48']);
    const longer = await forged((one) => {
      for (const process of one['dpv:hasProcess'])
        process['dpv:hasStorageCondition']['dpv:hasDuration'] = 'P9999D';
    });
    expect(await faults(longer)).toHaveLength(4);
    const another = canonicalBytes({ ...agreement, staleHours: 2 });
    expect(await faults(receipt, { agreement: another })).toEqual(['CON48']);
    expect(await faults(receipt, { agreement: new TextEncoder().encode('{}') })).not.toEqual([]);
  });

  it('[CON49] carries its proof of being in the log', async () => {
    const whole = await logged();
    expect(await verify(whole)).toMatchObject({
      ok: true,
      value: { checked: expect.arrayContaining(['log']) },
    });
    const waiting = { ...whole, log: { ...(whole.log as NonNullable<Receipt['log']>), proof: null } };
    const verified = await verify(waiting);
    expect(verified.ok && verified.value.checked).not.toContain('log');
  });

  it('[CON49] seeded holes: a commitment to something else, a proof of something else, and no quorum', async () => {
    const whole = await logged();
    const log = whole.log as NonNullable<Receipt['log']>;
    expect(await faults({ ...whole, log: { ...log, nonce: '0'.repeat(64) } })).toEqual(['CON49']);
    const elsewhere = await logged();
    expect(await faults({ ...whole, log: { ...log, proof: (elsewhere.log as typeof log).proof } })).toContain(
      'LOG125',
    );
    expect(await faults({ ...whole, log: { ...log, proof: 'nonsense' } })).not.toEqual([]);
    expect(await faults(whole, { policy: { ...POLICY, logs: [] } })).not.toEqual([]);
  });

  it('[CON51] says whether it is given, lapsed or withdrawn', async () => {
    expect(await verify(receipt, { now: consent.lapsesAt })).toMatchObject({ value: { state: 'lapsed' } });
    const record = recordFor(withdrawConsent(consent, NOW + 500));
    const withdrawn = await signReceipt(record, shown, device, subtle);
    expect(await verify(withdrawn)).toMatchObject({ value: { state: 'withdrawn' } });
    expect(await receiptAct(record, subtle)).not.toEqual(await receiptAct(receipt.record, subtle));
    const before = await signReceipt(recordFor(withdrawConsent(consent, NOW - 500)), shown, device, subtle);
    expect(await faults(before)).toEqual(['CON47']);
  });

  it('[CON7] a part is taken back; what is kept is no newer and no wider', async () => {
    const keep = { purposes: ['model-training' as const], apps: consent.apps.slice(0, 1) };
    const { withdrawn, kept } = narrowConsent(consent, keep, NOW + 500, random);
    expect(withdrawn.withdrawnAt).toBe(NOW + 500);
    expect(kept).toMatchObject({
      ...keep,
      givenAt: consent.givenAt,
      lapsesAt: consent.lapsesAt,
      withdrawnAt: null,
    });
    expect(kept?.id).not.toBe(consent.id);
    const narrowed = await signReceipt(recordFor(kept as typeof consent, consent.id), shown, device, subtle);
    expect(await faults(narrowed)).toEqual([]);
    expect(narrowConsent(consent, { purposes: [], apps: [] }, NOW, random).kept).toBe(null);
    expect(() =>
      narrowConsent(
        consent,
        { ...keep, apps: [{ id: 'board', signals: ['keys'], modes: ['ambient'] }] },
        NOW,
        random,
      ),
    ).toThrow(RangeError);
    expect(() => narrowConsent(withdrawn, keep, NOW, random)).toThrow(RangeError);
  });

  it('[CON55] property: never throws, whatever the bytes', async () => {
    const whole = receiptBytes(receipt);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(40), async (at, byte, cut) => {
        const broken = whole.slice(0, whole.length - (cut % 3 === 0 ? cut : 0));
        broken[at % broken.length] = byte;
        const checked = await verify(broken);
        if (checked.ok) expect(broken).toEqual(whole);
      }),
    );
    expect(await faults(new TextEncoder().encode('{"formatVersion":2}'))).toEqual(['CON40']);
    expect(await faults(new TextEncoder().encode(JSON.stringify(receipt, null, 1)))).toEqual(['CON40']);
    const failing = { digest: () => Promise.reject(new Error('seeded')) } as unknown as SubtleCrypto;
    const checked = await verifyReceipt(whole, { agreement: null, policy: null, now: NOW }, failing);
    expect(checked).toMatchObject({ ok: false, faults: [{ rule: 'CON55' }] });
  });
});
