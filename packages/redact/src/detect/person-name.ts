import { FAMILY_NAMES, GIVEN_NAMES, NAMES_THAT_ARE_WORDS } from './name-list.ts';
import type { Detector, Report } from './span.ts';

/** Names of people, by the dictionary and by what stands beside them (MASK26). Folded letters only. */
export const detectNames: Detector = (text, report) => {
  let names: Word[] = [];
  let lastEnd = -10;
  const close = () => {
    if (names.length > 0) judge(names, report);
    names = [];
  };
  const word = /\p{L}[\p{L}']*/gu;
  for (let found = word.exec(text); found !== null; found = word.exec(text)) {
    const start = found.index;
    const end = start + found[0].length;
    // `Ana-Maria`, `J. K. Doe`, `van der Berg` are one name.
    const joined = names.length > 0 && names.length < 7 && JOINTS.has(text.slice(lastEnd, start));
    lastEnd = end;
    if (!joined) close();
    if (isCapital(found[0]) || (names.length > 0 && PARTICLES.has(found[0]))) {
      names.push(wordOf(start, end, found[0]));
    } else close();
  }
  close();
  detectByContext(text, report);
  detectLowerCase(text, report);
};

type Word = {
  start: number;
  end: number;
  text: string;
  /** Small, without a genitive: as the dictionaries have it. */
  lower: string;
  given: boolean;
  family: boolean;
};

const JOINTS = new Set([' ', '-', '.', '. ', ' "', ' (']);

function wordOf(start: number, end: number, text: string): Word {
  let lower = text.toLowerCase();
  if (lower.includes("'")) lower = lower.replace(/'s?$/, '').replace(/'/g, '');
  return { start, end, text, lower, given: GIVEN_NAMES.has(lower), family: FAMILY_NAMES.has(lower) };
}

const PARTICLES = new Set(
  'van von der den de da di del della dos du la le bin ibn al el ter ten zu af'.split(' '),
);

function isCapital(word: string): boolean {
  const first = word[0] as string;
  return first !== first.toLowerCase();
}

/** Which of some words with capitals in a row are a name. */
function judge(words: readonly Word[], report: Report): void {
  let i = 0;
  while (i < words.length) {
    let from = i;
    while (from < words.length && !isKnown(words[from] as Word)) from++;
    if (from >= words.length) return;
    let start = from;
    let end = from + 1;
    const first = words[from] as Word;
    if (first.given) {
      // What follows a given name is the rest of it, up to a word of the interface.
      while (end < words.length && end - from < 5 && !NO_NAME.has((words[end] as Word).lower)) end++;
      while (end > from + 1 && PARTICLES.has((words[end - 1] as Word).text)) end--;
    } else if (start > 0 && !NO_NAME.has((words[start - 1] as Word).lower)) start--;
    const named = words.slice(start, end);
    i = end;
    const sure = named.filter(isKnown).length;
    const shouted = named.every((word) => word.text.length > 1 && word.text === word.text.toUpperCase());
    if (named.length === 1) {
      const name = first.lower;
      if (NAMES_THAT_ARE_WORDS.has(name) || !GIVEN_NAMES.has(name) || shouted) continue;
    } else if (sure === 1) {
      const name = (named.find(isKnown) as Word).lower;
      if (NAMES_THAT_ARE_WORDS.has(name) || (!GIVEN_NAMES.has(name) && shouted)) continue;
    }
    report(
      (named[0] as Word).start,
      (named.at(-1) as Word).end,
      'person',
      named.length > 1 ? 'name.full' : 'name.given',
    );
  }
}

const isKnown = (word: Word) => word.given || word.family;

/** Words of interfaces and of calendars that begin with a capital beside a name and are none. */
const NO_NAME = new Set(
  (
    'inbox calendar settings profile contacts mail slack messages search new open file edit view help home dashboard ' +
    'account user users team teams project projects issue issues pull request report reports page pages chat channel ' +
    'january february march april may june july august september october november december monday tuesday wednesday ' +
    'thursday friday saturday sunday street road avenue st ave rd blvd lane drive court square inc llc ltd gmbh corp ' +
    'university school hospital bank hotel group company the and or of in on at for with from to by a an is was has i ' +
    'he she it we they you this that these those my your his her our their please hi hello dear re fwd today yesterday ' +
    'name phone email address date time number card id'
  ).split(' '),
);

/** What is called a name is one, in the dictionary or not. */
function detectByContext(text: string, report: Report): void {
  const called =
    /\b(?:(?:my|his|her|their|full|first|last|contact|customer|account) name(?: is|:)|name:|named|called|(?:i am|i'm|this is)(?= \p{Lu}\p{Ll}+ \p{Lu})|(?:mr|mrs|ms|miss|dr|prof|herr|frau|monsieur|madame|mme|se\u00f1or|se\u00f1ora|signor|signora|sir|lady)\.?(?= \p{L})|(?:dear|hi|hello|regards|cheers|sincerely|signed by|sent by|assigned to|assignee:|reviewer:|author:|owner:|attn:?|c\/o|dm:|dms? with|chat with|call with|meeting with|from:|to:|cc:|profile of),?)\s{1,3}((?:\p{Lu}[\p{L}'.]{0,30})(?:[ -](?:(?:van|von|der|de|da|di|del|la|bin|al|el) )?\p{Lu}[\p{L}'.]{0,30}){0,3})/giu;
  for (const found of text.matchAll(called)) {
    const name = (found[1] as string).replace(/[.'-]+$/, '');
    const start = found.index + found[0].lastIndexOf(found[1] as string);
    // Without regard to case above, because headings are capitals; a name still has one.
    const words = name.split(/[ -]/);
    const kept = words.findIndex((word) => !isCapital(word) && !PARTICLES.has(word));
    const taken = kept < 0 ? words : words.slice(0, kept);
    while (taken.length > 0 && NO_NAME.has((taken.at(-1) as string).toLowerCase())) taken.pop();
    if (taken.length === 0 || NO_NAME.has((taken[0] as string).toLowerCase())) continue;
    report(start, start + taken.join(' ').length, 'person', 'name.context');
  }
  // A direct message's title is who it is with, however it is written.
  const direct = /\b(?:DM|DMs|Direct message|Chat)(?: with)?\s?[:\u2014-]\s?@?([\p{L}\p{N}._-]{3,40})/gu;
  for (const found of text.matchAll(direct)) {
    const start = found.index + found[0].length - (found[1] as string).length;
    report(start, found.index + found[0].length, 'person', 'name.direct');
  }
}

/** `tracy sukhorukova`: two of the dictionary side by side are a name without capitals too. */
function detectLowerCase(text: string, report: Report): void {
  const pair = /(?<![\p{L}\p{N}'])(\p{Ll}{3,20}) (?=(\p{Ll}{3,20})(?![\p{L}\p{N}']))/gu;
  for (const found of text.matchAll(pair)) {
    const [first, second] = [found[1] as string, found[2] as string];
    if (!GIVEN_NAMES.has(first) || NAMES_THAT_ARE_WORDS.has(first)) continue;
    if (
      !FAMILY_NAMES.has(second) &&
      !/(?:ova|eva|enko|sson|sen|ski|ska|wicz|ovic|ovich|yan|idis|escu|oglu|ez)$/.test(second)
    )
      continue;
    report(found.index, found.index + found[0].length + second.length, 'person', 'name.small');
  }
}
