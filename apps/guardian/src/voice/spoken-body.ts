import { createHash } from 'node:crypto';
import { SEALED_BYTES, type Spoken } from '@aboveboard/consent/spoken';
import { z } from 'zod';
import { VoiceRefused } from './voice-refused.ts';

/** Bodies of acts with a code or a token, as `protocol/voice.ts` has them. All of it is an attacker's. */
const bytes = (length: number) =>
  z
    .string()
    .length(Math.ceil((length * 4) / 3))
    .regex(/^[A-Za-z0-9_-]+$/)
    .transform((text) => new Uint8Array(Buffer.from(text, 'base64url')))
    .refine((decoded) => decoded.length === length);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

const enrolment = z.strictObject({ secret: bytes(32), blinded: bytes(256) });
const ask = z.strictObject({ issue: digest, ticket: bytes(32), blinded: bytes(256) });
const spoken = z.strictObject({
  issue: digest,
  token: z.strictObject({ key: bytes(32), signature: bytes(256) }),
  says: z.string().max(200),
  sealed: bytes(SEALED_BYTES),
  signature: bytes(64),
});

/** Each throws VoiceRefused `malformed`. */
export const parseEnrolmentAsk = (body: unknown) => taken(enrolment.safeParse(body));
export const parseVoiceAsk = (body: unknown) => taken(ask.safeParse(body));
export const parseSpoken = (body: unknown) => taken(spoken.safeParse(body));
export type SpokenTo = Omit<Spoken, 'scope'> & { issue: string };

function taken<T>(parsed: { success: true; data: T } | { success: false }): T {
  if (!parsed.success) throw new VoiceRefused('malformed');
  return parsed.data;
}

export function sha256Hex(input: Uint8Array): string {
  return createHash('sha256').update(input).digest('hex');
}
