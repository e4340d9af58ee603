import type { ConcernRule } from '../opening-concerns.ts';

/** Why each is shown (AGR55): what it opens, and whose it is. */
export const concernReasons: Readonly<Record<ConcernRule, string>> = {
  everything:
    'This opens everything that stands in such an element, whatever the page shows there: names, figures, what others wrote.',
  'all-but': 'This opens all but what it names. What the application adds later is open too.',
  mail: 'This opens e-mail, or what stands beside it. Senders and receivers did not consent (T8).',
  conversation:
    'This opens what people say to each other. The other side of a conversation did not consent (T8).',
  typing: 'This opens a field: what is typed there stays, also what is deleted again.',
  secret:
    'This looks like a place for a password, a key or a code. A recorder closes a password field whatever is agreed, and no other.',
  person:
    'This looks like a place where a person is named: a colleague, a customer, somebody who did not consent.',
  'health-or-pay':
    'This looks like a place for health, pay, accounts or membership, which the law protects most.',
  rows: 'This opens whole lists or tables. One cell in them that names somebody is enough.',
  search: 'This opens what people look for, which is often a name.',
  many: 'More is opened here than anybody reads one by one. Open less, or open it by one narrow selector.',
  'open-and-closed':
    'This is opened and closed at once. Closing wins, so opening it says something that does not hold.',
};

export const concernWords = {
  heading: 'What to look at again',
  lead: 'These are found by a table of what is often opened without being meant. Each can be right; somebody should have looked.',
  none: 'Nothing that the table knows is opened. That is no promise: what stands at a place, only the page shows.',
  line: (app: string, selector: string | null, reason: string) =>
    selector === null ? `${app}: ${reason}` : `${app}, ${selector}: ${reason}`,
};
