import type { SpokenBody, VoiceAsk, VoiceIssue } from '@aboveboard/protocol/voice';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { canonicalDigest, hex } from './canonical-json.ts';
import { type Election, parseElection } from './election.ts';
import { SEALED_BYTES, speak } from './spoken.ts';
import {
  askToken,
  finishToken,
  importIssuerKey,
  nullifierOf,
  TOKEN_KEY_BITS,
  type TokenScope,
  verifyToken,
} from './voice-token.ts';

/**
 * One employee's voice in one issue, as her device keeps it: made with the second secret of her code, kept before
 * anything is sent, so that what was not answered can be said again and is the same (GRD21). Bytes base64url.
 */
export type OwnVoice = {
  issue: string;
  kind: VoiceIssue['kind'];
  ticket: string;
  /** Of the token's own key. */
  seed: string;
  blinded: string;
  inverse: string;
  /** The token's signature; null until all are answered. */
  signature: string | null;
  said: { says: string; sealed: string; signature: string } | null;
  /** The receipt; null until the guardian has answered. */
  nullifier: string | null;
};

type Random = (length: number) => Uint8Array;

/** `ticket`: 32 bytes. The issue's key is one that the caller holds for the issuer's (OBJ3). */
export async function beginVoice(
  issue: VoiceIssue,
  ticket: Uint8Array,
  random: Random,
  subtle: SubtleCrypto,
): Promise<OwnVoice> {
  const seed = random(32);
  const issuer = await importIssuerKey(base64urlBytes(issue.key), subtle);
  const { blinded, pending } = await askToken(scopeOf(issue), ed25519Key(seed).publicKey, issuer);
  return {
    issue: issue.digest,
    kind: issue.kind,
    ticket: base64url(ticket),
    seed: base64url(seed),
    blinded: base64url(blinded),
    inverse: base64url(pending.inverse),
    signature: null,
    said: null,
    nullifier: null,
  };
}

export function askOf({ issue, ticket, blinded }: OwnVoice): VoiceAsk {
  return { issue, ticket, blinded };
}

/** With the token that `signature` makes of it; null: that is none of this issue. */
export async function withToken(
  own: OwnVoice,
  issue: VoiceIssue,
  signature: string,
  subtle: SubtleCrypto,
): Promise<OwnVoice | null> {
  const issuer = await importIssuerKey(base64urlBytes(issue.key), subtle);
  const pending = {
    key: ed25519Key(base64urlBytes(own.seed)).publicKey,
    inverse: base64urlBytes(own.inverse),
  };
  const token = await finishToken(scopeOf(issue), pending, base64urlBytes(signature), issuer);
  if (!token || !(await verifyToken(scopeOf(issue), token, issuer, subtle))) return null;
  return { ...own, signature: base64url(token.signature) };
}

/** What is to be said, decided for good. `sealed`: words, or random bytes of the same size (OBJ6). */
export async function decideVoice(
  own: OwnVoice,
  says: string,
  sealed: Uint8Array,
  subtle: SubtleCrypto,
): Promise<OwnVoice> {
  if (own.signature === null) throw new RangeError('there is no token yet');
  if (own.said) return own;
  const key = ed25519Key(base64urlBytes(own.seed));
  const token = { key: key.publicKey, signature: base64urlBytes(own.signature) };
  const scope = { kind: own.kind, digest: own.issue };
  const spoken = await speak({ scope, token, says, sealed }, (message) => key.sign(message), subtle);
  return { ...own, said: { says, sealed: base64url(sealed), signature: base64url(spoken.signature) } };
}

/** Throws RangeError where nothing is said yet. */
export function spentOf({ issue, seed, signature, said }: OwnVoice): SpokenBody {
  if (!said || signature === null) throw new RangeError('nothing is said yet');
  const { publicKey } = ed25519Key(base64urlBytes(seed));
  return { issue, token: { key: base64url(publicKey), signature }, ...said };
}

/** What a device sends that has nothing to say: of the same form, spent nowhere (GRD25). */
export function fillerOf(random: Random): SpokenBody {
  return {
    issue: hex(random(32)),
    token: { key: base64url(random(32)), signature: base64url(random(TOKEN_KEY_BITS / 8)) },
    says: 'agreement',
    sealed: base64url(random(SEALED_BYTES)),
    signature: base64url(random(64)),
  };
}

/** Hex: what the token is known by when it is spent (OBJ7). */
export async function receiptOf({ seed }: OwnVoice, subtle: SubtleCrypto): Promise<string> {
  return hex(await nullifierOf(ed25519Key(base64urlBytes(seed)).publicKey, subtle));
}

/** The election's document, rebuilt from the issue; null where that is not the one of its digest and its key. */
export async function electionOf(
  issue: VoiceIssue & { kind: 'election' },
  subtle: SubtleCrypto,
): Promise<Election | null> {
  const parsed = parseElection({
    format: 'aboveboard-election',
    formatVersion: 1,
    id: issue.election,
    tickets: issue.issued,
    candidates: issue.candidates,
    issuer: await issuerDigest(issue, subtle),
    opens: issue.opens,
    closes: issue.closes,
  });
  if (!parsed.ok || (await canonicalDigest(parsed.value, subtle)) !== issue.digest) return null;
  return parsed.value;
}

/** SHA-256 of the issuer's key, hex, as the rules log and an election's document name it (OBJ3). */
export async function issuerDigest({ key }: Pick<VoiceIssue, 'key'>, subtle: SubtleCrypto): Promise<string> {
  return hex(new Uint8Array(await subtle.digest('SHA-256', base64urlBytes(key))));
}

export const scopeOf = ({ kind, digest }: Pick<VoiceIssue, 'kind' | 'digest'>): TokenScope => ({
  kind,
  digest,
});

/** Without padding. */
export function base64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

export function base64urlBytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
