import type { AgreedApp } from './agreement.ts';

/**
 * What an agreement opens, held against what parties open without meaning to (AGR54-AGR57): a reader of drafts, not a
 * gate. It asks the selectors and the addresses; what stands at such a place nobody sees from here.
 */
export type Concern = {
  rule: ConcernRule;
  app: string;
  /** The selector that opens too much; null: the application as a whole. */
  selector: string | null;
};

export type ConcernRule =
  | 'everything'
  | 'all-but'
  | 'mail'
  | 'conversation'
  | 'typing'
  | 'secret'
  | 'person'
  | 'health-or-pay'
  | 'rows'
  | 'search'
  | 'many'
  | 'open-and-closed';

type Asked = {
  /** The last part of the selector: what it opens, without what it stands in. */
  subject: string;
  /** Words of all its names and values, each without a plural's s. */
  words: ReadonlySet<string>;
  /** Words of the application's hosts. */
  hosts: ReadonlySet<string>;
};

const MAIL = list('mail email inbox outlook gmail webmail imap exchange owa roundcube postbox');
const TALK = list(
  'chat slack teams mattermost zulip discord element whatsapp signal conversation thread comment reply dm',
);
const BARE = list('* html body :root main div span p section article td li a #root #app #main #content');
const FIELD =
  /^(?:input|textarea|select)\b|contenteditable|role\s*[~|^$*]?=\s*["']?(?:textbox|searchbox|combobox)/i;

/** Each rule asks one question of one selector; its reason stands in the table of sentences (`messages/en-concerns.ts`). */
const OF_A_SELECTOR: readonly (readonly [ConcernRule, (asked: Asked) => boolean])[] = [
  ['everything', ({ subject }) => BARE.has(subject)],
  ['all-but', ({ subject }) => subject.includes(':not(')],
  [
    'mail',
    ({ words, hosts }) =>
      any(MAIL, hosts) || any(MAIL, words) || any(list('subject sender recipient'), words),
  ],
  ['conversation', ({ words, hosts }) => any(TALK, hosts) || any(TALK, words) || words.has('message')],
  [
    'typing',
    ({ subject, words }) => FIELD.test(subject) || any(list('editor compose composer draft'), words),
  ],
  [
    'secret',
    ({ words }) => any(list('password passwd pwd secret token otp pin cvc cvv credential apikey'), words),
  ],
  [
    'person',
    ({ words }) =>
      any(
        list(
          'user author customer client patient employee applicant candidate person people contact profile avatar owner assignee ' +
            'firstname lastname surname fullname address phone birth birthday',
        ),
        words,
      ),
  ],
  [
    'health-or-pay',
    ({ words }) =>
      any(
        list(
          'health diagnosis medical sick illness allergy salary payroll wage bonus union religion iban ssn',
        ),
        words,
      ),
  ],
  [
    'rows',
    ({ subject, words }) =>
      /^(?:table|tr|tbody|ul|ol|dl)\b/.test(subject) || any(list('row cell list grid result'), words),
  ],
  ['search', ({ words }) => any(list('search query filter'), words)],
];

/** More selectors than a party reads one by one. */
const MANY = 20;

/** What to look at again in these applications, in their order; linear in what is given. */
export function openingConcerns(apps: readonly Pick<AgreedApp, 'id' | 'origins' | 'masks'>[]): Concern[] {
  return apps.flatMap(({ id, origins, masks: { open, closed } }) => {
    const hosts = wordsOf(origins.join(' '));
    const found: Concern[] = [];
    for (const selector of open) {
      for (const part of selector.split(',')) {
        const asked = { subject: subjectOf(part), words: wordsOf(part), hosts };
        for (const [rule, holds] of OF_A_SELECTOR) {
          const known = found.some((one) => one.rule === rule && one.selector === selector);
          if (!known && holds(asked)) found.push({ rule, app: id, selector });
        }
      }
      if (closed.includes(selector)) found.push({ rule: 'open-and-closed', app: id, selector });
    }
    if (open.length > MANY) found.push({ rule: 'many', app: id, selector: null });
    return found;
  });
}

/** What stands behind the last combinator; brackets and strings are not looked into. */
function subjectOf(selector: string): string {
  let from = 0;
  let depth = 0;
  const text = selector.trim();
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '(' || char === '[') depth++;
    else if (char === ')' || char === ']') depth--;
    else if (depth === 0 && /[\s>+~]/.test(char)) from = at + 1;
  }
  return text.slice(from).toLowerCase();
}

/** `.mailRows-item` gives mail, row, item. */
function wordsOf(text: string): ReadonlySet<string> {
  const apart = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return new Set((apart.match(/[a-z]+/g) ?? []).flatMap((word) => [word, word.replace(/s$/, '')]));
}

function any(these: ReadonlySet<string>, words: ReadonlySet<string>): boolean {
  for (const word of words) if (these.has(word)) return true;
  return false;
}

function list(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
