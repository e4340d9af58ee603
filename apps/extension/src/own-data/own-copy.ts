import type { KeptReceipt } from '@aboveboard/capture/line/kept-receipt';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { receiptBytes } from '@aboveboard/consent/receipt';
import { bundleBytes } from '@aboveboard/protocol/bundle';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { sealerFor } from '../background/recording-writing.ts';
import { hexOf } from '../store/byte-text.ts';
import { PartSpool } from '../store/part-spool.ts';
import type { Setup } from '../store/setup.ts';
import type { ShelfRow } from '../store/shelf.ts';
import type { HeldThere, KeptErasure } from './held-there.ts';
import { ownDataWords as say } from './own-data-words.ts';
import type { ReadingProof } from './proved-readings.ts';
import { ZipArchive } from './zip-archive.ts';

export type OwnData = {
  database: IDBDatabase;
  keys: KeyRing;
  rows: readonly ShelfRow[];
  setup: Pick<Setup, 'consents' | 'agreement' | 'enrolment'>;
  cards: readonly TaskCard[];
  receipts: readonly KeptReceipt[];
  there: HeldThere | null;
  /** By the place of a reading in what the server said. */
  proofs: readonly ReadingProof[];
  erasures: readonly KeptErasure[];
};

/** `missing`: what of hers is not in it, in sentences that are in it too. */
export type OwnCopy = { archive: Blob; missing: string[] };

/**
 * Everything of hers that this device has or was told of, in open formats (ACC53-ACC55): made here, whatever the server does.
 * Recordings are in it as bundle and key, which `aboveboard inspect --key` reads, and as lines of JSON, which anything reads.
 */
export async function makeOwnCopy(
  { database, keys, rows, setup, cards, receipts, there, proofs, erasures }: OwnData,
  progress: (done: number, of: number) => void,
): Promise<OwnCopy> {
  const zip = new ZipArchive();
  const missing: string[] = [];
  for (const [i, row] of rows.entries()) {
    progress(i, rows.length);
    if (row.state === 'released') missing.push(say.missing.released(row.id));
    else if (row.state === 'recording' || row.state === 'paused') missing.push(say.missing.underWay);
    else {
      const whole = await addRecording(zip, row, database, keys).then(
        () => true,
        () => false,
      );
      if (!whole) missing.push(say.missing.unreadable(row.id));
    }
    await zip.add(`recordings/${row.id}/about.json`, json(aboutRow(row)));
  }
  for (const { consent, withdrawn, receipt } of receipts) {
    const name = `receipts/${consent}${withdrawn ? '-withdrawal' : ''}.json`;
    await zip.add(name, [receiptBytes(receipt)]);
  }
  await zip.add('consents.json', json(setup.consents));
  if (cards.length > 0) await zip.add('task-cards.json', json(cards));
  if (setup.agreement) await zip.add('agreement.json', [setup.agreement.document]);
  for (const [name, content] of setup.agreement?.attachments ?? [])
    await zip.add(`agreement/${fileName(name)}`, [content]);
  if (setup.enrolment) await zip.add('enrolment.json', [canonicalBytes(setup.enrolment)]);
  if (erasures.length > 0) await zip.add('erasures.json', json(erasures));
  const answer = there?.answer;
  if (answer) {
    const accesses = answer.readings.accesses.map((one, n) => ({ ...one, proof: proofs[n] ?? 'no-log' }));
    const asked = { askedOn: new Date(answer.at).toISOString() };
    await zip.add('at-the-server/recordings.json', json({ ...asked, recordings: answer.recordings }));
    await zip.add('at-the-server/readings.json', json({ ...asked, accesses, days: answer.readings.days }));
    if (there.fault !== null) missing.push(say.missing.stale(new Date(answer.at).toISOString().slice(0, 10)));
    const here = new Set(rows.map(({ id }) => id));
    for (const { id, state } of answer.recordings)
      if (state !== 'erased' && !here.has(id)) missing.push(say.missing.released(id));
  } else missing.push(say.missing.server);
  await zip.add('READ-ME.txt', [new TextEncoder().encode(say.readMe(missing))]);
  progress(rows.length, rows.length);
  return { archive: zip.finish(), missing };
}

async function addRecording(
  zip: ZipArchive,
  { id, edits }: ShelfRow,
  database: IDBDatabase,
  keys: KeyRing,
): Promise<void> {
  const folder = `recordings/${id}`;
  const store = new PartSpool(database, id);
  const key = await keys.open(id);
  const recording = await openRecording({ id, store, sealer: sealerFor(key), deflate: webDeflate });
  await zip.add(`${folder}/manifest.json`, json(recording.manifest));
  await zip.add(`${folder}/events.jsonl`, lines(recording.events()));
  await zip.add(`${folder}/states.jsonl`, lines(recording.states()));
  await zip.add(`${folder}/recording.bundle`, bundleBytes({ id, store }), 'stored');
  if (edits) await zip.add(`${folder}/review.sealed`, [edits], 'stored');
  await zip.add(`${folder}/recording.key`, [new TextEncoder().encode(`${hexOf(key)}\n`)]);
}

/** What this device keeps of it besides; nothing that seals or renames. */
function aboutRow({ id, state, task, week, agreement, receipt, signals, ended, release, ...row }: ShelfRow) {
  const { durationMilliseconds, bytes, events, stoppedAt } = row;
  const kept = { id, state, task, week, agreement, receipt, signals, durationMilliseconds, bytes, events };
  const recallUntil = release ? new Date(release.recallUntil).toISOString() : null;
  const stopped = stoppedAt === undefined ? null : new Date(stoppedAt).toISOString();
  return { ...kept, ended: ended ?? null, stoppedAt: stopped, recallUntil };
}

/** Names of attachments are the agreement's; a copy is unpacked somewhere, and stays there. */
function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9 ._-]/g, '_').replace(/^\.+/, '_');
}

async function* lines(batches: AsyncIterable<readonly unknown[]>): AsyncGenerator<Uint8Array> {
  for await (const batch of batches) {
    yield new TextEncoder().encode(batch.map((item) => `${JSON.stringify(item, plain)}\n`).join(''));
  }
}

function json(value: unknown): Uint8Array[] {
  return [new TextEncoder().encode(`${JSON.stringify(value, plain, 2)}\n`)];
}

function plain(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? hexOf(value) : value;
}
