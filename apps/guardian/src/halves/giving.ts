import { createHash } from 'node:crypto';
import { verifyGrant } from '@aboveboard/consent/grant';
import type { Grant } from '@aboveboard/consent/grant-document';
import { accessFaults, readJobKey } from '@aboveboard/consent/grant-job';
import type { PlainUse } from '@aboveboard/consent/uses-entry';
import type { Fault } from '@aboveboard/protocol/fault';
import { sealJobHalves } from '@aboveboard/vault/job-halves';
import type { KeyHalf } from '@aboveboard/vault/key-half';
import { type GuardianStore, inTransaction } from '../store.ts';
import type { KnownLogs } from '../witness/known-logs.ts';
import type { OwnPairs } from '../witness/witness-identity.ts';
import type { WitnessRows } from '../witness/witness-rows.ts';
import { cosignedEntry } from './cosigned-entry.ts';
import type { GuardianRules } from './guardian-rules.ts';
import type { HalfDetail, HalfJournal } from './half-journal.ts';
import type { HalfLock } from './half-lock.ts';
import type { HalfRows } from './half-rows.ts';
import { HalvesRefused } from './halves-refused.ts';

/**
 * The guardian's own decision to give halves away (spec/guardian.md, GRD65-GRD76; T12, T13). It takes nobody's word: the
 * parties' approvals are verified under keys that it pinned, the entry of the access under a checkpoint that it cosigned
 * itself, the job's key under the grant's. What it gives is sealed to that job, once, and stands in its journal first.
 */
export type HalfRequest = {
  grant: Uint8Array;
  notes: readonly Uint8Array[];
  entry: Uint8Array;
  proof: Uint8Array;
  jobKey: Uint8Array;
  recordings: readonly string[];
};
export type Giving = (asked: HalfRequest) => Promise<{ envelope: Uint8Array; missing: string[] }>;

export type GivingParts = {
  store: GuardianStore;
  halves: HalfRows;
  journal: HalfJournal;
  lock: HalfLock;
  rules: GuardianRules;
  logs: KnownLogs;
  rows: WitnessRows;
  own: OwnPairs;
  /** Seconds since 1970. */
  now: () => number;
  accessSeconds: number;
  /** Only a test gives others: it takes one away and sees that nothing else stops what that one stops. */
  checks?: Partial<GivingChecks>;
};

/** What is asked of packages, of this guardian's witness, of its lock and of its journal; the rest is below. */
export type GivingChecks = {
  verifyGrant: typeof verifyGrant;
  cosignedEntry: typeof cosignedEntry;
  accessFaults: typeof accessFaults;
  readJobKey: typeof readJobKey;
  isLocked: HalfLock['isLocked'];
  limit: HalfLock['limit'];
  jobOf: HalfJournal['jobOf'];
};
const CHECKS = { verifyGrant, cosignedEntry, accessFaults, readJobKey };

/** By how much the server's clock may be before this one. */
const AHEAD = 300;
/** More lines of refusals than this in an hour say nothing new. */
const REFUSALS_WRITTEN = 100;
const HYBRID = /^age1pq1[a-z0-9]{1,4000}$/;

type Decided = { grant: Grant; use: PlainUse; recipient: string; approvedBy: readonly string[] };

export function makeGiving(parts: GivingParts): Giving {
  const { store, halves, journal, lock, now } = parts;
  const { isLocked, limit } = lock;
  const checks: GivingChecks = { ...CHECKS, isLocked, limit, jobOf: journal.jobOf, ...parts.checks };

  /** What holds of all that was shown. Throws HalvesRefused with everything that does not. */
  async function decide(asked: HalfRequest): Promise<Decided> {
    const rules = await parts.rules.now();
    const log = parts.logs.named('uses');
    if (!rules || !log) throw new HalvesRefused('unavailable', 'The rules could not be checked.');
    const verdict = await checks.verifyGrant({
      grant: asked.grant,
      notes: asked.notes,
      rules: rules.state,
      rulesTime: rules.checkpointTime,
      now: now() * 1000,
      subtle: crypto.subtle,
    });
    const entry = await checks.cosignedEntry(asked, { log, own: parts.own, rows: parts.rows });
    const faults: Fault[] = [verdict, entry].flatMap((one) => (one.ok ? [] : [...one.faults]));
    if (verdict.ok && entry.ok) {
      const { grant } = verdict;
      const recordings = asked.recordings.map(halves.label);
      faults.push(...(await checks.accessFaults(entry.value, { grant, recordings, subtle: crypto.subtle })));
      faults.push(...ageFaults(entry.value));
      const recipient = checks.readJobKey(asked.jobKey, grant);
      if (recipient !== null && HYBRID.test(recipient) && faults.length === 0) {
        return { grant, use: entry.value, recipient, approvedBy: verdict.approvedBy };
      }
      if (recipient === null || !HYBRID.test(recipient)) {
        faults.push({
          rule: 'GRD69',
          at: 'jobKey',
          message: 'names no hybrid recipient under the grant’s key',
        });
      }
    }
    throw new HalvesRefused('not-granted', 'The grant or the entry does not hold.', faults);
  }

  function ageFaults({ at }: PlainUse): Fault[] {
    if (at > now() + AHEAD) return [{ rule: 'GRD68', at: 'entry', message: 'was written later than now' }];
    if (at < now() - parts.accessSeconds) return [{ rule: 'GRD68', at: 'entry', message: 'is too old' }];
    return [];
  }

  /** In one turn: lock, job and limit are looked at, and what is given is in the journal before it leaves. */
  function enter(asked: HalfRequest, decided: Decided, found: number): void {
    const entry = digestOf(asked.entry);
    const job = digestOf(Buffer.from(decided.recipient));
    inTransaction(store, () => {
      if (checks.isLocked()) throw locked();
      const before = checks.jobOf(entry);
      if (before === job) return;
      if (before !== null) {
        const fault = {
          rule: 'GRD70',
          at: 'jobKey',
          message: 'another job was given the halves of this access',
        };
        throw new HalvesRefused('not-granted', 'This access was used before.', [fault]);
      }
      if (journal.givenSince(now() - 3600) + found > checks.limit()) {
        throw new HalvesRefused('limit', 'No more is given within this hour.');
      }
      journal.write({
        at: now(),
        kind: 'given',
        recordings: found,
        entry,
        job,
        detail: detailOf(decided),
      });
    });
  }

  function noteRefusal(asked: HalfRequest, error: HalvesRefused): void {
    if (error.code !== 'not-granted' && error.code !== 'limit' && error.code !== 'locked') return;
    if (journal.refusedSince(now() - 3600) >= REFUSALS_WRITTEN) return;
    const rules = [...new Set(error.faults.map(({ rule }) => rule))].slice(0, 20);
    journal.write({
      at: now(),
      kind: 'refused',
      recordings: asked.recordings.length,
      entry: digestOf(asked.entry),
      job: null,
      detail: { rules: rules.length > 0 ? rules : [error.code] },
    });
  }

  async function give(asked: HalfRequest): Promise<{ envelope: Uint8Array; missing: string[] }> {
    if (checks.isLocked()) throw locked();
    const decided = await decide(asked);
    const found = new Map<string, KeyHalf>();
    try {
      for (const recording of asked.recordings) {
        const half = halves.half(recording);
        if (half) found.set(recording, half);
      }
      enter(asked, decided, found.size);
      const access = createHash('sha256').update(asked.entry).digest();
      const envelope = await sealJobHalves(new Uint8Array(access), found, decided.recipient);
      return { envelope, missing: asked.recordings.filter((recording) => !found.has(recording)) };
    } finally {
      for (const half of found.values()) half.fill(0);
    }
  }

  return async (asked) => {
    try {
      return await give(asked);
    } catch (error) {
      if (error instanceof HalvesRefused) noteRefusal(asked, error);
      throw error;
    }
  };
}

function locked(): HalvesRefused {
  return new HalvesRefused('locked', 'The representative has locked this guardian.');
}

function detailOf({ grant, use, approvedBy }: Decided): HalfDetail {
  const reading = use.act.kind === 'access' ? { reading: use.act.purpose } : {};
  return { asker: grant.asker, grant: grant.id, purpose: grant.purpose, ...reading, approvedBy };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
