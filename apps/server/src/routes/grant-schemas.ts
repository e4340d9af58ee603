import { PARTY_ROLES, PURPOSES } from '@aboveboard/consent/agreement';
import { GRANT_DAYS_LIMIT, GRANT_READINGS, GRANT_RECORDINGS_LIMIT } from '@aboveboard/consent/grant-document';
import type { GrantWish, MyAccesses, ShownGrant, ShownPolicies } from '@aboveboard/protocol/grants';
import { z } from '@hono/zod-openapi';

/** Forms of what is sent and answered about grants; what a grant may say is checked by `parseGrant`. */
type Schema<T> = z.ZodType<T, T>;

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), 'not hex of the length');
const week = z.string().max(8);

/** Which recordings a grant, or a hold, is to be about. */
export const askedSlice = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('recordings'),
    recordings: z.array(z.string().max(64)).min(1).max(GRANT_RECORDINGS_LIMIT),
  }),
  z.strictObject({
    kind: z.literal('tasks'),
    cards: z
      .array(z.strictObject({ id: z.string().max(64), version: z.int().min(1).nullable() }))
      .min(1)
      .max(100)
      .nullable(),
    weeks: z.strictObject({ from: week, to: week }),
  }),
]);

export const grantWish: Schema<GrantWish> = z
  .strictObject({
    purpose: z.enum(PURPOSES),
    reading: z.array(z.enum(GRANT_READINGS)).min(1).max(GRANT_READINGS.length),
    slice: askedSlice,
    days: z.int().min(1).max(GRANT_DAYS_LIMIT),
  })
  .openapi('GrantWish');

const party = z.enum(PARTY_ROLES);

export const shownGrant: Schema<ShownGrant> = z
  .object({
    id: hex(16),
    document: z.string(),
    digest: hex(32),
    state: z.enum(['waiting', 'holds', 'ended']),
    own: z.boolean(),
    approvedBy: z.array(party),
    waitsFor: z.array(party),
    end: z
      .object({
        kind: z.enum(['refused', 'revoked', 'withdrawn', 'agreement', 'over', 'unanswered']),
        by: party.nullable(),
        reason: z.string().nullable(),
      })
      .nullable(),
    askedOn: z.string(),
    answerBy: z.string(),
  })
  .openapi('ShownGrant');

export const shownGrants = z.object({ grants: z.array(shownGrant) }).openapi('ShownGrants');

export const shownPolicies: Schema<ShownPolicies> = z
  .object({
    schema: z.string(),
    files: z.array(z.object({ name: z.string(), text: z.string() })),
  })
  .openapi('ShownPolicies');

export const myAccesses: Schema<MyAccesses> = z
  .object({
    accesses: z.array(
      z.object({
        day: z.string(),
        kind: z.string(),
        by: z.string(),
        grant: z.string().nullable(),
        recordings: z.array(z.string()),
        entry: z.int().nullable(),
      }),
    ),
    days: z.array(z.object({ day: z.string(), readings: z.int() })),
  })
  .openapi('MyAccesses');
