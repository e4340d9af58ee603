import type { VoiceAbout } from '@aboveboard/protocol/voice';
import { z } from 'zod';

/** What a guardian says to everyone about voices, from outside: null for anything else than that. */
const digest = z.string().regex(/^[0-9a-f]{64}$/);
/** SPKI of an RSA key of 2,048 bits, base64url. */
const key = z
  .string()
  .min(300)
  .max(1000)
  .regex(/^[A-Za-z0-9_-]+$/);
const seconds = z.int().min(0).max(253_402_300_799);
const name = z.string().max(300);
const head = { digest, key, issued: z.int().min(0).max(10_000_000), asksUntil: seconds };

const about = z.object({
  employees: z.int().min(1).max(10_000_000).nullable(),
  enrolment: z.object({ digest, key }).nullable(),
  words: z
    .string()
    .regex(/^age1pq1[a-z0-9]{1,4000}$/)
    .nullable(),
  issues: z
    .array(
      z.discriminatedUnion('kind', [
        z.object({
          ...head,
          kind: z.literal('objection'),
          agreement: z.object({ id: name, version: z.int().min(1), title: name }),
          nextCount: seconds,
        }),
        z.object({
          ...head,
          kind: z.literal('election'),
          election: name,
          candidates: z.array(z.object({ id: name, name })).max(500),
          opens: seconds,
          closes: seconds,
        }),
      ]),
    )
    .max(1000),
});

export function parseVoiceAbout(value: unknown): VoiceAbout | null {
  const parsed = about.safeParse(value);
  return parsed.success ? parsed.data : null;
}
