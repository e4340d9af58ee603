import type { Fault } from '@aboveboard/protocol/fault';
import { type Agreement, parseAgreement } from './agreement.ts';
import { hex } from './canonical-json.ts';
import { deepFreeze } from './frozen.ts';
import { parseLiteralList } from './literal-list.ts';

/**
 * From a document and its attachments to what may be relied on (T5, T6, T14; spec/agreement.md, AGR40-AGR49).
 * A later verifier also checks signatures, inclusion in the log, revocations and objections; whoever holds a
 * standing sees from `checks` what was checked and what was not.
 */
export interface AgreementVerifier {
  /** Never throws: what can't be checked is a fault. */
  verify(given: GivenAgreement): Promise<AgreementStanding>;
}

export type GivenAgreement = {
  /** Canonical JSON, to the byte. */
  document: Uint8Array;
  /** By name. */
  attachments: ReadonlyMap<string, Uint8Array>;
};

export type AgreementStanding =
  | { ok: true; agreement: Agreement; digest: string; checks: readonly AgreementCheck[] }
  | { ok: false; faults: readonly Fault[] };

export type AgreementCheckName = 'form' | 'attachments' | 'signatures' | 'log' | 'revocation' | 'objection';
export type AgreementCheck = { check: AgreementCheckName; result: 'checked' | 'not-checked' };

/**
 * The verifier of an installation whose agreement is a local file: it checks the form and every attachment,
 * and says that it checked no signature, log, revocation or objection.
 */
export function makeLocalVerifier(subtle: SubtleCrypto): AgreementVerifier {
  return {
    async verify(given) {
      try {
        const { document, attachments } = given;
        const parsed = parseAgreement(document);
        if (!parsed.ok) return { ok: false, faults: parsed.faults };
        const agreement = deepFreeze(parsed.value);
        const faults = await attachmentFaults(agreement, attachments, subtle);
        if (faults.length > 0) return { ok: false, faults };
        return { ok: true, agreement, digest: await sha256(document, subtle), checks: LOCAL_CHECKS };
      } catch {
        return { ok: false, faults: [{ rule: 'AGR40', at: 'document', message: 'could not be checked' }] };
      }
    },
  };
}

const LOCAL_CHECKS: readonly AgreementCheck[] = Object.freeze([
  { check: 'form', result: 'checked' },
  { check: 'attachments', result: 'checked' },
  { check: 'signatures', result: 'not-checked' },
  { check: 'log', result: 'not-checked' },
  { check: 'revocation', result: 'not-checked' },
  { check: 'objection', result: 'not-checked' },
]);

/** Every attachment of the agreement, present and as it was agreed (AGR41). */
export async function attachmentFaults(
  agreement: Agreement,
  attachments: ReadonlyMap<string, Uint8Array>,
  subtle: SubtleCrypto,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const [i, { kind, name, bytes, digest }] of agreement.attachments.entries()) {
    const content = attachments.get(name);
    const at = `attachments[${i}]`;
    if (content === undefined) faults.push({ rule: 'AGR41', at, message: 'is missing' });
    else if (content.length !== bytes || (await sha256(content, subtle)) !== digest) {
      faults.push({ rule: 'AGR41', at, message: 'is not the file that was agreed' });
    } else if (kind === 'literals') {
      const list = parseLiteralList(content);
      if (!list.ok) faults.push(...list.faults.map((fault) => ({ ...fault, at: `${at} ${fault.at}` })));
    }
  }
  return faults;
}

async function sha256(bytes: Uint8Array, subtle: SubtleCrypto): Promise<string> {
  return hex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}
