import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { z } from 'zod';
import { PURPOSES, type Purpose } from './agreement.ts';
import { canonicalBytes, hex, readStrictJson } from './canonical-json.ts';
import { deepFreeze } from './frozen.ts';
import { parsePartyKey } from './party-note.ts';

/**
 * A grant as it is asked for (spec/grant.md, GRT1-GRT10): who reads which recordings, for what, until when, under
 * which version of the agreement. Two parties sign its digest; the document itself holds no name and no content.
 */
export type Grant = {
  readonly format: 'aboveboard-grant';
  readonly formatVersion: 1;
  /** 16 random bytes, hex. */
  readonly id: string;
  readonly agreement: { readonly id: string; readonly version: number; readonly digest: string };
  /** Account of the researcher, 16 bytes in hex. */
  readonly asker: string;
  readonly purpose: Purpose;
  readonly reading: readonly GrantReading[];
  readonly slice: GrantSlice;
  /** Seconds since 1970. */
  readonly from: number;
  readonly until: number;
  /** Ed25519 verifier key; it signs the recipients that halves are sealed to. */
  readonly jobKey: string;
};

export const GRANT_READINGS = ['dataset', 'inspection', 'rendering', 'environment'] as const;
export type GrantReading = (typeof GRANT_READINGS)[number];

export type GrantSlice =
  | { readonly kind: 'recordings'; readonly recordings: readonly string[] }
  | {
      readonly kind: 'tasks';
      /** Null: any task. `version` null: any version of the card. */
      readonly cards: readonly { readonly id: string; readonly version: number | null }[] | null;
      /** ISO weeks, both included. */
      readonly weeks: { readonly from: string; readonly to: string };
    };

export const GRANT_BYTES_LIMIT = 65_535;
export const GRANT_DAYS_LIMIT = 92;
export const GRANT_RECORDINGS_LIMIT = 1000;

const hexOf = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), 'not lower-case hex of the length');
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'not lower-case letters, digits and hyphens');
const time = z.int('not a whole number').min(0, 'before 1970').max(253_402_300_799, 'too late');
const version = z.int('not a whole number').min(1, 'less than 1').max(1_000_000, 'more than 1000000');
const week = z.string().regex(/^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/, 'not an ISO week such as 2026-W47');
const ascending = (items: readonly string[]) =>
  items.every((one, i) => i === 0 || (items[i - 1] as string) < one);

/** Which recordings a grant, or a hold, is about (GRT8). */
export const grantSlice = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('recordings'),
    recordings: z
      .array(z.string().regex(/^[A-Za-z0-9_-]{22}$/, 'not the id of a recording'))
      .min(1, 'fewer than 1')
      .max(GRANT_RECORDINGS_LIMIT, `more than ${GRANT_RECORDINGS_LIMIT}`)
      .refine(ascending, 'not ascending, each once'),
  }),
  z.strictObject({
    kind: z.literal('tasks'),
    cards: z
      .array(z.strictObject({ id: name, version: version.nullable() }))
      .min(1, 'fewer than 1')
      .max(100, 'more than 100')
      .refine(
        (cards) => new Set(cards.map((one) => JSON.stringify([one.id, one.version]))).size === cards.length,
        'named twice',
      )
      .nullable(),
    weeks: z
      .strictObject({ from: week, to: week })
      .refine(({ from, to }) => from <= to, 'ends before it begins')
      .refine(
        ({ from, to }) => Number(to.slice(0, 4)) - Number(from.slice(0, 4)) <= 1,
        'of more than two years',
      ),
  }),
]);

const grant = z.strictObject({
  format: z.literal('aboveboard-grant'),
  formatVersion: z.literal(1),
  id: hexOf(16),
  agreement: z.strictObject({ id: name, version, digest: hexOf(32) }),
  asker: hexOf(16),
  purpose: z.enum(PURPOSES, 'not a purpose of the list'),
  reading: z
    .array(z.enum(GRANT_READINGS, 'not of the list'))
    .min(1, 'fewer than 1')
    .refine(
      (kinds) => kinds.every((one, i) => i === 0 || place(kinds[i - 1]) < place(one)),
      'out of order or twice',
    ),
  slice: grantSlice,
  from: time,
  until: time,
  jobKey: z
    .string()
    .max(400, 'too long')
    .refine((text) => parsePartyKey(text)?.type === 'ed25519', 'not an Ed25519 verifier key'),
});

/** The grant from bytes, or from a value that is about to be asked for. All the faults at once; never throws. */
export function parseGrant(given: Uint8Array | { json: unknown }): Checked<Grant> {
  let value: unknown;
  if (given instanceof Uint8Array) {
    if (given.length > GRANT_BYTES_LIMIT) return refused('GRT1', 'document', 'has too many bytes');
    const read = readStrictJson(given, 'GRT1');
    if (!read.ok) return read;
    value = read.value;
    const canonical = canonicalBytes(value);
    if (canonical.length !== given.length || !canonical.every((byte, i) => byte === given[i])) {
      return refused('GRT1', 'document', 'not in canonical form');
    }
  } else value = given.json;
  if (isNewer(value)) {
    return refused('GRT2', 'formatVersion', 'newer than this software, which knows version 1');
  }
  const shaped = grant.safeParse(value);
  if (!shaped.success) return { ok: false, faults: shaped.error.issues.flatMap(faultsOf) };
  const { from, until } = shaped.data;
  if (until <= from) return refused('GRT9', 'until', 'not later than from');
  if (until - from > GRANT_DAYS_LIMIT * 86_400) {
    return refused('GRT9', 'until', `more than ${GRANT_DAYS_LIMIT} days after from`);
  }
  return { ok: true, value: deepFreeze(shaped.data) };
}

/** What the parties sign and the log of uses names: SHA-256 of the canonical form, hex. */
export async function grantDigest(document: Uint8Array | Grant, subtle: SubtleCrypto): Promise<string> {
  const bytes = document instanceof Uint8Array ? document : canonicalBytes(document);
  return hex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}

const FIELD_RULES: Readonly<Record<string, string>> = {
  format: 'GRT2',
  formatVersion: 'GRT2',
  id: 'GRT3',
  agreement: 'GRT4',
  asker: 'GRT5',
  purpose: 'GRT6',
  reading: 'GRT7',
  slice: 'GRT8',
  from: 'GRT9',
  until: 'GRT9',
  jobKey: 'GRT10',
};

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const at = issue.path.map(String).join('.') || 'document';
  // The names of unknown fields were chosen by whoever sent it: they are counted and not quoted.
  if (issue.code === 'unrecognized_keys')
    return [{ rule: 'GRT1', at, message: 'a field that it does not have' }];
  const field = String(issue.path[0]);
  const rule = (Object.hasOwn(FIELD_RULES, field) ? FIELD_RULES[field] : undefined) ?? 'GRT1';
  return [{ rule, at, message: issue.code === 'custom' ? issue.message : plainMessage(issue) }];
}

function plainMessage(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `${issue.expected} expected`;
  return issue.code === 'invalid_value' || issue.code === 'invalid_union'
    ? 'not one of those that there are'
    : issue.message;
}

function isNewer(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { format, formatVersion } = value as Partial<Record<string, unknown>>;
  return (
    format === 'aboveboard-grant' && Number.isSafeInteger(formatVersion) && (formatVersion as number) > 1
  );
}

function refused(rule: string, at: string, message: string): { ok: false; faults: Fault[] } {
  return { ok: false, faults: [{ rule, at, message }] };
}

function place(reading: GrantReading | undefined): number {
  return GRANT_READINGS.indexOf(reading as GrantReading);
}
