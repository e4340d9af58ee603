import type { Checked } from '@aboveboard/protocol/fault';
import { z } from 'zod';
import { type Agreement, MODES, PURPOSES, SIGNALS } from './agreement.ts';
import { canonicalDigest } from './canonical-json.ts';

/**
 * A contributor's own yes (T1, T7, T11; spec/consent.md): to which agreement, for which purposes, which
 * applications and signals, after reading which notice. It lapses after twelve months at the latest. Version
 * 0 is kept on the device and is not signed; the receipt that others can verify comes with version 1.
 */
export const CONSENT_MONTHS = 12;

const hexOf = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), 'not lower-case hex');
const milliseconds = z.int().min(0);

const consent = z.strictObject({
  format: z.literal('aboveboard-consent'),
  formatVersion: z.literal(0),
  /** 16 random bytes, hex: names this act and nobody. */
  id: hexOf(16),
  agreement: z.strictObject({ id: z.string().min(1).max(64), version: z.int().min(1), digest: hexOf(32) }),
  purposes: z.array(z.enum(PURPOSES)).min(1),
  /** Applications of the agreement that she said yes to, each with the signals and modes. */
  apps: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(64),
        signals: z.array(z.enum(SIGNALS)).min(1),
        modes: z.array(z.enum(MODES)).min(1),
      }),
    )
    .max(100),
  notice: z.strictObject({
    /** Language of the words that she saw. */
    language: z.string().min(2).max(20),
    /** Version of the message table that made them. */
    words: z.int().min(1),
    /** SHA-256 of those words (`noticeDigest`), hex. */
    digest: hexOf(32),
  }),
  /** Milliseconds since the epoch, by the device's clock. */
  givenAt: milliseconds,
  lapsesAt: milliseconds,
  withdrawnAt: milliseconds.nullable(),
});
export type ConsentRecord = z.infer<typeof consent>;

/** What she chose on the screen. Nothing is added to it. */
export type ConsentChoice = {
  purposes: ConsentRecord['purposes'];
  apps: ConsentRecord['apps'];
  notice: ConsentRecord['notice'];
};

/**
 * The record of one act of consent. Throws RangeError when the choice names what the agreement does not:
 * a screen that offers more than was agreed is a fault, not a wish.
 */
export function giveConsent(options: {
  agreement: Agreement;
  digest: string;
  choice: ConsentChoice;
  /** Milliseconds since the epoch. */
  now: number;
  random: (length: number) => Uint8Array;
}): ConsentRecord {
  const { agreement, digest, choice, now, random } = options;
  const agreed = [...agreement.apps, ...agreement.desktopApps];
  for (const { id, signals, modes } of choice.apps) {
    const app = agreed.find((one) => one.id === id);
    if (!app) throw new RangeError('the choice names an application that was not agreed');
    if (
      signals.some((signal) => !app.signals.includes(signal)) ||
      modes.some((mode) => !app.modes.includes(mode))
    ) {
      throw new RangeError('the choice names a signal or mode that was not agreed');
    }
  }
  if (choice.purposes.some((purpose) => !agreement.purposes.includes(purpose))) {
    throw new RangeError('the choice names a purpose that was not agreed');
  }
  const record: ConsentRecord = {
    format: 'aboveboard-consent',
    formatVersion: 0,
    id: Array.from(random(16), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    agreement: { id: agreement.id, version: agreement.version, digest },
    ...structuredClone(choice),
    givenAt: now,
    lapsesAt: monthsAfter(now, CONSENT_MONTHS),
    withdrawnAt: null,
  };
  const checked = parseConsent(record);
  if (!checked.ok)
    throw new RangeError(checked.faults.map((fault) => `${fault.at}: ${fault.message}`).join('; '));
  return checked.value;
}

/** Stops everything at once; the record stays as evidence of what was agreed and until when. */
export function withdrawConsent(record: ConsentRecord, now: number): ConsentRecord {
  return { ...record, withdrawnAt: record.withdrawnAt ?? now };
}

/**
 * Takes back a part (T11): the consent is withdrawn, and what she keeps of it is a record of its own with the
 * time and the lapse of the act that it comes from: a withdrawal renews nothing. `kept` is null when nothing
 * is left. Throws RangeError for what was not in the consent.
 */
export function narrowConsent(
  record: ConsentRecord,
  keep: Pick<ConsentChoice, 'purposes' | 'apps'>,
  now: number,
  random: (length: number) => Uint8Array,
): { withdrawn: ConsentRecord; kept: ConsentRecord | null } {
  if (record.withdrawnAt !== null) throw new RangeError('the consent was withdrawn before');
  const within = keep.apps.every(({ id, signals, modes }) => {
    const was = record.apps.find((one) => one.id === id);
    return (
      signals.every((one) => was?.signals.includes(one)) && modes.every((one) => was?.modes.includes(one))
    );
  });
  if (!within || keep.purposes.some((one) => !record.purposes.includes(one))) {
    throw new RangeError('more is kept than was agreed to');
  }
  const withdrawn = withdrawConsent(record, now);
  if (keep.purposes.length === 0 || keep.apps.length === 0) return { withdrawn, kept: null };
  const id = Array.from(random(16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const checked = parseConsent({ ...structuredClone(record), ...structuredClone(keep), id });
  if (!checked.ok)
    throw new RangeError(checked.faults.map((fault) => `${fault.at}: ${fault.message}`).join('; '));
  return { withdrawn, kept: checked.value };
}

/** A record from storage. All the faults at once. */
export function parseConsent(value: unknown): Checked<ConsentRecord> {
  const shaped = consent.safeParse(value);
  if (!shaped.success) {
    return {
      ok: false,
      faults: shaped.error.issues.map((issue) => ({
        rule: 'CON1',
        at: issue.path.map(String).join('.') || 'consent',
        message: issue.code === 'unrecognized_keys' ? 'a field that a consent does not have' : issue.message,
      })),
    };
  }
  const { givenAt, lapsesAt } = shaped.data;
  if (lapsesAt <= givenAt || lapsesAt > monthsAfter(givenAt, CONSENT_MONTHS)) {
    return {
      ok: false,
      faults: [{ rule: 'CON2', at: 'lapsesAt', message: 'not within twelve months of the act' }],
    };
  }
  return { ok: true, value: shaped.data };
}

/** SHA-256 of the canonical form, hex: the `receipt` of the manifests made under it. */
export function receiptDigest(record: ConsentRecord, subtle: SubtleCrypto): Promise<string> {
  // Withdrawing changes the record, and must not cut it from what was recorded under it.
  return canonicalDigest({ ...record, withdrawnAt: null }, subtle);
}

/** The same day of the month, or the last one of a shorter month, in UTC. */
export function monthsAfter(at: number, months: number): number {
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}
