import { FAMILY_NAMES, GIVEN_NAMES, NAMES_THAT_ARE_WORDS } from './detect/name-list.ts';
import { ALPHABETS, fillerLength, generator, type Script, scriptOf } from './filler.ts';
import { keyedHash } from './keyed-hash.ts';
import { foldSpace } from './openings.ts';
import { SURROGATE_WORDS } from './surrogate-words.ts';

/**
 * Plausible text in the place of masked text, where datasets are built (MASK35-MASK37): grey boxes teach less. It is drawn
 * from a hash under a salt that the release alone has and that is thrown away with its building; of the text that it
 * stands for it has the type, the script, the case of the first letter and the class of length, and nothing else.
 */
export type SurrogateType = 'words' | 'person' | 'email' | 'phone' | 'number' | 'date' | 'url' | 'secret';

export type Surrogates = {
  /** The same text and type, the same surrogate, everywhere in the task: instruction, states, frames, typing. */
  of(text: string, type?: SurrogateType): string;
};

const MEMORY = 20_000;
const ATTEMPTS = 48;
const LENGTH_LIMIT = 4_096;

/** `salt`: 16 random bytes in hex, fresh for each release. `task`: what the release calls the task, in it alone. */
export function createSurrogates(salt: string, task: string): Surrogates {
  const hash = keyedHash(salt);
  const known = new Map<string, string>();
  return {
    of(text, type = typeOf(text)) {
      const value = foldSpace(text);
      if (value === '') return text;
      const key = `${type}\u0000${value}`;
      let made = known.get(key);
      if (made === undefined) {
        made = make(value, type, generator(hash('surrogate', `${task}\u0000${key}`)));
        if (known.size >= MEMORY) known.clear();
        known.set(key, made);
      }
      return (/^\s/.test(text) ? ' ' : '') + made + (/\s$/.test(text) ? ' ' : '');
    },
  };
}

/** What kind of text this is, from its form. Filler has the forms of words and numbers, no others. */
export function typeOf(text: string): SurrogateType {
  const value = foldSpace(text);
  if (/^[^\s@]{1,64}@[^\s@]{1,255}$/.test(value)) return 'email';
  if (/^[a-z][a-z+.-]{1,15}:\/\/\S+$/i.test(value)) return 'url';
  if (/^\d{4}-\d{2}-\d{2}$|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$/.test(value)) return 'date';
  if (/^[+(]\d[\d ()./-]{5,24}$/.test(value)) return 'phone';
  if (/^[\d .,:/-]*\d[\d .,:/-]*$/.test(value)) return 'number';
  return 'words';
}

type Next = () => number;

/** One length for all of a class, so that no more than the class shows: filler's own, so that boxes stay as they were. */
function lengthOfClass(length: number): number {
  const least = fillerLength(length);
  return fillerLength(least) === least ? least : length;
}

function make(value: string, type: SurrogateType, next: Next): string {
  const wanted = lengthOfClass(Math.min(value.length, LENGTH_LIMIT));
  const draw = DRAWN[type];
  let best = '';
  for (let i = 0; i < ATTEMPTS; i++) {
    const drawn = draw === null ? words(value, wanted, next) : draw(wanted, next);
    if (drawn.toLowerCase() === value.toLowerCase()) continue;
    if (fillerLength(drawn.length) === fillerLength(wanted)) return drawn;
    if (best === '' || Math.abs(drawn.length - wanted) < Math.abs(best.length - wanted)) best = drawn;
  }
  return best === '' ? '\u2026' : best;
}

const pick = <T>(list: readonly T[], next: Next): T => list[next() % list.length] as T;
const capital = (word: string) => (word[0] ?? '').toUpperCase() + word.slice(1);
const digits = (count: number, next: Next) => Array.from({ length: count }, () => next() % 10).join('');
const letters = (count: number, next: Next) =>
  Array.from({ length: count }, () => ALPHABETS.latin[next() % ALPHABETS.latin.length]).join('');
const two = (value: number) => String(value).padStart(2, '0');

const GIVEN = [...GIVEN_NAMES].filter((name) => !NAMES_THAT_ARE_WORDS.has(name));
const FAMILY = [...FAMILY_NAMES].filter((name) => !NAMES_THAT_ARE_WORDS.has(name));

/** Null: by the words of its script. */
const DRAWN: Readonly<Record<SurrogateType, ((length: number, next: Next) => string) | null>> = {
  words: null,
  person: (length, next) =>
    length < 8 ? capital(pick(GIVEN, next)) : `${capital(pick(GIVEN, next))} ${capital(pick(FAMILY, next))}`,
  // A domain that nobody can have (RFC 2606).
  email: (length, next) => {
    const local = Math.max(2, length - '@mail.example'.length);
    return `${local < 6 ? letters(local, next) : fitted(local, next, '.')}@mail.example`;
  },
  url: (length, next) => `https://${letters(4, next)}.example/${fitted(Math.max(3, length - 21), next, '-')}`,
  // 555-01xx is kept for fiction; other lengths begin with a country that there is not.
  phone: (length, next) =>
    length <= 14
      ? `(555) 555-01${two(next() % 100)}`
      : `+999 ${digits(Math.max(3, Math.min(12, length - 5)), next)}`,
  number: (length, next) => String(1 + (next() % 9)) + digits(Math.min(40, length) - 1, next),
  date: (_, next) => `20${two(10 + (next() % 15))}-${two(1 + (next() % 12))}-${two(1 + (next() % 28))}`,
  secret: (length, next) => letters(length, next),
};

function words(value: string, length: number, next: Next): string {
  const script = scriptOf(value);
  const text =
    script === 'digits'
      ? digits(length, next)
      : script === 'symbol'
        ? '\u2013'.repeat(Math.min(3, length))
        : inScript(script, length, next, /\s/.test(value));
  if (value.length > 2 && value === value.toUpperCase() && value !== value.toLowerCase())
    return text.toUpperCase();
  const first = value[0] as string;
  return first === first.toLowerCase() ? text : capital(text);
}

/** Words of the script that fill the length exactly; the last is the one that fits. */
function inScript(
  script: Exclude<Script, 'digits' | 'symbol'>,
  length: number,
  next: Next,
  spaced: boolean,
): string {
  const list = SURROGATE_WORDS[script];
  let out = pick(list, next);
  while (out.length < length) out += (spaced ? ' ' : '') + pick(list, next);
  if (out.length === length) return out;
  const cut = out.slice(0, length);
  const space = cut.lastIndexOf(' ');
  // A word that is cut is none: what remains is filled with one of its length, if there is one.
  const rest = length - space - 1;
  const whole = list.filter((word) => word.length === rest);
  return space > 0 && whole.length > 0 ? `${cut.slice(0, space)} ${pick(whole, next)}` : cut.trimEnd();
}

function fitted(length: number, next: Next, joint: string): string {
  let out = pick(SURROGATE_WORDS.latin, next);
  while (out.length < length) out += joint + pick(SURROGATE_WORDS.latin, next);
  return out.slice(0, length).replace(/[.-]$/, 'e');
}
