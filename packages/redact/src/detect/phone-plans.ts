import { findPhoneNumbersInText, isSupportedCountry } from 'libphonenumber-js/min';
import type { Detector } from './span.ts';

/**
 * Telephone numbers that are valid in one of the given countries' plans though nothing in how they are written says
 * so (MASK22). Slower than everything else together, so it is a detector of its own: not for the page's process.
 * Only pieces of text around digits are given to the library, each of bounded length.
 */
export function phonePlans(countries: readonly string[]): Detector {
  const known = countries.filter((country) => isSupportedCountry(country)).slice(0, 4);
  return (text, report) => {
    const near = /[+(]?\d[\d ().\-/]{6,40}/g;
    for (let found = near.exec(text); found !== null; found = near.exec(text)) {
      const digits = found[0].replace(/\D/g, '').length;
      if (digits < 8 || digits > 15) continue;
      for (const country of known) {
        const [match] = findPhoneNumbersInText(found[0], {
          defaultCountry: country,
          extended: false,
        } as never);
        if (match === undefined) continue;
        report(found.index + match.startsAt, found.index + match.endsAt, 'phone', 'phone.plan');
        break;
      }
    }
  };
}
