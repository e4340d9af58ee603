import { AT, COLON, NOT_ASCII, POINT, SLASH_OR_DOT } from './contents.ts';
import { isWord, near } from './digit-run.ts';
import type { Detector } from './span.ts';

/** Found from the sign outwards, so that a text of signs alone takes no longer than any other (MASK24). */
export const detectEmails: Detector = (text, report) => {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < 64 && LOCAL.test(text[start - 1] as string)) start--;
    while (start < at && text[start] === '.') start++;
    let end = at + 1;
    while (end < text.length && end - at < 254 && HOST.test(text[end] as string)) end++;
    while (end > at + 1 && /[.\-_]/.test(text[end - 1] as string)) end--;
    if (start === at || end === at + 1) continue;
    const host = text.slice(at + 1, end);
    if (/\.[\p{L}\d-]{2,}$/u.test(host)) report(start, end, 'email', 'email.address');
    else if (/^(?:localhost|\[)/i.test(host)) report(start, end, 'email', 'email.local');
  }
  const spoken =
    /([\w.+-]{1,64})\s?[[({]\s?(?:at|@)\s?[\])}]\s?([\w-]{1,63}(?:\s?[[({]\s?(?:dot|\.)\s?[\])}]\s?[\w-]{2,63}|\.[\w-]{2,63}){1,3})/gi;
  if (/[[({]\s?(?:at|@)/i.test(text)) {
    for (const found of text.matchAll(spoken))
      report(found.index, found.index + found[0].length, 'email', 'email.spoken');
  }
};
const LOCAL = /[\p{L}\p{N}._%+'\-!#$&*/=?^`{|}~]/u;
const HOST = /[\p{L}\p{N}.\-_]/u;

export const detectUrls: Detector = (text, report) => {
  for (let at = text.indexOf('://'); at >= 0; ) {
    let start = at;
    while (start > 0 && at - start < 24 && /[a-z0-9+.-]/i.test(text[start - 1] as string)) start--;
    const end = endOfUrl(text, at + 3);
    if (start < at && end > at + 4) report(start, end, 'url', 'url.address');
    // What stands within an address was looked at with it.
    at = text.indexOf('://', Math.max(end, at + 3));
  }
  const bare = /\bwww\.[a-z0-9]/gi;
  for (let found = bare.exec(text); found !== null; found = bare.exec(text)) {
    const end = endOfUrl(text, found.index);
    report(found.index, end, 'url', 'url.www');
    bare.lastIndex = end;
  }
  // A host with a path, without a scheme: discord.gg/abc123. From the slash backwards.
  for (let at = text.indexOf('/'); at > 0; at = text.indexOf('/', at + 1)) {
    if (!/[a-z]/i.test(text[at - 1] as string) || /[\s<>"'/]|^$/.test(text[at + 1] ?? '')) continue;
    const host = HOST_BEFORE.exec(text.slice(Math.max(0, at - 80), at));
    if (host === null) continue;
    const start = at - (host[1] as string).length;
    const end = endOfUrl(text, start);
    report(start, end, 'url', 'url.bare');
    at = Math.max(at, end - 1);
  }
};

const HOST_BEFORE =
  /(?<![\w@./-])((?:[a-z\d-]{1,63}\.){1,4}(?:com|org|net|io|dev|app|co|gg|me|ai|de|uk|fr|eu|ly|us|ch|nl|se|pl|it|es|br|cz|at|be|ca|au|in|jp|cn))$/i;

function endOfUrl(text: string, from: number): number {
  let end = from;
  while (end < text.length && end - from < 4_000 && !/[\s<>"'`{}|\\^]/.test(text[end] as string)) end++;
  while (end > from && /[.,;:!?)\]]/.test(text[end - 1] as string)) end--;
  return end;
}

const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';

const DOTTED = /\d\.\d{1,3}\.\d/;
const FOUR_BYTES = new RegExp(`(?<![\\d.])${BYTE}(?:\\.${BYTE}){3}(?![\\d]|\\.\\d)`, 'g');

export const detectIps: Detector = (text, report) => {
  for (const found of DOTTED.test(text) ? text.matchAll(FOUR_BYTES) : []) {
    const before = text.slice(Math.max(0, found.index - 12), found.index);
    // Versions look the same: `v1.2.3.4`, `version 10.0.0.1`. Netmasks and loopback name nobody.
    if (/(?:\bv|version|release|build)[ :.]?$/i.test(before)) continue;
    if (/^(?:0\.0\.0\.0|127\.|255\.)/.test(found[0])) continue;
    report(found.index, found.index + found[0].length, 'ip', 'ip.v4');
  }
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    let start = at;
    while (start > 0 && at - start < 4 && isOf(HEX, text.charCodeAt(start - 1))) start--;
    let end = at;
    let colons = 0;
    while (end < text.length && end - start < 45 && isOf(HEX_OR_MARK, text.charCodeAt(end)))
      if (text.charCodeAt(end++) === 58) colons++;
    at = Math.max(at, end - 1);
    // The shortest address is written with two side by side; most colons stand alone.
    if (colons < 2) continue;
    const found = text
      .slice(start, end)
      .replace(/[.:]$/, (mark) => (text.slice(start, end).endsWith('::') ? mark : ''));
    if (!isWord(text.charCodeAt(start - 1)) && !isWord(text.charCodeAt(start + found.length))) {
      if (isV6(found)) report(start, start + found.length, 'ip', 'ip.v6');
      else if (/^(?:[\da-f]{2}:){5}[\da-f]{2}$/i.test(found))
        report(start, start + found.length, 'ip', 'ip.mac');
    }
  }
};
const HEX = tableOf(/[\da-f]/i);
const HEX_OR_MARK = tableOf(/[\da-f:.]/i);

function tableOf(member: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (member.test(String.fromCharCode(code)) ? 1 : 0));
}

function isOf(table: Uint8Array, code: number): boolean {
  return table[code] === 1;
}

function isV6(text: string): boolean {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined || text === '::' || text === '::1') return false;
  const groups = [...head.split(':'), ...(tail?.split(':') ?? [])].filter((group) => group !== '');
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return false;
  if (tail === undefined) return groups.length === 8;
  // `std::byte`, `a::b` are names of programs: shortened addresses have digits in them.
  return groups.length >= 2 && groups.length < 8 && /\d/.test(text);
}

export const detectCoordinates: Detector = (text, report) => {
  if (!/\d\.\d{3}/.test(text) && !/[\u00b0\u00ba]/.test(text)) return;
  const pair =
    /(?<![\d.])([+-]?\d{1,2}\.\d{3,12})\u00b0?[ ]?[NS]?[,; ][ ]?([+-]?\d{1,3}\.\d{3,12})\u00b0?[ ]?[EW]?(?![\d.])/g;
  for (const found of text.matchAll(pair)) {
    if (Math.abs(Number(found[1])) > 90 || Math.abs(Number(found[2])) > 180) continue;
    // Three decimals are 100 m, or just two measures side by side.
    const fine = Math.min(
      (found[1] ?? '').split('.')[1]?.length ?? 0,
      (found[2] ?? '').split('.')[1]?.length ?? 0,
    );
    if (fine < 4 && !near(text, found.index, found.index + found[0].length, /lat|lon|lng|gps|geo|coord/i))
      continue;
    report(found.index, found.index + found[0].length, 'coordinates', 'coordinates.decimal');
  }
  const degrees =
    /\d{1,3} ?[\u00b0\u00ba] ?\d{1,2} ?['\u2032](?: ?\d{1,2}(?:\.\d{1,6})? ?["\u2033])? ?[NSEWO]/g;
  for (const found of text.matchAll(degrees))
    report(found.index, found.index + found[0].length, 'coordinates', 'coordinates.degrees');
};

detectEmails.splits = true;
detectEmails.needs = AT;
detectUrls.needs = SLASH_OR_DOT;
detectIps.needs = POINT | COLON;
detectCoordinates.needs = POINT | NOT_ASCII;
