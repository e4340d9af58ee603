import { randomBytes } from 'node:crypto';
import {
  missingRanges,
  type PartReceipt,
  type UploadAnnouncement,
  type UploadStatus,
} from '@aboveboard/protocol/upload';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { Garbage } from '../blobs/garbage.ts';
import { makeCommitBatch } from '../database/commit-batch.ts';
import type { Database } from '../database/database.ts';
import { type KeyedLock, makeKeyedLock } from '../keyed-lock.ts';
import type { PendingEnvelopes } from '../keys/pending-envelopes.ts';
import type { ServerLimits } from '../limits.ts';
import { notFound, overLimit, Refusal } from '../refusal.ts';
import { announcementDigest, brokenLimit, checkAnnouncement } from './announcement.ts';
import type { Completion } from './completion.ts';
import { makeUploadCache } from './upload-cache.ts';
import {
  deleteUpload,
  insertUpload,
  markReceived,
  partsOf,
  type Receipt,
  receiptKey,
  touch,
  type UploadRow,
  uploadOf,
  uploadOfRecording,
} from './upload-rows.ts';

/** The life of an upload (spec/upload.md): announced, received part by part, verified, or forgotten. */
export type Uploads = {
  announce(contributor: string, announcement: UploadAnnouncement): Promise<UploadStatus>;
  status(contributor: string, upload: string): Promise<UploadStatus>;
  /** How many bytes part `index` must have; asked before its body is read. */
  expected(contributor: string, upload: string, index: number): Promise<number>;
  /** Durable before it resolves (UPL21). */
  receive(contributor: string, upload: string, index: number, bytes: Uint8Array): Promise<PartReceipt>;
  complete(contributor: string, upload: string): Promise<UploadStatus>;
  forget(contributor: string, upload: string): Promise<void>;
  /** Forgets what nobody continued for `uploadDays`. */
  forgetStale(): Promise<number>;
};

type Forgotten = Pick<UploadRow, 'id' | 'contributor' | 'recording' | 'state'>;

export type UploadsParts = {
  database: Database;
  blobs: BlobStore;
  garbage: Garbage;
  envelopes: PendingEnvelopes;
  completion: Completion;
  /** As by her who released it: no half of it stays, on either side. */
  erase: (contributor: string, recording: string) => Promise<void>;
  limits: ServerLimits;
  /** The one under which bytes of a digest are written or removed. */
  digestLock: KeyedLock;
};

export function makeUploads(parts: UploadsParts): Uploads {
  const { database, blobs, garbage, envelopes, completion, erase, limits, digestLock } = parts;
  const cache = makeUploadCache(database);
  const uploadLock = makeKeyedLock();

  const commitReceipt = makeCommitBatch<{ receipt: Receipt; kept: boolean }>(async (items) => {
    const marked = await markReceived(
      database.query,
      items.map((item) => item.receipt),
    );
    for (const item of items) item.kept = marked.has(receiptKey(item.receipt));
  });

  async function statusOf(upload: { id: string; state: string }): Promise<UploadStatus> {
    if (upload.state === 'complete') return { upload: upload.id, state: 'complete', missing: [] };
    const rows = await partsOf(database.query, upload.id);
    return {
      upload: upload.id,
      state: 'open',
      missing: missingRanges(rows.length, (i) => rows[i]?.received === true),
    };
  }

  async function mine(contributor: string, id: string) {
    const upload = await uploadOf(database.query, contributor, id);
    if (!upload) throw notFound();
    return upload;
  }

  async function removeUpload({ id, contributor }: { id: string; contributor: string }): Promise<void> {
    await database.transaction((query) => deleteUpload(query, id));
    cache.drop(contributor, id);
    await envelopes.remove(id);
    await garbage.collect();
  }

  /** Where all of it arrived, its completion may have begun, and its halves be kept: they die as at an erasure (UPL17). */
  async function forgetUpload(upload: Forgotten): Promise<void> {
    const rows = upload.state === 'open' ? await partsOf(database.query, upload.id) : [];
    if (rows.length === 0 || rows.some(({ received }) => !received)) return removeUpload(upload);
    cache.drop(upload.contributor, upload.id);
    await erase(upload.contributor, upload.recording);
  }

  return {
    async announce(contributor, announcement) {
      const checked = checkAnnouncement(announcement);
      if (!checked.ok) {
        throw new Refusal('malformed', 'The announcement is not one that can be accepted.', {
          faults: checked.faults,
        });
      }
      const broken = brokenLimit(announcement, limits);
      if (broken)
        throw overLimit(limits, broken, 'The recording is larger than this installation accepts.', {
          status: 413,
        });
      const digest = announcementDigest(announcement);

      // One at a time for a contributor: the limit on open uploads is looked at and used up in here.
      return uploadLock(`announce/${contributor}`, async () => {
        const known = await uploadOfRecording(database.query, contributor, announcement.recording);
        if (known?.announcement.equals(digest)) {
          if (known.state === 'refused') throw refused(known.faults);
          await touch(database.query, known.id);
          return statusOf(known);
        }
        if (known && known.state !== 'refused') {
          throw new Refusal('conflict', 'This recording was announced before with other content.');
        }
        if (known) await removeUpload(known);
        await requireRoom(contributor, announcement.recording);
        const id = randomBytes(16).toString('hex');
        const { vault, guardian } = announcement.envelopes;
        // The file first: an upload without its envelopes could never complete, the reverse is swept.
        await envelopes.put(id, {
          envelopes: {
            vault: new Uint8Array(Buffer.from(vault, 'base64url')),
            guardian: new Uint8Array(Buffer.from(guardian, 'base64url')),
          },
          summary: announcement.summary,
        });
        await database.transaction((query) =>
          insertUpload(
            query,
            { id, contributor, recording: announcement.recording, announcement: digest },
            announcement.parts,
          ),
        );
        return statusOf({ id, state: 'open' });
      });
    },

    status: async (contributor, id) => {
      const upload = await mine(contributor, id);
      if (upload.state === 'refused') throw refused(upload.faults);
      return statusOf(upload);
    },

    async expected(contributor, id, index) {
      const part = (await cache.get(contributor, id))?.parts[index];
      if (!part) throw notFound();
      return part.bytes;
    },

    async receive(contributor, id, index, bytes) {
      const upload = await cache.get(contributor, id);
      const part = upload?.parts[index];
      if (!upload || !part) throw notFound();
      if (bytes.length !== part.bytes) throw notAnnounced(index, 'length');
      return digestLock(part.sha256, async () => {
        if (!(await blobs.put(part.sha256, bytes))) throw notAnnounced(index, 'digest');
        const item = { receipt: { upload: id, index }, kept: false };
        await commitReceipt(item);
        if (!item.kept) {
          cache.drop(contributor, id);
          await garbage.add(part.sha256);
          throw notFound();
        }
        return { index, sha256: part.sha256 };
      });
    },

    complete: (contributor, id) =>
      uploadLock(id, async () => {
        const upload = await mine(contributor, id);
        if (upload.state === 'complete') return statusOf(upload);
        if (upload.state === 'refused') throw refused(upload.faults);
        const rows = await partsOf(database.query, id);
        const missing = rows.filter((row) => !row.received).length;
        if (missing > 0) {
          throw new Refusal(
            'conflict',
            `${missing} of ${rows.length} parts have not arrived. What arrived is kept.`,
            {
              faults: [{ rule: 'UPL30', at: 'parts', message: `${missing} missing` }],
            },
          );
        }
        const faults = await completion.verify(upload, rows);
        cache.drop(contributor, id);
        if (faults.length === 0) return statusOf({ id, state: 'complete' });
        await envelopes.remove(id);
        await garbage.collect();
        throw refused(faults);
      }),

    forget: (contributor, id) =>
      uploadLock(id, async () => {
        const upload = await mine(contributor, id);
        if (upload.state === 'complete') {
          throw new Refusal(
            'conflict',
            'It is complete: this recording is released. Erase it under "my recordings".',
          );
        }
        await forgetUpload(upload);
      }),

    async forgetStale() {
      const stale = await database.query<Forgotten>(
        `select id, contributor, recording, state from upload where state <> 'complete' and touched_on < current_date - $1::integer`,
        [limits.uploadDays],
      );
      for (const upload of stale) await uploadLock(upload.id, () => forgetUpload(upload));
      return stale.length;
    },
  };

  async function requireRoom(contributor: string, recording: string): Promise<void> {
    const [row] = await database.query<{ erased: boolean; mine: number; all: number }>(
      `select exists (select 1 from erasure where recording = $2) as erased,
         (select count(*) from upload where contributor = $1 and state = 'open') as mine,
         (select count(*) from upload where state = 'open') as all`,
      [contributor, recording],
    );
    if (row?.erased) {
      throw new Refusal('erased', 'This recording was erased here, and what was erased does not come back.');
    }
    if (row && row.mine >= limits.openUploadsPerContributor) {
      throw overLimit(
        limits,
        'openUploadsPerContributor',
        'Too many of your uploads are open. Finish or forget one.',
        {
          status: 429,
          retryAfter: 60,
        },
      );
    }
    if (row && row.all >= limits.openUploads) {
      throw overLimit(limits, 'openUploads', 'Too many uploads are open here. Yours waits on your device.', {
        status: 429,
        retryAfter: 600,
      });
    }
  }
}

function refused(faults: readonly { rule: string; at: string; message: string }[] | null): Refusal {
  return new Refusal(
    'refused',
    'The recording arrived whole, was verified, and was refused. It is not kept here.',
    {
      faults: faults ?? [],
    },
  );
}

function notAnnounced(index: number, what: 'length' | 'digest'): Refusal {
  return new Refusal(
    'conflict',
    'These are not the bytes that were announced for this part; they were not kept.',
    {
      faults: [{ rule: 'UPL20', at: `parts[${index}]`, message: `another ${what} than announced` }],
    },
  );
}
