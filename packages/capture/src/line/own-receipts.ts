import { agreementWords } from '@aboveboard/consent/agreement-words';
import { hex } from '@aboveboard/consent/canonical-json';
import type { ConsentRecord } from '@aboveboard/consent/consent';
import type { Enrolment } from '@aboveboard/consent/enrolment-file';
import { policyNow } from '@aboveboard/consent/followed-policy';
import { en } from '@aboveboard/consent/messages/en';
import { type Receipt, receiptAct, signReceipt } from '@aboveboard/consent/receipt';
import { recordOf } from '@aboveboard/consent/receipt-record';
import type { RulesVersion } from '@aboveboard/consent/rules-state';
import { makeSha256Commitment } from '@aboveboard/consent/sha256-commitment';
import { commitmentEntry } from '@aboveboard/consent/uses-entry';
import { openLog } from '@aboveboard/tlog/log-reader';
import { formatProof } from '@aboveboard/tlog/proof-file';
import type { SigningKey } from '@aboveboard/tlog/signer';
import type { DeviceMeans } from './device-means.ts';
import type { KeptUses } from './followed-uses.ts';
import type { KeptReceipt } from './kept-receipt.ts';
import { keptTiles } from './kept-tiles.ts';
import type { Kept } from './kept-value.ts';

/** What is so at the moment when receipts are made. */
export type ReceiptsNow = {
  consents: readonly ConsentRecord[];
  /** Null without an enrolment: then nobody said what a receipt has to say. */
  enrolment: Enrolment | null;
  contributor: string | null;
  versions: readonly RulesVersion[];
  /** Tells the server; null: there is no session. */
  commit: ((commitments: readonly string[]) => Promise<void>) | null;
};

/**
 * A receipt for each act of hers, its commitment to the log of uses, and in time its proof. Nothing waits for
 * this: what was interrupted is found by looking at what is missing.
 */
export class OwnReceipts {
  readonly #kept: Kept<KeptReceipt[]>;
  readonly #uses: Kept<KeptUses>;
  readonly #signer: () => Promise<SigningKey>;
  readonly #now: () => ReceiptsNow;
  readonly #means: DeviceMeans;
  #running: Promise<void> | null = null;
  /** The same entries hold the same; one that begins looks once more. */
  #lookedAt = '';

  constructor(parts: {
    kept: Kept<KeptReceipt[]>;
    uses: Kept<KeptUses>;
    signer: () => Promise<SigningKey>;
    now: () => ReceiptsNow;
    means: DeviceMeans;
  }) {
    this.#kept = parts.kept;
    this.#uses = parts.uses;
    this.#signer = parts.signer;
    this.#now = parts.now;
    this.#means = parts.means;
  }

  /** One at a time. Rejects with what `commit` rejects with. */
  keep(): Promise<void> {
    this.#running ??= this.#keep().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #keep(): Promise<void> {
    const known = (await this.#kept.get()) ?? [];
    const made: KeptReceipt[] = [];
    const now = this.#now();
    for (const consent of now.consents) {
      const withdrawn = consent.withdrawnAt !== null;
      if (known.some((one) => one.consent === consent.id && one.withdrawn === withdrawn)) continue;
      const receipt = await this.#receiptOf(consent, now);
      const at = consent.withdrawnAt ?? consent.givenAt;
      if (receipt) made.push({ consent: consent.id, withdrawn, at, receipt, committed: false });
    }
    if (made.length > 0) await this.#kept.put([...known, ...made]);
    await this.#commit();
    await this.#prove();
  }

  async #receiptOf(consent: ConsentRecord, now: ReceiptsNow): Promise<Receipt | null> {
    const { enrolment, contributor, consents, versions } = now;
    const agreement = versions.find(({ digest }) => digest === consent.agreement.digest)?.agreement;
    if (!enrolment || !contributor || !agreement) return null;
    const { random, subtle } = this.#means;
    // What is kept of a withdrawn act has that act's time.
    const from = consents.find((one) => one.id !== consent.id && one.givenAt === consent.givenAt);
    const narrowedFrom = from && consents.indexOf(from) < consents.indexOf(consent) ? from.id : null;
    const { place } = enrolment.file;
    const acknowledgedAt = consent.givenAt;
    const record = recordOf({ consent, agreement, place, contributor, acknowledgedAt, narrowedFrom });
    const signed = await signReceipt(record, agreementWords(agreement, en), await this.#signer(), subtle);
    const act = await receiptAct(record, subtle);
    const { commitment, nonce } = await makeSha256Commitment(subtle, random).make(act);
    return { ...signed, log: { nonce: hex(nonce), commitment: hex(commitment), proof: null } };
  }

  async #commit(): Promise<void> {
    const { commit } = this.#now();
    const waiting = ((await this.#kept.get()) ?? []).filter(({ committed }) => !committed);
    const commitments = waiting.flatMap(({ receipt }) => receipt.log?.commitment ?? []);
    if (!commit || commitments.length === 0) return;
    await commit(commitments);
    const now = (await this.#kept.get()) ?? [];
    const told = new Set(commitments);
    await this.#kept.put(
      now.map((one) => (told.has(one.receipt.log?.commitment ?? '') ? { ...one, committed: true } : one)),
    );
  }

  /** Looks for her commitments in the part of the log that every device fetches; only her nonces tell which are hers. */
  async #prove(): Promise<void> {
    const { enrolment } = this.#now();
    const wanted = ((await this.#kept.get()) ?? []).filter(
      ({ receipt, committed }) => committed && !receipt.log?.proof,
    );
    const uses = await this.#uses.get();
    const at = `${wanted.length} ${uses?.size}`;
    if (!enrolment || wanted.length === 0 || !uses?.checkpoint || at === this.#lookedAt) return;
    const source = keptTiles(uses.checkpoint, new Map(uses.tiles));
    const { signed, reader } = await openLog(source, policyNow(enrolment.uses.policy, uses.policy));
    const sought = new Map(
      wanted.map(({ receipt }) => [hex(entryOf(receipt)), receipt.log?.commitment ?? '']),
    );
    for await (const { index, entry } of reader.entries(uses.first)) {
      const commitment = sought.get(hex(entry));
      if (!commitment) continue;
      const proof = new TextDecoder().decode(formatProof(await reader.proof(index, signed)));
      const now = (await this.#kept.get()) ?? [];
      await this.#kept.put(now.map((one) => withProof(one, commitment, proof)));
    }
    this.#lookedAt = at;
  }
}

function entryOf({ log }: Receipt): Uint8Array {
  const pairs = log?.commitment.match(/../g) ?? [];
  return commitmentEntry(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)));
}

function withProof(one: KeptReceipt, commitment: string, proof: string): KeptReceipt {
  const { log } = one.receipt;
  if (log?.commitment !== commitment) return one;
  return { ...one, receipt: { ...one.receipt, log: { ...log, proof } } };
}
