import { detectCoordinates, detectEmails, detectIps, detectUrls } from './address.ts';
import { detectBirthDates } from './birth-date.ts';
import { detectIban } from './card.ts';
import { detectLetteredIds, detectNumbers } from './number.ts';
import { detectNames } from './person-name.ts';
import { detectHandles, detectOrganisations, detectStreets } from './screen-label.ts';
import { detectSecretForms } from './secret-form.ts';
import { detectAssignments, detectRandom, detectSpoken } from './secret-word.ts';
import type { Detector } from './span.ts';

/** What has a form, a check digit or an issuer: what patterns can find. */
export const STRUCTURED: readonly Detector[] = [
  detectNumbers,
  detectLetteredIds,
  detectIban,
  detectEmails,
  detectUrls,
  detectIps,
  detectCoordinates,
  detectBirthDates,
];
export const SECRETS: readonly Detector[] = [
  detectSecretForms,
  detectAssignments,
  detectSpoken,
  detectRandom,
];
/** Names, and what titles give away: by dictionary and by what stands beside. */
export const NAMES: readonly Detector[] = [detectNames, detectStreets, detectOrganisations, detectHandles];
export const ALL: readonly Detector[] = [...STRUCTURED, ...SECRETS, ...NAMES];
