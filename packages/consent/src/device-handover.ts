import { z } from 'zod';
import { codeSecret } from './enrolment-codes.ts';

/**
 * What one device of hers gives the next, through a server that can't read it (spec/enrolment.md, ENR60-ENR66): who she is
 * here, and what makes her session and makes it last. Nothing by which a voice is had, nothing that erases, no key of a
 * recording, no consent. Bytes base64url.
 */
export type DeviceHandover = {
  /** Hex. */
  contributor: string;
  session: string;
  /** What her erase code is known by, hex. */
  eraser: string;
  /** What her session was claimed with; null: a demonstration's own code. */
  claim: {
    ask: { list: string; issuer: string; seed: string; blinded: string; inverse: string };
    signature: string;
  } | null;
};

/** Of every handover, so that its length tells nothing of its kind. */
export const HANDOVER_BYTES = 4_096;
const NONCE = 12;
const TAG = 16;
const CONTENT = HANDOVER_BYTES - NONCE - TAG;

const hex = z.string().regex(/^(?:[0-9a-f]{2}){1,64}$/);
const bytes = z
  .string()
  .min(1)
  .max(1_400)
  .regex(/^[A-Za-z0-9_-]+$/);
const handover = z.strictObject({
  contributor: hex,
  session: bytes,
  eraser: hex,
  claim: z
    .strictObject({
      ask: z.strictObject({ list: hex, issuer: bytes, seed: bytes, blinded: bytes, inverse: bytes }),
      signature: bytes,
    })
    .nullable(),
});

/** `secret`: the 15 bytes of the device's code, which is drawn for this and used for nothing else. RangeError: too long. */
export async function sealHandover(
  given: DeviceHandover,
  secret: Uint8Array,
  random: (length: number) => Uint8Array,
  subtle: SubtleCrypto,
): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextEncoder().encode(JSON.stringify(given));
  if (text.length > CONTENT) throw new RangeError('more than a handover holds');
  const content = new Uint8Array(CONTENT);
  content.set(text);
  const nonce = random(NONCE);
  if (nonce.length !== NONCE) throw new RangeError('the randomness is too short');
  const sealed = new Uint8Array(HANDOVER_BYTES);
  sealed.set(nonce);
  const key = await keyOf(secret, subtle);
  const iv = sealed.slice(0, NONCE);
  sealed.set(new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv }, key, content)), NONCE);
  content.fill(0);
  return sealed;
}

/** Null for whatever is no handover for this code. Never throws for what was given. */
export async function openHandover(
  sealed: Uint8Array,
  secret: Uint8Array,
  subtle: SubtleCrypto,
): Promise<DeviceHandover | null> {
  if (sealed.length !== HANDOVER_BYTES) return null;
  try {
    const key = await keyOf(secret, subtle);
    const iv = sealed.slice(0, NONCE);
    const content = new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed.slice(NONCE)));
    const end = content.indexOf(0);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      content.subarray(0, end < 0 ? CONTENT : end),
    );
    content.fill(0);
    const parsed = handover.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function keyOf(secret: Uint8Array, subtle: SubtleCrypto): Promise<CryptoKey> {
  const key = (await codeSecret(secret, 'device-key', subtle)) as Uint8Array<ArrayBuffer>;
  return subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);
}
