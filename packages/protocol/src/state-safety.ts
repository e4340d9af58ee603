/**
 * What may stand in a recorded page (REC58-REC61): nothing that could run, load, navigate or submit when a
 * player builds it, whoever made the recording. A player still sandboxes; this is the wall before it.
 *
 * The serializer and the masker use these same questions, so that what they write is legal.
 */

/** Elements that run, load, embed, or change how addresses resolve. */
const FORBIDDEN_TAGS = new Set([
  'script',
  'object',
  'embed',
  'applet',
  'base',
  'frame',
  'frameset',
  'portal',
  'fencedframe',
  'webview',
]);

const TAG = /^[a-zA-Z][a-zA-Z0-9._:-]{0,127}$/;
const ATTRIBUTE = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,255}$/;

/** Attributes whose value is fetched, run or sent by itself; never with any value. */
const FORBIDDEN_ATTRIBUTES = new Set([
  'srcdoc',
  'srcset',
  'imagesrcset',
  'ping',
  'manifest',
  'codebase',
  'classid',
  'archive',
  'http-equiv',
  'formaction',
  'action',
  'attributionsrc',
  'rr_src',
  'is',
]);

/** Attributes that hold an address which is fetched: only `data:` of a passive type, or a fragment. */
const LOADED_ATTRIBUTES = new Set([
  'src',
  'poster',
  'background',
  'data',
  'lowsrc',
  'dynsrc',
  'rr_dataurl',
  'profile',
]);

/** rrweb's own attributes that a player gives a meaning. */
const PLAYER_ATTRIBUTES = new Set([
  'rr_width',
  'rr_height',
  'rr_scrollleft',
  'rr_scrolltop',
  'rr_dataurl',
  'rr_open_mode',
]);

const PASSIVE_DATA =
  /^data:(?:image\/(?:png|jpeg|gif|webp|avif|bmp|svg\+xml|x-icon|vnd\.microsoft\.icon)|font\/(?:woff2?|ttf|otf|sfnt|collection)|application\/(?:font-woff2?|x-font-(?:woff|ttf|otf)|font-sfnt|vnd\.ms-fontobject)|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+)[;,]/i;

export function isSafeTag(tagName: string): boolean {
  if (!TAG.test(tagName)) return false;
  return !FORBIDDEN_TAGS.has(localName(tagName));
}

/** Lower case, without a prefix: `svg:style` is a style sheet to a player that creates by qualified name. */
export function localName(tagName: string): string {
  return tagName.toLowerCase().replace(/^.*:/, '');
}

/** Whether `name` may be on `tagName` with this value. Names in a page are of either case. */
export function isSafeAttribute(tagName: string, name: string, value: string): boolean {
  if (!ATTRIBUTE.test(name) || name === '__proto__') return false;
  const tag = localName(tagName);
  const lower = name.toLowerCase();
  if (lower.startsWith('on') || FORBIDDEN_ATTRIBUTES.has(lower)) return false;
  if (lower.startsWith('rr_') && !PLAYER_ATTRIBUTES.has(lower)) return false;
  if (lower === 'style' || lower === '_csstext') return isSafeCss(value);
  if (lower === 'href' || lower.endsWith(':href')) return isSafeLink(tag, value);
  if (LOADED_ATTRIBUTES.has(lower) && !(lower === 'data' && tag !== 'object')) {
    return tag === 'iframe' ? value === '' : isPassive(value);
  }
  // An animation could put an address or a handler where it was not: <animate attributeName="href">.
  if (lower === 'attributename') return !/^(?:.*:)?(?:href|src|on.*)$/i.test(value.trim());
  return !isScriptAddress(value) && (!isPresentation(lower) || isSafeCss(value));
}

/** Links may name an address, because nothing follows one by itself; what SVG fetches may not. */
function isSafeLink(tag: string, value: string): boolean {
  if (value === '' || value.startsWith('#')) return true;
  if (tag === 'a' || tag === 'area') return isWebAddress(value);
  return (tag === 'image' || tag === 'feimage') && isPassive(value);
}

function isPassive(value: string): boolean {
  return value === '' || value.startsWith('#') || PASSIVE_DATA.test(value);
}

/** `https:`, `http:`, `mailto:`, `tel:`, or relative; a player's page gives a relative one no base. */
function isWebAddress(value: string): boolean {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(withoutControls(value));
  return scheme === null || /^(?:https?|mailto|tel)$/i.test(scheme[1] ?? '');
}

export function isScriptAddress(value: string): boolean {
  return /^(?:javascript|vbscript|livescript):/i.test(withoutControls(value));
}

/** Browsers drop tabs and line ends anywhere in an address, and controls and spaces before it. */
function withoutControls(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what browsers skip.
  return value.slice(0, 4096).replace(/[\u0000-\u0020]+/g, '');
}

/** SVG attributes that take url(). */
function isPresentation(name: string): boolean {
  return PRESENTATION.has(name);
}
const PRESENTATION = new Set([
  'fill',
  'stroke',
  'filter',
  'mask',
  'clip-path',
  'marker',
  'marker-start',
  'marker-mid',
  'marker-end',
  'cursor',
  'from',
  'to',
  'by',
  'values',
]);

/** REC60. No imports, no fetches but of passive `data:`, no expressions; escapes and comments seen through. */
export function isSafeCss(css: string): boolean {
  if (!/[\\@(]|javascript:|behavior|binding/i.test(css)) return true;
  const forms = css.includes('\\') ? [css, unescaped(css)] : [css];
  return forms.every((form) => isPlainCss(form) && isPlainCss(form.replace(/\/\*[\s\S]*?(?:\*\/|$)/g, '')));
}

function isPlainCss(css: string): boolean {
  if (/@import|@namespace|@document|javascript:|vbscript:/i.test(css)) return false;
  // The names as they stand: `scroll-behavior` and `my-expression()` are others.
  if (/(?<![\w-])(?:expression\s*\(|behavior\s*:|-moz-binding)/i.test(css)) return false;
  for (const [, address = ''] of css.matchAll(/url(?:-prefix)?\(\s*["']?([^"')]{0,256})/gi)) {
    if (!isPassive(address.trim())) return false;
  }
  // These take bare strings as addresses, which may stand anywhere in them or come out of a variable.
  const bare = css.replace(/url\(\s*(?:"[^"]*"|'[^']*'|[^"'()\s]*)\s*\)/gi, ' ');
  for (const [, rest = ''] of bare.matchAll(/(?:image-set|image-rect|\bsrc|\bimage)\(([^;{}]*)/gi)) {
    if (/["']|(?:var|attr|env)\(/i.test(rest)) return false;
  }
  return true;
}

/** CSS escapes replaced by their characters: `\75 rl(` is `url(`. */
function unescaped(css: string): string {
  return css.replace(
    /\\(?:([0-9a-f]{1,6})[ \t\r\n\f]?|([^\r\n\f]))/gi,
    (_, hex: string | undefined, plain: string) => {
      if (hex === undefined) return plain;
      const code = Number.parseInt(hex, 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    },
  );
}
