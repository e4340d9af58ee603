import { join } from 'node:path';
import type { Policy } from '@aboveboard/tlog/policy';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { diskLayer } from '../blobs/file-layer.ts';

/** No witness is asked, and nothing waits for one. */
const NO_QUORUM: Policy = { logs: [], witnesses: [], groups: [], quorum: null };

/** As operators find them in the data folder: which witnesses are asked, where, and which must have cosigned. */
export const LOG_POLICY = 'log-policy';
/** Those that are to follow, while that is under way (LGS50). */
export const NEXT_LOG_POLICY = 'log-policy.next';

/** DATA/log-policy (LGS30). All faults in a sentence. */
export async function readLogPolicy(root: string): Promise<Policy> {
  return (await policyAt(join(root, LOG_POLICY))) ?? NO_QUORUM;
}

/** Null: nothing is under way. */
export async function readNextLogPolicy(root: string): Promise<Policy | null> {
  return policyAt(join(root, NEXT_LOG_POLICY));
}

async function policyAt(path: string): Promise<Policy | null> {
  const bytes = await diskLayer.read(path);
  if (!bytes) return null;
  const parsed = parsePolicy(bytes);
  if (!parsed.ok) {
    const faults = parsed.faults.map(({ rule, at, message }) => `  ${rule} at ${at}: ${message}`);
    throw new Error(`The policy of the logs in ${path} can not be relied on:\n${faults.join('\n')}`);
  }
  return parsed.value;
}
