import { randomBytes } from 'node:crypto';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { PartSealer } from '@aboveboard/protocol/part';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';
import { summaryOf } from '@aboveboard/protocol/recording-summary';
import type { Access } from '@aboveboard/vault/journal';
import { requireAccess } from '@aboveboard/vault/journal';
import { type KeyRing, KeyRingError } from '@aboveboard/vault/keyring';
import { makeOpening } from '@aboveboard/vault/opening';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { Garbage } from '../blobs/garbage.ts';
import type { Database } from '../database/database.ts';
import type { KeyedLock } from '../keyed-lock.ts';
import { notFound, Refusal } from '../refusal.ts';
import { deleteUpload, partsOf } from '../uploads/upload-rows.ts';
import { requireAnnounced } from './announced-manifest.ts';
import type { GrantedKeys } from './granted-keys.ts';
import { jointSecret } from './joint-secret.ts';
import { nodeCiphers } from './node-ciphers.ts';
import { makePartShelf } from './part-shelf.ts';
import { insertRecording, type KnownRecording, listRecordings, recordingsWithIds } from './recording-rows.ts';
import { makeSealedParts, type OpenRecording } from './sealed-parts.ts';

/** An import under way. Nobody sees it before `finish`. */
export type Import = OpenRecording & {
  /** The recording is listed when it resolves. */
  finish(manifest: Manifest): Promise<void>;
  discard(): Promise<void>;
};

/** The recordings of an installation. `openReleased` is the only way to the plaintext of any. */
export type Shelf = {
  /** In the order of ids, `most` at a time; `after` is the last id seen. */
  list(options?: {
    classes?: readonly Manifest['class'][];
    after?: string;
    most?: number;
  }): Promise<KnownRecording[]>;
  known(ids: readonly string[]): Promise<KnownRecording[]>;
  /**
   * Throws JournalError `not-covered`; Refusal `not-found`, `erased`, `not-allowed` without a grant, `unavailable` without
   * the guardian, `refused` for one that is not what its device announced.
   */
  openReleased(access: Access, id: string): Promise<OpenRecording>;
  /** 32 bytes that need the key of each recording of the access (`jointSecret`). Throws Refusal as `openReleased`. */
  jointSecret(access: Access, salt: Uint8Array): Promise<Uint8Array>;
  /** Begins a recording of a class that is never released. */
  beginImport(): Promise<Import>;
};

const IMPORTS = 'import';
const CLASSES: readonly Manifest['class'][] = ['own', 'foreign', 'demonstration'];

export function makeShelf(parts: {
  database: Database;
  blobs: BlobStore;
  /** Keys of what nobody released, whole. */
  ring: KeyRing;
  /** Keys of what was released: in halves. */
  keys: Pick<GrantedKeys, 'keyFor'>;
  garbage: Garbage;
  digestLock: KeyedLock;
}): Shelf {
  const { database, blobs, ring, keys, garbage, digestLock } = parts;

  return {
    list: ({ classes = CLASSES, after, most = 1000 } = {}) =>
      listRecordings(database.query, { classes, most, ...(after === undefined ? {} : { after }) }),

    known: (ids) => recordingsWithIds(database.query, ids),

    async openReleased(access, id) {
      requireAccess(access, id);
      const [row] = await database.query<{ upload: string; class: Manifest['class'] }>(
        'select upload, class from recording where id = $1',
        [id],
      );
      if (!row) throw notFound();
      const isReleased = row.class === 'own';
      const opening = makeOpening(isReleased ? { open: (of) => keys.keyFor(access, of) } : ring, nodeCiphers);
      const recording: OpenRecording = {
        id,
        store: makeSealedParts(await partsOf(database.query, row.upload), blobs),
        sealer: {
          seal: async () => {
            throw new TypeError('a recording that was released is not written to');
          },
          open: (sealed, label) => asErased(opening.open(access, sealed, label)),
        },
      };
      if (isReleased) {
        // First, and by itself: who reads parts tells no more of a failure than that one did not open.
        (await asErased(keys.keyFor(access, id))).fill(0);
        await requireAnnounced(recording, database.query);
      }
      return recording;
    },

    jointSecret: (access, salt) => asErased(jointSecret(access, salt, { keys, subtle: crypto.subtle })),

    async beginImport() {
      const id = freshRecordingId(randomBytes);
      const upload = randomBytes(16).toString('hex');
      await database.query(
        `insert into upload (id, contributor, recording, announcement, state, touched_on)
         values ($1, $2, $3, $4, 'open', current_date)`,
        [upload, IMPORTS, id, randomBytes(32)],
      );
      const key = await ring.create(id);
      const random = (length: number) => new Uint8Array(randomBytes(length));
      const sealer = makePartSealer(key, crypto.subtle, random) as PartSealer;
      return {
        id,
        store: makePartShelf(upload, { database, blobs, digestLock }),
        sealer,
        async finish(manifest) {
          if (manifest.id !== id || manifest.class === 'own') {
            throw new TypeError(
              'an import is of the class foreign or demonstration, under the id it was given',
            );
          }
          await database.transaction(async (query) => {
            await insertRecording(
              query,
              upload,
              { id, class: manifest.class, ...summaryOf(manifest) },
              await partsOf(query, upload),
            );
          });
        },
        async discard() {
          await ring.destroy(id);
          await database.transaction((query) => deleteUpload(query, upload));
          await garbage.collect();
        },
      };
    },
  };
}

async function asErased<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof KeyRingError && error.code === 'destroyed') {
      throw new Refusal('erased', 'This recording was erased; its key is gone.', { cause: error });
    }
    throw error;
  }
}
