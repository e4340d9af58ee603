/**
 * What a kind of secret looks like, as data (MASK25). A shape is literal text with runs of one class of characters:
 * `ghp_{w36}` is `ghp_` and 36 letters, digits or underscores, `{b20-128}` is from 20 to 128. It begins with at least
 * three literal characters, by which it is found. Matching never goes back: every run takes what it can, up to the
 * literal that ends it, so that the time is linear whatever an attacker writes.
 */
export type SecretShape = { rule: string; shape: string };

type Run = { of: Uint8Array; least: number; most: number };
type Piece = string | Run;
type Compiled = { rule: string; head: string; pieces: readonly Piece[] };

const CLASSES: Readonly<Record<string, string>> = {
  d: '0-9',
  h: '0-9a-fA-F',
  a: 'A-Za-z0-9',
  u: 'A-Z0-9',
  w: 'A-Za-z0-9_',
  b: 'A-Za-z0-9_-',
  B: 'A-Za-z0-9+/=',
  p: 'A-Za-z0-9_.-',
  // Whatever is neither space nor quote: passwords within addresses.
  s: '!#-&(-;=?-~',
  // The same without what ends a user or a password.
  v: '!#-&(-.0-9;=?A-~',
  k: 'A-Za-z0-9+/=\\s\\\\:,.-',
};

export type SecretMatcher = {
  /** The end of the secret that begins at `at`, and its rule; null if none does. */
  at(text: string, at: number): { end: number; rule: string } | null;
};

export function secretMatcher(shapes: readonly SecretShape[]): SecretMatcher {
  const byHead = new Map<number, Compiled[]>();
  for (const { rule, shape } of shapes) {
    const pieces = parse(shape);
    const head = pieces[0];
    if (typeof head !== 'string' || head.length < 3)
      throw new RangeError(`${rule}: a shape begins with text`);
    const key = headKey(head, 0);
    byHead.set(key, [...(byHead.get(key) ?? []), { rule, head, pieces }]);
  }
  // Asked at every beginning of a word: a table of the first two before the map.
  const heads = new Uint8Array(1 << 14);
  for (const key of byHead.keys()) heads[key >> 7] = 1;
  return {
    at(text, at) {
      const a = text.charCodeAt(at);
      const b = text.charCodeAt(at + 1);
      if (!(a < 128 && b < 128) || heads[(a << 7) | b] === 0) return null;
      const key = headKey(text, at);
      let best: { end: number; rule: string } | null = null;
      for (const { rule, head, pieces } of byHead.get(key) ?? []) {
        if (!text.startsWith(head, at)) continue;
        const end = matchPieces(text, at, pieces);
        if (end > (best?.end ?? 0)) best = { end, rule };
      }
      return best;
    },
  };
}

function headKey(text: string, at: number): number {
  const a = text.charCodeAt(at);
  const b = text.charCodeAt(at + 1);
  const c = text.charCodeAt(at + 2);
  return a < 128 && b < 128 && c < 128 ? (a << 14) | (b << 7) | c : -1;
}

/** -1: it is none. */
function matchPieces(text: string, from: number, pieces: readonly Piece[]): number {
  let at = from;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] as Piece;
    if (typeof piece === 'string') {
      if (!text.startsWith(piece, at)) return -1;
      at += piece.length;
      continue;
    }
    const next = pieces[i + 1];
    const limit = Math.min(text.length, at + piece.most);
    let end = at;
    while (end < limit && isOf(piece, text.charCodeAt(end))) end++;
    if (typeof next === 'string') {
      const stop = text.slice(at, end + next.length).indexOf(next, piece.least);
      if (stop < 0) return -1;
      end = at + stop;
    } else if (i === pieces.length - 1) {
      // What goes on behind the longest is still part of it: a piece of a secret must not stay.
      while (end < text.length && end - at < 20_000 && isOf(piece, text.charCodeAt(end))) end++;
    }
    if (end - at < piece.least) return -1;
    at = end;
  }
  return at;
}

function isOf({ of }: Run, code: number): boolean {
  return code < 128 && of[code] === 1;
}

function parse(shape: string): Piece[] {
  return shape
    .split(/(\{[a-zA-Z]\d+(?:-\d+)?\})/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const run = /^\{([a-zA-Z])(\d+)(?:-(\d+))?\}$/.exec(piece);
      if (run === null) return piece;
      const chars = CLASSES[run[1] as string];
      if (chars === undefined) throw new RangeError(`no such class: ${piece}`);
      const least = Number(run[2]);
      return { of: table(chars), least, most: Number(run[3] ?? least) };
    });
}

const tables = new Map<string, Uint8Array>();

function table(chars: string): Uint8Array {
  let of = tables.get(chars);
  if (of === undefined) {
    const member = new RegExp(`[${chars}]`);
    of = Uint8Array.from({ length: 128 }, (_, code) => (member.test(String.fromCharCode(code)) ? 1 : 0));
    tables.set(chars, of);
  }
  return of;
}
