import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { z } from 'zod';
import { canonicalBytes, readStrictJson } from './canonical-json.ts';
import { GRANT_REFUSALS } from './grant-note.ts';
import { HOLD_REASONS } from './hold-document.ts';

/**
 * Entries of the uses log, to the byte (spec/uses-log.md). What stewards and researchers did is plain. What a
 * contributor did is a commitment of 33 bytes that looks like every other and like a dummy: which kind it is,
 * that it is hers, and that it is one at all, only she can show (T2, T13).
 */
const hexOf = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), 'not lower-case hex of the length');
const sha256 = hexOf(32);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'not lower-case letters, digits and hyphens');
const count = z.int().min(0).max(1_000_000_000);
/** Seconds since 1970. */
const time = z.int().min(0).max(253_402_300_799);

export const ACTOR_ROLES = [
  'employer',
  'representative',
  'data-protection-officer',
  'researcher',
  'operator',
  'system',
] as const;

/** Who acted: a role, and the id of an account, which is random and is no name (RUL4). */
const actor = z.strictObject({ role: z.enum(ACTOR_ROLES), account: hexOf(16).nullable() });

const act = z.discriminatedUnion('kind', [
  /** A researcher asks; a party approves, or refuses for a reason of the list (spec/grant.md). */
  z.strictObject({
    kind: z.literal('grant-asked'),
    grant: hexOf(16),
    purpose: name,
    until: time,
    subject: sha256,
  }),
  z.strictObject({ kind: z.literal('grant-approved'), grant: hexOf(16), subject: sha256 }),
  z.strictObject({ kind: z.literal('grant-refused'), grant: hexOf(16), reason: z.enum(GRANT_REFUSALS) }),
  /** Two people let one read, for a purpose and a time (T13). */
  z.strictObject({
    kind: z.literal('grant'),
    grant: hexOf(16),
    purpose: name,
    approvedBy: z.array(actor).min(1).max(4),
    until: time,
    subject: sha256,
  }),
  z.strictObject({ kind: z.literal('grant-ended'), grant: hexOf(16) }),
  /** Plaintext is read under a grant; the digest is that of the list of what is opened. */
  z.strictObject({
    kind: z.literal('access'),
    grant: hexOf(16),
    purpose: name,
    recordings: count,
    list: sha256,
  }),
  z.strictObject({
    kind: z.literal('dataset'),
    dataset: name,
    version: count,
    manifest: sha256,
    recordings: count,
    /** Of the statement that the installation signed of a release (spec/release.md, REL74). */
    attestation: sha256.optional(),
  }),
  z.strictObject({ kind: z.literal('dataset-withdrawn'), dataset: name, version: count, manifest: sha256 }),
  /** A release was held against the one before it, inside, and has nothing of what was withdrawn (spec/release.md). */
  z.strictObject({
    kind: z.literal('dataset-apart'),
    dataset: name,
    version: count,
    manifest: sha256,
    before: sha256,
  }),
  z.strictObject({ kind: z.literal('deletion'), recordings: count, list: sha256 }),
  /** Recordings are frozen for a legal reason until a time; how many is told to nobody (spec/hold.md). */
  z.strictObject({
    kind: z.literal('hold-asked'),
    hold: hexOf(16),
    reason: z.enum(HOLD_REASONS),
    until: time,
    subject: sha256,
  }),
  z.strictObject({
    kind: z.literal('hold'),
    hold: hexOf(16),
    reason: z.enum(HOLD_REASONS),
    approvedBy: z.array(actor).min(2).max(4),
    until: time,
    subject: sha256,
  }),
  z.strictObject({ kind: z.literal('hold-ended'), hold: hexOf(16) }),
  /** A round of the guardian's probe (spec/controls.md): when, how often it tried, what had no answer, what opened. */
  z.strictObject({
    kind: z.literal('probe'),
    at: time,
    tried: count,
    unanswered: count,
    found: count,
    locked: z.boolean(),
    word: sha256,
  }),
  z.strictObject({ kind: z.literal('configuration'), setting: name, before: sha256, after: sha256 }),
]);

/** The whole form of a plain entry; the walk for figures of work reads it (T15). */
export const PLAIN_USE = z.strictObject({
  format: z.literal('aboveboard-use'),
  formatVersion: z.literal(1),
  at: time,
  actor,
  act,
});
export type PlainUse = z.infer<typeof PLAIN_USE>;
export type UsesEntry = { kind: 'plain'; use: PlainUse } | { kind: 'commitment'; commitment: Uint8Array };

export const COMMITMENT_ENTRY_BYTES = 33;
const COMMITMENT_MARK = 0x01;

/** Throws RangeError for what an entry can't be. */
export function plainEntry(use: PlainUse): Uint8Array<ArrayBuffer> {
  const checked = PLAIN_USE.safeParse(use);
  if (!checked.success) throw new RangeError(checked.error.issues.map((one) => one.message).join('; '));
  return canonicalBytes(checked.data);
}

/** A commitment as an entry; 32 random bytes make a dummy of the same looks. Throws RangeError for other lengths. */
export function commitmentEntry(commitment: Uint8Array): Uint8Array<ArrayBuffer> {
  if (commitment.length !== 32) throw new RangeError('a commitment has 32 bytes');
  const entry = new Uint8Array(COMMITMENT_ENTRY_BYTES);
  entry[0] = COMMITMENT_MARK;
  entry.set(commitment, 1);
  return entry;
}

/** An entry from a log. All the faults at once; never throws for what is in `bytes`. */
export function readUsesEntry(bytes: Uint8Array): Checked<UsesEntry> {
  if (bytes[0] === COMMITMENT_MARK) {
    if (bytes.length !== COMMITMENT_ENTRY_BYTES) return refused('USE2', 'entry', 'not of the one size');
    return { ok: true, value: { kind: 'commitment', commitment: bytes.slice(1) } };
  }
  const read = readStrictJson(bytes, 'USE1');
  if (!read.ok) return read;
  const canonical = canonicalBytes(read.value);
  if (canonical.length !== bytes.length || !canonical.every((byte, i) => byte === bytes[i])) {
    return refused('USE1', 'entry', 'not in canonical form');
  }
  const shaped = PLAIN_USE.safeParse(read.value);
  if (shaped.success) return { ok: true, value: { kind: 'plain', use: shaped.data } };
  const faults: Fault[] = shaped.error.issues.map((issue) => ({
    rule: 'USE3',
    at: issue.path.map(String).join('.') || 'entry',
    message:
      issue.code === 'unrecognized_keys' ? 'a field that an entry does not have' : 'not what is allowed here',
  }));
  return { ok: false, faults };
}

function refused(rule: string, at: string, message: string): { ok: false; faults: Fault[] } {
  return { ok: false, faults: [{ rule, at, message }] };
}

/** What a contributor commits to; she keeps the bytes and the nonce, and nobody else has either. */
const personal = z.strictObject({
  format: z.literal('aboveboard-own-act'),
  formatVersion: z.literal(1),
  kind: z.enum(['consent', 'withdrawal', 'release', 'recall', 'erasure', 'notice']),
  /** SHA-256 of what it is about: a receipt, a released recording's manifest, a breach notice. */
  digest: sha256,
});
export type OwnAct = { kind: z.infer<typeof personal>['kind']; digest: string };

/** The bytes that are committed to. Throws RangeError for what they can't say. */
export function ownActBytes({ kind, digest }: OwnAct): Uint8Array<ArrayBuffer> {
  const checked = personal.safeParse({ format: 'aboveboard-own-act', formatVersion: 1, kind, digest });
  if (!checked.success) throw new RangeError('not an act that is committed to');
  return canonicalBytes(checked.data);
}
