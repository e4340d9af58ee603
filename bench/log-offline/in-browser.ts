import { decodeBase64 } from '@aboveboard/tlog/base64';
import { orThrow } from '@aboveboard/tlog/log-fault';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { parseProof, verifyProof } from '@aboveboard/tlog/proof-file';

/** Runs in the page and in Node: reads and verifies a proof file, all from its bytes. Milliseconds of each round. */
export function measure(files: { proof: string; entry: string; policy: string }, rounds: number): number[] {
  const [proof, entry, policy] = [files.proof, files.entry, files.policy].map(
    (text) => decodeBase64(text) as Uint8Array,
  );
  if (!proof || !entry || !policy) throw new Error('no base64');
  return Array.from({ length: rounds }, () => {
    const begin = performance.now();
    orThrow(verifyProof(orThrow(parseProof(proof)), entry, orThrow(parsePolicy(policy))), 'unverified');
    return performance.now() - begin;
  });
}
