import type { PartyRole } from '@aboveboard/consent/agreement';
import { HOLD_APPROVERS, verifyHold, whatWasSaidOfHold } from '@aboveboard/consent/hold';
import { type Hold, holdDigest, parseHold } from '@aboveboard/consent/hold-document';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { ShownHold } from '@aboveboard/protocol/holds';
import { ANSWER_DAYS, dayOf } from '../access/grant-state.ts';
import type { HoldRow } from './hold-rows.ts';

/** What a hold is at this moment, computed from what was asked and said, the rules and the clock (HLD20). */
export type HoldState = {
  hold: Hold;
  digest: string;
  /** `holds` also where its entry is still missing: whoever rests something on it looks for that too. */
  state: ShownHold['state'];
  approvedBy: readonly PartyRole[];
  end: ShownHold['end'];
  answerBy: string;
};

const DAY = 86_400_000;

/** RangeError for a row that this server can not have written. */
export async function stateOfHold(
  row: Pick<HoldRow, 'document' | 'notes' | 'askedOn'>,
  { rules, now }: { rules: RulesState | null; now: number },
): Promise<HoldState> {
  const parsed = parseHold(row.document);
  if (!parsed.ok) throw new RangeError('a stored hold is none');
  const hold = parsed.value;
  const digest = await holdDigest(row.document, crypto.subtle);
  const version = rules?.versions.find((one) => one.digest === hold.agreement.digest);
  const said = version
    ? whatWasSaidOfHold(row.notes, { id: hold.id, digest, version })
    : { approved: [], ended: [] };
  const answerBy = dayOf(Date.parse(`${row.askedOn}T00:00:00Z`) + ANSWER_DAYS * DAY);
  const verdict = await verifyHold({
    hold: row.document,
    notes: row.notes,
    rules,
    now,
    subtle: crypto.subtle,
  });
  const missing = HOLD_APPROVERS.filter((role) => !said.approved.includes(role));
  const end = verdict.ok ? null : endOf({ hold, ended: said.ended, missing, rules, now, answerBy });
  const state = verdict.ok ? 'holds' : end ? 'ended' : 'waiting';
  return { hold, digest, state, approvedBy: said.approved, end, answerBy };
}

function endOf(given: {
  hold: Hold;
  ended: readonly PartyRole[];
  missing: readonly PartyRole[];
  rules: RulesState | null;
  now: number;
  answerBy: string;
}): ShownHold['end'] {
  const { hold, ended, missing, rules, now, answerBy } = given;
  const [by] = ended;
  if (by) return { kind: 'ended', by };
  if (rules?.standing.version?.digest !== hold.agreement.digest) return { kind: 'agreement', by: null };
  if (now >= hold.until * 1000) return { kind: 'over', by: null };
  return missing.length > 0 && dayOf(now) > answerBy ? { kind: 'unanswered', by: null } : null;
}

/** Parties whose approval is still wanted. */
export function approvalsMissing({ state, approvedBy }: HoldState): PartyRole[] {
  return state === 'waiting' ? HOLD_APPROVERS.filter((role) => !approvedBy.includes(role)) : [];
}
