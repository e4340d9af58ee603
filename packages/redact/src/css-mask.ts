import { maskSelector } from './css-selector.ts';
import { type CssToken, cssString, cssTokens, stringText, unescapeCss } from './css-tokens.ts';
import { type CssMasking, maskValue } from './css-value.ts';
import { isCssName } from './vocabulary.ts';

/**
 * Masks a style sheet, a rule or a list of declarations (MASK10, MASK11): structure and styling stay, names
 * are renamed as in the document, texts, pictures and everything that is not known to be style go.
 * Linear in the length of the text but for nesting, which ends at 16.
 */
export function maskCss(text: string, masking: CssMasking): string {
  return maskBlock(cssTokens(text), masking, '', 0);
}

const DEPTH_LIMIT = 16;

/** At-rules whose block holds rules or declarations, and what their prelude is. */
const AT_RULES: Readonly<Record<string, 'query' | 'selectors' | 'name'>> = {
  media: 'query',
  supports: 'query',
  container: 'query',
  layer: 'query',
  'starting-style': 'query',
  scope: 'selectors',
  keyframes: 'name',
  'counter-style': 'name',
  property: 'name',
  'position-try': 'name',
};

/** Rules and declarations, as they mix in a nested style rule. */
function maskBlock(tokens: readonly CssToken[], masking: CssMasking, within: string, depth: number): string {
  let out = '';
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at] as CssToken;
    if (token.kind === 'space' || token.raw === ';' || token.raw === '}') {
      at++;
      continue;
    }
    const declared = token.raw.startsWith('--') && nextMark(tokens, at + 1) === ':';
    const end = endOfPrelude(tokens, at, declared);
    const opens = tokens[end]?.raw === '{';
    const prelude = tokens.slice(at, end);
    if (!opens) {
      out +=
        token.kind === 'at' ? maskStatement(prelude, masking) : maskDeclaration(prelude, masking, within);
      at = end + 1;
      continue;
    }
    const close = endOfBlock(tokens, end);
    if (depth < DEPTH_LIMIT) out += maskRule(prelude, tokens.slice(end + 1, close), masking, depth);
    at = close + 1;
  }
  return out;
}

function maskRule(prelude: CssToken[], block: CssToken[], masking: CssMasking, depth: number): string {
  const first = prelude[0];
  if (first?.kind !== 'at') {
    return `${maskSelector(prelude, masking)}{${maskBlock(block, masking, '', depth + 1)}}`;
  }
  const name = unescapeCss(first.raw.slice(1)).toLowerCase();
  const kind = AT_RULES[name.replace(/^-(?:webkit|moz|o)-/, '')];
  if (kind === undefined) {
    // Fonts and pages are not needed to lay the screen out; the rest is not known.
    masking.count(name === 'font-face' ? 'css.asset' : 'css.dropped');
    return '';
  }
  const inside = maskBlock(block, masking, name, depth + 1);
  const rest = prelude.slice(1);
  const head = kind === 'selectors' ? maskSelector(rest, masking) : maskValue(rest, masking, `@${name}`);
  return `@${name}${head === '' ? '' : ' '}${head.trim()}{${inside}}`;
}

/** `@layer a, b;` orders; every other statement loads or declares something that does not stay. */
function maskStatement(tokens: CssToken[], masking: CssMasking): string {
  if (tokens[0]?.raw.toLowerCase() === '@layer') {
    return `@layer ${maskValue(tokens.slice(1), masking, '@layer').trim()};`;
  }
  masking.count(tokens[0]?.raw.toLowerCase() === '@import' ? 'css.asset' : 'css.dropped');
  return '';
}

function maskDeclaration(tokens: CssToken[], masking: CssMasking, within: string): string {
  const colon = tokens.findIndex((token) => token.raw === ':');
  const first = tokens[0];
  if (colon < 0 || first?.kind !== 'ident') return '';
  const name = unescapeCss(first.raw);
  const value = tokens.slice(colon + 1);
  if (name.startsWith('--')) {
    return `--${masking.rename(name.slice(2))}:${maskValue(value, masking, '--') || ' '};`;
  }
  const property = name.toLowerCase();
  if (within === 'property' && property === 'syntax') return `syntax:${maskSyntax(value)};`;
  if (property === 'behavior' || !isCssName(property)) {
    masking.count('css.dropped');
    return '';
  }
  const masked = maskValue(value, masking, property).trim();
  return masked === '' ? '' : `${property}:${masked};`;
}

/** The syntax of a registered property, `"<length> | auto"`; any other is replaced by the universal one. */
function maskSyntax(tokens: readonly CssToken[]): string {
  const text = stringText(tokens.find((token) => token.kind === 'string')?.raw ?? '""');
  const known = text.split(/[\s<>|*+#]+/).every((word) => word === '' || isCssName(word));
  return cssString(known ? text : '*');
}

function nextMark(tokens: readonly CssToken[], from: number): string | undefined {
  let at = from;
  while (tokens[at]?.kind === 'space') at++;
  return tokens[at]?.raw;
}

/** Index of the `;`, `{` or `}` that ends what begins at `from`. A declared custom property may hold braces. */
function endOfPrelude(tokens: readonly CssToken[], from: number, declared: boolean): number {
  let open = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at] as CssToken;
    if (token.kind === 'function' || token.raw === '(' || token.raw === '[') open++;
    else if (token.raw === ')' || token.raw === ']') open = Math.max(0, open - 1);
    else if (declared && token.raw === '{') open++;
    else if (declared && token.raw === '}' && open > 0) open--;
    else if (open === 0 && (token.raw === ';' || token.raw === '{' || token.raw === '}')) return at;
  }
  return tokens.length;
}

/** Index of the `}` that closes the `{` at `from`. */
function endOfBlock(tokens: readonly CssToken[], from: number): number {
  let open = 0;
  for (let at = from; at < tokens.length; at++) {
    const raw = tokens[at]?.raw;
    if (raw === '{') open++;
    else if (raw === '}' && --open === 0) return at;
  }
  return tokens.length;
}
