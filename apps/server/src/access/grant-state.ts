import { PARTY_ROLES, type PartyRole } from '@aboveboard/consent/agreement';
import { verifyGrant, whatWasSaid } from '@aboveboard/consent/grant';
import { type Grant, grantDigest, parseGrant } from '@aboveboard/consent/grant-document';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { GrantEnd, ShownGrant } from '@aboveboard/protocol/grants';
import type { GrantRow } from './grant-rows.ts';

/** What a grant is at this moment, computed from what was asked and said, the rules and the clock (ACC13, ACC15). */
export type GrantState = {
  grant: Grant;
  digest: string;
  state: ShownGrant['state'];
  approvedBy: readonly PartyRole[];
  end: GrantEnd | null;
  /** The last day on which it can be approved. */
  answerBy: string;
};

export const ANSWER_DAYS = 14;
const DAY = 86_400_000;

/** RangeError for a row that this server can not have written. */
export async function stateOfGrant(
  row: GrantRow,
  { rules, now }: { rules: RulesState | null; now: number },
): Promise<GrantState> {
  const parsed = parseGrant(row.document);
  if (!parsed.ok) throw new RangeError('a stored grant is none');
  const grant = parsed.value;
  const digest = await grantDigest(row.document, crypto.subtle);
  const version = rules?.versions.find((one) => one.digest === grant.agreement.digest);
  const said = version ? whatWasSaid(row.notes, { grant, digest, version }) : { approved: [], ended: [] };
  const answerBy = dayOf(Date.parse(`${row.askedOn}T00:00:00Z`) + ANSWER_DAYS * DAY);
  const verdict = await verifyGrant({
    grant: row.document,
    notes: row.notes,
    rules,
    // From this server's own log, just now.
    rulesTime: now,
    now,
    subtle: crypto.subtle,
  });
  const holds = verdict.ok && !row.withdrawn;
  const end = holds ? null : endOf({ row, grant, said, rules, now, answerBy });
  const state = holds ? 'holds' : end ? 'ended' : 'waiting';
  return { grant, digest, state, approvedBy: said.approved, end, answerBy };
}

function endOf(given: {
  row: GrantRow;
  grant: Grant;
  said: ReturnType<typeof whatWasSaid>;
  rules: RulesState | null;
  now: number;
  answerBy: string;
}): GrantEnd | null {
  const { row, grant, said, rules, now, answerBy } = given;
  const [stopped] = said.ended;
  if (stopped) {
    const { role, statement } = stopped;
    return statement.kind === 'grant-refusal'
      ? { kind: 'refused', by: role, reason: statement.reason }
      : { kind: 'revoked', by: role, reason: null };
  }
  if (row.withdrawn) return { kind: 'withdrawn', by: null, reason: null };
  const standing = rules?.standing;
  if (!standing?.inForce || standing.version.digest !== grant.agreement.digest) {
    return { kind: 'agreement', by: null, reason: null };
  }
  if (now >= grant.until * 1000) return { kind: 'over', by: null, reason: null };
  const approved = said.approved.includes('representative') && said.approved.length >= 2;
  return !approved && dayOf(now) > answerBy ? { kind: 'unanswered', by: null, reason: null } : null;
}

/** Parties who could still answer: for "what waits for you". */
export function waitsFor({ state, approvedBy }: GrantState): PartyRole[] {
  if (state !== 'waiting') return [];
  const open = PARTY_ROLES.filter((role) => !approvedBy.includes(role));
  // The representative's is needed; of the others one.
  return approvedBy.length > 0 && !approvedBy.includes('representative')
    ? open.filter((role) => role === 'representative')
    : open;
}

export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
