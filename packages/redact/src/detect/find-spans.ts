import { contentsOf, LINE_END } from './contents.ts';
import { type Folded, fold, originalRange } from './folding.ts';
import { type Detector, type Report, type Span, type SpanKind, united } from './span.ts';

/** Personal data in `text`, as spans of it, in order and without overlaps. Linear in its length. */
export function findSpans(text: string, detectors: readonly Detector[]): Span[] {
  const folded = fold(text);
  const contents = contentsOf(folded.text);
  const found = spansOf(folded, contents, detectors);
  if ((contents & LINE_END) === 0) return united(found);
  const split = splitSpans(folded, detectors);
  if (split.length === 0) return united(found);
  // An address that is whole on its line does not go on in the next.
  const whole = found.filter((span) => span.kind === 'email');
  return united([
    ...found,
    ...split.filter(
      (span) => span.kind !== 'email' || !whole.some((one) => one.start < span.end && one.end > span.start),
    ),
  ]);
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

function spansOf(folded: Folded, contents: number, detectors: readonly Detector[]): Span[] {
  const spans: Span[] = [];
  const report: Report = (start, end, kind, rule) => {
    const [from, to] = originalRange(folded, start, end);
    spans.push({ start: from, end: to, kind, rule });
  };
  for (let i = 0; i < detectors.length; i++) {
    const detect = detectors[i] as Detector;
    if (detect.needs === undefined || (detect.needs & contents) !== 0) detect(folded.text, report);
  }
  return spans;
}

/** What goes over the end of a line. Where the joined lines lead back to is found out once there is something. */
function splitSpans(folded: Folded, detectors: readonly Detector[]): Span[] {
  const joined = unwrapped(folded.text);
  const contents = contentsOf(joined);
  const spans: Span[] = [];
  let back: Folded | null = null;
  for (const detect of detectors) {
    if (detect.splits !== true || (detect.needs !== undefined && (detect.needs & contents) === 0)) continue;
    detect(joined, (start, end, kind, rule) => {
      if (!SPLIT_KINDS.has(kind) || UNSPLIT_RULES.has(rule)) return;
      back ??= { text: joined, origin: originOfJoined(folded) };
      const [from, to] = originalRange(back, start, end);
      const span = { start: from, end: to, kind, rule };
      if (acrossLines(span, back.origin as Int32Array)) spans.push(span);
    });
  }
  return spans;
}

/** Of what is found when the lines are joined, only this counts, and only where a line ended within it. */
const SPLIT_KINDS: ReadonlySet<SpanKind> = new Set(['email', 'iban', 'card', 'national-id', 'secret']);

const UNSPLIT_RULES: ReadonlySet<string> = new Set(['secret.random', 'secret.assignment']);

function acrossLines(span: Span, origin: Int32Array): boolean {
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

/** The text with its lines joined, as the browser wraps a long word: without what is blank on either side of an end. */
function unwrapped(text: string): string {
  let joined = '';
  eachLine(text, (from, to) => {
    joined += text.slice(from, to);
  });
  return joined;
}

function originOfJoined(folded: Folded): Int32Array {
  const origin = new Int32Array(folded.text.length + 1);
  let length = 0;
  eachLine(folded.text, (from, to) => {
    for (let i = from; i < to; i++) origin[length++] = folded.origin?.[i] ?? i;
  });
  origin[length] = folded.origin?.[folded.text.length] ?? folded.text.length;
  return origin.subarray(0, length + 1);
}

function eachLine(text: string, take: (from: number, to: number) => void): void {
  let at = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
    let to = end;
    while (to > at && isBlank(text.charCodeAt(to - 1))) to--;
    take(at, to);
    at = end + 1;
    while (at < text.length && isBlank(text.charCodeAt(at)) && text.charCodeAt(at) !== 13) at++;
  }
  take(at, text.length);
}

/** Space, tab, carriage return. */
function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13;
}
