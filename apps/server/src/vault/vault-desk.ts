import { createHash } from 'node:crypto';
import { judgeAccess } from '@aboveboard/consent/access-verdict';
import { canonicalDigest } from '@aboveboard/consent/canonical-json';
import type { Enrolment } from '@aboveboard/consent/enrolment-file';
import { policyText } from '@aboveboard/consent/policy-change';
import { type PlainUse, readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { keepHalfText } from '@aboveboard/protocol/guardian-halves';
import type { VaultRefusalCode } from '@aboveboard/protocol/vault-halves';
import { parseNote } from '@aboveboard/tlog/note';
import type { Policy } from '@aboveboard/tlog/policy';
import { parseProof, verifyProof } from '@aboveboard/tlog/proof-file';
import { verifyNote } from '@aboveboard/tlog/signed-note';
import type { HalfRing } from '@aboveboard/vault/half-ring';
import { sealJobHalves } from '@aboveboard/vault/job-halves';
import type { KeyHalf } from '@aboveboard/vault/key-half';
import { KeyRingError } from '@aboveboard/vault/keyring';
import type { GivenJournal } from './given-journal.ts';
import { VaultRefused } from './vault-refused.ts';
import type { VaultRules } from './vault-rules.ts';

/**
 * What the vault does for the server, and what it wants to be shown before (spec/vault.md, VLT90-VLT99; T12, T13). The server
 * is known by the key of its log of uses, and its word for anything else counts for nothing.
 */
export type VaultDesk = {
  check(given: SentHalf): Promise<void>;
  keep(given: SentHalf): Promise<void>;
  give(asked: AskedHalves): Promise<{ envelope: Uint8Array; missing: string[]; destroyed: string[] }>;
  held(recording: string): Promise<void>;
  destroy(given: { entry: Uint8Array; proof: Uint8Array; recordings: readonly string[] }): Promise<void>;
  /** When its last backup was made: seconds since 1970; null: never. */
  backedUp(): Promise<number | null>;
};
export type SentHalf = { recording: string; envelope: Uint8Array; note: Uint8Array };
export type AskedHalves = {
  grant: Uint8Array;
  notes: readonly Uint8Array[];
  entry: Uint8Array;
  proof: Uint8Array;
  jobKey: Uint8Array;
  recordings: readonly string[];
};

/** What is relied on; a test that takes one check away sees what it stops. */
export type VaultChecks = { judgeAccess: typeof judgeAccess; verifyProof: typeof verifyProof };

export function makeVaultDesk(parts: {
  ring: HalfRing;
  journal: GivenJournal;
  /** Null: it was not put here yet, and nothing is kept or given (VLT95). */
  enrolment: () => Promise<{ file: Enrolment; rules: VaultRules } | null>;
  /** Seconds since 1970. */
  now: () => number;
  accessSeconds: number;
  /** Of a vault that came out of a backup: seconds since 1970, see gives-from.ts. */
  givesFrom: number | null;
  /** Milliseconds since 1970. */
  backedUp: () => Promise<number | null>;
  checks?: Partial<VaultChecks>;
}): VaultDesk {
  const { ring, journal, now } = parts;
  const checks: VaultChecks = { judgeAccess, verifyProof, ...parts.checks };

  async function enrolled() {
    const found = await parts.enrolment();
    if (found) return found;
    throw new VaultRefused('unavailable', 'The enrolment file was not put here yet.');
  }

  async function requireServer({ recording, envelope, note }: SentHalf): Promise<void> {
    const digest = createHash('sha256').update(envelope).digest('hex');
    const parsed = parseNote(note);
    const isSaid = parsed.ok && parsed.value.text === keepHalfText(recording, digest);
    const keysOf = ({ logs }: Policy) => logs.map(({ key }) => key);
    const signed = isSaid ? await underUses((policy) => verifyNote(parsed.value, keysOf(policy))) : null;
    if (!signed?.ok) throw new VaultRefused('malformed', 'Not a half that the server of this vault sends.');
  }

  /**
   * Under what counts for the log of uses; where it does not hold, once more after a look at the rules, by which other keys may
   * count since (VLT111).
   */
  async function underUses<T>(check: (policy: Policy) => Checked<T>): Promise<Checked<T>> {
    const { rules } = await enrolled();
    const policy = await rules.usesPolicy();
    const checked = check(policy);
    if (checked.ok) return checked;
    await rules.now();
    const after = await rules.usesPolicy();
    return policyText(after) === policyText(policy) ? checked : check(after);
  }

  /** An entry of the log of uses under this policy: with the witnesses' quorum, or signed by the log alone. */
  function proved(shown: { entry: Uint8Array; proof: Uint8Array }, policy: Policy): Checked<PlainUse> {
    const parsed = parseProof(shown.proof);
    if (!parsed.ok) return parsed;
    const verdict = checks.verifyProof(parsed.value, shown.entry, policy);
    const read = readUsesEntry(shown.entry);
    const faults: Fault[] = [verdict, read].flatMap((one) => (one.ok ? [] : [...one.faults]));
    if (faults.length > 0 || !read.ok) return { ok: false, faults };
    if (read.value.kind === 'plain') return { ok: true, value: read.value.use };
    return {
      ok: false,
      faults: [{ rule: 'VLT92', at: 'entry', message: 'is a commitment and no access' }],
    };
  }

  async function decide(asked: AskedHalves): Promise<{ grant: string; recipient: string }> {
    const { rules } = await enrolled();
    const known = await rules.now();
    if (!known) throw new VaultRefused('unavailable', 'The rules could not be checked.');
    const uses = await rules.usesPolicy();
    if (uses.quorum === null) throw new VaultRefused('unavailable', 'No witness is relied on.');
    const verdict = await checks.judgeAccess(
      { ...asked, recordings: asked.recordings.map((id) => ({ id })) },
      {
        rules: known,
        entry: proved(asked, uses),
        now: now(),
        accessSeconds: parts.accessSeconds,
        subtle: crypto.subtle,
        // Weeks and cards are sealed to the guardian alone, which holds the list against them (VLT98).
        labels: 'elsewhere',
      },
    );
    if (!verdict.ok)
      throw new VaultRefused('not-granted', 'The grant or the entry does not hold.', verdict.faults);
    const { grant, use, recipient } = verdict.value;
    if (parts.givesFrom !== null && use.at < parts.givesFrom) {
      const fault = { rule: 'BAK45', at: 'entry', message: 'is of before this vault was restored' };
      throw new VaultRefused('not-granted', 'This access may have been used before.', [fault]);
    }
    return { grant: grant.id, recipient };
  }

  async function halvesOf(recordings: readonly string[]) {
    const halves = new Map<string, KeyHalf>();
    const missing: string[] = [];
    const destroyed: string[] = [];
    for (const id of recordings) {
      try {
        halves.set(id, await ring.open(id));
      } catch (error) {
        if (!(error instanceof KeyRingError)) throw error;
        if (error.code === 'destroyed') destroyed.push(id);
        else if (error.code === 'unknown') missing.push(id);
        else throw error;
      }
    }
    return { halves, missing, destroyed };
  }

  return {
    async backedUp() {
      const at = await parts.backedUp();
      return at === null ? null : Math.floor(at / 1000);
    },
    async check(given) {
      await requireServer(given);
      await onRing(() => ring.check(given.recording, given.envelope));
    },
    async keep(given) {
      await requireServer(given);
      await onRing(() => ring.keep(given.recording, given.envelope));
    },

    async give(asked) {
      const { grant, recipient } = await decide(asked);
      const { halves, missing, destroyed } = await halvesOf(asked.recordings);
      try {
        const entered = journal.enter({
          at: now(),
          entry: digestOf(asked.entry),
          job: digestOf(Buffer.from(recipient)),
          grant,
          recordings: halves.size,
        });
        if (entered === 'other') {
          const fault = { rule: 'VLT93', at: 'jobKey', message: 'another job was given this access' };
          throw new VaultRefused('not-granted', 'This access was used before.', [fault]);
        }
        const access = new Uint8Array(createHash('sha256').update(asked.entry).digest());
        return { envelope: await sealJobHalves(access, halves, recipient), missing, destroyed };
      } finally {
        for (const half of halves.values()) half.fill(0);
      }
    },

    async held(recording) {
      await onRing(async () => {
        (await ring.open(recording)).fill(0);
      });
    },

    async destroy({ recordings, ...shown }) {
      // The log's own signature is enough for what only takes away: an erasure waits for no witness (VLT71).
      const use = await underUses(({ logs }) =>
        proved(shown, { logs, witnesses: [], groups: [], quorum: null }),
      );
      if (!use.ok) throw new VaultRefused('not-granted', 'The entry is not in the log.', use.faults);
      const { act } = use.value;
      const list = await canonicalDigest([...recordings].sort(), crypto.subtle);
      if (act.kind !== 'deletion' || act.list !== list || act.recordings !== recordings.length) {
        const fault = { rule: 'VLT94', at: 'entry', message: 'is not the deletion of these' };
        throw new VaultRefused('not-granted', 'The entry says something else.', [fault]);
      }
      await onRing(async () => {
        for (let at = 0; at < recordings.length; at += ABREAST) {
          await Promise.all(recordings.slice(at, at + ABREAST).map((id) => ring.destroy(id)));
        }
      });
    },
  };
}

/** Tombstones that are written at one time. */
const ABREAST = 64;

const CODES: Partial<Record<KeyRingError['code'], VaultRefusalCode>> = {
  unknown: 'unknown',
  destroyed: 'destroyed',
  exists: 'conflict',
  'cannot-open': 'cannot-open',
};

async function onRing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof KeyRingError)) throw error;
    const code = error.isForAnother ? 'other-recipient' : CODES[error.code];
    throw new VaultRefused(code ?? 'unavailable', 'The half can not be kept or given.');
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
