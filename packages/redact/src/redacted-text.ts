import { looksLikeData } from './data-shape.ts';
import { ALL } from './detect/detectors.ts';
import { findSpans } from './detect/find-spans.ts';
import type { Detector, Span } from './detect/span.ts';
import { united } from './detect/span.ts';
import { isInterfaceRole } from './interface-role.ts';
import { isInterfaceWords } from './interface-words.ts';
import { foldSpace } from './openings.ts';

/** A text with what belongs to somebody taken out, and where it was: `spans` are positions in the text as given. */
export type RedactedText = { text: string; spans: Span[] };

export type RedactOptions = {
  detectors?: readonly Detector[];
  /** What a text stands in, where that is known: then structure decides first, as in a recording (MASK29). */
  role?: string;
  /** Labels that the application ships, white space folded. */
  shipped?: ReadonlySet<string>;
  /** What is put in a span's place; `[kind]` by default. */
  stand?: (span: Span, original: string) => string;
};

export function redactText(text: string, options: RedactOptions = {}): RedactedText {
  const { detectors = ALL, role, shipped, stand = (span) => `[${span.kind}]` } = options;
  const closed = role === undefined ? null : closedBy(role, text, shipped);
  const spans =
    closed === null
      ? findSpans(text, detectors)
      : united([{ start: 0, end: text.length, kind: 'content', rule: closed }]);
  let out = '';
  let at = 0;
  for (const span of spans) {
    out += text.slice(at, span.start) + stand(span, text.slice(span.start, span.end));
    at = span.end;
  }
  return { text: (out + text.slice(at)).toWellFormed(), spans };
}

/** The rule by which a text of this role is closed whole; null: it is a label that belongs to everybody. */
function closedBy(role: string, text: string, shipped: ReadonlySet<string> | undefined): string | null {
  const label = foldSpace(text);
  if (label === '') return null;
  if (!isInterfaceRole(role.toLowerCase())) return 'text.content';
  if (!shipped?.has(label) && !isInterfaceWords(label)) return 'text.not-shipped';
  return looksLikeData(label) ? 'text.data' : null;
}
