import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { z } from 'zod';
import { canonicalBytes, hex, readStrictJson } from './canonical-json.ts';
import { deepFreeze } from './frozen.ts';
import { type GrantSlice, grantSlice } from './grant-document.ts';

/**
 * A legal hold as the employer asks for it (spec/hold.md, HLD1-HLD6): which recordings are not erased for now, for a reason
 * of a closed list, until when. It opens nothing, and names nobody.
 */
export type Hold = {
  readonly format: 'aboveboard-hold';
  readonly formatVersion: 1;
  /** 16 random bytes, hex. */
  readonly id: string;
  readonly agreement: { readonly id: string; readonly version: number; readonly digest: string };
  readonly reason: HoldReason;
  readonly slice: GrantSlice;
  /** Seconds since 1970. */
  readonly from: number;
  readonly until: number;
};

export const HOLD_REASONS = ['court-order', 'authority-order', 'legal-claim'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];
export const HOLD_DAYS_LIMIT = 92;
const BYTES_LIMIT = 65_535;

const hexOf = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), 'not lower-case hex of the length');
const time = z.int('not a whole number').min(0, 'before 1970').max(253_402_300_799, 'too late');

const hold = z.strictObject({
  format: z.literal('aboveboard-hold'),
  formatVersion: z.literal(1),
  id: hexOf(16),
  agreement: z.strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'not lower-case letters, digits and hyphens'),
    version: z.int('not a whole number').min(1, 'less than 1').max(1_000_000, 'more than 1000000'),
    digest: hexOf(32),
  }),
  reason: z.enum(HOLD_REASONS, 'not a reason of the list'),
  slice: grantSlice,
  from: time,
  until: time,
});

/** The hold from bytes, or from a value that is about to be asked for. All the faults at once; never throws. */
export function parseHold(given: Uint8Array | { json: unknown }): Checked<Hold> {
  let value: unknown;
  if (given instanceof Uint8Array) {
    if (given.length > BYTES_LIMIT) return refused('HLD1', 'document', 'has too many bytes');
    const read = readStrictJson(given, 'HLD1');
    if (!read.ok) return read;
    value = read.value;
    const canonical = canonicalBytes(value);
    if (canonical.length !== given.length || !canonical.every((byte, i) => byte === given[i])) {
      return refused('HLD1', 'document', 'not in canonical form');
    }
  } else value = given.json;
  const shaped = hold.safeParse(value);
  if (!shaped.success) return { ok: false, faults: shaped.error.issues.map(faultOf) };
  const { from, until } = shaped.data;
  if (until <= from) return refused('HLD5', 'until', 'not later than from');
  if (until - from > HOLD_DAYS_LIMIT * 86_400) {
    return refused('HLD5', 'until', `more than ${HOLD_DAYS_LIMIT} days after from`);
  }
  return { ok: true, value: deepFreeze(shaped.data) };
}

/** What the parties sign and the log of uses names: SHA-256 of the canonical form, hex. */
export async function holdDigest(document: Uint8Array | Hold, subtle: SubtleCrypto): Promise<string> {
  const bytes = document instanceof Uint8Array ? document : canonicalBytes(document);
  return hex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}

function faultOf(issue: z.core.$ZodIssue): Fault {
  const at = issue.path.map(String).join('.') || 'document';
  // The names of unknown fields were chosen by whoever sent it: they are counted and not quoted.
  const message =
    issue.code === 'unrecognized_keys' ? 'a field that it does not have' : 'not what is allowed here';
  return { rule: issue.path[0] === 'slice' ? 'HLD4' : 'HLD1', at, message };
}

function refused(rule: string, at: string, message: string): { ok: false; faults: Fault[] } {
  return { ok: false, faults: [{ rule, at, message }] };
}
