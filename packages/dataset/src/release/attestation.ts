import { canonicalBytes, hex } from '@aboveboard/consent/canonical-json';
import type { Fault } from '@aboveboard/protocol/fault';
import { type DsseSignature, envelopeBytes, preAuthEncoding, readEnvelope, sameBytes } from './dsse.ts';
import { MANIFEST_NAME, type ReleaseManifest } from './release-manifest.ts';
import type { ReleaseLevel } from './release-plan.ts';

export const ATTESTATION_NAME = 'attestation.json';
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'urn:aboveboard:release:v1';

/** What the software asks of every release of a level, and does to its tasks. Which of them left tasks out the manifest counts. */
const RULES: Readonly<Record<ReleaseLevel, readonly string[]>> = {
  vault: ['REL14', 'REL17', 'REL18'],
  release: [
    ...['REL10', 'REL11', 'REL12', 'REL13', 'REL14', 'REL15', 'REL18', 'REL31', 'REL46'],
    ...['MASK38', 'MASK39', 'MOV40', 'MOV50', 'RISK9', 'RISK11', 'RISK12'],
  ],
  open: [],
};

/** A manifest, and what it is known by. */
export type DigestedManifest = { manifest: ReleaseManifest; digest: string };

export type AttestationSigner = { keyid: string; sign(message: Uint8Array): Promise<Uint8Array> };
export type AttestationKey = { keyid: string; verify(message: Uint8Array, signature: Uint8Array): boolean };

/**
 * An in-toto statement of a release (REL71, REL72): a function of the manifest and of the grant that its recordings were read under,
 * null where none was named. It names no recording, no task and no person, and has no time.
 */
export function releaseStatement(of: DigestedManifest, grant: string | null): Uint8Array<ArrayBuffer> {
  return canonicalBytes(statementOf(of, grant));
}

/** The envelope as it stands in `attestation.json`. */
export async function attested(
  statement: Uint8Array,
  signers: readonly AttestationSigner[],
): Promise<Uint8Array<ArrayBuffer>> {
  const message = preAuthEncoding(PAYLOAD_TYPE, statement);
  const signatures: DsseSignature[] = [];
  for (const { keyid, sign } of signers) signatures.push({ keyid, sig: await sign(message) });
  return envelopeBytes({ payloadType: PAYLOAD_TYPE, payload: statement, signatures });
}

/** What the log has of it: SHA-256 of the statement, hex. */
export async function statementDigest(statement: Uint8Array, subtle: SubtleCrypto): Promise<string> {
  return hex(new Uint8Array(await subtle.digest('SHA-256', statement as Uint8Array<ArrayBuffer>)));
}

export type CheckedAttestation = {
  faults: Fault[];
  /** Of the statement; null: there is none that can be read. */
  digest: string | null;
  /** Keys whose signatures hold. */
  signedBy: string[];
};

/**
 * `bytes` null: there is none, which is a fault only for who trusts keys. `keys` null: nobody's word is asked for, and what it says is held
 * against the manifest alone. All faults at once (REL77).
 */
export async function checkAttestation(
  bytes: Uint8Array | null,
  of: DigestedManifest,
  { keys, subtle }: { keys: readonly AttestationKey[] | null; subtle: SubtleCrypto },
): Promise<CheckedAttestation> {
  const faults: Fault[] = [];
  const wrong = (rule: string, at: string, message: string) => faults.push({ rule, at, message });
  if (bytes === null) {
    if (keys !== null) wrong('REL77', ATTESTATION_NAME, 'is missing');
    return { faults, digest: null, signedBy: [] };
  }
  const read = readEnvelope(bytes, 'REL70', ATTESTATION_NAME);
  if (!read.ok) return { faults: read.faults, digest: null, signedBy: [] };
  const { payloadType, payload, signatures } = read.value;
  if (payloadType !== PAYLOAD_TYPE) wrong('REL70', `${ATTESTATION_NAME}.payloadType`, 'is another');
  faults.push(...statementFaults(payload, of));
  const message = preAuthEncoding(payloadType, payload);
  const signedBy: string[] = [];
  for (const [i, { keyid, sig }] of signatures.entries()) {
    const known = (keys ?? []).filter((key) => key.keyid === keyid);
    if (known.length === 0) continue;
    if (known.some((key) => key.verify(message, sig))) signedBy.push(keyid);
    else wrong('REL77', `${ATTESTATION_NAME}.signatures[${i}]`, 'does not hold');
  }
  if (keys !== null && signedBy.length === 0)
    wrong('REL77', `${ATTESTATION_NAME}.signatures`, 'has none that holds of a key that is trusted here');
  return { faults, digest: await statementDigest(payload, subtle), signedBy };
}

function statementOf(
  { manifest, digest }: DigestedManifest,
  grant: string | null,
  applied: readonly string[] = RULES[manifest.level],
) {
  const { name, version, level, purpose, software, drawnBy, agreements, cohort, risk, leftOut } = manifest;
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: MANIFEST_NAME, digest: { sha256: digest } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      ...{ name, version, level, purpose, grant, software, agreements, cohort, risk },
      ...(drawnBy === undefined ? {} : { drawnBy }),
      rules: { applied, leftOut },
    },
  };
}

/** It says what the manifest says, and the grant; each field that says another thing is named. */
function statementFaults(payload: Uint8Array, of: DigestedManifest): Fault[] {
  const at = `${ATTESTATION_NAME}: statement`;
  const said = canonicalObject(payload);
  if (said === null) return [{ rule: 'REL70', at, message: 'is no JSON object in canonical form' }];
  const predicate = objectOf(said['predicate']);
  const grant = predicate['grant'];
  const isGrant = grant === null || (typeof grant === 'string' && /^[0-9a-f]{32}$/.test(grant));
  const faults: Fault[] = [];
  if (!isGrant) faults.push({ rule: 'REL72', at: `${at}.predicate.grant`, message: 'is no grant' });
  // Which rules there were is the word of the software that built it, which may be another than this.
  const applied = objectOf(predicate['rules'])['applied'];
  const must = statementOf(
    of,
    isGrant ? (grant as string | null) : null,
    areRules(applied) ? applied : undefined,
  );
  const { predicate: mustSay, ...head } = must;
  const { predicate: _, ...saidHead } = said;
  faults.push(...differences(saidHead, head, 'REL71', at));
  if (isGrant) faults.push(...differences(predicate, mustSay, 'REL72', `${at}.predicate`));
  return faults;
}

function differences(
  said: Record<string, unknown>,
  must: Record<string, unknown>,
  rule: string,
  at: string,
): Fault[] {
  const names = [...new Set([...Object.keys(must), ...Object.keys(said)])].sort();
  return names
    .filter((name) => spelt(said, name) !== spelt(must, name))
    .map((name) => ({
      rule,
      at: Object.hasOwn(must, name) ? `${at}.${name}` : at,
      message: Object.hasOwn(must, name) ? 'is not what the manifest says' : 'has a field more',
    }));
}

/** Null for any other spelling, such as a key that is there twice: two readers could read it differently. */
function canonicalObject(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    );
    return sameBytes(canonicalBytes(value), bytes) ? objectOf(value) : null;
  } catch {
    return null;
  }
}

function areRules(applied: unknown): applied is string[] {
  const isRule = (rule: unknown) => typeof rule === 'string' && /^[A-Z]{2,8}[0-9]{1,3}$/.test(rule);
  return Array.isArray(applied) && applied.length > 0 && applied.length <= 100 && applied.every(isRule);
}

function spelt(of: Record<string, unknown>, name: string): string | null {
  return Object.hasOwn(of, name) ? new TextDecoder().decode(canonicalBytes(of[name])) : null;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
