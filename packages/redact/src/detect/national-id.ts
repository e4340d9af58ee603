import { isDate, isShortDate, passesLuhn, passesMod11_10, passesVerhoeff, weighted } from './check-digit.ts';
import { baltic, cpf, curp, fiscale, nric, over, pension } from './country-check.ts';

/**
 * Identifiers that states give to people, by country (MASK23). `form` is what it looks like without separators.
 * `sure`: form and check digit leave so little to chance that it counts wherever it stands; the others count only
 * near one of `words`, or in their own way of writing (`written`).
 */
export type NationalId = {
  country: string;
  name: string;
  form: RegExp;
  /** How many characters those with letters have. */
  lengths?: readonly number[];
  /** Of those, the most letters that it has. */
  letters?: number;
  holds: (plain: string) => boolean;
  sure: boolean;
  words: RegExp;
  /** How it is written with separators, whole. Such writing counts without a word beside it. */
  written?: RegExp;
};

const n = (plain: string, at: number, length: number) => Number(plain.slice(at, at + length));
const last = (plain: string) => n(plain, plain.length - 1, 1);
const mod11 = (plain: string, weights: readonly number[]) => weighted(plain, weights) % 11;

export const NATIONAL_IDS: readonly NationalId[] = [
  {
    country: 'US',
    name: 'Social Security number, ITIN',
    form: /^\d{9}$/,
    holds: (p) => n(p, 0, 3) > 0 && n(p, 0, 3) !== 666 && n(p, 3, 2) > 0 && n(p, 5, 4) > 0,
    sure: false,
    words: /ssn|social sec|itin|tax id/i,
    written: /^\d{3}-\d{2}-\d{4}$/,
  },
  {
    country: 'GB',
    name: 'National Insurance number',
    form: /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/,
    lengths: [9],
    letters: 3,
    holds: (p) => !/^(?:BG|GB|NK|KN|TN|NT|ZZ)/.test(p),
    sure: true,
    words: /nino|insurance/i,
  },
  {
    country: 'GB',
    name: 'NHS number',
    form: /^\d{10}$/,
    holds: (p) => (11 - (mod11(p, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === last(p),
    sure: false,
    words: /nhs/i,
  },
  {
    country: 'DE',
    name: 'Steuer-Identifikationsnummer',
    form: /^[1-9]\d{10}$/,
    holds: passesMod11_10,
    sure: false,
    words: /steuer|idnr|tin\b|tax/i,
    written: /^\d{2} \d{3} \d{3} \d{3}$/,
  },
  {
    country: 'DE',
    name: 'Rentenversicherungsnummer',
    form: /^\d{8}[A-Z]\d{3}$/,
    lengths: [12],
    letters: 1,
    holds: (p) => isShortDate(n(p, 6, 2), n(p, 4, 2), n(p, 2, 2) % 50 || 1) && pension(p),
    sure: true,
    words: /versicherung|rente/i,
  },
  {
    country: 'AT',
    name: 'Sozialversicherungsnummer',
    form: /^[1-9]\d{9}$/,
    holds: (p) => mod11(p.slice(0, 3) + p.slice(4), [3, 7, 9, 5, 8, 4, 2, 1, 6]) === n(p, 3, 1),
    sure: false,
    words: /svnr|versicherung/i,
    written: /^\d{4} \d{6}$/,
  },
  {
    country: 'CH',
    name: 'AHV number',
    form: /^756\d{10}$/,
    holds: (p) => weighted(p, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
    sure: true,
    words: /ahv|avs/i,
    written: /^756\.\d{4}\.\d{4}\.\d{2}$/,
  },
  {
    country: 'FR',
    name: 'NIR',
    form: /^[1-478]\d{4}(?:\d|2[AB])\d{8,9}$/,
    lengths: [15],
    letters: 1,
    holds: (p) =>
      p.length === 15 &&
      97 - (Number(p.slice(0, 13).replace(/2A/, '19').replace(/2B/, '18')) % 97) === n(p, 13, 2),
    sure: true,
    words: /nir|s[eé]curit[eé]/i,
  },
  {
    country: 'BE',
    name: 'Rijksregisternummer',
    form: /^\d{11}$/,
    holds: (p) =>
      [97 - (n(p, 0, 9) % 97), 97 - ((2e9 + n(p, 0, 9)) % 97)].includes(n(p, 9, 2)) && n(p, 2, 2) <= 52,
    sure: false,
    words: /rijksregister|registre|\binsz|\bniss/i,
    written: /^\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}$/,
  },
  {
    country: 'NL',
    name: 'Burgerservicenummer',
    form: /^\d{9}$/,
    holds: (p) => mod11(p, [9, 8, 7, 6, 5, 4, 3, 2]) === last(p) && n(p, 0, 9) > 0,
    sure: false,
    words: /bsn|burgerservice|sofi/i,
  },
  {
    country: 'ES',
    name: 'DNI, NIE',
    form: /^[XYZ]?\d{7,8}[A-HJ-NP-TV-Z]$/,
    lengths: [9],
    letters: 2,
    holds: (p) => {
      const digits = p.slice(0, -1).replace('X', '0').replace('Y', '1').replace('Z', '2');
      return digits.length === 8 && 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === p.at(-1);
    },
    sure: true,
    words: /dni|nie|nif/i,
  },
  {
    country: 'PT',
    name: 'NIF',
    form: /^[123]\d{8}$/,
    holds: (p) => ((11 - mod11(p, [9, 8, 7, 6, 5, 4, 3, 2])) % 11) % 10 === last(p),
    sure: false,
    words: /nif|contribuinte/i,
  },
  {
    country: 'IT',
    name: 'Codice fiscale',
    form: /^[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPR-T][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]$/,
    lengths: [16],
    letters: 16,
    holds: fiscale,
    sure: true,
    words: /codice|fiscale/i,
  },
  {
    country: 'IE',
    name: 'PPS number',
    form: /^\d{7}[A-W][A-IW]?$/,
    lengths: [8, 9],
    letters: 2,
    holds: (p) =>
      'WABCDEFGHIJKLMNOPQRSTUV'[
        (weighted(p, [8, 7, 6, 5, 4, 3, 2]) + ('WABCDEFGHI'.indexOf(p[8] ?? 'W') % 10) * 9) % 23
      ] === p[7],
    sure: true,
    words: /pps/i,
  },
  {
    country: 'DK',
    name: 'CPR number',
    form: /^\d{10}$/,
    holds: (p) => isShortDate(n(p, 4, 2), n(p, 2, 2), n(p, 0, 2)),
    sure: false,
    words: /cpr|personnummer/i,
    written: /^\d{6}-\d{4}$/,
  },
  {
    country: 'SE',
    name: 'Personnummer',
    form: /^(?:19|20)?\d{10}$/,
    holds: (p) =>
      passesLuhn(p.slice(-10)) &&
      isShortDate(n(p.slice(-10), 0, 2), n(p.slice(-10), 2, 2), n(p.slice(-10), 4, 2) % 60),
    sure: false,
    words: /personn/i,
    written: /^(?:\d{2})?\d{6}[-+]\d{4}$/,
  },
  {
    country: 'NO',
    name: 'F\u00f8dselsnummer',
    form: /^\d{11}$/,
    holds: (p) =>
      mod11(p, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) === 0 && mod11(p, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) === 0,
    sure: true,
    words: /f.dsels|personn/i,
  },
  {
    country: 'FI',
    name: 'Henkil\u00f6tunnus',
    form: /^\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]$/,
    lengths: [11],
    letters: 3,
    holds: (p) => '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(p.slice(0, 6) + p.slice(7, 10)) % 31] === p[10],
    sure: true,
    words: /hetu|henkil/i,
  },
  {
    country: 'EE/LT',
    name: 'Isikukood, Asmens kodas',
    form: /^[1-8]\d{10}$/,
    holds: (p) => isShortDate(n(p, 1, 2), n(p, 3, 2), n(p, 5, 2)) && baltic(p),
    sure: false,
    words: /isikukood|asmens/i,
  },
  {
    country: 'PL',
    name: 'PESEL',
    form: /^\d{11}$/,
    holds: (p) =>
      isShortDate(n(p, 0, 2), n(p, 2, 2) % 20, n(p, 4, 2)) &&
      weighted(p, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
    sure: false,
    words: /pesel/i,
  },
  {
    country: 'CZ/SK',
    name: 'Rodn\u00e9 \u010d\u00edslo',
    form: /^\d{10}$/,
    holds: (p) => Number(p) % 11 === 0 && isShortDate(n(p, 0, 2), (n(p, 2, 2) % 50) % 20, n(p, 4, 2)),
    sure: false,
    words: /rodn/i,
    written: /^\d{6}\/\d{4}$/,
  },
  {
    country: 'RO',
    name: 'CNP',
    form: /^[1-8]\d{12}$/,
    holds: (p) =>
      isShortDate(n(p, 1, 2), n(p, 3, 2), n(p, 5, 2)) &&
      (mod11(p, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 10 || over(p)) === last(p),
    sure: true,
    words: /cnp/i,
  },
  {
    country: 'BG',
    name: 'EGN',
    form: /^\d{10}$/,
    holds: (p) =>
      isShortDate(n(p, 0, 2), n(p, 2, 2) % 20, n(p, 4, 2)) &&
      mod11(p, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 10 === last(p),
    sure: false,
    words: /\begn|\u0435\u0433\u043d/i,
  },
  {
    country: 'HR',
    name: 'OIB',
    form: /^\d{11}$/,
    holds: passesMod11_10,
    sure: false,
    words: /\boib/i,
  },
  {
    country: 'TR',
    name: 'T.C. kimlik',
    form: /^[1-9]\d{10}$/,
    holds: (p) =>
      ((weighted(p, [7, -1, 7, -1, 7, -1, 7, -1, 7]) % 10) + 10) % 10 === n(p, 9, 1) &&
      weighted(p, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10 === last(p),
    sure: true,
    words: /kimlik/i,
  },
  {
    country: 'IL',
    name: 'Mispar zehut',
    form: /^\d{9}$/,
    holds: passesLuhn,
    sure: false,
    words: /zehut|teudat|\bt\.?z\b/i,
  },
  {
    country: 'ZA',
    name: 'Identity number',
    form: /^\d{10}[01]\d{2}$/,
    holds: (p) => passesLuhn(p) && isShortDate(n(p, 0, 2), n(p, 2, 2), n(p, 4, 2)),
    sure: true,
    words: /identity|\bid\b/i,
  },
  {
    country: 'BR',
    name: 'CPF',
    form: /^\d{11}$/,
    holds: (p) => !/^(\d)\1+$/.test(p) && cpf(p, 9) && cpf(p, 10),
    sure: true,
    words: /cpf/i,
  },
  {
    country: 'AR',
    name: 'CUIL, CUIT',
    form: /^(?:20|2[3-7]|30|33)\d{9}$/,
    holds: (p) => mod11(p, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) === 0,
    sure: false,
    words: /cui[lt]/i,
    written: /^\d{2}-\d{8}-\d$/,
  },
  {
    country: 'CL',
    name: 'RUT',
    form: /^\d{7,8}[\dK]$/,
    lengths: [8, 9],
    letters: 1,
    holds: (p) => {
      const digits = p.slice(0, -1).padStart(8, '0');
      return '0K987654321'[mod11(digits, [3, 2, 7, 6, 5, 4, 3, 2])] === p.at(-1);
    },
    sure: false,
    words: /\brut\b|\brun\b/i,
    written: /^\d{1,2}\.\d{3}\.\d{3}-[\dKk]$/,
  },
  {
    country: 'MX',
    name: 'CURP',
    form: /^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z\d]\d$/,
    lengths: [18],
    letters: 13,
    holds: (p) => isShortDate(n(p, 4, 2), n(p, 6, 2), n(p, 8, 2)) && curp(p),
    sure: true,
    words: /curp/i,
  },
  {
    country: 'CA',
    name: 'Social Insurance Number',
    form: /^[1-79]\d{8}$/,
    holds: passesLuhn,
    sure: false,
    words: /\bsin\b|social ins|\bnas\b/i,
  },
  {
    country: 'AU',
    name: 'Tax file number, Medicare number',
    form: /^\d{9,10}$/,
    holds: (p) =>
      p.length === 9
        ? mod11(p, [1, 4, 3, 7, 5, 8, 6, 9, 10]) === 0
        : /^[2-6]/.test(p) && weighted(p, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === n(p, 8, 1),
    sure: false,
    words: /tfn|tax file|medicare/i,
  },
  {
    country: 'IN',
    name: 'Aadhaar',
    form: /^[2-9]\d{11}$/,
    holds: passesVerhoeff,
    sure: false,
    words: /aadhaar|uid/i,
    written: /^\d{4}[ -]\d{4}[ -]\d{4}$/,
  },
  {
    country: 'IN',
    name: 'PAN',
    form: /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/,
    lengths: [10],
    letters: 6,
    holds: () => true,
    sure: true,
    words: /\bpan\b/i,
  },
  {
    country: 'CN',
    name: 'Resident identity number',
    form: /^[1-8]\d{16}[\dX]$/,
    lengths: [18],
    letters: 1,
    holds: (p) =>
      isDate(n(p, 6, 4), n(p, 10, 2), n(p, 12, 2)) &&
      '10X98765432'[mod11(p, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])] === p[17],
    sure: true,
    words: /id/i,
  },
  {
    country: 'KR',
    name: 'Resident registration number',
    form: /^\d{6}[1-8]\d{6}$/,
    holds: (p) => isShortDate(n(p, 0, 2), n(p, 2, 2), n(p, 4, 2)),
    sure: false,
    words: /rrn|resident/i,
    written: /^\d{6}-\d{7}$/,
  },
  {
    country: 'JP',
    name: 'My Number',
    form: /^\d{12}$/,
    holds: (p) => {
      const rest = mod11(p, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
      return (rest <= 1 ? 0 : 11 - rest) === last(p);
    },
    sure: false,
    words: /my ?number|\u30de\u30a4\u30ca\u30f3\u30d0\u30fc|\u500b\u4eba\u756a\u53f7/i,
  },
  {
    country: 'SG',
    name: 'NRIC, FIN',
    form: /^[STFGM]\d{7}[A-Z]$/,
    lengths: [9],
    letters: 2,
    holds: nric,
    sure: true,
    words: /nric|fin/i,
  },
  {
    country: 'TW',
    name: 'National identification number',
    form: /^[A-Z][12]\d{8}$/,
    lengths: [10],
    letters: 1,
    holds: (p) => {
      const area = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(p[0] as string) + 10;
      return (
        (Math.floor(area / 10) + (area % 10) * 9 + weighted(p.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 ===
        0
      );
    },
    sure: true,
    words: /id/i,
  },
];

export function isNationalId(id: NationalId, plain: string): boolean {
  return id.form.test(plain) && id.holds(plain);
}

/** For tests and generated pages: the countries, each once. */
export const NATIONAL_ID_COUNTRIES: readonly string[] = [...new Set(NATIONAL_IDS.map((id) => id.country))];
