import { statementText } from '@aboveboard/consent/rules-statement';
import type { GuardianLimits } from '../limits.ts';
import type { ServerLink } from '../relay/server-link.ts';
import type { GuardianStore } from '../store.ts';
import type { KnownLogs } from '../witness/known-logs.ts';
import type { OwnPairs } from '../witness/witness-identity.ts';
import type { WitnessRows } from '../witness/witness-rows.ts';
import { type Giving, type GivingChecks, makeGiving } from './giving.ts';
import { type GuardianRules, makeGuardianRules, type PinnedParty } from './guardian-rules.ts';
import { type HalfIdentities, isNamed, openHalfIdentities, type ShownIdentity } from './half-identities.ts';
import { type HalfLine, makeHalfJournal } from './half-journal.ts';
import { type HalfKeeping, type KeepingChecks, makeHalfKeeping } from './half-keeping.ts';
import { type HalfLock, makeHalfLock } from './half-lock.ts';
import { makeHalfRows } from './half-rows.ts';
import { type HoldChecks, makeHeldBy } from './held-by.ts';

/** The guardian's half of every key, composed: kept, given under what it checks itself, destroyed (T12, T13, T16). */
export type Halves = {
  /** Whom recorders are to seal to; another one when she makes another (GRD81). */
  readonly recipient: string;
  readonly identities: Pick<HalfIdentities, 'make' | 'retire'>;
  readonly keeping: HalfKeeping;
  readonly give: Giving;
  readonly lock: HalfLock;
  /** As the guardian proves them itself. */
  readonly rules: Pick<GuardianRules, 'now'>;
  /** Ids of the last grants under which halves were asked for. */
  knownGrants(): string[];
  /** For the representative's page. */
  state(): Promise<HalvesState>;
};

export type HalvesState = {
  isLocked: boolean;
  /** Recordings an hour, and given in the last one. */
  limit: number;
  given: number;
  /** To be signed with her key and submitted: whom recorders seal to. Null: the rules were not seen yet. */
  statement: string | null;
  recipient: string;
  /** The newest first. */
  identities: ShownIdentity[];
  /** Whether the rules name the newest; null: they could not be proved. */
  isNamed: boolean | null;
  /** Whose signatures count here, from the first agreement that it saw (GRD66). */
  parties: PinnedParty[];
  /** The newest first. */
  lines: HalfLine[];
};

/** What a test takes away, one at a time, to see that nothing else stops what it stops (GRD76). */
export type HalfChecks = GivingChecks &
  KeepingChecks &
  HoldChecks & {
    /** Whether the rules name a recipient (GRD82). */
    namedByRules: (recipient: string) => Promise<boolean | null>;
    /** What the guardian's own witness saw of the rules (GRD66). */
    seenOfRules: WitnessRows['latest'];
  };

const LINES = 100;
const GRANTS = 5;

export async function openHalves(
  store: GuardianStore,
  parts: {
    server: Pick<ServerLink, 'logFile'>;
    logs: KnownLogs;
    rows: WitnessRows;
    own: OwnPairs;
    limits: GuardianLimits;
    checks?: Partial<HalfChecks>;
    /** Seconds since 1970. */
    now: () => number;
  },
): Promise<Halves> {
  const { now, limits } = parts;
  const halves = makeHalfRows(store, limits);
  const journal = makeHalfJournal(store);
  const lock = makeHalfLock(store, { journal, now, limit: limits.halvesPerHour });
  const rules = makeGuardianRules({
    store,
    ...parts,
    rows: { latest: parts.checks?.seenOfRules ?? parts.rows.latest },
  });
  const heldBy = makeHeldBy({ rules, ...parts });
  const { namedByRules } = parts.checks ?? {};
  const identities = await openHalfIdentities(store, {
    ...{ journal, lock, rules, now },
    ...(namedByRules && { namedByRules }),
  });
  const keeping = makeHalfKeeping({ halves, identities: identities.opening, heldBy, ...parts });
  keeping.destroyDue();
  return {
    get recipient() {
      return identities.recipient();
    },
    identities,
    keeping,
    give: makeGiving({ store, halves, journal, lock, rules, accessSeconds: limits.accessSeconds, ...parts }),
    lock,
    rules,
    knownGrants: () =>
      [...new Set(journal.newest(LINES).flatMap(({ detail }) => detail.grant ?? []))].slice(0, GRANTS),
    async state() {
      // She signs whom recorders seal to before anything was ever asked for; until then nobody has looked at the rules.
      const proved = await rules.now();
      const id = rules.agreement();
      const recipient = identities.recipient();
      return {
        isLocked: lock.isLocked(),
        limit: lock.limit(),
        given: journal.givenSince(now() - 3600),
        statement: id === null ? null : statementText({ kind: 'halves', id, recipient }),
        recipient,
        identities: identities.shown(),
        isNamed: isNamed(proved, recipient),
        parties: await rules.pinned(),
        lines: journal.newest(LINES),
      };
    },
  };
}
