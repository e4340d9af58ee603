import { type CssToken, cssString, stringText, unescapeCss } from './css-tokens.ts';
import { type CssMasking, maskNumber } from './css-value.ts';
import { isCssName, KNOWN_TAGS } from './vocabulary.ts';

/** Masks a list of selectors so that it selects in the masked document what it selected in the true one. */
export function maskSelector(tokens: readonly CssToken[], masking: CssMasking): string {
  let out = '';
  /** Open functions, innermost last: what a name means depends on it. */
  const within: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as CssToken;
    const before = tokens[at - 1]?.raw ?? '';
    if (token.raw === '[') {
      const close = tokens.findIndex((t, i) => i > at && t.raw === ']');
      const end = close < 0 ? tokens.length : close;
      out += maskAttributeSelector(tokens.slice(at + 1, end), masking);
      at = end;
      continue;
    }
    switch (token.kind) {
      case 'space':
        out += ' ';
        break;
      case 'hash':
        out += `#${masking.rename(unescapeCss(token.raw.slice(1)))}`;
        break;
      case 'number':
        out += maskNumber(token.raw);
        break;
      case 'function': {
        const name = unescapeCss(token.raw.slice(0, -1)).toLowerCase();
        within.push(before === ':' ? name : '');
        out += `${isCssName(name) ? name : masking.rename(name)}(`;
        break;
      }
      case 'ident':
        out += maskName(unescapeCss(token.raw), before, within.at(-1), masking);
        break;
      case 'string':
        out += cssString(masking.rename(stringText(token.raw)));
        break;
      case 'mark':
        if (token.raw === '(') within.push(within.at(-1) ?? '');
        if (token.raw === ')') within.pop();
        // What does not stay keeps apart what stands on either side.
        out += /[\x20-\x7e]/.test(token.raw) && !/["'\\;{}]/.test(token.raw) ? token.raw : ' ';
        break;
    }
  }
  // No custom element is ever defined where a recording is rendered.
  return out.trim().replace(/:defined\b/g, ':not(._)');
}

/** Functions whose argument is a name of the author's and not a selector. */
const NAMING = new Set(['part', 'state', 'highlight', 'view-transition-group', 'view-transition-image-pair']);
/** Functions whose argument is neither. */
const PLAIN = /^(?:nth-|dir$|lang$)/;

function maskName(name: string, before: string, within: string | undefined, masking: CssMasking): string {
  const lower = name.toLowerCase();
  if (before === '.') return masking.rename(name);
  if (before === ':') return isCssName(lower) ? name : masking.rename(name);
  if (within !== undefined && NAMING.has(within)) return masking.rename(name);
  if (within === 'lang') return /^[a-z]{2,3}$/.test(lower) ? lower : 'und';
  if (within !== undefined && PLAIN.test(within) && /^(?:odd|even|of|-?n(?:-\d*)?|ltr|rtl)$/.test(lower)) {
    return lower;
  }
  // The ends of an animation stand where selectors stand.
  if (lower === 'from' || lower === 'to') return lower;
  return maskTag(name, masking.rename);
}

/** The name that an element has in the recording: its own if it is HTML's, SVG's or MathML's, else a custom one. */
export function maskTag(name: string, rename: (name: string) => string): string {
  if (KNOWN_TAGS.has(name) || KNOWN_TAGS.has(name.toLowerCase())) return name;
  return `x-${rename(name.toLowerCase())}`;
}

function maskAttributeSelector(tokens: readonly CssToken[], masking: CssMasking): string {
  const parts = tokens.filter((token) => token.kind !== 'space' && token.raw !== '|');
  const name = unescapeCss(parts[0]?.raw ?? '').toLowerCase();
  const renamed = masking.attributeName(name);
  const rest = parts.slice(1);
  const operator = rest
    .filter((token) => token.kind === 'mark')
    .map((token) => token.raw)
    .join('');
  // `|=` lost its bar with the namespaces' bars.
  const dashed = tokens.some((token, i) => token.raw === '|' && tokens[i + 1]?.raw === '=');
  const given = rest.find((token) => token.kind !== 'mark');
  if (given === undefined || !/^[~^$*]?=$/.test(operator)) return `[${renamed}]`;
  const value = given.kind === 'string' ? stringText(given.raw) : unescapeCss(given.raw);
  const flag = /^[is]$/i.test(rest.at(-1)?.raw ?? '') && rest.at(-1) !== given ? ' i' : '';
  return `[${renamed}${dashed ? '|' : ''}${operator}${cssString(masking.attributeValue(name, value))}${flag}]`;
}
