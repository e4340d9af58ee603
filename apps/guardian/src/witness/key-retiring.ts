import { policyPart } from '@aboveboard/consent/followed-policy';
import { policyDigest } from '@aboveboard/consent/policy-change';
import type { PolicyChange } from '@aboveboard/consent/rules-state';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { NOTE_BYTES_LIMIT } from '@aboveboard/tlog/note';
import { verifyCheckpoint } from '@aboveboard/tlog/policy';
import { formatVerifierKey, type VerifierKey } from '@aboveboard/tlog/verifier-key';
import type { GuardianRules } from '../halves/guardian-rules.ts';
import type { ServerLink } from '../relay/server-link.ts';
import type { KnownLogs } from './known-logs.ts';
import type { WitnessIdentity } from './witness-identity.ts';

/** What has to be so before the pair of before may go (GRD93); `null`: nothing is missing. */
export type RetiringLack = 'no-next' | 'rules' | 'not-signed' | 'no-bridge';

/** Never rejects: what can't be checked is missing (T14). */
export async function lackForRetiring(parts: {
  identity: Pick<WitnessIdentity, 'pairs' | 'next'>;
  rules: Pick<GuardianRules, 'now'>;
  server: Pick<ServerLink, 'logFile'>;
  logs: Pick<KnownLogs, 'named'>;
}): Promise<RetiringLack | null> {
  const next = parts.identity.next();
  if (next.length === 0) return 'no-next';
  const proved = await parts.rules.now();
  const log = parts.logs.named('rules');
  if (!proved || !log) return 'rules';
  const change = proved.state.policies.at(-1);
  const [current = []] = parts.identity.pairs();
  if (!change || !replaces(change, current, next, log.origin)) return 'not-signed';
  const from = policyPart(change.from, new Set([log.origin]));
  const path = `bridges/${await policyDigest(from, crypto.subtle)}`;
  const note = await parts.server.logFile('rules', path, NOTE_BYTES_LIMIT).catch(() => null);
  const bridge = note && parseCheckpoint(note);
  const isBridge =
    bridge?.ok && bridge.value.checkpoint.size > change.index && verifyCheckpoint(bridge.value, from).ok;
  return isBridge ? null : 'no-bridge';
}

/** From then on all of these count that are to come, and none of those in use. */
function replaces(
  { to }: PolicyChange,
  current: readonly VerifierKey[],
  next: readonly VerifierKey[],
  origin: string,
): boolean {
  const counted = new Set(
    policyPart(to, new Set([origin])).witnesses.map(({ key }) => formatVerifierKey(key)),
  );
  const isCounted = (key: VerifierKey) => counted.has(formatVerifierKey(key));
  return next.every(isCounted) && !current.some(isCounted);
}
