import type { Fault } from '@aboveboard/protocol/fault';
import { type Agreement, PARTY_ROLES, type PartyRole } from './agreement.ts';
import { hex } from './canonical-json.ts';
import { deepFreeze } from './frozen.ts';
import { type Grant, grantDigest, parseGrant } from './grant-document.ts';
import { type GrantStatement, parseGrantStatement } from './grant-note.ts';
import { partyKeysOf } from './party-keys.ts';
import { parsePartyKey, readPartyNote } from './party-note.ts';
import type { RulesState, RulesVersion } from './rules-state.ts';

/**
 * May this be read now? The argument of spec/grant.md from document to verdict: form, the version in force, time,
 * who asks, what the parties said. Nothing here knows the server's word for any of it; server and guardian come
 * to the same verdict from the same bytes (T13).
 */
export type GrantVerdict =
  | {
      readonly ok: true;
      readonly grant: Grant;
      readonly digest: string;
      readonly approvedBy: readonly PartyRole[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

export type GrantEvidence = {
  /** The document, to the byte. */
  grant: Uint8Array;
  /** Signed notes about it. Those about other grants and by strangers say nothing, and are no fault. */
  notes: readonly Uint8Array[];
  /** What the rules log says; null: not known, and then nothing holds (T14). */
  rules: RulesState | null;
  /** When the rules were seen by the quorum, or read from one's own log. Milliseconds since the epoch. */
  rulesTime: number;
  /** Milliseconds since the epoch, by one's own clock. */
  now: number;
  subtle: SubtleCrypto;
};

const CLOCK_SLACK = 5 * 60_000;

/** All the faults at once; never throws. The verdict is frozen. */
export async function verifyGrant(evidence: GrantEvidence): Promise<GrantVerdict> {
  try {
    const parsed = parseGrant(evidence.grant);
    if (!parsed.ok) return { ok: false, faults: parsed.faults };
    const grant = parsed.value;
    const digest = await grantDigest(evidence.grant, evidence.subtle);
    const version = await versionOf(grant, evidence);
    const said = version === null ? SILENCE : whatWasSaid(evidence.notes, { grant, digest, version });
    const faults = [
      ...ruleFaults(grant, version, evidence),
      ...timeFaults(grant, evidence.now),
      ...(version === null ? [] : askerFaults(grant, version.agreement)),
      ...approvalFaults(said),
    ];
    if (faults.length > 0) return { ok: false, faults };
    return deepFreeze({ ok: true, grant, digest, approvedBy: said.approved });
  } catch {
    return { ok: false, faults: [{ rule: 'GRT33', at: 'grant', message: 'could not be checked' }] };
  }
}

/** What of `GrantEvidence.notes` counts: by whom it was approved and ended, under the keys of its version. */
export type SaidOfGrant = {
  readonly approved: readonly PartyRole[];
  readonly ended: readonly { readonly role: PartyRole; readonly statement: GrantStatement }[];
};
const SILENCE: SaidOfGrant = { approved: [], ended: [] };

/** Reads notes in any order; for who shows what waits for whom. Never throws. */
export function whatWasSaid(
  notes: readonly Uint8Array[],
  about: { grant: Grant; digest: string; version: Pick<RulesVersion, 'agreement'> },
): SaidOfGrant {
  const keys = partyKeysOf(about.version.agreement);
  const listed = [...keys.values()].flatMap(({ ed25519, mlDsa44 }) => [ed25519, mlDsa44]);
  const approved = new Set<PartyRole>();
  const ended: SaidOfGrant['ended'][number][] = [];
  for (const bytes of notes) {
    const note = readPartyNote(bytes, listed);
    const parsed = note && parseGrantStatement(note.text);
    if (!note || !parsed?.ok) continue;
    const statement = parsed.value;
    if (statement.grant !== about.grant.id || statement.digest !== about.digest) continue;
    for (const [role, { ed25519, mlDsa44 }] of keys) {
      const signed = [ed25519, mlDsa44].filter((key) => note.signedBy.has(key)).length;
      if (statement.kind === 'grant-approval') {
        if (signed === 2) approved.add(role);
      } else if (signed > 0) ended.push({ role, statement });
    }
  }
  return { approved: PARTY_ROLES.filter((role) => approved.has(role)), ended };
}

/** The version that the grant names, if it is the one in force, and its document is the one of its digest. */
async function versionOf(grant: Grant, { rules }: GrantEvidence): Promise<RulesVersion | null> {
  const version = rules?.versions.find(({ digest }) => digest === grant.agreement.digest) ?? null;
  if (!version) return null;
  const { id, version: number } = version.agreement;
  return id === grant.agreement.id && number === grant.agreement.version ? version : null;
}

function ruleFaults(grant: Grant, version: RulesVersion | null, evidence: GrantEvidence): Fault[] {
  const { rules, rulesTime, now } = evidence;
  if (rules === null) return [{ rule: 'GRT30', at: 'rules', message: 'are not known' }];
  if (version === null) return [{ rule: 'GRT30', at: 'agreement', message: 'is no version that was signed' }];
  const faults: Fault[] = [];
  const { standing } = rules;
  const { agreement } = version;
  if (standing.version?.digest !== version.digest) {
    faults.push({ rule: 'GRT30', at: 'agreement', message: 'was followed by another version' });
  } else if (!standing.inForce) {
    faults.push({ rule: 'GRT30', at: 'agreement', message: `is not in force: ${standing.refusal}` });
  }
  if (!(now - rulesTime <= agreement.staleHours * 3_600_000)) {
    faults.push({ rule: 'GRT30', at: 'rules', message: 'were seen too long ago' });
  }
  if (!(rulesTime - now <= CLOCK_SLACK)) {
    faults.push({ rule: 'GRT30', at: 'rules', message: 'were seen later than now' });
  }
  if (!agreement.purposes.includes(grant.purpose)) {
    faults.push({ rule: 'GRT31', at: 'purpose', message: 'is not one that was agreed' });
  }
  if (grant.until * 1000 > Date.parse(agreement.validity.until)) {
    faults.push({ rule: 'GRT31', at: 'until', message: 'is later than the agreement holds' });
  }
  return faults;
}

function timeFaults({ from, until }: Grant, now: number): Fault[] {
  if (!(now >= from * 1000)) return [{ rule: 'GRT32', at: 'from', message: 'has not come yet' }];
  if (!(now < until * 1000)) return [{ rule: 'GRT32', at: 'until', message: 'is over' }];
  return [];
}

function askerFaults({ jobKey }: Grant, agreement: Agreement): Fault[] {
  const own = parsePartyKey(jobKey);
  const isPartys = agreement.parties.some(({ keys }) =>
    keys.some((text) => {
      const key = parsePartyKey(text);
      return key?.name === own?.name || (key && own && hex(key.publicKey) === hex(own.publicKey));
    }),
  );
  return isPartys ? [{ rule: 'GRT24', at: 'jobKey', message: 'is that of a party' }] : [];
}

function approvalFaults({ approved, ended }: SaidOfGrant): Fault[] {
  const faults: Fault[] = ended.map(({ role, statement }) => ({
    rule: 'GRT25',
    at: role,
    message: statement.kind === 'grant-refusal' ? 'refused it' : 'revoked it',
  }));
  if (!approved.includes('representative')) {
    faults.push({ rule: 'GRT23', at: 'representative', message: 'has not approved it' });
  }
  if (approved.length < 2) {
    faults.push({ rule: 'GRT23', at: 'notes', message: 'fewer than two parties approved it' });
  }
  return faults;
}
