import type { Grant } from '@aboveboard/consent/grant-document';
import type { NoteSigner } from '@aboveboard/tlog/signer';
import type { AccessPurpose } from '@aboveboard/vault/journal';
import type { KnownRecording } from './recording-rows.ts';

/** A grant as the guardian is shown it, and what vouches for the jobs under it (spec/grant.md). */
export type GivenGrant = {
  grant: Grant;
  /** Its document, to the byte, and all that the parties said of it. */
  document: Uint8Array;
  notes: readonly Uint8Array[];
  /** Of the grant's `jobKey`. */
  jobSigner: NoteSigner;
};

/**
 * Under which grant this is read. Throws Refusal `not-allowed` where there is none: nothing is then entered and nothing
 * opened. That one is found opens nothing yet; the guardian checks it again.
 */
export type GrantSource = (
  purpose: AccessPurpose,
  recordings: readonly Pick<KnownRecording, 'id' | 'week' | 'card'>[],
) => Promise<GivenGrant>;
