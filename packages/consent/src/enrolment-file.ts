import type { Checked, Fault } from '@aboveboard/protocol/fault';
import type { Policy } from '@aboveboard/tlog/policy';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { z } from 'zod';
import { PARTY_ROLES, type PartyRole } from './agreement.ts';
import { canonicalBytes, readStrictJson } from './canonical-json.ts';
import type { PartyKeys } from './party-keys.ts';
import { parsePartyKey } from './party-note.ts';
import type { RulesTrust } from './rules-replay.ts';

/**
 * What a recorder is given once, and then relies on for good (T2, T6; spec/enrolment.md, ENR20-ENR26): whose
 * signatures count, which witnesses must have cosigned, whom cells are sealed to and where they are left.
 * Whoever hands this out is trusted with it, so it is shown with its fingerprints before anything rests on it.
 */
export const ENROLMENT_BYTES_LIMIT = 262_144;

const text = z.string().min(1).max(2000);
const key = z.string().max(4000);
const place = z.strictObject({
  storageLocations: z.array(text).min(1).max(20),
  jurisdiction: text,
  supervisoryAuthority: text,
  recipients: z.array(text).max(50),
  transfers: z.array(text).max(50),
  withdrawAt: text,
});
const file = z.strictObject({
  format: z.literal('aboveboard-enrolment'),
  formatVersion: z.literal(1),
  class: z.enum(['production', 'demonstration']),
  /** Id of the agreement that this installation is under. */
  agreement: z.string().min(1).max(64),
  /** Origin of the representative's guardian: the only address that the recorder speaks to. */
  guardian: z.string().max(300),
  relay: z.strictObject({
    recipient: z.string().regex(/^age1pq1[a-z0-9]{1,4000}$/, 'not a hybrid age recipient'),
    periodSeconds: z.int().min(1).max(86_400),
  }),
  /** tlog-policy texts, one for each log. */
  policies: z.strictObject({ rules: z.string().max(100_000), uses: z.string().max(100_000) }),
  parties: z
    .array(z.strictObject({ role: z.enum(PARTY_ROLES), ed25519: key, mlDsa44: key }))
    .min(1)
    .max(PARTY_ROLES.length),
  /** What receipts say that the agreement does not. */
  place,
});
export type EnrolmentFile = z.infer<typeof file>;

/** The file as it is relied on, with its policies read. */
export type Enrolment = {
  file: EnrolmentFile;
  rules: { policy: Policy; trust: RulesTrust };
  uses: { policy: Policy };
};

/** All the faults at once; never throws for what was given. */
export function parseEnrolment(bytes: Uint8Array): Checked<Enrolment> {
  if (bytes.length > ENROLMENT_BYTES_LIMIT) return faulty('ENR20', 'file', 'too long');
  const json = readStrictJson(bytes, 'ENR20');
  if (!json.ok) return json;
  const shaped = file.safeParse(json.value);
  if (!shaped.success) {
    return {
      ok: false,
      faults: shaped.error.issues.map((issue) => ({
        rule: 'ENR20',
        at: issue.path.map(String).join('.') || 'file',
        message: issue.code === 'unrecognized_keys' ? 'a field that it does not have' : issue.message,
      })),
    };
  }
  return readEnrolment(shaped.data);
}

function readEnrolment(given: EnrolmentFile): Checked<Enrolment> {
  const faults: Fault[] = [];
  const fault = (rule: string, at: string, message: string) => faults.push({ rule, at, message });
  if (!isGuardianOrigin(given.guardian))
    fault('ENR21', 'guardian', 'not an origin with TLS, nor this computer');
  const read = (name: 'rules' | 'uses') => {
    const parsed = parsePolicy(new TextEncoder().encode(given.policies[name]));
    if (!parsed.ok)
      faults.push(...parsed.faults.map((one) => ({ ...one, at: `policies.${name} ${one.at}` })));
    else if (parsed.value.logs.length === 0) fault('ENR22', `policies.${name}`, 'names no log');
    return parsed.ok ? parsed.value : null;
  };
  const [rules, uses] = [read('rules'), read('uses')];
  // Without a quorum nothing says how old the rules are, nor that others see the same (RUL50).
  if (rules && rules.quorum === null) fault('ENR22', 'policies.rules', 'asks for no quorum of witnesses');
  const parties = new Map<PartyRole, PartyKeys>();
  const seen = new Set<string>();
  for (const [i, { role, ed25519, mlDsa44 }] of given.parties.entries()) {
    const at = `parties[${i}]`;
    if (parties.has(role)) fault('ENR23', at, 'names a party twice');
    if (parsePartyKey(ed25519)?.type !== 'ed25519') fault('ENR23', `${at}.ed25519`, 'not such a key');
    if (parsePartyKey(mlDsa44)?.type !== 'ml-dsa-44') fault('ENR23', `${at}.mlDsa44`, 'not such a key');
    for (const one of [ed25519, mlDsa44]) {
      if (seen.has(one)) fault('ENR23', at, 'has a key of another party');
      seen.add(one);
    }
    parties.set(role, { ed25519, mlDsa44 });
  }
  if (faults.length > 0 || !rules || !uses) return { ok: false, faults };
  const trust = { agreement: given.agreement, parties };
  return { ok: true, value: { file: given, rules: { policy: rules, trust }, uses: { policy: uses } } };
}

/** In canonical form: the same for everyone who was given the same, so that its digest can be compared. */
export function enrolmentBytes(given: EnrolmentFile): Uint8Array {
  return canonicalBytes(given);
}

/** SHA-256 in groups of four, as people read it to each other. */
export async function fingerprint(bytes: Uint8Array, subtle: SubtleCrypto): Promise<string> {
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return (hex.match(/.{4}/g) ?? []).join(' ');
}

function isGuardianOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  const loopback = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/.test(url.hostname);
  return url.origin === origin && (url.protocol === 'https:' || (url.protocol === 'http:' && loopback));
}

function faulty(rule: string, at: string, message: string): { ok: false; faults: Fault[] } {
  return { ok: false, faults: [{ rule, at, message }] };
}
