import type { Fault } from '@aboveboard/protocol/fault';
import { parseAgreement } from './agreement.ts';
import {
  type AgreementCheck,
  type AgreementStanding,
  type AgreementVerifier,
  attachmentFaults,
} from './agreement-verifier.ts';
import { canonicalDigest } from './canonical-json.ts';
import { deepFreeze } from './frozen.ts';
import { isVerifiedRules, type VerifiedRules } from './verified-rules.ts';

/**
 * The verifier that makes every check (AGR44): the document is that of the version in force in rules that were
 * proved, and all of its attachments are here. `rules` is read at each call.
 */
export function makeProvedVerifier(
  rules: () => VerifiedRules | null,
  subtle: SubtleCrypto,
): AgreementVerifier {
  return {
    async verify(given) {
      try {
        const { document, attachments } = given;
        const parsed = parseAgreement(document);
        if (!parsed.ok) return { ok: false, faults: parsed.faults };
        const agreement = deepFreeze(parsed.value);
        const digest = await canonicalDigest(agreement, subtle);
        const faults = [
          ...forceFaults(rules(), digest),
          ...(await attachmentFaults(agreement, attachments, subtle)),
        ];
        if (faults.length > 0) return { ok: false, faults };
        const standing: AgreementStanding = Object.freeze({
          ok: true,
          agreement,
          digest,
          checks: ALL_CHECKS,
        });
        proved.add(standing);
        return standing;
      } catch {
        return { ok: false, faults: [{ rule: 'AGR40', at: 'document', message: 'could not be checked' }] };
      }
    },
  };
}

/** Made by a proved verifier. Whether its version is still in force is for the rules of the moment to say. */
export function isProvedStanding(value: unknown): boolean {
  return typeof value === 'object' && value !== null && proved.has(value);
}
const proved = new WeakSet<object>();

const ALL_CHECKS: readonly AgreementCheck[] = deepFreeze(
  (['form', 'attachments', 'signatures', 'log', 'revocation', 'objection'] as const).map((check) => ({
    check,
    result: 'checked' as const,
  })),
);

function forceFaults(rules: VerifiedRules | null, digest: string): Fault[] {
  const fault = (message: string): Fault[] => [{ rule: 'AGR44', at: 'document', message }];
  if (!isVerifiedRules(rules)) return fault('there are no verified rules to hold it against');
  const { standing } = rules.state;
  if (standing.version?.digest !== digest) return fault('is not the version that the parties signed last');
  return standing.inForce ? [] : fault(`is not in force: ${standing.refusal}`);
}
