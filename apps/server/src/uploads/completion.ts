import type { Fault } from '@aboveboard/protocol/fault';
import type { PartSealer } from '@aboveboard/protocol/part';
import { openEnvelope } from '@aboveboard/vault/envelope';
import { type AccessJournal, requireAccess } from '@aboveboard/vault/journal';
import { type KeyRing, KeyRingError } from '@aboveboard/vault/keyring';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { Database } from '../database/database.ts';
import type { PendingEnvelopes } from '../keys/pending-envelopes.ts';
import { nodeDeflate } from '../recordings/node-deflate.ts';
import { insertRecording } from '../recordings/recording-rows.ts';
import { makeSealedParts } from '../recordings/sealed-parts.ts';
import { Refusal } from '../refusal.ts';
import { type PartRow, refuseUpload, type UploadRow } from './upload-rows.ts';
import { verifyRecording } from './verification.ts';

/**
 * The step at which a recording begins to exist (UPL30-UPL41): everything is opened once and held against
 * what was announced; then the key is kept, then the rows are written in one transaction. Killed in between,
 * the upload is still open and completes the next time it is asked.
 */
export type Completion = {
  /** Empty: the recording is there. Otherwise the upload is refused for good, its bytes are garbage. */
  verify(upload: UploadRow, parts: readonly PartRow[]): Promise<Fault[]>;
};

export type CompletionParts = {
  database: Database;
  blobs: BlobStore;
  envelopes: PendingEnvelopes;
  ring: KeyRing;
  journal: AccessJournal;
  /** age identity that envelopes are sealed to. */
  identity: string;
  /** Digests of the agreements that are or were in force here. */
  agreements: () => ReadonlySet<string>;
  /** How many verifications run at once. */
  lanes?: number;
};

export function makeCompletion(parts: CompletionParts): Completion {
  const { database, blobs, envelopes, ring, journal, identity, agreements } = parts;
  const lane = makeLanes(parts.lanes ?? 2);

  async function refuse(upload: UploadRow, faults: Fault[]): Promise<Fault[]> {
    await database.transaction((query) => refuseUpload(query, upload.id, faults));
    return faults;
  }

  async function verify(upload: UploadRow, rows: readonly PartRow[]): Promise<Fault[]> {
    const envelope = await envelopes.get(upload.id);
    if (!envelope) throw new Error('the envelope of an open upload is not in the store');
    // T13: the entry is durable before the first byte is opened.
    const access = await journal.beforeRead({ kind: 'verification', by: 'server' }, [upload.recording]);
    requireAccess(access, upload.recording);

    const key = await openEnvelope(upload.recording, envelope, [identity]).catch((error: unknown) => {
      if (error instanceof KeyRingError) return null;
      throw error;
    });
    if (!key) {
      const message = 'does not hold the key of this recording for this installation';
      return refuse(upload, [{ rule: 'UPL31', at: 'envelope', message }]);
    }
    const source = {
      id: upload.recording,
      store: makeSealedParts(rows, blobs),
      sealer: makePartSealer(key, crypto.subtle, neverSeals) as PartSealer,
      deflate: nodeDeflate,
    };
    const manifest = await verifyRecording(source, agreements());
    if (!manifest.ok) return refuse(upload, manifest.faults);

    await keepKey(upload, envelope);
    await database.transaction((query) => insertRecording(query, upload.id, manifest.value, rows));
    await envelopes.remove(upload.id);
    return [];
  }

  async function keepKey(upload: UploadRow, envelope: Uint8Array): Promise<void> {
    try {
      await ring.open(upload.recording, envelope);
    } catch (error) {
      if (error instanceof KeyRingError && error.code === 'destroyed') {
        throw new Refusal(
          'erased',
          'This recording was erased here, and what was erased does not come back.',
        );
      }
      throw error;
    }
  }

  return { verify: (upload, rows) => lane(() => verify(upload, rows)) };
}

function makeLanes(count: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

function neverSeals(): never {
  throw new TypeError('verification seals nothing');
}
