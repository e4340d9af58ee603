import type { PartyRole } from '@aboveboard/consent/agreement';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { ShownWait } from '@aboveboard/protocol/controls';
import type { WordLock } from '@aboveboard/protocol/guardian-word';
import type { DoneName } from './last-done.ts';
import { text } from './messages/en.ts';

/** What is known when somebody asks what waits for him; milliseconds since the epoch. */
export type Known = {
  rules: RulesState | null;
  /** As each is shown to the asker, who may see them all. */
  grants: readonly { waitsFor: readonly PartyRole[]; answerBy: string }[];
  holds: readonly { waitsFor: readonly PartyRole[]; answerBy: string }[];
  /** Undefined: the guardian did not say. */
  lockedBy: WordLock | null | undefined;
  unfinishedErasure: boolean;
  /** When each is due; null: at once. */
  due: Readonly<Partial<Record<DoneName, number | null>>>;
  now: number;
};

const DAY = 86_400_000;
const NOTICE = 30 * DAY;
const SOON = DAY;
const say = text.waits;

/** For a party, or (null) for the operator. Without a deadline first, then the nearest; no number and no name of anybody. */
export function waitingFor(party: PartyRole | null, known: Known): ShownWait[] {
  const waits = party ? ofParty(party, known) : ofOperator(known);
  return waits.sort((a, b) => (a.by ?? '').localeCompare(b.by ?? ''));
}

function ofParty(party: PartyRole, { rules, grants, holds, lockedBy, now }: Known): ShownWait[] {
  const waits: ShownWait[] = [];
  const inForce = rules?.standing.inForce ? rules.standing.version.agreement : null;
  for (const { version, missing } of rules?.pending ?? []) {
    if (!missing.includes(party)) continue;
    const by = inForce ? inForce.validity.until.slice(0, 10) : null;
    const because = by ? say.versionBecause : say.versionNow;
    waits.push({ kind: 'version', says: say.version(version), by, because, page: '/sign' });
  }
  if (inForce && Date.parse(inForce.validity.until) - now < NOTICE) {
    waits.push({
      ...{ kind: 'expiry', says: say.expiry(inForce.version), by: inForce.validity.until.slice(0, 10) },
      ...{ because: say.expiryBecause, page: '/draft' },
    });
  }
  for (const { waitsFor, answerBy } of grants) {
    if (waitsFor.includes(party))
      waits.push({
        kind: 'grant',
        says: say.grant,
        by: answerBy,
        because: say.answerBecause,
        page: '/grants',
      });
  }
  for (const { waitsFor, answerBy } of holds) {
    if (waitsFor.includes(party))
      waits.push({ kind: 'hold', says: say.hold, by: answerBy, because: say.answerBecause, page: '/holds' });
  }
  if (party === 'representative' && lockedBy === 'probe')
    waits.push({ kind: 'lock', says: say.lock, by: null, because: say.lockBecause, page: null });
  return waits;
}

function ofOperator({ unfinishedErasure, due, now }: Known): ShownWait[] {
  const waits: ShownWait[] = [];
  if (unfinishedErasure)
    waits.push({ kind: 'erasure', says: say.erasure, by: null, because: say.erasureBecause, page: null });
  for (const [name, at] of Object.entries(due) as [DoneName, number | null][]) {
    if (at !== null && at - now > SOON) continue;
    const by = at === null || at <= now ? null : new Date(at).toISOString().slice(0, 10);
    waits.push({ kind: 'backup', says: say.backup[name], by, because: say.backupBecause, page: null });
  }
  return waits;
}
