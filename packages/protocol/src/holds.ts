import type { GrantParty, GrantWish } from './grants.ts';

/**
 * Legal holds as the API shows them (spec/hold.md).
 *
 *   GET  /api/holds               -> { holds: ShownHold[] } (the parties)
 *   POST /api/holds               HoldWish -> ShownHold (employer)
 *   POST /api/holds/{hold}/notes  a signed note (HLD10) -> ShownHold (the party whose note it is)
 *
 * What of hers is held is told to a contributor in `MyRecording`.
 */
export type HoldWish = {
  reason: HoldReason;
  slice: GrantWish['slice'];
  /** From now. */
  days: number;
};
export type HoldReason = 'court-order' | 'authority-order' | 'legal-claim';

export type ShownHold = {
  id: string;
  /** What was asked, to the byte; a party checks and signs its digest and nothing else. */
  document: string;
  digest: string;
  state: 'waiting' | 'holds' | 'ended';
  approvedBy: GrantParty[];
  /** Whose approval is still wanted. */
  waitsFor: GrantParty[];
  end: { kind: 'ended' | 'agreement' | 'over' | 'unanswered'; by: GrantParty | null } | null;
  /** Days. */
  askedOn: string;
  answerBy: string;
};

/** Of one recording of hers, as she is told it (HLD26). */
export type OwnHold = {
  hold: string;
  reason: HoldReason;
  /** The day on which it ends by itself. */
  until: string;
  by: GrantParty[];
  /** Where the entry stands in the log of uses. */
  entry: number;
  /** She asked for its erasure; it is carried out when the hold ends. */
  erasureWaits: boolean;
};
