import { hex } from '@aboveboard/consent/canonical-json';
import { codeSecret, readCode } from '@aboveboard/consent/enrolment-codes';
import { SEALED_BYTES, speak } from '@aboveboard/consent/spoken';
import {
  askToken,
  finishToken,
  importIssuerKey,
  nullifierOf,
  verifyToken,
} from '@aboveboard/consent/voice-token';
import type { SpentReceipt, VoiceIssue } from '@aboveboard/protocol/voice';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { sealWords } from '@aboveboard/vault/sealed-words';
import { type GuardianClient, sendAsk } from './guardian-client.ts';

/**
 * One employee's voice in one issue, as her browser keeps it: made from the code on her sheet, kept before
 * anything is sent, so that what was not answered can be said again and is the same (GRD21). Bytes base64url.
 */
export type OwnVoice = {
  issue: string;
  kind: VoiceIssue['kind'];
  ticket: string;
  seed: string;
  blinded: string;
  inverse: string;
  /** The token's signature; null until all are answered. */
  signature: string | null;
  said: { says: string; sealed: string; signature: string } | null;
  /** The receipt; null until the guardian has answered. */
  nullifier: string | null;
};

/** Null: the code was misread. */
export async function beginVoice(issue: VoiceIssue, typedCode: string): Promise<OwnVoice | null> {
  const secret = await readCode(typedCode, crypto.subtle);
  if (!secret) return null;
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const issuer = await importIssuerKey(bytesOf(issue.key), crypto.subtle);
  const { blinded, pending } = await askToken(scopeOf(issue), ed25519Key(seed).publicKey, issuer);
  return {
    issue: issue.digest,
    kind: issue.kind,
    ticket: textOf(await codeSecret(secret, 'ticket', crypto.subtle)),
    seed: textOf(seed),
    blinded: textOf(blinded),
    inverse: textOf(pending.inverse),
    signature: null,
    said: null,
    nullifier: null,
  };
}

/** Asks, or asks again; with the token when all are answered. */
export async function askVoice(own: OwnVoice, issue: VoiceIssue, client: GuardianClient): Promise<OwnVoice> {
  if (own.signature !== null) return own;
  const { ticket, blinded } = own;
  const answer = await sendAsk(client, { issue: issue.digest, ticket, blinded });
  if (answer.signature === null) return own;
  const issuer = await importIssuerKey(bytesOf(issue.key), crypto.subtle);
  const pending = { key: ed25519Key(bytesOf(own.seed)).publicKey, inverse: bytesOf(own.inverse) };
  const token = await finishToken(scopeOf(issue), pending, bytesOf(answer.signature), issuer);
  if (!token || !(await verifyToken(scopeOf(issue), token, issuer, crypto.subtle))) {
    throw new Error('What came back is no token of this issue. Tell the representative.');
  }
  return { ...own, signature: textOf(token.signature) };
}

/** What is to be said, decided for good. `recipient`: of the words; a ballot has none. */
export async function decideVoice(
  own: OwnVoice,
  issue: VoiceIssue,
  says: string,
  words: string,
  recipient: string | null,
): Promise<OwnVoice> {
  if (own.signature === null) throw new RangeError('there is no token yet');
  if (own.said) return own;
  const key = ed25519Key(bytesOf(own.seed));
  const token = { key: key.publicKey, signature: bytesOf(own.signature) };
  const sealed =
    recipient === null
      ? crypto.getRandomValues(new Uint8Array(SEALED_BYTES))
      : await sealWords(words, recipient);
  const spoken = await speak(
    { scope: scopeOf(issue), token, says, sealed },
    (message) => key.sign(message),
    crypto.subtle,
  );
  return { ...own, said: { says, sealed: textOf(sealed), signature: textOf(spoken.signature) } };
}

/** Says it, or says it again. The guardian must answer the nullifier that the token has. */
export async function sendVoice(own: OwnVoice, client: GuardianClient): Promise<OwnVoice> {
  if (!own.said || own.signature === null) throw new RangeError('nothing is said yet');
  const { publicKey } = ed25519Key(bytesOf(own.seed));
  const { nullifier } = await client.send<SpentReceipt>('/voice/spent', {
    issue: own.issue,
    token: { key: textOf(publicKey), signature: own.signature },
    ...own.said,
  });
  const expected = hex(await nullifierOf(publicKey, crypto.subtle));
  if (nullifier !== expected) throw new Error('The guardian answered for another token.');
  return { ...own, nullifier };
}

export const scopeOf = ({ kind, digest }: Pick<VoiceIssue, 'kind' | 'digest'>) => ({ kind, digest });

/** What an issue is about, to the byte: the digest is checked, and of an election the issuer's key too. */
export async function readDocument(issue: VoiceIssue, client: GuardianClient): Promise<unknown> {
  const text = await client.text(`/voice/documents/${issue.digest}`);
  const sha256 = async (bytes: Uint8Array<ArrayBuffer>) =>
    hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  const document = JSON.parse(text) as { issuer?: unknown };
  const isSound =
    (await sha256(new TextEncoder().encode(text))) === issue.digest &&
    (issue.kind !== 'election' || document.issuer === (await sha256(bytesOf(issue.key))));
  if (!isSound)
    throw new Error('The guardian shows another document than it names. Tell the representative.');
  return document;
}

export function textOf(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
