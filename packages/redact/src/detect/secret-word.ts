import { beginsWith, inEveryCase, LONG_WORD, LONG_WORD_LENGTH, SIGN, SPOKEN_HEAD } from './contents.ts';
import type { Detector } from './span.ts';

/** `password: ...`, `API_KEY=...`, `Authorization: Bearer ...`: what a name calls secret, if it looks like one. */
export const detectAssignments: Detector = (text, report) => {
  const sign = /[=:>]/g;
  for (let found = sign.exec(text); found !== null; found = sign.exec(text)) {
    const at = found.index;
    const name = SECRET_NAME.exec(text.slice(Math.max(0, at - 48), at));
    if (name === null) continue;
    const value = /[=:>]{0,2}\s{0,4}["'`]?(?:(?:bearer|basic|token)\s)?["'`]?/iy;
    value.lastIndex = at + 1;
    value.test(text);
    const start = Math.max(value.lastIndex, at + 1);
    let end = start;
    while (end < text.length && end - start < 500 && !/[\s"'`<>,;)}\]|]/.test(text[end] as string)) end++;
    const spoken = text.slice(start, end).replace(/[.?]$/, '');
    if (!looksSecret(spoken, /pass|pwd|pin\b|otp|code/i.test(name[0]))) continue;
    report(start, start + spoken.length, 'secret', 'secret.assignment');
    sign.lastIndex = start + spoken.length;
  }
};

/** A sentence that says it: `the password is hunter2`. */
export const detectSpoken: Detector = (text, report) => {
  if (!/[Pp]ass|PASS|\b[Pp][Ii][Nn]\b|O[Tt]P|otp|ode|ennwort|mot de|ontrase/.test(text)) return;
  const spoken =
    /\b(?:password|passphrase|passcode|passwort|kennwort|mot de passe|contrase\u00f1a|pin|otp|verification code|security code)(?: code)? (?:is|lautet|est|es|:) ?["']?([^\s"']{4,100})/gi;
  for (const found of text.matchAll(spoken)) {
    const value = (found[1] as string).replace(/[.,!?;:]+$/, '');
    if (!/\d|[!#$%^*_]/.test(value)) continue;
    const start = found.index + found[0].lastIndexOf(found[1] as string);
    report(start, start + value.length, 'secret', 'secret.spoken');
  }
};

/** How each of the words that are spoken begins. */
const SPOKEN_HEADS = ['pas', 'ken', 'mot', 'con', 'pin', 'otp', 'ver', 'sec'];
beginsWith(inEveryCase(SPOKEN_HEADS), SPOKEN_HEAD);
detectAssignments.needs = SIGN;
detectSpoken.needs = SPOKEN_HEAD;

const SECRET_NAME =
  /(?:pass(?:word|wd|phrase|code)?|pwd|passwort|kennwort|secret|token|api[ _-]?key|auth(?:orization)?|credentials?|private[ _-]?key|access[ _-]?key(?:[ _-]?id)?|client[ _-]?secret|signing[ _-]?key|encryption[ _-]?key|account[ _-]?key|session(?:[ _-]?id)?|cookie|otp|\bpin|cvv|cvc|[_-]key)["'`\]]?\s{0,3}[=:-]?$/i;

/** Names of variables, holes of templates, plain words and stars are none. */
function looksSecret(value: string, password: boolean): boolean {
  if (value.length < (password ? 4 : 8)) return false;
  if (
    /^[<${(%[]|^(?:\*+|x+|\.+|-+|\u2022+)$|\$\{|\{\{|^(?:process|import|os|env|config|self|this)\b|[([]$/i.test(
      value,
    )
  )
    return false;
  if (
    /^(?:true|false|null|none|undefined|required|optional|example|changeme|password|secret|your[-_].*|my[-_].*|string|number|invalid|expired|forgot\w*|reset\w*)$/i.test(
      value,
    )
  )
    return false;
  if (/^(.)\1+$/.test(value)) return false;
  const digits = /\d/.test(value);
  const marks = /[!#$%^&*+/=_~.@-]/.test(value.slice(0, -1));
  const cases = /[a-z]/.test(value) && /[A-Z]/.test(value.slice(1));
  if (password) return digits || marks || (cases && value.length >= 6);
  return (digits && (cases || /[a-z]/i.test(value))) || (value.length >= 20 && cases);
}

/** Long words that no language makes: keys whose form nobody published. Counted, not matched: linear. */
export const detectRandom: Detector = (text, report) => {
  let start = 0;
  const length = text.length;
  while (start < length) {
    let end = start;
    while (end < length && RANDOM[text.charCodeAt(end)] === 1) end++;
    if (end - start >= LEAST) {
      const rule = randomness(text, start, Math.min(end, start + 400));
      if (rule !== null) report(start, end, rule === 'number.uuid' ? 'number' : 'secret', rule);
    }
    start = end + 1;
  }
};
detectRandom.needs = LONG_WORD;
const LEAST = LONG_WORD_LENGTH;
const RANDOM = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+/_=-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

function randomness(text: string, start: number, end: number): string | null {
  const word = text.slice(start, end);
  if (/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(word)) return 'number.uuid';
  if (word.length >= 32 && /^[\da-f]+$/i.test(word)) return /\d/.test(word) ? 'secret.hex' : null;
  // Words, paths and names of classes are made of runs of one kind of letter; random text changes all the time.
  for (const piece of word.split(/[/_=-]+|\+(?=[a-z]{3})/)) {
    if (piece.length >= 16 && changes(piece) >= piece.length / 4 && entropy(piece) >= 3.2)
      return 'secret.random';
  }
  const letters = word.replace(/[_=-]/g, '');
  if (letters.length < 24 || !/\d/.test(word) || !/[a-z]/.test(word) || !/[A-Z]/.test(word)) return null;
  return changes(letters) >= letters.length / 3 && entropy(letters) >= 3.8 ? 'secret.random' : null;
}

/** How often the kind of character changes, a capital before small letters not counted. */
function changes(text: string): number {
  let count = 0;
  for (let i = 1; i < text.length; i++) {
    const [a, b] = [kind(text.charCodeAt(i - 1)), kind(text.charCodeAt(i))];
    if (a !== b && !(a === 1 && b === 0)) count++;
  }
  return count;
}

function kind(code: number): number {
  return code >= 97 ? 0 : code >= 65 ? 1 : 2;
}

/** Bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
