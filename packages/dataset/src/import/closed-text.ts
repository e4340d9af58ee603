import type { ClosedText } from '@aboveboard/protocol/event';
import { textBucket } from '@aboveboard/protocol/text-bucket';

/** What stays of a text that somebody entered: the bound of its bucket, and what it is written in (IMP32). */
export function closedText(text: string): ClosedText {
  const isLatin = /^[\p{Script=Latin}\p{P}\p{Z}\d]*$/u.test(text);
  const script = /^\d+$/.test(text) ? 'digits' : isLatin ? 'latin' : 'other';
  return { open: false, length: textBucket(text.length), script };
}
