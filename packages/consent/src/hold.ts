import type { Fault } from '@aboveboard/protocol/fault';
import { PARTY_ROLES, type PartyRole } from './agreement.ts';
import { deepFreeze } from './frozen.ts';
import { type Hold, holdDigest, parseHold } from './hold-document.ts';
import { parseHoldStatement } from './hold-note.ts';
import { partyKeysOf } from './party-keys.ts';
import { readPartyNote } from './party-note.ts';
import type { RulesState, RulesVersion } from './rules-state.ts';

/**
 * Is this held now? The argument of spec/hold.md from document to verdict. Server and guardian come to the same verdict
 * from the same bytes; whatever does not hold is a no, and a no means that it is erased as she asked (T11).
 */
export type HoldVerdict =
  | { readonly ok: true; readonly hold: Hold; readonly digest: string }
  | { readonly ok: false; readonly faults: readonly Fault[] };

export type HoldEvidence = {
  /** The document, to the byte. */
  hold: Uint8Array;
  /** Signed notes about it. Those about other holds and by strangers say nothing, and are no fault. */
  notes: readonly Uint8Array[];
  /** What the rules log says; null: not known, and then nothing is held. */
  rules: RulesState | null;
  /** Milliseconds since the epoch. */
  now: number;
  subtle: SubtleCrypto;
};

/** Both, and no other in place of one of them (HLD12). */
export const HOLD_APPROVERS: readonly PartyRole[] = ['employer', 'representative'];

/** All the faults at once; never throws. The verdict is frozen. */
export async function verifyHold(evidence: HoldEvidence): Promise<HoldVerdict> {
  try {
    const parsed = parseHold(evidence.hold);
    if (!parsed.ok) return { ok: false, faults: parsed.faults };
    const hold = parsed.value;
    const digest = await holdDigest(evidence.hold, evidence.subtle);
    const version = evidence.rules?.versions.find((one) => one.digest === hold.agreement.digest) ?? null;
    const said =
      version === null ? SILENCE : whatWasSaidOfHold(evidence.notes, { id: hold.id, digest, version });
    const faults = [
      ...versionFaults(hold, version, evidence),
      ...timeFaults(hold, evidence.now),
      ...saidFaults(said),
    ];
    return faults.length > 0 ? { ok: false, faults } : deepFreeze({ ok: true, hold, digest });
  } catch {
    return { ok: false, faults: [{ rule: 'HLD20', at: 'hold', message: 'could not be checked' }] };
  }
}

/** By whom it was approved and ended, under the keys of its version. */
export type SaidOfHold = { readonly approved: readonly PartyRole[]; readonly ended: readonly PartyRole[] };
const SILENCE: SaidOfHold = { approved: [], ended: [] };

/** Reads notes in any order. Never throws. */
export function whatWasSaidOfHold(
  notes: readonly Uint8Array[],
  about: { id: string; digest: string; version: Pick<RulesVersion, 'agreement'> },
): SaidOfHold {
  const keys = partyKeysOf(about.version.agreement);
  const listed = [...keys.values()].flatMap(({ ed25519, mlDsa44 }) => [ed25519, mlDsa44]);
  const approved = new Set<PartyRole>();
  const ended = new Set<PartyRole>();
  for (const bytes of notes) {
    const note = readPartyNote(bytes, listed);
    const parsed = note && parseHoldStatement(note.text);
    if (!note || !parsed?.ok) continue;
    const { kind, hold, digest } = parsed.value;
    if (hold !== about.id || digest !== about.digest) continue;
    for (const [role, { ed25519, mlDsa44 }] of keys) {
      const signed = [ed25519, mlDsa44].filter((key) => note.signedBy.has(key)).length;
      if (kind === 'hold-approval' && signed === 2) approved.add(role);
      if (kind === 'hold-end' && signed > 0) ended.add(role);
    }
  }
  const inOrder = (roles: ReadonlySet<PartyRole>) => PARTY_ROLES.filter((role) => roles.has(role));
  return { approved: inOrder(approved), ended: inOrder(ended) };
}

function versionFaults(hold: Hold, version: RulesVersion | null, { rules }: HoldEvidence): Fault[] {
  if (rules === null) return [{ rule: 'HLD13', at: 'rules', message: 'are not known' }];
  const { id, version: number } = hold.agreement;
  if (version === null || version.agreement.id !== id || version.agreement.version !== number) {
    return [{ rule: 'HLD13', at: 'agreement', message: 'is no version that was signed' }];
  }
  // Stopping all recording ends no hold; a new version does, and its parties ask anew.
  return rules.standing.version?.digest === version.digest
    ? []
    : [{ rule: 'HLD13', at: 'agreement', message: 'was followed by another version' }];
}

function timeFaults({ from, until }: Hold, now: number): Fault[] {
  if (!(now >= from * 1000)) return [{ rule: 'HLD14', at: 'from', message: 'has not come yet' }];
  return now < until * 1000 ? [] : [{ rule: 'HLD14', at: 'until', message: 'is over' }];
}

function saidFaults({ approved, ended }: SaidOfHold): Fault[] {
  return [
    ...ended.map((role) => ({ rule: 'HLD15', at: role, message: 'ended it' })),
    ...HOLD_APPROVERS.filter((role) => !approved.includes(role)).map((role) => ({
      rule: 'HLD12',
      at: role,
      message: 'has not approved it',
    })),
  ];
}
