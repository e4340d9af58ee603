import type { PartLabel } from './part.ts';
import type { RecordingSummary } from './recording-summary.ts';

/**
 * Upload of a released recording (spec/upload.md). The device announces all sealed parts and the envelopes,
 * sends the parts in any order and as often as it likes, and asks for completion. Only then, when every part is here
 * and the guardian has its half, does the recording exist on the server; nobody has opened it by then.
 *
 *   POST   /api/uploads                       UploadAnnouncement -> UploadStatus
 *   GET    /api/uploads/{upload}              -> UploadStatus
 *   PUT    /api/uploads/{upload}/parts/{index}  sealed bytes (application/octet-stream) -> PartReceipt
 *   POST   /api/uploads/{upload}/completion   {} -> UploadStatus with state `complete`
 *   DELETE /api/uploads/{upload}              -> 204; an upload that is not complete is forgotten
 *
 * Each carries `authorization: Bearer TOKEN` of a contributor's session. No URL holds a recording's id.
 * Every call may be repeated with the same effect; an error has the body ApiErrorBody (api-error.ts).
 */
export type UploadAnnouncement = {
  /** The manifest's id: 16 bytes, base64url. */
  recording: string;
  /** In order of index from 0; the sealed manifest is the last and the only one of its kind. */
  parts: AnnouncedPart[];
  /**
   * The halves of the recording's key (spec/vault.md, VLT40): one sealed to the installation's vault, one to the
   * representative's guardian, which the server passes on and can't open. age files, base64url.
   */
  envelopes: { vault: string; guardian: string };
  summary: RecordingSummary;
};

export type AnnouncedPart = {
  kind: PartLabel['kind'];
  /** Length and SHA-256 (hex) of the sealed bytes, as they will be sent. */
  bytes: number;
  sha256: string;
};

export type UploadStatus = {
  /** 16 random bytes, hex. The same announcement gets the same handle. */
  upload: string;
  state: 'open' | 'complete';
  /** First and last index, inclusive, of each run of parts that are not yet durable here. */
  missing: [from: number, to: number][];
};

/** The part is on disk and will be there after a power cut. */
export type PartReceipt = { index: number; sha256: string };

/** What the server accepts; in `About`, so that a device can tell before it sends. */
export type UploadLimits = {
  /** The manifest counts as one. */
  partsPerRecording: number;
  bytesPerPart: number;
  bytesPerRecording: number;
  envelopeBytes: number;
  openUploadsPerContributor: number;
  /** Sustained over a few seconds, for each session; bursts of four times as many pass. */
  requestsPerSecond: number;
  /** Days after which an upload that nobody continued is forgotten. */
  uploadDays: number;
};

/** The indexes that are still to be sent, in order. */
export function* missingIndexes(status: UploadStatus): Generator<number> {
  for (const [from, to] of status.missing) for (let index = from; index <= to; index++) yield index;
}

/** Runs of the indexes below `total` that `has` does not know. */
export function missingRanges(total: number, has: (index: number) => boolean): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (let index = 0; index < total; index++) {
    if (has(index)) continue;
    const last = ranges.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges;
}
