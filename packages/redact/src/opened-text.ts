import { boundedMemory } from './bounded-memory.ts';
import { ALL } from './detect/detectors.ts';
import { findSpans } from './detect/find-spans.ts';
import { ownWords } from './detect/own-words.ts';
import type { Detector, Span } from './detect/span.ts';
import { createFiller } from './filler.ts';
import { keyedHash } from './keyed-hash.ts';
import { detectCapitals, detectDigits } from './open-text.ts';
import { foldSpace } from './openings.ts';

/**
 * All detectors with their tables over text that was left open, for the process behind the page (MASK41). Bounded by characters
 * for each thing that is looked at; what is beyond, and what a detector fails on, is closed whole.
 */
export type OpenedText = {
  /** These stay whatever is found in them: the task card's inputs, what the application ships. */
  stays(texts: readonly string[]): void;
  /** Begins a new thing to be looked at, with room anew. */
  begin(): void;
  /** What stands in its place; null if it may stay as it is. */
  closed(text: string): string | null;
  /** The same for the one of some pieces side by side that is `own`, with what is split over it and others. */
  closedAmong(pieces: readonly OpenedPiece[]): string | null;
  /** What stands in the place of text that is not looked at at all. */
  unread(text: string): string | null;
};

/** `apart`: the end of a block stands before it. */
export type OpenedPiece = { text: string; apart: boolean; own: boolean };

export type OpenedTextOptions = {
  renaming: string;
  ownWords: readonly string[];
  detectors?: readonly Detector[];
};

const ROOM = 500_000;
const TEXT_LIMIT = 20_000;
const KNOWN_ROOM = 2_000_000;
const STAYS_LIMIT = 200_000;

export function openedText(options: OpenedTextOptions): OpenedText {
  const fill = createFiller(keyedHash(options.renaming));
  const detectors = [...(options.detectors ?? ALL), ownWords(options.ownWords).detect];
  // What stands in one block is one text, to which the page's own rules hold as well: words with capitals side by side, digits.
  const ofBlock = [...detectors, detectCapitals, detectDigits];
  const staying = new Set<string>();
  const known = boundedMemory<readonly Span[]>(KNOWN_ROOM, (spans) => spans.length * 40);
  let room = ROOM;

  /** Null: it could not be looked at. */
  const spansOf = (text: string, block = false): readonly Span[] | null => {
    try {
      return known(`${block ? 'b' : 't'}${text}`, () => {
        if (text.length > TEXT_LIMIT || text.length > room) throw new RangeError('no room');
        room -= text.length;
        return findSpans(text, block ? ofBlock : detectors);
      });
    } catch {
      return null;
    }
  };
  const mayStay = (text: string) => !/[\p{L}\p{N}]/u.test(text) || staying.has(foldSpace(text));
  const unread = (text: string) => (mayStay(text) ? null : fill(text));

  return {
    stays(texts) {
      for (const text of texts) if (staying.size < STAYS_LIMIT) staying.add(foldSpace(text));
    },
    begin() {
      room = ROOM;
    },
    closed: (text) => (mayStay(text) ? null : closeIn(text, spansOf(text), fill)),
    closedAmong(pieces) {
      const own = pieces.find((piece) => piece.own)?.text ?? '';
      if (mayStay(own)) return null;
      const found: Span[] = [];
      for (const { text, from, block } of [{ text: own, from: 0, block: false }, ...joinedAround(pieces)]) {
        const spans = spansOf(text, block);
        if (spans === null) return fill(own);
        for (const span of spans) {
          const start = Math.max(0, span.start - from);
          const end = Math.min(own.length, span.end - from);
          if (start < end) found.push({ ...span, start, end });
        }
      }
      return closeIn(
        own,
        found.sort((a, b) => a.start - b.start),
        fill,
      );
    },
    unread,
  };
}

type Joined = { text: string; from: number; block: boolean };

/** The block of a text, as if nothing and as if a space stood between its pieces; and what stands around that block. */
function joinedAround(pieces: readonly OpenedPiece[]): Joined[] {
  if (pieces.length < 2) return [];
  const at = pieces.findIndex((piece) => piece.own);
  let first = at;
  while (first > 0 && !(pieces[first] as OpenedPiece).apart) first--;
  let end = at + 1;
  while (end < pieces.length && !(pieces[end] as OpenedPiece).apart) end++;
  const block = pieces.slice(first, end);
  const joined = (of: readonly OpenedPiece[], between: string): { text: string; from: number } => {
    let text = '';
    let from = 0;
    of.forEach((piece, i) => {
      if (i > 0) text += between;
      if (piece.own) from = text.length;
      text += piece.text;
    });
    return { text, from };
  };
  const around = { ...joined(pieces, ' '), block: false };
  if (block.length < 2) return [around];
  return [{ ...joined(block, ''), block: true }, { ...joined(block, ' '), block: true }, around];
}

function closeIn(text: string, spans: readonly Span[] | null, fill: (text: string) => string): string | null {
  if (spans === null) return fill(text);
  if (spans.length === 0) return null;
  let value = '';
  let at = 0;
  for (const { start, end } of spans) {
    if (end <= at) continue;
    const begin = Math.max(at, start);
    value += text.slice(at, begin) + fill(text.slice(begin, end));
    at = end;
  }
  return value + text.slice(at);
}
