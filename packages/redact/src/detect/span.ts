/** What a detector finds (spec/masking.md, MASK20-MASK29). */
export type SpanKind =
  /** Closed by where it stands, not by what it is (MASK29). */
  | 'content'
  | 'secret'
  | 'own-word'
  | 'card'
  | 'iban'
  | 'national-id'
  | 'email'
  | 'url'
  | 'ip'
  | 'coordinates'
  | 'phone'
  | 'birth-date'
  | 'address'
  | 'person'
  | 'organisation'
  | 'handle'
  | 'project'
  | 'number';

/** `start` and `end` are UTF-16 positions in the text as it was given, `end` excluded. */
export type Span = { start: number; end: number; kind: SpanKind; rule: string };

/** Says what stands from `start` to `end` of the folded text. */
export type Report = (start: number, end: number, kind: SpanKind, rule: string) => void;

/** Linear in the length of `text`, which is folded (folding.ts). */
export type Detector = {
  (text: string, report: Report): void;
  /** Looks for what a line's end may split: asked again over the joined lines. */
  splits?: boolean;
  /** It finds nothing in a text that has none of these (contents.ts); without it every text is looked at. */
  needs?: number;
};

/** Where two overlap, the surer one names them both: first what has a form or a check digit, last mere numbers. */
const ORDER: readonly SpanKind[] = [
  'content',
  'secret',
  'own-word',
  'iban',
  'email',
  'card',
  'ip',
  'url',
  'national-id',
  'birth-date',
  'coordinates',
  'phone',
  'address',
  'person',
  'organisation',
  'handle',
  'project',
  'number',
];
const RANK = new Map(ORDER.map((kind, i) => [kind, i]));

/** In order and without overlaps. Nothing that any of them covers is left out: a doubt is closed. */
export function united(spans: readonly Span[]): Span[] {
  if (spans.length < 2) return spans.slice();
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const out: Span[] = [];
  for (const span of sorted) {
    const last = out.at(-1);
    if (last === undefined || span.start >= last.end) {
      out.push({ ...span });
      continue;
    }
    if (surer(span, last)) {
      last.kind = span.kind;
      last.rule = span.rule;
    }
    last.end = Math.max(last.end, span.end);
  }
  return out;
}

function surer(a: Span, b: Span): boolean {
  return (RANK.get(a.kind) ?? 99) < (RANK.get(b.kind) ?? 99);
}
