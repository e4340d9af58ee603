import { type ConsentRecord, narrowConsent } from '@aboveboard/consent/consent';
import { randomBytes } from './recording-writing.ts';

/** The records that a consent becomes when these applications are taken back from it (CON7). */
export function withoutApps(consent: ConsentRecord, apps: readonly string[], now: number): ConsentRecord[] {
  const left = consent.apps.filter(({ id }) => !apps.includes(id));
  if (consent.withdrawnAt !== null || left.length === consent.apps.length) return [consent];
  const { withdrawn, kept } = narrowConsent(
    consent,
    { purposes: consent.purposes, apps: left },
    now,
    randomBytes,
  );
  return kept ? [withdrawn, kept] : [withdrawn];
}
