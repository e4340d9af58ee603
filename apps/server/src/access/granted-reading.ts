import type { NoteSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { actorOf } from '../logs/uses-log.ts';
import type { GivenGrant, GrantSource } from '../recordings/grant-source.ts';
import type { Grants } from './grants.ts';

/**
 * Under which grant somebody reads (ACC14): one that he asked for, that holds now and covers all of these; else what
 * `otherwise` gives, which in production is nothing.
 */
export function grantedReading(parts: {
  grants: Pick<Grants, 'holding'>;
  jobs: NoteSigner;
  otherwise: GrantSource;
}): GrantSource {
  const { grants, jobs, otherwise } = parts;
  const jobKey = formatVerifierKey(jobs.key);
  return async (purpose, recordings): Promise<GivenGrant> => {
    const { role, account } = actorOf(purpose.by);
    const found =
      role === 'researcher' && account
        ? await grants.holding({ account, reading: purpose.kind, recordings })
        : null;
    // A grant for another server's jobs, or for a job key that was lost, is none here.
    if (found?.state.grant.jobKey !== jobKey) return otherwise(purpose, recordings);
    const { row, state } = found;
    return { grant: state.grant, document: row.document, notes: row.notes, jobSigner: jobs };
  };
}
