/**
 * Tokens of CSS (css-syntax-3, as far as masking needs them): linear, total (every text has tokens), and
 * `tokens.map(raw).join('')` is the text without comments, a space where one alone parted two words.
 */
export type CssToken = { kind: CssTokenKind; raw: string };
export type CssTokenKind =
  | 'space'
  | 'string'
  | 'url'
  | 'at'
  | 'hash'
  | 'number'
  | 'function'
  | 'ident'
  /** `{ } ( ) [ ] ; : ,` and any other single character. */
  | 'mark';

const ESCAPE = '\\\\(?:[0-9a-fA-F]{1,6}[ \\t\\n\\r\\f]?|[^\\n\\r\\f0-9a-fA-F])';
const NAME = `(?:[\\w\\u0080-\\uffff-]|${ESCAPE})`;
const IDENT = `(?:--|-?(?:[A-Za-z_\\u0080-\\uffff]|${ESCAPE}))${NAME}*`;
const TOKEN = new RegExp(
  [
    '(\\/\\*[^]*?(?:\\*\\/|$))',
    '([ \\t\\n\\r\\f]+)',
    '("(?:[^"\\\\\\n]|\\\\[^])*"?|\'(?:[^\'\\\\\\n]|\\\\[^])*\'?)',
    `([uU][rR][lL]\\([ \\t\\n\\r\\f]*(?!["' \\t\\n\\r\\f])(?:[^)\\\\]|\\\\[^])*\\)?)`,
    `(@${IDENT})`,
    `(#${NAME}+)`,
    `([+-]?(?:\\d+(?:\\.\\d+)?|\\.\\d+)(?:[eE][+-]?\\d+)?(?:%|${IDENT})?)`,
    `(${IDENT}\\()`,
    `(${IDENT})`,
    '([^])',
  ].join('|'),
  'y',
);
const KINDS: readonly CssTokenKind[] = [
  'space',
  'string',
  'url',
  'at',
  'hash',
  'number',
  'function',
  'ident',
  'mark',
];

const BEGIN_AS_WORDS: ReadonlySet<CssTokenKind> = new Set(['ident', 'number', 'function', 'url']);
const END_AS_WORDS: ReadonlySet<CssTokenKind> = new Set(['ident', 'number', 'hash', 'at']);

export function cssTokens(text: string): CssToken[] {
  const tokens: CssToken[] = [];
  let parted = false;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    if (match[1] !== undefined) {
      parted = true;
      continue;
    }
    for (let i = 0; i < KINDS.length; i++) {
      const raw = match[i + 2];
      if (raw === undefined) continue;
      const kind = KINDS[i] as CssTokenKind;
      if (parted && BEGIN_AS_WORDS.has(kind) && END_AS_WORDS.has(tokens.at(-1)?.kind ?? 'space')) {
        tokens.push({ kind: 'space', raw: ' ' });
      }
      parted = false;
      tokens.push({ kind, raw });
      break;
    }
  }
  return tokens;
}

/** What an identifier or a string's inside means once its escapes are read. */
export function unescapeCss(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(
    /\\(?:([0-9a-fA-F]{1,6})[ \t\n\r\f]?|\n|([\s\S]))/g,
    (_, hex?: string, char?: string) => {
      if (hex === undefined) return char ?? '';
      const code = Number.parseInt(hex, 16);
      return code === 0 || code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
    },
  );
}

/** The inside of a string token. */
export function stringText(raw: string): string {
  const end = raw.length > 1 && raw.at(-1) === raw[0] ? -1 : undefined;
  return unescapeCss(raw.slice(1, end));
}

/** A string token with this inside. */
export function cssString(text: string): string {
  const inside = text.replace(/["\\\n\r\f<]/g, (char) => `\\${char.charCodeAt(0).toString(16)} `);
  return `"${inside}"`;
}
