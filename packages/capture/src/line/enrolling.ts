import { hex } from '@aboveboard/consent/canonical-json';
import { makeClaim } from '@aboveboard/consent/enrolment-claim';
import { codeSecret, makeContributor, readCode } from '@aboveboard/consent/enrolment-codes';
import { base64url, base64urlBytes } from '@aboveboard/consent/own-voice';
import type { EnrolmentIssue } from '@aboveboard/consent/rules-state';
import { askToken, finishToken, importIssuerKey, verifyToken } from '@aboveboard/consent/voice-token';
import type { EnrolmentRequest, Session } from '@aboveboard/protocol/installation';
import type { EnrolmentAnswer, EnrolmentAsk, VoiceAbout, VoiceRefusalCode } from '@aboveboard/protocol/voice';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import type { DeviceMeans } from './device-means.ts';
import type { Kept } from './kept-value.ts';
import type { SealedEnrolment } from './sealed-enrolment.ts';

/**
 * From a code on paper to a contributor (spec/enrolment.md, ENR30-ENR44; T2, T11). The guardian is shown the
 * code and can't see what it signs; the server is shown the token and can't know whose code it came of. Each
 * step is kept before the next begins, and asked again it has the same answer.
 */
export type EnrolmentParts = {
  kept: Kept<SealedEnrolment>;
  /** What the rules say that this device proved; null: not yet, or not at all. */
  issue: EnrolmentIssue | null;
  guardian: {
    about(): Promise<Pick<VoiceAbout, 'enrolment'>>;
    redeem(ask: EnrolmentAsk): Promise<EnrolmentAnswer>;
  };
  enrol(request: EnrolmentRequest): Promise<Session>;
  means: DeviceMeans;
};

/** Why it does not go on: for good with this code or installation, or until something changes by itself. */
export class EnrolmentStopped extends Error {
  override readonly name = 'EnrolmentStopped';
  readonly why: 'not-dealt' | 'used' | 'issuer' | 'waits-for-issuer';
  constructor(why: EnrolmentStopped['why']) {
    super(why);
    this.why = why;
  }
}

/** What the guardian said instead of its signature; `unreachable`: nothing yet. */
export class GuardianRefused extends Error {
  override readonly name = 'GuardianRefused';
  readonly code: VoiceRefusalCode | 'unreachable';
  constructor(code: GuardianRefused['code']) {
    super(code);
    this.code = code;
  }
}

/** Durable when it resolves: a code that was given here before goes on where it stood (ENR42). False: misread. */
export async function beginEnrolment(
  kept: Kept<SealedEnrolment>,
  typed: string,
  means: DeviceMeans,
): Promise<boolean> {
  const { subtle } = means;
  const code = await readCode(typed, subtle);
  if (!code) return false;
  const secrets = {
    enrol: base64url(await codeSecret(code, 'enrol', subtle)),
    ticket: base64url(await codeSecret(code, 'ticket', subtle)),
  };
  const before = await kept.get();
  if (before?.secrets?.enrol !== secrets.enrol) await kept.put(await freshEnrolment(secrets, means));
  return true;
}

export async function freshEnrolment(
  secrets: SealedEnrolment['secrets'],
  { random, subtle }: DeviceMeans,
): Promise<SealedEnrolment> {
  const { contributor, eraseCode, eraser } = await makeContributor(random, subtle);
  return {
    secrets,
    session: base64url(random(32)),
    contributor,
    eraseCode,
    eraser,
    ask: null,
    signature: null,
  };
}

/** All that is still to be done, in order. Throws EnrolmentStopped, and what guardian and server throw. */
export async function enrol(parts: EnrolmentParts): Promise<Session> {
  const { kept, issue } = parts;
  let own = await kept.get();
  if (!own?.secrets) throw new EnrolmentStopped('not-dealt');
  if (own.signature === null) {
    if (!issue) throw new EnrolmentStopped('waits-for-issuer');
    own = await asked(own, issue, parts);
    own = await answered(own, parts);
  }
  return parts.enrol(await claimOf(own, parts.means.subtle));
}

/** The same request each time; it also makes the session last (ENR34). Throws RangeError before there is a token. */
export async function claimOf(
  { ask, signature, session, eraser }: SealedEnrolment,
  subtle: SubtleCrypto,
): Promise<EnrolmentRequest> {
  if (!ask || signature === null) throw new RangeError('there is no token yet');
  const key = ed25519Key(base64urlBytes(ask.seed));
  const token = { key: key.publicKey, signature: base64urlBytes(signature) };
  const scope = { kind: 'enrolment', digest: ask.list } as const;
  const given = { token, session: base64urlBytes(session), eraser };
  const { proof } = await makeClaim(scope, given, key.sign, subtle);
  return {
    token: { key: base64url(token.key), signature },
    issuer: ask.issuer,
    session,
    eraser,
    proof: base64url(proof),
  };
}

/** Seconds before its end from which on a session is claimed anew. */
const RENEW_BEFORE = 30 * 86_400;

/** The claim that makes a session last, where it is one of a paper code and would end soon; null: nothing is due. */
export async function renewalOf(
  own: SealedEnrolment | null,
  given: { token: string | null; sessionEnds: number | null; now: number; subtle: SubtleCrypto },
): Promise<EnrolmentRequest | null> {
  const { token, sessionEnds, now, subtle } = given;
  if (token === null || sessionEnds === null || sessionEnds - RENEW_BEFORE > now) return null;
  return own?.session === token && own.signature !== null ? claimOf(own, subtle) : null;
}

type Asked = SealedEnrolment & {
  ask: NonNullable<SealedEnrolment['ask']>;
  secrets: NonNullable<SealedEnrolment['secrets']>;
};

async function asked(own: SealedEnrolment, issue: EnrolmentIssue, { kept, guardian, means }: EnrolmentParts) {
  const { random, subtle } = means;
  if (own.ask?.list === issue.list && (await digestOf(own.ask.issuer, subtle)) === issue.key) return own;
  const { enrolment } = await guardian.about();
  // Guardian and log are heard at different times: one of them may know of codes that were dealt anew.
  if (enrolment?.digest !== issue.list) throw new EnrolmentStopped('waits-for-issuer');
  // Another key than everybody's would tell her token from the others (OBJ3).
  if ((await digestOf(enrolment.key, subtle)) !== issue.key) throw new EnrolmentStopped('issuer');
  const seed = random(32);
  const scope = { kind: 'enrolment', digest: issue.list } as const;
  const issuer = await importIssuerKey(base64urlBytes(enrolment.key), subtle);
  const { blinded, pending } = await askToken(scope, ed25519Key(seed).publicKey, issuer);
  const ask = {
    list: issue.list,
    issuer: enrolment.key,
    seed: base64url(seed),
    blinded: base64url(blinded),
    inverse: base64url(pending.inverse),
  };
  const after: SealedEnrolment = { ...own, ask };
  await kept.put(after);
  return after;
}

async function answered(
  own: SealedEnrolment,
  { kept, guardian, means: { subtle } }: EnrolmentParts,
): Promise<SealedEnrolment> {
  const { ask, secrets } = own as Asked;
  const answer = await guardian.redeem({ secret: secrets.enrol, blinded: ask.blinded });
  const scope = { kind: 'enrolment', digest: ask.list } as const;
  const issuer = await importIssuerKey(base64urlBytes(ask.issuer), subtle);
  const pending = {
    key: ed25519Key(base64urlBytes(ask.seed)).publicKey,
    inverse: base64urlBytes(ask.inverse),
  };
  const token = await finishToken(scope, pending, base64urlBytes(answer.signature), issuer);
  if (!token || !(await verifyToken(scope, token, issuer, subtle))) throw new EnrolmentStopped('issuer');
  const after: SealedEnrolment = { ...own, signature: base64url(token.signature) };
  await kept.put(after);
  return after;
}

async function digestOf(key: string, subtle: SubtleCrypto): Promise<string> {
  return hex(new Uint8Array(await subtle.digest('SHA-256', base64urlBytes(key))));
}
