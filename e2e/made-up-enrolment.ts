import type { Agreement } from '@aboveboard/consent/agreement';
import { type EnrolmentFile, enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import { parseVerifierKey, type VerifierKey } from '@aboveboard/tlog/verifier-key';

/** What a representative would hand out for this agreement, of a place that there is not. Throws for what no recorder takes. */
export function madeUpEnrolment(
  agreement: Agreement,
  given: Pick<EnrolmentFile, 'guardian' | 'relay' | 'policies'>,
): Uint8Array {
  const bytes = enrolmentBytes({
    format: 'aboveboard-enrolment',
    formatVersion: 1,
    class: agreement.class,
    agreement: agreement.id,
    ...given,
    parties: [...partyKeysOf(agreement)].map(([role, keys]) => ({ role, ...keys })),
    place: {
      storageLocations: ['This computer'],
      jurisdiction: 'none',
      supervisoryAuthority: 'none',
      recipients: [],
      transfers: [],
      withdrawAt: 'In the recorder',
    },
  });
  const parsed = parseEnrolment(bytes);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return bytes;
}

export function keyOf(text: string): VerifierKey {
  const parsed = parseVerifierKey(text);
  if (!parsed.ok) throw new Error(`not a key: ${text}`);
  return parsed.value;
}
