import { PARTY_ROLES } from '@aboveboard/consent/agreement';
import { HOLD_DAYS_LIMIT, HOLD_REASONS } from '@aboveboard/consent/hold-document';
import type { HoldWish, OwnHold, ShownHold } from '@aboveboard/protocol/holds';
import { z } from '@hono/zod-openapi';
import { askedSlice } from './grant-schemas.ts';

/** Forms of what is sent and answered about legal holds; what a hold may say is checked by `parseHold`. */
type Schema<T> = z.ZodType<T, T>;

const party = z.enum(PARTY_ROLES);
const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), 'not hex of the length');

export const holdWish: Schema<HoldWish> = z
  .strictObject({
    reason: z.enum(HOLD_REASONS),
    slice: askedSlice,
    days: z.int().min(1).max(HOLD_DAYS_LIMIT),
  })
  .openapi('HoldWish');

export const shownHold: Schema<ShownHold> = z
  .object({
    id: hex(16),
    document: z.string(),
    digest: hex(32),
    state: z.enum(['waiting', 'holds', 'ended']),
    approvedBy: z.array(party),
    waitsFor: z.array(party),
    end: z
      .object({ kind: z.enum(['ended', 'agreement', 'over', 'unanswered']), by: party.nullable() })
      .nullable(),
    askedOn: z.string(),
    answerBy: z.string(),
  })
  .openapi('ShownHold');

export const shownHolds = z.object({ holds: z.array(shownHold) }).openapi('ShownHolds');

/** Of one recording of hers. */
export const ownHold: Schema<OwnHold> = z.object({
  hold: hex(16),
  reason: z.enum(HOLD_REASONS),
  until: z.iso.date(),
  by: z.array(party),
  entry: z.int(),
  erasureWaits: z.boolean(),
});
