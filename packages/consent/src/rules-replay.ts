import type { Fault } from '@aboveboard/protocol/fault';
import { type Agreement, PARTY_ROLES, type PartyRole } from './agreement.ts';
import { deepFreeze } from './frozen.ts';
import { disputeHolds } from './objection-effect.ts';
import { missingSigners, type PartyKeys, partyKeyFaults, partyKeysOf } from './party-keys.ts';
import { readPartyNote } from './party-note.ts';
import { type RulesEntry, readRulesEntry } from './rules-entry.ts';
import type {
  AgreedBuild,
  BreachNotice,
  DealtTokens,
  EnrolmentIssue,
  IgnoredReason,
  ObjectionTally,
  PartyAct,
  PolicyChange,
  RulesAct,
  RulesStanding,
  RulesState,
  RulesVersion,
} from './rules-state.ts';
import {
  type AboutVersion,
  type ObjectionCount,
  type RulesStatement,
  targetText,
} from './rules-statement.ts';

/**
 * The rules log from its first entry to its last (spec/rules-log.md, RUL30-RUL42). A function of the entries,
 * the pinned keys and the signatures alone: no clock, no network; every recorder comes to the same state.
 * Anyone who can append may append anything, so an entry that no party signed changes nothing and is listed
 * with the reason; what a party signed alone can only stop recording (T6, T14).
 */
export type RulesTrust = {
  /** Id of the agreement that this installation is under; entries about others are not looked at. */
  agreement: string;
  /** Keys of the parties that the first version must be signed with, from the enrolment. */
  parties: ReadonlyMap<PartyRole, PartyKeys>;
};

/** Throws only if the platform's crypto does. The state is frozen. */
export async function replayRules(
  entries: Iterable<Uint8Array>,
  trust: RulesTrust,
  subtle: SubtleCrypto,
): Promise<RulesState> {
  const replay = new Replay(trust);
  let index = 0;
  for (const bytes of entries) replay.step(bytes, await readRulesEntry(bytes, subtle), index++);
  return deepFreeze(replay.state(index));
}

/** Documents that wait for signatures; anyone can enter one, and each is kept in memory. */
const PENDING_LIMIT = 64;

type Candidate = {
  agreement: Agreement;
  digest: string;
  entered: number;
  keys: ReadonlyMap<PartyRole, PartyKeys>;
  faults: Fault[];
  signedBy: Set<string>;
  adopted: number | null;
  revoked: PartyAct[];
  suspended: RulesVersion['suspended'][number][];
};

class Replay {
  readonly #trust: RulesTrust;
  readonly #candidates = new Map<string, Candidate>();
  readonly #adopted: Candidate[] = [];
  readonly #listed = new Map<string, AgreedBuild>();
  readonly #withdrawn = new Set<string>();
  readonly #tokens = new Map<string, DealtTokens>();
  readonly #objections = new Map<string, ObjectionTally>();
  #enrolment: EnrolmentIssue | null = null;
  #halves: string | null = null;
  readonly #policies: PolicyChange[] = [];
  /** Who signed each change that is not complete, by its text. */
  readonly #policySigners = new Map<string, Set<PartyRole>>();
  readonly #breaches: BreachNotice[] = [];
  readonly #said = new Set<string>();
  readonly #acts: RulesAct[] = [];
  /** Keys whose word counts now: those of the version that was adopted last, or the pinned ones. */
  #keys: ReadonlyMap<PartyRole, PartyKeys>;
  /** Who signed that version, and signs what follows it. */
  #signers: readonly PartyRole[];
  /** A document entered before this index can't come into force any more. */
  #anewFrom = 0;

  constructor(trust: RulesTrust) {
    this.#trust = trust;
    this.#keys = trust.parties;
    this.#signers = [...trust.parties.keys()];
  }

  step(bytes: Uint8Array, entry: RulesEntry, index: number): void {
    let ignored: IgnoredReason | null;
    if (entry.kind === 'document') ignored = this.#document(entry.agreement, entry.digest, index);
    else if (entry.kind === 'note') ignored = this.#note(bytes, entry, index);
    else ignored = entry.document ? 'faulty-document' : 'malformed';
    if (ignored) this.#acts.push({ index, kind: 'ignored', reason: ignored });
  }

  #document(agreement: Agreement, digest: string, index: number): IgnoredReason | null {
    if (agreement.id !== this.#trust.agreement) return 'another-agreement';
    if (this.#candidates.has(digest)) return 'entered-before';
    if (agreement.version <= this.#newest()) return 'can-not-come';
    if (this.#waiting().length >= PENDING_LIMIT) return 'too-many-wait';
    this.#candidates.set(digest, {
      agreement,
      digest,
      entered: index,
      keys: partyKeysOf(agreement),
      faults: partyKeyFaults(agreement),
      signedBy: new Set(),
      adopted: null,
      revoked: [],
      suspended: [],
    });
    this.#acts.push({ index, kind: 'document', version: agreement.version, digest });
    return null;
  }

  #note(bytes: Uint8Array, entry: RulesEntry & { kind: 'note' }, index: number): IgnoredReason | null {
    const { statement, text } = entry;
    if (entry.about !== this.#trust.agreement) return 'another-agreement';
    const candidate =
      statement && isAboutVersion(statement) ? this.#candidates.get(statement.digest) : undefined;
    if (statement && isAboutVersion(statement) && candidate?.agreement.version !== statement.version) {
      return 'unknown-document';
    }
    const known = [...this.#keys.values(), ...(candidate?.keys.values() ?? [])];
    const keys = new Set(known.flatMap((one) => [one.ed25519, one.mlDsa44]));
    const note = readPartyNote(bytes, [...keys]);
    if (note?.text !== text) return 'malformed';
    const { signedBy } = note;
    const now = rolesOf(signedBy, this.#keys);

    if (statement === null) {
      // A party said something that this software can't read; it may be a way of saying stop (T14).
      if (now.either.length === 0) return 'signed-by-no-party';
      this.#suspend('not-understood', now.either, index);
      this.#acts.push({ index, kind: 'not-understood', roles: now.either });
      return null;
    }
    if (statement.kind === 'agreement') return this.#signature(candidate as Candidate, signedBy, index);

    // A version that is not yet in force can also be refused under the keys that it names.
    const own = statement.kind === 'revocation' && candidate ? rolesOf(signedBy, candidate.keys).either : [];
    const roles = PARTY_ROLES.filter((role) => now.either.includes(role) || own.includes(role));
    if (roles.length === 0) return 'signed-by-no-party';
    // Each party alone is heard once for the same text: what is copied from an older entry says nothing new.
    // Of a change that lets others vouch for the log, a word with one algorithm is none (RUL60).
    const saying = statement.kind === 'policy' ? roles.filter((role) => now.both.includes(role)) : roles;
    if (saying.length === 0) return 'not-for-this-party';
    const fresh = saying.filter((role) => !this.#said.has(`${role} ${text}`));
    if (fresh.length === 0) return 'said-before';
    const ignored = this.#apply(statement, candidate, { roles: fresh, both: now.both, index, text });
    if (ignored) return ignored;
    for (const role of fresh) this.#said.add(`${role} ${text}`);
    this.#acts.push({ index, kind: 'statement', statement, roles: fresh });
    return null;
  }

  #signature(candidate: Candidate, signedBy: ReadonlySet<string>, index: number): IgnoredReason | null {
    if (signedBy.size === 0) return 'signed-by-no-party';
    if (candidate.adopted === null && !this.#canCome(candidate)) return 'can-not-come';
    const added = new Set([...signedBy].filter((key) => !candidate.signedBy.has(key)));
    if (added.size === 0) return 'said-before';
    for (const key of added) candidate.signedBy.add(key);
    const own = rolesOf(added, candidate.keys).either;
    const before = rolesOf(added, this.#keys).either;
    const roles = PARTY_ROLES.filter((role) => own.includes(role) || before.includes(role));
    const adopted =
      candidate.adopted === null && candidate.faults.length === 0 && this.#missing(candidate).length === 0;
    const { digest } = candidate;
    const { version } = candidate.agreement;
    this.#acts.push({ index, kind: 'signature', version, digest, roles, adopted });
    if (adopted) {
      candidate.adopted = index;
      this.#adopted.push(candidate);
      this.#keys = candidate.keys;
      this.#signers = candidate.agreement.signers;
      this.#policySigners.clear();
    }
    return null;
  }

  /** Everything but signing. Returns why nothing came of it. */
  #apply(
    statement: Exclude<RulesStatement, { kind: 'agreement' }>,
    candidate: Candidate | undefined,
    by: { roles: readonly PartyRole[]; both: readonly PartyRole[]; index: number; text: string },
  ): IgnoredReason | null {
    const { roles, both, index, text } = by;
    switch (statement.kind) {
      case 'revocation':
        candidate?.revoked.push(...roles.map((role) => ({ role, index })));
        return null;
      case 'suspension':
        // A notice under a version that was replaced is a copy of an old one; the parties have signed since.
        if (candidate !== this.#adopted.at(-1)) return 'can-not-come';
        this.#suspend(statement.reason, roles, index);
        return null;
      case 'tokens': {
        if (!roles.includes('representative')) return 'not-for-this-party';
        // One key for a version: a second one could tell those who are shown it from the others (OBJ3).
        const { digest, issued, key } = statement;
        if (this.#tokens.has(digest)) return 'takes-back';
        this.#tokens.set(digest, { digest, issued, key });
        return null;
      }
      case 'enrolment': {
        // It lets people in: it takes both algorithms, as a signature does.
        if (!both.includes('representative')) return 'not-for-this-party';
        const { issued, list, key } = statement;
        const before = this.#enrolment;
        if (before?.list === list && (before.key !== key || before.issued > issued)) return 'takes-back';
        this.#enrolment = { issued, list, key };
        return null;
      }
      case 'halves': {
        // Whoever could say this alone could have the other half as well: it takes both algorithms (T12).
        if (!both.includes('representative')) return 'not-for-this-party';
        this.#halves = statement.recipient;
        return null;
      }
      case 'policy': {
        if (!POLICY_SIGNERS.some((role) => roles.includes(role))) return 'not-for-this-party';
        const { from, to } = statement;
        const before = this.#policies.at(-1);
        if (before && before.to !== from) return 'takes-back';
        if (this.#policies.some((one) => one.from === to || one.to === to)) return 'takes-back';
        const signers = new Set([...(this.#policySigners.get(text) ?? []), ...roles]);
        this.#policySigners.set(text, signers);
        if (POLICY_SIGNERS.every((role) => signers.has(role))) this.#policies.push({ index, from, to });
        return null;
      }
      case 'objections': {
        if (!roles.includes('representative')) return 'not-for-this-party';
        const { digest, issued, spent, list, targets } = statement;
        const before = this.#objections.get(digest);
        const dealt = this.#tokens.get(digest);
        if (before && !countsGrow(before, statement)) return 'takes-back';
        if (dealt && dealt.issued !== issued) return 'takes-back';
        this.#objections.set(digest, { digest, issued, spent, list, targets, index });
        return null;
      }
      case 'build': {
        const { name, version, digest, state } = statement;
        if (state === 'withdrawn') {
          this.#withdrawn.add(digest);
          return null;
        }
        // Listing widens what may record: it takes both algorithms, as a signature does (T24).
        if (!both.includes('representative')) return 'not-for-this-party';
        if (this.#withdrawn.has(digest)) return 'takes-back';
        this.#listed.set(digest, { name, version, digest });
        return null;
      }
      case 'breach': {
        const { at, digest } = statement;
        for (const role of roles) this.#breaches.push({ at, digest, role, index });
        return null;
      }
    }
  }

  #suspend(
    reason: RulesVersion['suspended'][number]['reason'],
    roles: readonly PartyRole[],
    index: number,
  ): void {
    this.#adopted.at(-1)?.suspended.push(...roles.map((role) => ({ reason, role, index })));
    this.#anewFrom = index;
  }

  /** Roles whose two signatures are still missing: those of the document, and those of the version before it. */
  #missing(candidate: Candidate): PartyRole[] {
    const own = missingSigners(candidate.agreement.signers, candidate.keys, candidate.signedBy);
    const before = missingSigners(this.#signers, this.#keys, candidate.signedBy);
    return PARTY_ROLES.filter((role) => own.includes(role) || before.includes(role));
  }

  #canCome(candidate: Candidate): boolean {
    return (
      candidate.revoked.length === 0 &&
      candidate.entered >= this.#anewFrom &&
      candidate.agreement.version > this.#newest()
    );
  }

  #newest(): number {
    return this.#adopted.at(-1)?.agreement.version ?? 0;
  }

  #waiting(): Candidate[] {
    return [...this.#candidates.values()].filter((one) => one.adopted === null && this.#canCome(one));
  }

  state(size: number): RulesState {
    const versions = this.#adopted.map(
      ({ agreement, digest, entered, adopted, revoked, suspended }): RulesVersion => ({
        agreement,
        digest,
        entered,
        adopted: adopted as number,
        revoked,
        suspended,
      }),
    );
    const builds = [...(versions.at(-1)?.agreement.recorders ?? []), ...this.#listed.values()];
    return {
      agreement: this.#trust.agreement,
      size,
      standing: standingOf(versions, this.#objections),
      versions,
      pending: this.#waiting().map((one) => ({
        version: one.agreement.version,
        digest: one.digest,
        entered: one.entered,
        missing: this.#missing(one),
        faults: one.faults,
      })),
      builds: builds.filter(({ digest }) => !this.#withdrawn.has(digest)),
      tokens: [...this.#tokens.values()],
      enrolment: this.#enrolment,
      halves: this.#halves,
      policies: this.#policies,
      objections: [...this.#objections.values()],
      breaches: this.#breaches,
      acts: this.#acts,
    };
  }
}

/** Only the version adopted last can be in force: an older one does not come back when it falls. */
function standingOf(
  versions: readonly RulesVersion[],
  objections: ReadonlyMap<string, ObjectionTally>,
): RulesStanding {
  const version = versions.at(-1) ?? null;
  if (version === null) return { inForce: false, refusal: 'unsigned', version };
  if (version.revoked.length > 0) return { inForce: false, refusal: 'revoked', version };
  if (version.suspended.length > 0) return { inForce: false, refusal: 'suspended', version };
  const disputed = versions.some((one) => {
    const tally = objections.get(one.digest);
    return tally !== undefined && disputeHolds(one.agreement, tally, version.agreement);
  });
  return disputed ? { inForce: false, refusal: 'objected', version } : { inForce: true, version };
}

/** Roles with a signature among `signedBy`, and those with both. */
function rolesOf(
  signedBy: ReadonlySet<string>,
  keys: ReadonlyMap<PartyRole, PartyKeys>,
): { either: PartyRole[]; both: PartyRole[] } {
  const either: PartyRole[] = [];
  const both: PartyRole[] = [];
  for (const [role, { ed25519, mlDsa44 }] of keys) {
    const found = [ed25519, mlDsa44].filter((key) => signedBy.has(key)).length;
    if (found > 0) either.push(role);
    if (found === 2) both.push(role);
  }
  return { either, both };
}

/** Who has to sign whose cosignatures count (RUL60). */
const POLICY_SIGNERS: readonly PartyRole[] = ['employer', 'representative'];

const NOT_ABOUT_VERSION: ReadonlySet<RulesStatement['kind']> = new Set([
  'build',
  'breach',
  'enrolment',
  'halves',
  'policy',
]);

function isAboutVersion(statement: RulesStatement): statement is RulesStatement & AboutVersion {
  return !NOT_ABOUT_VERSION.has(statement.kind);
}

/** Tokens are dealt once for a version, and a spent one is never taken back: no target has fewer than before. */
function countsGrow(
  before: ObjectionTally,
  after: { issued: number; spent: number; targets: readonly ObjectionCount[] },
): boolean {
  const now = new Map(after.targets.map(({ target, count }) => [targetText(target), count]));
  return (
    after.issued === before.issued &&
    after.spent >= before.spent &&
    before.targets.every(({ target, count }) => (now.get(targetText(target)) ?? 0) >= count)
  );
}
