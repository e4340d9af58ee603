import { contentsOf } from './contents.ts';
import { type Folded, fold, originalRange } from './folding.ts';
import { type Detector, type Span, type SpanKind, united } from './span.ts';

/** Personal data in `text`, as spans of it, in order and without overlaps. Linear in its length. */
export function findSpans(text: string, detectors: readonly Detector[]): Span[] {
  const folded = fold(text);
  const found = spansOf(folded, detectors, null);
  const splitting = detectors.filter((detect) => detect.splits);
  if (splitting.length === 0 || !folded.text.includes('\n')) return united(found);
  // An address that is whole on its line does not go on in the next.
  const whole = found.filter((span) => span.kind === 'email');
  const split = spansOf(unwrapped(folded), splitting, folded.text).filter(
    (span) => span.kind !== 'email' || !whole.some((one) => one.start < span.end && one.end > span.start),
  );
  return united([...found, ...split]);
}

/**
 * The same over pieces that stand side by side without white space, as the text of a paragraph in several elements
 * does: what is split over them is found too. For each piece its spans.
 */
export function findInPieces(pieces: readonly string[], detectors: readonly Detector[]): Span[][] {
  const found = pieces.map((piece) => findSpans(piece, detectors));
  if (pieces.length > 1) {
    let from = 0;
    const starts = pieces.map((piece) => {
      const start = from;
      from += piece.length;
      return start;
    });
    for (const span of findSpans(pieces.join(''), detectors)) {
      for (let i = 0; i < pieces.length; i++) {
        const start = starts[i] as number;
        const end = start + (pieces[i] as string).length;
        if (span.end <= start || span.start >= end) continue;
        const within = { start: Math.max(0, span.start - start), end: Math.min(end, span.end) - start };
        found[i]?.push({ ...span, ...within });
      }
    }
  }
  return found.map(united);
}

function spansOf(folded: Folded, detectors: readonly Detector[], wrapped: string | null): Span[] {
  const spans: Span[] = [];
  const contents = contentsOf(folded.text);
  for (const detect of detectors) {
    if (detect.needs !== undefined && (detect.needs & contents) === 0) continue;
    detect(folded.text, (start, end, kind, rule) => {
      const [from, to] = originalRange(folded, start, end);
      spans.push({ start: from, end: to, kind, rule });
    });
  }
  return wrapped === null ? spans : spans.filter((span) => acrossLines(span, folded));
}

/** Of what is found when the lines are joined, only this counts, and only where a line ended within it. */
const SPLIT_KINDS: ReadonlySet<SpanKind> = new Set(['email', 'iban', 'card', 'national-id', 'secret']);

function acrossLines(span: Span, { origin }: Folded): boolean {
  if (!SPLIT_KINDS.has(span.kind) || span.rule === 'secret.random' || span.rule === 'secret.assignment')
    return false;
  if (origin === null) return false;
  let low = 0;
  let high = origin.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((origin[middle] as number) < span.start) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i + 1 < origin.length && (origin[i + 1] as number) < span.end; i++) {
    if ((origin[i + 1] as number) - (origin[i] as number) > 1) return true;
  }
  return false;
}

/** The text with its lines joined, as the browser wraps a long word. */
function unwrapped(folded: Folded): Folded {
  const pieces: string[] = [];
  const origin = new Int32Array(folded.text.length + 1);
  let length = 0;
  let at = 0;
  const line = /[ \t\r]*\n[ \t]*/g;
  const take = (to: number) => {
    pieces.push(folded.text.slice(at, to));
    for (let i = at; i < to; i++) origin[length++] = folded.origin?.[i] ?? i;
  };
  for (let found = line.exec(folded.text); found !== null; found = line.exec(folded.text)) {
    take(found.index);
    at = found.index + found[0].length;
  }
  take(folded.text.length);
  origin[length] = folded.origin?.[folded.text.length] ?? folded.text.length;
  return { text: pieces.join(''), origin: origin.subarray(0, length + 1) };
}
