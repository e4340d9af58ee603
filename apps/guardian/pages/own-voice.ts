import { hex } from '@aboveboard/consent/canonical-json';
import { codeSecret, readCode } from '@aboveboard/consent/enrolment-codes';
import * as device from '@aboveboard/consent/own-voice';
import { SEALED_BYTES } from '@aboveboard/consent/spoken';
import type { SpentReceipt, VoiceIssue } from '@aboveboard/protocol/voice';
import { sealWords } from '@aboveboard/vault/sealed-words';
import { type GuardianClient, sendAsk } from './guardian-client.ts';

export type OwnVoice = device.OwnVoice;

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Null: the code was misread. */
export async function beginVoice(issue: VoiceIssue, typedCode: string): Promise<OwnVoice | null> {
  const secret = await readCode(typedCode, crypto.subtle);
  if (!secret) return null;
  const ticket = await codeSecret(secret, 'ticket', crypto.subtle);
  return device.beginVoice(issue, ticket, random, crypto.subtle);
}

/** Asks, or asks again; with the token when all are answered. */
export async function askVoice(own: OwnVoice, issue: VoiceIssue, client: GuardianClient): Promise<OwnVoice> {
  if (own.signature !== null) return own;
  const { signature } = await sendAsk(client, device.askOf(own));
  if (signature === null) return own;
  const after = await device.withToken(own, issue, signature, crypto.subtle);
  if (!after) throw new Error('What came back is no token of this issue. Tell the representative.');
  return after;
}

/** What is to be said, decided for good. `recipient`: of the words; a ballot has none. */
export async function decideVoice(
  own: OwnVoice,
  issue: VoiceIssue,
  says: string,
  words: string,
  recipient: string | null,
): Promise<OwnVoice> {
  if (own.issue !== issue.digest) throw new RangeError('a voice of another issue');
  const sealed = recipient === null ? random(SEALED_BYTES) : await sealWords(words, recipient);
  return device.decideVoice(own, says, sealed, crypto.subtle);
}

/** Says it, or says it again. The guardian must answer the nullifier that the token has. */
export async function sendVoice(own: OwnVoice, client: GuardianClient): Promise<OwnVoice> {
  const { nullifier } = await client.send<SpentReceipt>('/voice/spent', device.spentOf(own));
  if (nullifier !== (await device.receiptOf(own, crypto.subtle)))
    throw new Error('The guardian answered for another token.');
  return { ...own, nullifier };
}

/** What an issue is about, to the byte: the digest is checked, and of an election the issuer's key too. */
export async function readDocument(issue: VoiceIssue, client: GuardianClient): Promise<unknown> {
  const text = await client.text(`/voice/documents/${issue.digest}`);
  const bytes = new TextEncoder().encode(text);
  const document = JSON.parse(text) as { issuer?: unknown };
  const isSound =
    hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))) === issue.digest &&
    (issue.kind !== 'election' || document.issuer === (await device.issuerDigest(issue, crypto.subtle)));
  if (!isSound)
    throw new Error('The guardian shows another document than it names. Tell the representative.');
  return document;
}

export const textOf = device.base64url;
export const bytesOf = device.base64urlBytes;
