import { join } from 'node:path';
import type { Policy } from '@aboveboard/tlog/policy';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { diskLayer } from '../blobs/file-layer.ts';

/** No witness is asked, and nothing waits for one. */
const NO_QUORUM: Policy = { logs: [], witnesses: [], groups: [], quorum: null };

/** DATA/log-policy: which witnesses are asked, where, and which must have cosigned (LGS30). All faults in a sentence. */
export async function readLogPolicy(root: string): Promise<Policy> {
  const path = join(root, 'log-policy');
  const bytes = await diskLayer.read(path);
  if (!bytes) return NO_QUORUM;
  const parsed = parsePolicy(bytes);
  if (!parsed.ok) {
    const faults = parsed.faults.map(({ rule, at, message }) => `  ${rule} at ${at}: ${message}`);
    throw new Error(`The policy of the logs in ${path} can not be relied on:\n${faults.join('\n')}`);
  }
  return parsed.value;
}
