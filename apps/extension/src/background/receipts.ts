import { LineGivenUp } from '@aboveboard/capture/line/correspondence';
import { type KeptUses, USES_LOG } from '@aboveboard/capture/line/followed-uses';
import { keptTiles } from '@aboveboard/capture/line/kept-tiles';
import { ServerClient, ServerFault } from '@aboveboard/capture/line/server-client';
import { agreementWords } from '@aboveboard/consent/agreement-words';
import type { ConsentRecord } from '@aboveboard/consent/consent';
import { enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { en } from '@aboveboard/consent/messages/en';
import { type Receipt, receiptAct, signReceipt } from '@aboveboard/consent/receipt';
import { recordOf } from '@aboveboard/consent/receipt-record';
import { makeSha256Commitment } from '@aboveboard/consent/sha256-commitment';
import { commitmentEntry } from '@aboveboard/consent/uses-entry';
import { openLog } from '@aboveboard/tlog/log-reader';
import { formatProof } from '@aboveboard/tlog/proof-file';
import { hexOf } from '../store/byte-text.ts';
import { deviceSigner } from '../store/device-signer.ts';
import { type KeptReceipt, RECEIPTS } from '../store/kept-receipt.ts';
import { kept } from '../store/settings.ts';
import type { RecorderHost } from './recorder-host.ts';
import { randomBytes } from './recording-writing.ts';

const COMMIT = 'commit';

let running: Promise<void> | null = null;

/**
 * A receipt for each act of hers, its commitment to the log of uses, and in time its proof. Nothing waits for
 * this: what was interrupted is found by looking at what is missing.
 */
export function keepReceipts(host: RecorderHost): Promise<void> {
  running ??= keep(host)
    .catch((error) => {
      if (!(error instanceof LineGivenUp || error instanceof ServerFault)) throw error;
    })
    .finally(() => {
      running = null;
    });
  return running;
}

async function keep(host: RecorderHost): Promise<void> {
  const store = kept<KeptReceipt[]>(host.database, RECEIPTS);
  const known = (await store.get()) ?? [];
  const made: KeptReceipt[] = [];
  for (const consent of host.rules.setup.consents) {
    const withdrawn = consent.withdrawnAt !== null;
    if (known.some((one) => one.consent === consent.id && one.withdrawn === withdrawn)) continue;
    const receipt = await receiptOf(host, consent);
    const at = consent.withdrawnAt ?? consent.givenAt;
    if (receipt) made.push({ consent: consent.id, withdrawn, at, receipt, committed: false });
  }
  if (made.length > 0) await store.put([...known, ...made]);
  await commit(host);
  await prove(host);
}

/** Null without an enrolment: then nobody said what a receipt has to say. */
async function receiptOf({ rules, database }: RecorderHost, consent: ConsentRecord): Promise<Receipt | null> {
  const { enrolment, contributor, consents } = rules.setup;
  const versions = rules.news?.rules?.state.versions ?? [];
  const agreement = versions.find(({ digest }) => digest === consent.agreement.digest)?.agreement;
  if (!enrolment || !contributor || !agreement) return null;
  const { subtle } = crypto;
  // What is kept of a withdrawn act has that act's time.
  const from = consents.find((one) => one.id !== consent.id && one.givenAt === consent.givenAt);
  const narrowedFrom = from && consents.indexOf(from) < consents.indexOf(consent) ? from.id : null;
  const { place } = enrolment;
  const acknowledgedAt = consent.givenAt;
  const record = recordOf({ consent, agreement, place, contributor, acknowledgedAt, narrowedFrom });
  const signed = await signReceipt(
    record,
    agreementWords(agreement, en),
    await deviceSigner(database),
    subtle,
  );
  const act = await receiptAct(record, subtle);
  const { commitment, nonce } = await makeSha256Commitment(subtle, randomBytes).make(act);
  return { ...signed, log: { nonce: hexOf(nonce), commitment: hexOf(commitment), proof: null } };
}

async function commit(host: RecorderHost): Promise<void> {
  const { token } = host.rules.setup;
  const store = kept<KeptReceipt[]>(host.database, RECEIPTS);
  const waiting = ((await store.get()) ?? []).filter(({ committed }) => !committed);
  const commitments = waiting.flatMap(({ receipt }) => receipt.log?.commitment ?? []);
  if (!token || commitments.length === 0) return;
  await new ServerClient(host.installation.post(COMMIT, host.count()), token).commit(commitments);
  await host.installation.close(COMMIT);
  const now = (await store.get()) ?? [];
  const told = new Set(commitments);
  await store.put(
    now.map((one) => (told.has(one.receipt.log?.commitment ?? '') ? { ...one, committed: true } : one)),
  );
}

/** Looks for her commitments in the part of the log that every device fetches; only her nonces tell which are hers. */
async function prove(host: RecorderHost): Promise<void> {
  const { enrolment } = host.rules.setup;
  const parsed = enrolment && parseEnrolment(enrolmentBytes(enrolment));
  const store = kept<KeptReceipt[]>(host.database, RECEIPTS);
  const wanted = ((await store.get()) ?? []).filter(
    ({ receipt, committed }) => committed && !receipt.log?.proof,
  );
  const uses = await kept<KeptUses>(host.database, USES_LOG).get();
  const at = `${wanted.length} ${uses?.size}`;
  if (!parsed?.ok || wanted.length === 0 || !uses?.checkpoint || at === lookedAt) return;
  const source = keptTiles(uses.checkpoint, new Map(uses.tiles));
  const { signed, reader } = await openLog(source, parsed.value.uses.policy);
  const sought = new Map(
    wanted.map(({ receipt }) => [hexOf(entryOf(receipt)), receipt.log?.commitment ?? '']),
  );
  for await (const { index, entry } of reader.entries(uses.first)) {
    const commitment = sought.get(hexOf(entry));
    if (!commitment) continue;
    const proof = new TextDecoder().decode(formatProof(await reader.proof(index, signed)));
    const now = (await store.get()) ?? [];
    await store.put(now.map((one) => withProof(one, commitment, proof)));
  }
  lookedAt = at;
}
/** The same entries hold the same; a worker that begins looks once more. */
let lookedAt = '';

function entryOf({ log }: Receipt): Uint8Array {
  const pairs = log?.commitment.match(/../g) ?? [];
  return commitmentEntry(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)));
}

function withProof(one: KeptReceipt, commitment: string, proof: string): KeptReceipt {
  const { log } = one.receipt;
  if (log?.commitment !== commitment) return one;
  return { ...one, receipt: { ...one.receipt, log: { ...log, proof } } };
}
