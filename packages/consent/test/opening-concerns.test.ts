import { expect, test } from 'vitest';
import { concernReasons } from '../src/messages/en-concerns.ts';
import { openingConcerns } from '../src/opening-concerns.ts';

const app = (open: string[], origin = 'https://wiki.works.example', closed: string[] = []) => [
  { id: 'app', origins: [origin], masks: { open, closed, literals: 'shipped' as const } },
];
const rulesOf = (open: string[], origin?: string, closed?: string[]) =>
  openingConcerns(app(open, origin, closed)).map(({ rule }) => rule);

test.each([
  ['.message-body', ['conversation']],
  ['.mailRows-item .title', ['mail', 'rows']],
  ['[data-testid="email-subject"]', ['mail']],
  ['body', ['everything']],
  ['.page > div', ['everything']],
  ['#app', ['everything']],
  ['.status, *', ['everything']],
  ['.panel:not(.private)', ['all-but']],
  ['textarea.notes', ['typing']],
  ['[role="textbox"]', ['typing']],
  ['div[contenteditable]', ['typing']],
  ['.apiKey .token', ['secret']],
  ['.customerName', ['person']],
  ['.ticket .assignee', ['person']],
  ['.salary-amount', ['health-or-pay']],
  ['table.orders', ['rows']],
  ['.search-box', ['search']],
  ['.comments', ['conversation']],
])('[AGR54] %s is something to look at again', (selector, rules) => {
  expect(rulesOf([selector])).toEqual(rules);
});

test.each(['.step-status', '.toolbar .zoom-level', '[data-field="currency"]', '.version', 'output.total'])(
  '[AGR54] %s is nothing that the table knows',
  (selector) => expect(rulesOf([selector])).toEqual([]),
);

test('[AGR54] in an application for mail or for talk every opening counts', () => {
  expect(rulesOf(['.step-status'], 'https://outlook.works.example')).toEqual(['mail']);
  expect(rulesOf(['.step-status'], 'https://works.slack.example')).toEqual(['conversation']);
  expect(rulesOf([], 'https://outlook.works.example')).toEqual([]);
});

test('[AGR54] too many openings, and one that is closed too', () => {
  expect(rulesOf(Array.from({ length: 21 }, (_, i) => `.state-${i}`))).toEqual(['many']);
  expect(rulesOf(['.state'], undefined, ['.state'])).toEqual(['open-and-closed']);
});

test('[AGR55] each rule has a reason of its own', () => {
  const reasons = Object.values(concernReasons);
  expect(new Set(reasons).size).toBe(reasons.length);
  expect(openingConcerns(app(['.mail, .email'])).length).toBe(1);
});

test('[AGR57] hostile selectors take time in proportion', () => {
  const began = performance.now();
  for (const piece of ['a>', '(', ',', '[', 'aA', ':not(']) {
    rulesOf(Array.from({ length: 100 }, () => piece.repeat(300).slice(0, 300)));
  }
  expect(performance.now() - began).toBeLessThan(10_000);
});
