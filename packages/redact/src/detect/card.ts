import { isIban, passesLuhn } from './check-digit.ts';
import { DIGIT } from './contents.ts';
import { type DigitRun, isDigit, isWord, near, standsAlone } from './digit-run.ts';
import type { Detector, Report } from './span.ts';

/** Numbers of cards by what issuers' ranges begin with, and how long they are there (ISO/IEC 7812). */
const ISSUERS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:30[0-59]|3[689])/, [14, 16, 19]],
  [/^(?:6011|64[4-9]|65|622)/, [16, 19]],
  [/^62/, [16, 17, 18, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 19]],
  [/^(?:2131|1800)/, [15]],
  [/^(?:50[0-9]|5[6-8]|6[0379])/, [12, 13, 14, 15, 16, 17, 18, 19]],
  [/^(?:220[0-4]|9792|81|82)/, [16]],
];

export function isCard(digits: string): boolean {
  if (!passesLuhn(digits) || /^(\d)\1+$/.test(digits)) return false;
  return ISSUERS.some(([range, lengths]) => lengths.includes(digits.length) && range.test(digits));
}

/** Cards: any groups in a row of a run that make a number of an issuer's with its check digit. */
export function cardsOf(text: string, run: DigitRun, report: Report): boolean {
  const { groups } = run;
  for (let i = 0; i < groups.length; i++) {
    let digits = '';
    for (let j = i; j < groups.length && digits.length < 19; j++) {
      const group = groups[j] as (typeof groups)[number];
      digits += group.digits;
      if (digits.length < 12 || !passesLuhn(digits) || /^(\d)\1+$/.test(digits)) continue;
      const start = (groups[i] as typeof group).start;
      const called = near(text, start, group.end, CARD_WORDS);
      // Where a person writes it in groups they are even; anything else is two numbers side by side.
      if (j > i && !evenly(groups.slice(i, j + 1).map((g) => g.digits.length))) continue;
      // Beside the word any range counts: issuers get new ones.
      if (!called && (digits.length < 13 || !isCard(digits))) continue;
      if (!standsAlone(text, start, group.end)) continue;
      report(start, group.end, 'card', 'card.luhn');
      return true;
    }
  }
  return false;
}
const CARD_WORDS = /card|cc|maestro|debit|karte|carte|tarjeta|carta|\bpan\b/i;

function evenly(lengths: readonly number[]): boolean {
  const [first = 0] = lengths;
  const inner = lengths.slice(0, -1);
  if (inner.every((length) => length === first) && (lengths.at(-1) ?? 0) <= Math.max(first, 4)) return true;
  // American Express and Diners: 4-6-5, 4-6-4.
  return lengths.length === 3 && first === 4 && lengths[1] === 6;
}

/** The lengths of IBANs, by country, from the registry that ISO 13616 names. */
const IBAN_LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 ' +
    'EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 ' +
    'KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 ' +
    'PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 ' +
    'VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

export const detectIban: Detector = (text, report) => {
  const head = /[A-Za-z]{2}\d{2}/g;
  for (let found = head.exec(text); found !== null; found = head.exec(text)) {
    const start = found.index;
    head.lastIndex = start + 1;
    if (isWord(text.charCodeAt(start - 1))) continue;
    const length = IBAN_LENGTHS.get(found[0].slice(0, 2).toUpperCase());
    if (length === undefined) continue;
    let plain = '';
    let at = start;
    while (plain.length < length && at < text.length) {
      const code = text.charCodeAt(at);
      if (isDigit(code) || isLetter(code)) plain += text[at];
      else if (!/[ \-\n]/.test(text[at] as string) || /[ \-\n]/.test(text[at - 1] as string)) break;
      at++;
    }
    if (plain.length !== length || isWord(text.charCodeAt(at))) continue;
    if (isIban(plain)) report(start, at, 'iban', 'iban.mod97');
    else if (near(text, start, at, /iban|konto|account/i)) report(start, at, 'iban', 'iban.context');
    else continue;
    head.lastIndex = at;
  }
};

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

detectIban.splits = true;
detectIban.needs = DIGIT;
