import { fixedParts, HOLE } from './label-templates.ts';
import { labelVariants } from './label-variants.ts';
import { foldSpace } from './openings.ts';

/**
 * The strings that an application ships (MASK4): string literals of its scripts, texts and labels of its
 * markup, values of its JSON; of a script's template its fixed words, with `{}` for each hole (MASK42). What is not
 * among them was put in by somebody. Linear in the source's length;
 * a script that confuses the reader costs literals, never more: what is not found stays closed.
 */
export type SourceKind = 'js' | 'html' | 'json';

/** What may be a label at all, white space folded. */
export const LITERAL_LENGTH = 200;
/** Of one source at most so many characters are read, and so many literals given. */
export const SOURCE_LIMIT = 16 * 1024 * 1024;
export const LITERALS_LIMIT = 200_000;

export function* shippedLiterals(source: string, kind: SourceKind): Iterable<string> {
  const read = kind === 'html' ? fromMarkup : kind === 'json' ? fromStrings : fromScript;
  let given = 0;
  for (const raw of read(source.slice(0, SOURCE_LIMIT))) {
    for (const one of [raw, ...labelVariants(raw)]) {
      const literal = label(one);
      if (literal === null) continue;
      yield literal;
      if (++given >= LITERALS_LIMIT) return;
    }
  }
}

/** As the masker looks it up; null: no label. */
function label(raw: string): string | null {
  if (raw.length > LITERAL_LENGTH * 2) return null;
  const folded = foldSpace(raw);
  return folded.length <= LITERAL_LENGTH && /\p{L}/u.test(folded) ? folded : null;
}

/** JSON, and anything else with double-quoted strings. */
function* fromStrings(source: string): Iterable<string> {
  for (let at = source.indexOf('"'); at >= 0; at = source.indexOf('"', at)) {
    const end = endOfQuoted(source, at);
    yield unescapeLiteral(source.slice(at + 1, end - 1));
    at = end;
  }
}

/** A longer regular expression is read as a division, so that a hostile script can't make this quadratic. */
const REGEXP_LIMIT = 1_000;

/** After these a slash divides; after anything else it begins a regular expression. */
const OPERAND_END = /[\w$)\]}"'`]/;
const BEFORE_REGEXP =
  /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|instanceof|yield|await)$/;

function* fromScript(source: string): Iterable<string> {
  let before = '';
  let beforeAt = 0;
  /** For each open template hole the depth of braces in it, and the template so far. */
  const holes: number[] = [];
  const begun: string[] = [];
  let at = 0;
  while (at < source.length) {
    const char = source[at] as string;
    if (char === '/' && (source[at + 1] === '/' || source[at + 1] === '*')) {
      const end = source[at + 1] === '/' ? source.indexOf('\n', at) : source.indexOf('*/', at + 2) + 2;
      at = end <= at ? source.length : end;
      continue;
    }
    if (char === '"' || char === "'") {
      const end = endOfQuoted(source, at);
      yield* fromText(unescapeLiteral(source.slice(at + 1, end - 1)));
      at = end;
    } else if (char === '`' || (char === '}' && holes.at(-1) === 0)) {
      const resumed = char === '}';
      if (resumed) holes.pop();
      const { end, hole } = endOfTemplate(source, at);
      const piece = unescapeLiteral(source.slice(at + 1, hole ? end - 2 : end - 1));
      const text = resumed ? `${begun.pop() ?? ''}${HOLE}${piece}` : piece;
      if (hole) {
        holes.push(0);
        begun.push(text);
      } else yield* resumed ? fromTemplate(text) : fromText(text);
      at = end;
    } else if (char === '/' && beginsRegExp(source, before, beforeAt)) {
      at = endOfRegExp(source, at);
    } else {
      if (char === '{' && holes.length > 0) holes[holes.length - 1] = (holes.at(-1) ?? 0) + 1;
      if (char === '}' && holes.length > 0) holes[holes.length - 1] = (holes.at(-1) ?? 1) - 1;
      // JSX: what stands between tags. In other code this gives pieces of code, which are no labels.
      if (char === '>' && /[\w"'/}]/.test(before)) {
        const text = jsxText(source, at + 1);
        if (text !== null) yield text;
      }
      at++;
    }
    const last = source[at - 1] as string;
    if (!/\s/.test(last)) [before, beforeAt] = [last, at];
  }
}

/** A string may hold markup or JSON (bundlers ship tables so); then its texts are literals too. */
function* fromText(text: string): Iterable<string> {
  yield text;
  if (text.length > LITERAL_LENGTH && /^\s*[{[]/.test(text)) yield* fromStrings(text);
  if (text.includes('<') && text.includes('>')) yield* fromMarkup(text);
}

/** What a template's markup has between two tags is the application's own; beside a hole it must be fixed enough. */
function* fromTemplate(text: string): Iterable<string> {
  if (text.length <= LITERAL_LENGTH * 2 && fixedParts(text) !== null) yield text;
  if (!text.includes('<') || !text.includes('>')) return;
  for (const piece of fromMarkup(text)) {
    if (!piece.includes(HOLE) || fixedParts(piece) !== null) yield piece;
  }
}

function beginsRegExp(source: string, before: string, beforeAt: number): boolean {
  if (before === '' || !OPERAND_END.test(before)) return true;
  return BEFORE_REGEXP.test(source.slice(Math.max(0, beforeAt - 12), beforeAt));
}

function endOfQuoted(source: string, from: number): number {
  const quote = source[from];
  for (let at = from + 1; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === quote || char === '\n') return at + 1;
  }
  return source.length + 1;
}

function endOfTemplate(source: string, from: number): { end: number; hole: boolean } {
  for (let at = from + 1; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '`') return { end: at + 1, hole: false };
    else if (char === '$' && source[at + 1] === '{') return { end: at + 2, hole: true };
  }
  return { end: source.length, hole: false };
}

function endOfRegExp(source: string, from: number): number {
  let set = false;
  const limit = Math.min(source.length, from + REGEXP_LIMIT);
  for (let at = from + 1; at < limit; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '[') set = true;
    else if (char === ']') set = false;
    else if (char === '\n') return from + 1;
    else if (char === '/' && !set) return at + 1;
  }
  return from + 1;
}

function jsxText(source: string, from: number): string | null {
  const piece = source.slice(from, from + LITERAL_LENGTH + 1);
  const end = piece.search(/[<{]/);
  const text = end > 0 ? piece.slice(0, end) : '';
  return text !== '' && !/[;=(){}>]/.test(text) ? text : null;
}

const LABELS = new Set(
  'title alt placeholder label value content aria-label aria-description aria-placeholder aria-roledescription'.split(
    ' ',
  ),
);

function* fromMarkup(source: string): Iterable<string> {
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('<', at);
    const text = source.slice(at, open < 0 ? source.length : open);
    if (text.length <= LITERAL_LENGTH * 4) yield decode(text);
    if (open < 0) return;
    if (source.startsWith('<!--', open)) {
      const end = source.indexOf('-->', open + 4);
      at = end < 0 ? source.length : end + 3;
      continue;
    }
    const tag = readTag(source, open);
    for (const value of tag.labels) yield decode(value);
    at = tag.end;
    if (tag.name !== 'script' && tag.name !== 'style') continue;
    const close = indexOfClosing(source, tag.name, at);
    if (tag.name === 'script') yield* fromScript(source.slice(at, close));
    at = close;
  }
}

function indexOfClosing(source: string, name: string, from: number): number {
  const closing = new RegExp(`</${name}`, 'gi');
  closing.lastIndex = from;
  return closing.exec(source)?.index ?? source.length;
}

function readTag(source: string, from: number): { name: string; labels: string[]; end: number } {
  const attribute = /\s*([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?|\s*([>/"'=])/y;
  const name = /[\w-]*/y;
  name.lastIndex = from + 1;
  const tag = (name.exec(source)?.[0] ?? '').toLowerCase();
  const labels: string[] = [];
  attribute.lastIndex = from + 1 + tag.length;
  let end = attribute.lastIndex;
  for (let match = attribute.exec(source); match !== null; match = attribute.exec(source)) {
    end = attribute.lastIndex;
    if (match[5] === '>') break;
    const value = match[2] ?? match[3] ?? match[4];
    if (value !== undefined && LABELS.has((match[1] as string).toLowerCase())) labels.push(value);
  }
  return { name: tag, labels, end };
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  hellip: '\u2026',
  middot: '\u00b7',
  ndash: '\u2013',
  mdash: '\u2014',
  copy: '\u00a9',
  times: '\u00d7',
  laquo: '\u00ab',
  raquo: '\u00bb',
};

function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,8}));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  0: '',
};

function unescapeLiteral(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|\n|([\s\S]))/gi,
    (_, braced, four, two, char) => {
      const hex = braced ?? four ?? two;
      if (hex === undefined) return char === undefined ? '' : (ESCAPES[char] ?? char);
      const code = Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : '';
    },
  );
}
