import type { Fault } from '@aboveboard/protocol/fault';
import type { Agreement, PartyRole } from './agreement.ts';
import type { ObjectionCount, RulesStatement, SuspensionReason } from './rules-statement.ts';

/** What the rules log says about one agreement after all of its entries (spec/rules-log.md, RUL30-RUL42). */
export type RulesState = {
  /** Id of the agreement. */
  agreement: string;
  /** Entries that it was made from. */
  size: number;
  standing: RulesStanding;
  /** Every version that was ever fully signed, in order; consents name one of them. */
  versions: readonly RulesVersion[];
  pending: readonly PendingVersion[];
  /** Builds that may record under the version in force, withdrawn ones left out. */
  builds: readonly AgreedBuild[];
  objections: readonly ObjectionTally[];
  /** Objection tokens of each version: how many, and the key that they are signed with. */
  tokens: readonly DealtTokens[];
  /** Whose blind tokens make contributors; null: the representative has not said, and none does. */
  enrolment: EnrolmentIssue | null;
  /** Recipient of the guardian's half of every key; null: the representative has not said, and nothing is released. */
  halves: string | null;
  /** Changes of whose cosignatures count, oldest first (RUL60-RUL66); without any, that of the enrolment counts. */
  policies: readonly PolicyChange[];
  breaches: readonly BreachNotice[];
  /** What each entry did, in order; the feed for people is made from it. */
  acts: readonly RulesAct[];
};

export type RulesStanding =
  | { inForce: true; version: RulesVersion }
  | { inForce: false; refusal: RulesRefusal; version: RulesVersion | null };
export type RulesRefusal = 'unsigned' | 'revoked' | 'suspended' | 'objected';

export type RulesVersion = {
  agreement: Agreement;
  digest: string;
  /** Indices of entries: its document, and the signature that completed it. */
  entered: number;
  adopted: number;
  revoked: readonly PartyAct[];
  suspended: readonly (PartyAct & { reason: SuspensionReason | 'not-understood' })[];
};
export type PartyAct = { role: PartyRole; index: number };

export type PendingVersion = {
  version: number;
  digest: string;
  entered: number;
  /** Roles of which a signature is missing, of this version or of the one before it. */
  missing: readonly PartyRole[];
  faults: readonly Fault[];
};

export type AgreedBuild = { name: string; version: string; digest: string };
export type DealtTokens = { digest: string; issued: number; key: string };
/** `list`: the digest that the tokens are for; `key`: SHA-256 of the issuer's. */
export type EnrolmentIssue = { issued: number; list: string; key: string };
/** `index`: of the entry that completed it. Texts of tlog-policies of both logs. */
export type PolicyChange = { index: number; from: string; to: string };
/** The latest count of objections to one version. */
export type ObjectionTally = {
  /** Of the version. */
  digest: string;
  issued: number;
  spent: number;
  /** SHA-256 of the published list. */
  list: string;
  targets: readonly ObjectionCount[];
  index: number;
};
/** `at` in seconds since 1970; `digest` is that of the notice, which is not in the log. */
export type BreachNotice = PartyAct & { at: number; digest: string };

/** An act of the parties, or an entry that is none. */
export type RulesAct = { index: number } & (
  | { kind: 'document'; version: number; digest: string }
  | { kind: 'signature'; version: number; digest: string; roles: readonly PartyRole[]; adopted: boolean }
  | { kind: 'statement'; statement: RulesStatement; roles: readonly PartyRole[] }
  | { kind: 'not-understood'; roles: readonly PartyRole[] }
  | { kind: 'ignored'; reason: IgnoredReason }
);

export type IgnoredReason =
  | 'malformed'
  | 'faulty-document'
  | 'entered-before'
  | 'too-many-wait'
  | 'another-agreement'
  | 'signed-by-no-party'
  | 'not-for-this-party'
  | 'unknown-document'
  | 'can-not-come'
  | 'said-before'
  | 'takes-back';
