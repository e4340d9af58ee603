import type { Filler } from './filler.ts';

/** What text may stay as it is, the element that it is in apart (MASK1, MASK4). */
export type Openings = {
  /** An input of the task card: it belongs to nobody (T19). */
  isLiteral(folded: string): boolean;
  isShipped(folded: string): boolean;
  /** A glyph of an icon font, or a mark like an arrow or a bullet. */
  isGlyph(folded: string): boolean;
  /** Filler, but for the glyphs and the card's literals in it. */
  fillAround(text: string): string;
};

/** Shorter literals stay only where they are the whole text: `1` is in every number. */
const LITERAL_WITHIN = 4;
const LITERALS_LIMIT = 64;
const GLYPHS_LIMIT = 2;

export function createOpenings(
  literals: readonly string[],
  shipped: readonly string[],
  fill: Filler,
): Openings {
  const card = new Set(literals.map(foldSpace).filter((literal) => literal !== ''));
  const application = new Set(shipped.map(foldSpace));
  /** Applications put their own labels into capitals; made when first asked for. */
  let capitals: ReadonlySet<string> | null = null;
  const inner = [...card]
    .filter((literal) => literal.length >= LITERAL_WITHIN)
    .slice(0, LITERALS_LIMIT)
    .sort((a, b) => b.length - a.length)
    .map((literal) => literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(/ /g, '\\s+'));
  const open = `${inner.map((literal) => `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`).join('|')}`;
  const pieces = new RegExp(
    `(${open ? `${open}|` : ''}(?<!\\p{Co})\\p{Co}{1,${GLYPHS_LIMIT}}(?!\\p{Co}))`,
    'u',
  );
  return {
    isLiteral: (folded) => card.has(folded),
    isShipped: (folded) => {
      if (application.has(folded)) return true;
      if (folded !== folded.toUpperCase()) return false;
      capitals ??= new Set(Array.from(application, (literal) => literal.toUpperCase()));
      return capitals.has(folded);
    },
    isGlyph: (folded) =>
      /^[\p{Co}\p{P}\p{S}\s]{1,3}$/u.test(folded) && !/[\p{Extended_Pictographic}\p{RI}]/u.test(folded),
    fillAround: (text) =>
      text
        .split(pieces)
        .map((piece, i) => (i % 2 === 1 ? piece : piece && fill(piece)))
        .join(''),
  };
}

export function foldSpace(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
