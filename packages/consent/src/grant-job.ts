import type { Fault } from '@aboveboard/protocol/fault';
import { formatNote, parseNote } from '@aboveboard/tlog/note';
import { signNote, verifyNote } from '@aboveboard/tlog/signed-note';
import type { NoteSigner } from '@aboveboard/tlog/signer';
import { canonicalDigest } from './canonical-json.ts';
import type { Grant } from './grant-document.ts';
import { type SlicedRecording, sliceCovers } from './grant-slice.ts';
import { parsePartyKey } from './party-note.ts';
import type { PlainUse } from './uses-entry.ts';

/** What a job reads under a grant, and to which key it wants the halves sealed (spec/grant.md, GRT40-GRT42). */

/** A note with which the grant's job key vouches for the recipient of one job. */
export async function signJobKey(
  { grant, recipient }: { grant: string; recipient: string },
  signer: NoteSigner,
): Promise<Uint8Array> {
  return formatNote(await signNote(jobKeyText(grant, recipient), [signer]));
}

/** The recipient; null: not signed by the key of this grant, or for another one. Never throws. */
export function readJobKey(bytes: Uint8Array, grant: Pick<Grant, 'id' | 'jobKey'>): string | null {
  const key = parsePartyKey(grant.jobKey);
  const note = parseNote(bytes);
  if (!key || !note.ok || !verifyNote(note.value, [key]).ok) return null;
  const recipient = note.value.text.split('\n')[2] ?? '';
  return RECIPIENT.test(recipient) && note.value.text === jobKeyText(grant.id, recipient) ? recipient : null;
}

const RECIPIENT = /^age1[0-9a-z]{20,4000}$/;

function jobKeyText(grant: string, recipient: string): string {
  return `aboveboard job-key v1\ngrant ${grant}\n${recipient}\n`;
}

/**
 * Is this entry of the log of uses an access under this grant, to just these recordings, all of them within its
 * slice? All the faults at once. Whether the grant holds is for `verifyGrant`, and whether the entry is in the
 * log for its proof.
 */
export async function accessFaults(
  use: PlainUse,
  {
    grant,
    recordings,
    subtle,
  }: { grant: Grant; recordings: readonly SlicedRecording[]; subtle: SubtleCrypto },
): Promise<Fault[]> {
  const { act, actor } = use;
  if (act.kind !== 'access') return [{ rule: 'GRT41', at: 'act', message: 'is not an access' }];
  const faults: Fault[] = [];
  const fault = (rule: string, at: string, message: string) => faults.push({ rule, at, message });
  if (act.grant !== grant.id) fault('GRT41', 'act.grant', 'is another grant');
  if (actor.role !== 'researcher' || actor.account !== grant.asker) {
    fault('GRT41', 'actor', 'is not who asked for the grant');
  }
  if (!grant.reading.some((one) => one === act.purpose)) {
    fault('GRT41', 'act.purpose', 'is not something that was granted');
  }
  if (use.at < grant.from || use.at >= grant.until) fault('GRT32', 'at', 'is outside the time of the grant');
  const ids = recordings.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) fault('GRT41', 'recordings', 'one is named twice');
  if (act.recordings !== ids.length) fault('GRT41', 'act.recordings', 'is another number');
  // The list as the server's log of uses digests it: ids in their order.
  if (act.list !== (await canonicalDigest([...ids].sort(), subtle))) {
    fault('GRT41', 'act.list', 'is the digest of another list');
  }
  for (const [i, recording] of recordings.entries()) {
    if (!sliceCovers(grant.slice, recording)) {
      fault('GRT42', `recordings[${i}]`, 'is not within the slice');
    }
  }
  return faults;
}
