import { type CssToken, cssString, stringText, unescapeCss } from './css-tokens.ts';
import { CSS_UNITS, isCssName } from './vocabulary.ts';

/** What masking CSS needs from the masker; `count` says which rule changed something. */
export type CssMasking = {
  rename: (name: string) => string;
  /** Text that would be shown. */
  text: (text: string) => string;
  /** The name that an attribute has in the recording. */
  attributeName: (name: string) => string;
  /** The value that an attribute with this value has in the recording. */
  attributeValue: (name: string, value: string) => string;
  count: (rule: string) => void;
};

/** Properties whose strings are shown; those of others are names or nothing. */
const SHOWN = new Set([
  'content',
  'quotes',
  'symbols',
  'prefix',
  'suffix',
  'list-style-type',
  'text-emphasis',
]);
/** Of fonts: ligatures, figures, axes. */
const FEATURES =
  /^(?:liga|clig|dlig|calt|kern|smcp|c2sc|tnum|lnum|onum|pnum|frac|zero|case|ss\d\d|cv\d\d|wght|wdth|opsz|slnt|ital)$/;
const FONTS = new Set(['font', 'font-family']);

/** Masks a value, or the prelude of an at-rule (`property` is then `@name`). Keeps no word that is not CSS. */
export function maskValue(tokens: readonly CssToken[], masking: CssMasking, property: string): string {
  let out = '';
  let after = '';
  // What comes in the place of a string or an address must not grow together with its neighbours.
  let last = '';
  const add = (text: string) => {
    out += /[\w-]/.test(last) && /^\w/.test(text) ? ` ${text}` : text;
    last = text.at(-1) ?? last;
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as CssToken;
    const masked = maskToken(token, after, masking, property);
    // url("...") is a function with a string in it.
    if (token.kind === 'function' && token.raw.toLowerCase() === 'url(') {
      const close = tokens.findIndex((t, i) => i > at && t.raw === ')');
      const inside = tokens.slice(at + 1, close < 0 ? tokens.length : close);
      add(maskUrlToken(stringText(inside.find((t) => t.kind === 'string')?.raw ?? '""'), masking, property));
      at = close < 0 ? tokens.length : close;
    } else add(masked);
    if (token.kind !== 'space') after = token.raw.toLowerCase();
  }
  return property === 'cursor' ? out.replace(/none\s*(?:[\d.\s]*),\s*/g, '') : out;
}

function maskToken(token: CssToken, after: string, masking: CssMasking, property: string): string {
  switch (token.kind) {
    case 'space':
      return ' ';
    case 'number':
      return maskNumber(token.raw);
    case 'string':
      return maskString(stringText(token.raw), masking, property);
    case 'url':
      return maskUrlToken(unescapeCss(token.raw.slice(4).replace(/\)$/, '')).trim(), masking, property);
    case 'hash':
      return /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(token.raw)
        ? token.raw
        : `#${masking.rename(unescapeCss(token.raw.slice(1)))}`;
    case 'function': {
      const name = unescapeCss(token.raw.slice(0, -1));
      return `${name.startsWith('--') || !isCssName(name) ? maskIdent(name, masking) : name}(`;
    }
    case 'ident': {
      const name = unescapeCss(token.raw);
      if (after === 'attr(') return masking.attributeName(name.toLowerCase());
      return maskIdent(name, masking);
    }
    case 'at':
      return '';
    case 'mark':
      // A stray quote, backslash or angle bracket has no business in a value.
      return /["'\\<]/.test(token.raw) && !property.startsWith('@') ? '' : markOf(token.raw);
  }
}

function markOf(raw: string): string {
  return /[\x20-\x7e]/.test(raw) ? raw : '';
}

function maskIdent(name: string, masking: CssMasking): string {
  if (name.startsWith('--')) return `--${masking.rename(name.slice(2))}`;
  if (isCssName(name)) return name;
  masking.count('css.name');
  return masking.rename(name);
}

/** At most six digits before the point and four behind it: a length needs no more, an account number does. */
export function maskNumber(raw: string): string {
  const [, sign = '', whole = '', part = '', exponent = '', unit = ''] =
    /^([+-]?)(\d*)(?:\.(\d+))?(e[+-]?\d+(?![\w-]))?(.*)$/is.exec(raw) ?? [];
  const kept = unit === '%' || CSS_UNITS.has(unit.toLowerCase()) || /^n-?$/.test(unit) ? unit : '';
  const digits = whole.length > 6 ? '999999' : whole;
  return sign + (digits || '0') + (part ? `.${part.slice(0, 4)}` : '') + exponent.slice(0, 4) + kept;
}

function maskString(text: string, masking: CssMasking, property: string): string {
  if (SHOWN.has(property) || property === '--') return cssString(masking.text(text));
  if (FONTS.has(property) && text.split(' ').every(isCssName)) return cssString(text);
  if (FEATURES.test(text)) return cssString(text);
  // A string elsewhere is an address (`image-set("a.png" 1x)`).
  if (!property.startsWith('grid') && !property.startsWith('@') && !FONTS.has(property)) {
    masking.count('css.asset');
    return 'none';
  }
  if (text === '') return '""';
  // Areas of a grid: their names stand as words elsewhere, and are the same there.
  masking.count('css.name');
  return cssString(
    text
      .split(/\s+/)
      .map((word) => (/^\.+$/.test(word) || isCssName(word) ? word : masking.rename(word)))
      .join(' '),
  );
}

/** A reference into the document stays one; what would be loaded does not. */
function maskUrlToken(url: string, masking: CssMasking, property: string): string {
  if (url.startsWith('#')) return `url(#${masking.rename(url.slice(1))})`;
  masking.count('css.asset');
  return property === 'content' ? '""' : 'none';
}
