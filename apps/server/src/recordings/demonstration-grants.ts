import { randomBytes } from 'node:crypto';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import {
  GRANT_READINGS,
  GRANT_RECORDINGS_LIMIT,
  type Grant,
  grantDigest,
  parseGrant,
} from '@aboveboard/consent/grant-document';
import { signGrantStatement } from '@aboveboard/consent/grant-note';
import { textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import type { DemonstrationParties } from '../keys/demonstration-parties.ts';
import { seedSigner } from '../keys/seed-signer.ts';
import type { RulesLog } from '../logs/rules-log.ts';
import { actorOf } from '../logs/uses-log.ts';
import { Refusal } from '../refusal.ts';
import type { GrantSource } from './grant-source.ts';

const HOUR = 3600;
/** A guardian's clock may be a little behind. */
const BEFORE = 60;

/**
 * In a demonstration the made-up employer and representative approve whatever is asked, for an hour and for just these
 * recordings, so that a newcomer sees the whole way. The guardian checks such a grant like any other.
 */
export function makeDemonstrationGrants(parts: {
  parties: () => Promise<DemonstrationParties>;
  rules: Pick<RulesLog, 'state'>;
  /** Milliseconds since the epoch. */
  now: () => number;
}): GrantSource {
  return async (purpose, recordings) => {
    const version = (await parts.rules.state())?.standing.version;
    const { role, account } = actorOf(purpose.by);
    const reading = GRANT_READINGS.find((kind) => kind === purpose.kind);
    if (!version || role !== 'researcher' || !account || !reading) throw noGrant();
    if (recordings.length > GRANT_RECORDINGS_LIMIT) throw noGrant();
    const jobKey = seedSigner('ed25519', randomBytes(32).toString('base64'));
    if (!jobKey) throw new TypeError('a seed of 32 bytes makes a key');
    const jobSigner = textSigner('job.works.example', jobKey);
    const from = Math.floor(parts.now() / 1000) - BEFORE;
    const checked = parseGrant({
      json: {
        format: 'aboveboard-grant',
        formatVersion: 1,
        id: randomBytes(16).toString('hex'),
        agreement: {
          id: version.agreement.id,
          version: version.agreement.version,
          digest: version.digest,
        },
        asker: account,
        purpose: version.agreement.purposes[0],
        reading: [reading],
        slice: { kind: 'recordings', recordings: recordings.map(({ id }) => id).sort() },
        from,
        until: from + HOUR,
        jobKey: formatVerifierKey(jobSigner.key),
      } satisfies Grant | Record<string, unknown>,
    });
    if (!checked.ok) throw noGrant();
    const grant = checked.value;
    const document = canonicalBytes(grant);
    const digest = await grantDigest(document, crypto.subtle);
    const signers = await parts.parties();
    const statement = { kind: 'grant-approval', grant: grant.id, digest } as const;
    const notes = await Promise.all(
      (['employer', 'representative'] as const).map((party) => signGrantStatement(statement, signers[party])),
    );
    return { grant, document, notes, jobSigner };
  };
}

/** Production, until grants are asked for and kept there: nothing of hers is read (T13). */
export const noGrants: GrantSource = async () => {
  throw noGrant();
};

function noGrant(): Refusal {
  return new Refusal(
    'not-allowed',
    'There is no grant for this. Two parties give one, for a purpose, a time and these recordings.',
  );
}
