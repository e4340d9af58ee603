import { isIban, passesLuhn } from './detect/check-digit.ts';
import { findSpans } from './detect/find-spans.ts';
import { ownWords } from './detect/own-words.ts';

/**
 * Masks what contributors write themselves: the description of a free task, reasons, subgoals (MASK15). Only
 * what has a form can be found in prose, names can't; so this is a second net, the contributor's own eye is
 * the first. Errs on the side of masking.
 */
export type FreeText = { text: string; rules: { rule: string; count: number }[] };

/** Longer text is cut. */
export const FREE_TEXT_LIMIT = 4_000;

type Finder = { rule: string; pattern: RegExp; stand: string; holds?: (found: string) => boolean };

// In this order: what one finds is out of the way of the next. No pattern can go back more than a few steps.
const FINDERS: readonly Finder[] = [
  {
    rule: 'free.url',
    pattern: /\b[a-z][a-z0-9+.-]{1,15}:\/\/\S{1,2000}|\bwww\.\S{1,2000}/gi,
    stand: '[address]',
  },
  { rule: 'free.email', pattern: /[^\s@<>(),;:]{1,64}@[^\s@<>(),;:]{1,255}/g, stand: '[e-mail]' },
  {
    rule: 'free.iban',
    pattern:
      /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b|\b[a-z]{2}\d{2}[a-z0-9]{11,30}\b/g,
    stand: '[account]',
    holds: (found) => /\d{4}/.test(found) || isIban(found),
  },
  {
    rule: 'free.card',
    pattern: /\b\d(?:[ -]?\d){11,18}\b/g,
    stand: '[card]',
    holds: (found) => passesLuhn(found.replace(/\D/g, '')),
  },
  {
    rule: 'free.phone',
    pattern:
      /(?:\+|\b00)\d(?:[ ()./-]{0,2}\d){5,14}|(?<![\d.])\(?\b0\d{1,4}\)?(?:[ ./-]{1,2}\d{2,8}){1,4}\b/g,
    stand: '[phone]',
  },
  {
    rule: 'free.key',
    pattern: /\b[\w+/=-]{12,200}/g,
    stand: '[key]',
    holds: (found) => /\d/.test(found) && /[a-z]/i.test(found),
  },
  {
    rule: 'free.number',
    pattern: /[\p{L}]{0,4}[-/#]?\p{Nd}[\p{Nd}.,:/-]{1,40}\p{Nd}|\p{Nd}{3,}/gu,
    stand: '[number]',
  },
];

/** `open`: words of the task card, which belong to nobody. `closed`: what she wants closed wherever it stands (MASK19). */
export function maskFreeText(
  text: string,
  open: readonly string[] = [],
  closed: readonly string[] = [],
): FreeText {
  const counts = new Map<string, number>();
  const kept = new Set(open);
  let masked = text.slice(0, FREE_TEXT_LIMIT);
  for (const { start, end } of closed.length > 0
    ? findSpans(masked, [ownWords(closed).detect]).reverse()
    : []) {
    masked = `${masked.slice(0, start)}[closed]${masked.slice(end)}`;
    counts.set('free.own-word', (counts.get('free.own-word') ?? 0) + 1);
  }
  for (const { rule, pattern, stand, holds } of FINDERS) {
    masked = masked.replace(pattern, (found) => {
      if (kept.has(found) || (holds && !holds(found))) return found;
      counts.set(rule, (counts.get(rule) ?? 0) + 1);
      return stand;
    });
  }
  return { text: masked, rules: [...counts].map(([rule, count]) => ({ rule, count })) };
}
