/**
 * Grants as the API shows them (spec/grant.md, spec/access.md).
 *
 *   GET  /api/grants                   -> { grants: ShownGrant[] } (one's own; for the parties all)
 *   POST /api/grants                   GrantWish -> ShownGrant (researcher)
 *   GET  /api/grants/{grant}           -> ShownGrant
 *   POST /api/grants/{grant}/notes     a signed note (GRT20) -> ShownGrant (the party whose note it is)
 *   POST /api/grants/{grant}/withdrawal -> ShownGrant (who asked)
 *   GET  /api/policies                 -> ShownPolicies
 *   GET  /api/my/accesses              -> MyAccesses (contributor)
 */
export type GrantWish = {
  purpose: 'model-training' | 'model-testing';
  reading: ('dataset' | 'inspection' | 'rendering' | 'environment')[];
  slice:
    | { kind: 'recordings'; recordings: string[] }
    | {
        kind: 'tasks';
        cards: { id: string; version: number | null }[] | null;
        weeks: { from: string; to: string };
      };
  /** From now. */
  days: number;
};

export type ShownGrant = {
  id: string;
  /** What was asked, to the byte; a party checks and signs its digest and nothing else. */
  document: string;
  digest: string;
  state: 'waiting' | 'holds' | 'ended';
  own: boolean;
  approvedBy: GrantParty[];
  /** Whose answer is still wanted. */
  waitsFor: GrantParty[];
  end: GrantEnd | null;
  /** Days. */
  askedOn: string;
  answerBy: string;
};

export type GrantParty = 'employer' | 'representative' | 'data-protection-officer';

export type GrantEnd = {
  kind: 'refused' | 'revoked' | 'withdrawn' | 'agreement' | 'over' | 'unanswered';
  /** The party; null: nobody in particular. */
  by: GrantParty | null;
  /** Of a refusal, from the closed list. */
  reason: string | null;
};

/** What decides, to the byte: the files that the server runs with. */
export type ShownPolicies = { schema: string; files: { name: string; text: string }[] };

/** Every reading of what is hers, found with her own handle and shown to nobody else. */
export type MyAccesses = {
  /** Newest first. */
  accesses: {
    /** `2026-11-22`: the server tells no time of day. */
    day: string;
    kind: string;
    /** The role of who read. */
    by: string;
    grant: string | null;
    /** Hers, of those that were read; others are not told. */
    recordings: string[];
    /** Where the entry stands in the log of uses, to be proved there; null: it never came so far, and nothing was opened. */
    entry: number | null;
  }[];
  /** The last 30 days, oldest first, also those on which nothing was read. */
  days: { day: string; readings: number }[];
};
