import { FREE_TEXT_LIMIT, maskFreeText } from './free-text.ts';

/**
 * Whether a text that a contributor made up for a card of her own may stay literal (MASK16, T19). It is not asked
 * whether it is true, which no program can tell, but whether it has the form of data that belongs to somebody: those
 * forms are refused, but in the names that were set aside for examples. Plain numbers may be made up.
 */
export function madeUpFaults(text: string): string[] {
  if (text.length > FREE_TEXT_LIMIT) return ['free.long'];
  const rest = text.replace(EXAMPLE_ADDRESS, ' ').replace(EXAMPLE_MAIL, ' ');
  return maskFreeText(rest).rules.flatMap(({ rule }) => (rule === 'free.number' ? [] : [rule]));
}

// RFC 2606 and RFC 6761: nobody has these. Each pattern is bounded, and can't go back more than a few steps.
const EXAMPLE_HOST = '(?:[a-z0-9-]{1,63}\\.){0,4}(?:example|test|invalid)(?:\\.(?:com|net|org))?';
const EXAMPLE_MAIL = new RegExp(`[^\\s@<>(),;:]{1,64}@${EXAMPLE_HOST}(?![\\w.@-]*[\\w@-])`, 'gi');
const EXAMPLE_ADDRESS = new RegExp(`\\bhttps?://${EXAMPLE_HOST}(?:/[\\w/.-]{0,200})?(?![^\\s])`, 'gi');
