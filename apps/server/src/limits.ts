import type { UploadLimits } from '@aboveboard/protocol/upload';

/**
 * Everything that an outsider could make grow has a limit here, under the name that errors use. Set with
 * ABOVEBOARD_LIMITS, a JSON object of those to change: {"requestsPerSecond": 50}.
 */
export type ServerLimits = UploadLimits & {
  openUploads: number;
  /** Bodies other than parts. */
  requestBytes: number;
  announcementBytes: number;
  /** A body must arrive within this time, a head within a third of it. */
  requestSeconds: number;
  connections: number;
  /** Bytes of parts that are being received at one time, over all uploads. */
  receivingBytes: number;
  redemptionsPerMinute: number;
  /** Attempts of staff to sign in, over all and from one address. */
  signInsPerMinute: number;
  signInsPerMinuteOfAddress: number;
  staffSessionHours: number;
  staffIdleMinutes: number;
  sessionDays: number;
  recordingsPerAccess: number;
  accessMinutes: number;
  /** Cells in one request of the relay, and such requests at one time (spec/relay.md). */
  cellsPerBatch: number;
  batchesAtOneTime: number;
  /** Bodies that come in pieces over many cells: bytes of all, and how many of one session. */
  relayedBytes: number;
  relayedTransfersPerSession: number;
  /** Checkpoints and tiles of the logs, over all who read them. */
  logReadsPerSecond: number;
  /** Entries that wait for a log's next step, and commitments that wait for the day's batch. */
  logEntriesWaiting: number;
  commitmentsWaiting: number;
};

export const DEFAULT_LIMITS: Readonly<ServerLimits> = {
  partsPerRecording: 20_000,
  bytesPerPart: 16 * 1024 * 1024,
  bytesPerRecording: 512 * 1024 * 1024,
  envelopeBytes: 8 * 1024,
  openUploadsPerContributor: 8,
  requestsPerSecond: 400,
  uploadDays: 14,
  openUploads: 10_000,
  requestBytes: 64 * 1024,
  announcementBytes: 4 * 1024 * 1024,
  requestSeconds: 60,
  connections: 1_000,
  receivingBytes: 64 * 1024 * 1024,
  redemptionsPerMinute: 20,
  signInsPerMinute: 300,
  signInsPerMinuteOfAddress: 30,
  staffSessionHours: 8,
  staffIdleMinutes: 30,
  sessionDays: 90,
  recordingsPerAccess: 1_000,
  accessMinutes: 60,
  cellsPerBatch: 512,
  batchesAtOneTime: 2,
  relayedBytes: 256 * 1024 * 1024,
  relayedTransfersPerSession: 2,
  logReadsPerSecond: 500,
  logEntriesWaiting: 4_096,
  commitmentsWaiting: 100_000,
};

/** The defaults with the operator's changes; a sentence for a name or a value that can't be one. */
export function limitsFrom(text: string | undefined): ServerLimits {
  if (!text) return { ...DEFAULT_LIMITS };
  let changes: unknown;
  try {
    changes = JSON.parse(text);
  } catch (cause) {
    throw new Error('ABOVEBOARD_LIMITS is not a JSON object.', { cause });
  }
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes)) {
    throw new Error('ABOVEBOARD_LIMITS is not a JSON object.');
  }
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw new Error(
        `ABOVEBOARD_LIMITS: there is no limit "${name}"; there are ${Object.keys(DEFAULT_LIMITS).join(', ')}.`,
      );
    }
    if (!Number.isInteger(value) || (value as number) < 1) {
      throw new Error(`ABOVEBOARD_LIMITS: ${name} is a whole number of at least 1.`);
    }
  }
  return { ...DEFAULT_LIMITS, ...(changes as Partial<ServerLimits>) };
}
