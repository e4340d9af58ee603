import { createHash } from 'node:crypto';
import type { Checked, Fault } from '@aboveboard/protocol/fault';
import type { RecordingSummary } from '@aboveboard/protocol/recording-summary';
import type { UploadAnnouncement, UploadLimits } from '@aboveboard/protocol/upload';
import { SEAL_OVERHEAD } from '@aboveboard/vault/part-sealing';

/**
 * What an announcement must be besides its form (spec/upload.md, UPL10-UPL14, UPL26). Limits are not faults: they
 * are the operator's and may change, so they are told apart by `overLimit`.
 */
export function checkAnnouncement(announcement: UploadAnnouncement): Checked<UploadAnnouncement> {
  const faults: Fault[] = [];
  const fault = (rule: string, at: string, message: string) => faults.push({ rule, at, message });

  if (!isBase64url(announcement.recording, 16)) fault('UPL10', 'recording', 'not 16 bytes in base64url');
  const last = announcement.parts.length - 1;
  if (last < 0) fault('UPL11', 'parts', 'there are none, and the manifest is one');
  for (const [index, part] of announcement.parts.entries()) {
    if (faults.length >= MOST_FAULTS) break;
    if ((part.kind === 'manifest') !== (index === last)) {
      fault('UPL11', `parts[${index}].kind`, 'the manifest is the last part and the only one of its kind');
    }
    if (!Number.isInteger(part.bytes) || part.bytes < SEAL_OVERHEAD) {
      fault('UPL12', `parts[${index}].bytes`, `a sealed part has at least ${SEAL_OVERHEAD} bytes`);
    }
    if (!/^[0-9a-f]{64}$/.test(part.sha256))
      fault('UPL13', `parts[${index}].sha256`, 'not a SHA-256 in lower-case hex');
  }
  for (const half of ['vault', 'guardian'] as const) {
    if (!isBase64url(announcement.envelopes[half])) fault('UPL14', `envelopes.${half}`, 'not base64url');
  }
  const { week, card } = announcement.summary;
  if (!WEEK.test(week)) fault('UPL26', 'summary.week', 'not an ISO week');
  if (card && !CARD.test(card.id)) fault('UPL26', 'summary.card', 'not the id of a task card');
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: announcement };
}

const MOST_FAULTS = 100;
const WEEK = /^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/;
const CARD = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** The limit that it breaks, if any. */
export function brokenLimit(
  announcement: UploadAnnouncement,
  limits: UploadLimits,
): keyof UploadLimits | null {
  if (announcement.parts.length > limits.partsPerRecording) return 'partsPerRecording';
  if (announcement.parts.some((part) => part.bytes > limits.bytesPerPart)) return 'bytesPerPart';
  const total = announcement.parts.reduce((sum, part) => sum + part.bytes, 0);
  if (total > limits.bytesPerRecording) return 'bytesPerRecording';
  const { vault, guardian } = announcement.envelopes;
  if ([vault, guardian].some((one) => Buffer.byteLength(one, 'base64url') > limits.envelopeBytes))
    return 'envelopeBytes';
  return null;
}

/** Equal for equal announcements and for no others: every field has a fixed length or its length before it. */
export function announcementDigest(announcement: UploadAnnouncement): Buffer {
  const hash = createHash('sha256');
  const field = (text: string) => hash.update(`${Buffer.byteLength(text)}:`).update(text);
  field(announcement.recording);
  field(announcement.envelopes.vault);
  field(announcement.envelopes.guardian);
  field(summaryText(announcement.summary));
  for (const part of announcement.parts) {
    field(part.kind);
    field(String(part.bytes));
    field(part.sha256);
  }
  return hash.digest();
}

/** In one order, whatever order it came in. */
function summaryText({
  week,
  card,
  worked,
  durationMilliseconds,
  counts,
  agreement,
}: RecordingSummary): string {
  const { events, states, frames } = counts;
  const cards = card && [card.id, card.version];
  return JSON.stringify([week, cards, worked, durationMilliseconds, events, states, frames, agreement]);
}

/** Canonical: one text for one row of bytes. */
function isBase64url(text: string, bytes?: number): boolean {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return false;
  const decoded = Buffer.from(text, 'base64url');
  return (
    decoded.toString('base64url') === text &&
    (bytes === undefined ? decoded.length > 0 : decoded.length === bytes)
  );
}
