/**
 * Style text that loads nothing (spec/review.md, REV31). The recorded page is hostile, and CSS loads by
 * url(), src(), image(), image-set(), cross-fade(), @import, and by plain strings within some of them, all
 * of which may be written with escapes. So the text is read by the tokens of CSS Syntax Level 3 and not by
 * a pattern; what is not certain to load nothing is taken out.
 *
 * The same pass writes `:hover` as `.\:hover`: nothing is ever under a real pointer in a replay, and the
 * player sets that class where the recorded pointer is.
 *
 * It does not judge what a rule looks like, and keeps text that is not valid CSS: the browser drops it.
 */
export function inertCss(text: string): string {
  const out: string[] = [];
  const end = text.length;
  // One entry an open bracket: are strings in it addresses?
  const open: boolean[] = [];
  let at = 0;
  while (at < end) {
    const c = text[at] as string;
    if (c === '/' && text[at + 1] === '*') {
      const close = text.indexOf('*/', at + 2);
      // Comments go: they show nothing, and may hold what the page's author wrote.
      out.push(' ');
      at = close < 0 ? end : close + 2;
    } else if (c === '"' || c === "'") {
      const stop = endOfString(text, at);
      const raw = text.slice(at, stop);
      out.push(open.at(-1) && !isEmbedded(unescaped(raw.slice(1, -1))) ? `${c}${c}` : raw);
      at = stop;
    } else if (c === '@') {
      const name = readName(text, at + 1);
      if (name.value === 'import' || name.value === 'namespace') at = endOfStatement(text, name.end);
      else {
        out.push(text.slice(at, name.end));
        at = Math.max(name.end, at + 1);
      }
    } else if (c === ':' && isNameStart(text, at + 1)) {
      const name = readName(text, at + 1);
      const pseudo = name.value === 'hover' && text[at - 1] !== ':' && text[name.end] !== '(';
      if (pseudo) out.push('.\\:hover');
      else if (text[name.end] === '(') {
        out.push(':');
        at += 1;
        continue;
      } else out.push(text.slice(at, name.end));
      at = name.end;
    } else if (c === '#' || isNameStart(text, at)) {
      const name = readName(text, c === '#' ? at + 1 : at);
      if (c !== '#' && text[name.end] === '(') {
        if (name.value === 'url') {
          const address = readUrl(text, name.end + 1);
          out.push(isEmbedded(address.value) || isLocal(address.value) ? quoted(address.value) : 'url("")');
          at = address.end;
        } else {
          // Within a loading function a substitution could bring an address from elsewhere.
          const brings = (open.at(-1) ?? false) && SUBSTITUTING.has(name.value);
          const closed = brings || name.value === 'src' || name.value === 'image';
          out.push(closed ? 'nothing-loaded(' : text.slice(at, name.end + 1));
          open.push(LOADING.has(name.value) || (open.at(-1) ?? false));
          at = name.end + 1;
        }
      } else {
        out.push(text.slice(at, Math.max(name.end, at + 1)));
        at = Math.max(name.end, at + 1);
      }
    } else {
      if (c === '(') open.push(open.at(-1) ?? false);
      else if (c === ')') open.pop();
      // A bracket that was left open must not make addresses of what follows, nor hide them.
      else if (c === '{' || c === '}') open.length = 0;
      out.push(c);
      at += 1;
    }
  }
  return out.join('');
}

const LOADING = new Set([
  'src',
  'image',
  'image-set',
  '-webkit-image-set',
  'cross-fade',
  '-webkit-cross-fade',
]);
const SUBSTITUTING = new Set(['var', 'env', 'attr', 'if', 'inherit', 'random-item']);

/** Bytes that are in the recording: a picture or a font as a data: address, never a document. */
export function isEmbedded(address: string): boolean {
  return /^data:(image\/(png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon|svg\+xml)|font\/(woff2?|ttf|otf|sfnt|collection)|application\/(font-(woff2?|ttf|otf|sfnt)|x-font-(woff|ttf|otf|opentype|truetype)|vnd\.ms-fontobject))[;,]/i.test(
    address.trim(),
  );
}

/** A place in the same document. */
export function isLocal(address: string): boolean {
  return /^\s*#[\w:.-]*\s*$/.test(address);
}

function quoted(address: string): string {
  return `url("${address.trim().replace(/[\\"\n\r\f]/g, (c) => `\\${c.charCodeAt(0).toString(16)} `)}")`;
}

/** After the closing quote, or the end of the line or text where there is none. */
function endOfString(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    const c = text[at];
    if (c === '\\') at += 1;
    else if (c === quote) return at + 1;
    else if (c === '\n' || c === '\f' || c === '\r') return at;
  }
  return text.length;
}

/** After the `;` that ends an @import, or before the block or end that does. */
function endOfStatement(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    const c = text[at];
    if (c === '"' || c === "'") at = endOfString(text, at) - 1;
    else if (c === '\\') at += 1;
    else if (c === ';') return at + 1;
    else if (c === '{' || c === '}') return at;
    else if (c === '(') {
      const close = text.indexOf(')', at);
      at = close < 0 ? text.length : close;
    }
  }
  return text.length;
}

/** The address within `url(`, quoted or not; `end` is after its `)`. */
function readUrl(text: string, start: number): { value: string; end: number } {
  let at = start;
  while (/\s/.test(text[at] ?? '')) at += 1;
  if (text[at] === '"' || text[at] === "'") {
    const stop = endOfString(text, at);
    const close = text.indexOf(')', stop);
    // Modifiers may follow the string; they are dropped with the rest up to the bracket.
    return { value: unescaped(text.slice(at + 1, stop - 1)), end: close < 0 ? text.length : close + 1 };
  }
  let stop = at;
  while (stop < text.length && text[stop] !== ')') stop += text[stop] === '\\' ? 2 : 1;
  return { value: unescaped(text.slice(at, stop)), end: Math.min(text.length, stop + 1) };
}

function isNameStart(text: string, at: number): boolean {
  const c = text[at];
  if (c === undefined) return false;
  if (c === '\\') return text[at + 1] !== undefined && text[at + 1] !== '\n';
  return /[-\w]/.test(c) || c >= '\u0080' || c === '\0';
}

function readName(text: string, start: number): { value: string; end: number } {
  let at = start;
  let plain = true;
  while (isNameStart(text, at)) {
    if (text[at] !== '\\') {
      at += 1;
      continue;
    }
    plain = false;
    at += escapeLength(text, at);
  }
  const raw = text.slice(start, at);
  return { value: (plain ? raw : unescaped(raw)).toLowerCase(), end: at };
}

function escapeLength(text: string, at: number): number {
  const hex = /^[0-9a-f]{1,6}(\r\n|\s)?/i.exec(text.slice(at + 1, at + 9));
  return 1 + (hex ? hex[0].length : 1);
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([0-9a-f]{1,6})(?:\r\n|\s)?|\\(\r\n|[\s\S])/gi, (_, hex: string, other: string) => {
    if (hex === undefined) return /^[\n\r\f]/.test(other) ? '' : other;
    const code = Number.parseInt(hex, 16);
    return code === 0 || code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
  });
}
