import type { Fault } from '@aboveboard/protocol/fault';
import { KeyRingError } from '@aboveboard/vault/keyring';
import { isPadded } from '@aboveboard/vault/part-sealing';
import type { MayRun } from '../access/job-permission.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { Database } from '../database/database.ts';
import type { HalfKeeper } from '../keys/half-keeper.ts';
import type { Pending, PendingEnvelopes } from '../keys/pending-envelopes.ts';
import type { VaultKeeper } from '../keys/vault-keeper.ts';
import { insertRecording } from '../recordings/recording-rows.ts';
import { makeSealedParts } from '../recordings/sealed-parts.ts';
import { otherRecipient, Refusal } from '../refusal.ts';
import { type PartRow, refuseUpload, type UploadRow } from './upload-rows.ts';

/**
 * The step at which a recording begins to exist (UPL30-UPL41): all that can be seen from outside is held against what was
 * announced; then the guardian has its half on its disk, then the vault's half is kept, then the rows are written in one
 * transaction. Killed in between, the upload is still open and completes the next time it is asked. Nothing is opened: here
 * is no key, and who opens it under a grant holds it against what was announced (T12, T13).
 */
export type Completion = {
  /** Empty: the recording is there. Otherwise the upload is refused for good, its bytes are garbage. */
  verify(upload: UploadRow, parts: readonly PartRow[]): Promise<Fault[]>;
};

export type CompletionParts = {
  database: Database;
  blobs: BlobStore;
  envelopes: PendingEnvelopes;
  vault: Pick<VaultKeeper, 'check' | 'keep'>;
  /** Null: there is no guardian, and nothing can be released. */
  keeper: HalfKeeper | null;
  /** Digests of the agreements that are or were in force here. */
  agreements: () => Promise<ReadonlySet<string>>;
  /** Asked before anything of an upload is looked at. */
  mayRun: MayRun;
  /** How many verifications run at once. */
  lanes?: number;
};

export function makeCompletion(parts: CompletionParts): Completion {
  const { database, blobs, envelopes, vault, keeper, agreements } = parts;
  const lane = makeLanes(parts.lanes ?? 2);

  async function verify(upload: UploadRow, rows: readonly PartRow[]): Promise<Fault[]> {
    parts.mayRun('completion');
    const pending = await envelopes.get(upload.id);
    if (!pending) throw new Error('the envelopes of an open upload are not in the store');
    if (!keeper) {
      throw new Refusal('unavailable', 'There is no guardian here to keep the other half of the key.', {
        retryAfter: 3600,
      });
    }
    let faults = [
      ...(await agreementFaults(pending)),
      ...(await paddingFaults(rows)),
      ...(await vaultFaults(upload.recording, pending)),
    ];
    // Only what is not refused for anything else: what is refused may come again with other halves.
    if (faults.length === 0) faults = await keepHalves(upload.recording, pending, keeper);
    if (faults.length > 0) {
      await database.transaction((query) => refuseUpload(query, upload.id, faults));
      return faults;
    }
    const { summary } = pending;
    await database.transaction((query) =>
      insertRecording(query, upload.id, { id: upload.recording, class: 'own', ...summary }, rows),
    );
    await envelopes.remove(upload.id);
    return [];
  }

  async function agreementFaults({ summary }: Pending): Promise<Fault[]> {
    if (summary.agreement !== null && (await agreements()).has(summary.agreement)) return [];
    const message = 'it was made under no agreement that is or was in force here';
    return [{ rule: 'UPL37', at: 'summary.agreement', message }];
  }

  /** UPL19: of what is released no length is kept that tells more than its magnitude. */
  async function paddingFaults(rows: readonly PartRow[]): Promise<Fault[]> {
    const store = makeSealedParts(rows, blobs);
    for (const { index } of rows) {
      const part = await store.get(index);
      if (part && !isPadded(part.sealed))
        return [{ rule: 'UPL19', at: `part ${index}`, message: 'is not padded' }];
    }
    return [];
  }

  async function vaultFaults(id: string, { envelopes: given }: Pending): Promise<Fault[]> {
    try {
      await vault.check(id, given.vault);
      return [];
    } catch (error) {
      if (!(error instanceof KeyRingError)) throw error;
      if (error.code === 'destroyed') throw erased(error);
      if (error.isForAnother) return [otherRecipient('vault')];
      if (error.code === 'cannot-open' || error.code === 'exists') return [noHalf('vault')];
      throw error;
    }
  }

  /** The guardian's first: what it has not on its disk is not acknowledged, and it checks the envelope itself. */
  async function keepHalves(
    id: string,
    { envelopes: given }: Pending,
    guardian: HalfKeeper,
  ): Promise<Fault[]> {
    try {
      await guardian.keep(id, given.guardian);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'refused')
        return error.faults ? [...error.faults] : [noHalf('guardian')];
      throw error;
    }
    await vault.keep(id, given.vault);
    return [];
  }

  return { verify: (upload, rows) => lane(() => verify(upload, rows)) };
}

function noHalf(whose: 'vault' | 'guardian'): Fault {
  const message = 'does not hold a half of the key of this recording';
  return { rule: 'UPL31', at: `envelopes.${whose}`, message };
}

function erased(cause: unknown): Refusal {
  const message = 'This recording was erased here, and what was erased does not come back.';
  return new Refusal('erased', message, { cause });
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
