import { looksLikeData } from '../data-shape.ts';
import { ALL } from '../detect/detectors.ts';
import { findInPieces } from '../detect/find-spans.ts';
import type { Detector } from '../detect/span.ts';
import { isInterfaceWords } from '../interface-words.ts';
import { foldSpace } from '../openings.ts';
import type { Box } from './raster.ts';

/** What a recogniser says it read, and where; whoever draws the picture decides what that is. */
export type RecognisedWord = { text: string; box: Box; confidence: number };

/** Of 100. Below it the recogniser guesses. */
export const LEAST_CONFIDENCE = 90;
/** More than a screen holds. */
export const WORDS_LIMIT = 20_000;
/** In pixels: smaller letters are misread, larger ones are pictures. */
const HEIGHTS = { least: 6, most: 64 };
/** What a character may take of a line's height; a box beyond it covers something else than its word. */
const WIDTH_OF_CHARACTER = { least: 0.12, most: 1.6 };
/** Words nearer than this many heights make one label. */
const LABEL_GAP = 2.5;

export type ReadingRules = {
  /** Labels that the application ships, white space folded. */
  shipped?: ReadonlySet<string>;
  detectors?: readonly Detector[];
  /** Whether a whole label belongs to everybody; by default only shipped ones and those of every application's words do. */
  known?: (label: string) => boolean;
};

/**
 * The boxes of words that may stay (MASK45), each one box of `words`, never anything between or around them. `words` is
 * what a recogniser handed back and may be rubbish of any kind: what is no word vouches for nothing, and more than
 * WORDS_LIMIT open nothing at all.
 */
export function readBoxes(words: unknown, rules: ReadingRules = {}): Box[] {
  if (!Array.isArray(words) || words.length > WORDS_LIMIT) return [];
  const read = onePerPlace(words.filter(isPlaced));
  const lines = linesOf(read);
  const spans = findInPieces(lines.map(textOf), rules.detectors ?? ALL);
  const open: RecognisedWord[] = [];
  for (const [index, line] of lines.entries()) {
    const found = spans[index] ?? [];
    for (const label of labelsOf(line)) {
      const touched = found.some((span) => span.start <= label.end && span.end >= label.start);
      if (!touched && label.words.every(isSure) && isKnown(label.words, rules)) open.push(...label.words);
    }
  }
  const others = new Set(open);
  const closed = read.filter((word) => !others.has(word));
  return open.filter((word) => !closed.some(({ box }) => overlap(box, word.box))).map(({ box }) => box);
}

function isKnown(words: readonly RecognisedWord[], { shipped, known }: ReadingRules): boolean {
  const label = foldSpace(textOf(words));
  if (looksLikeData(label)) return false;
  return known ? known(label) : shipped?.has(label) === true || isInterfaceWords(label);
}

function isSure({ text, box, confidence }: RecognisedWord): boolean {
  const perCharacter = box.width / box.height / [...text].length;
  return (
    confidence >= LEAST_CONFIDENCE &&
    box.height >= HEIGHTS.least &&
    box.height <= HEIGHTS.most &&
    perCharacter >= WIDTH_OF_CHARACTER.least &&
    perCharacter <= WIDTH_OF_CHARACTER.most
  );
}

/** Crops overlap, so a word may be read twice; read as two different things it is neither, and both are in doubt. */
function onePerPlace(words: readonly RecognisedWord[]): RecognisedWord[] {
  const out: RecognisedWord[] = [];
  const rows = new Map<number, RecognisedWord[]>();
  for (const word of words) {
    const row = Math.floor((word.box.y + word.box.height / 2) / HEIGHTS.most);
    const near = [row - 1, row, row + 1].flatMap((at) => rows.get(at) ?? []);
    const same = near.find((other) => overlap(other.box, word.box) && sameBox(other.box, word.box));
    if (same === undefined) {
      const own = { ...word };
      out.push(own);
      rows.set(row, [...(rows.get(row) ?? []), own]);
    } else same.confidence = same.text === word.text ? Math.min(same.confidence, word.confidence) : 0;
  }
  return out;
}

function sameBox(a: Box, b: Box): boolean {
  const apart = Math.max(
    Math.abs(a.x - b.x),
    Math.abs(a.y - b.y),
    Math.abs(a.x + a.width - b.x - b.width),
    Math.abs(a.y + a.height - b.y - b.height),
  );
  return apart <= 2;
}

/** Words beside each other, from the left; lines from the top. */
function linesOf(words: readonly RecognisedWord[]): RecognisedWord[][] {
  const lines: { middle: number; words: RecognisedWord[] }[] = [];
  const middleOf = ({ box }: RecognisedWord) => box.y + box.height / 2;
  for (const word of [...words].sort((a, b) => middleOf(a) - middleOf(b))) {
    const line = lines.at(-1);
    if (line && middleOf(word) - line.middle <= word.box.height / 2) line.words.push(word);
    else lines.push({ middle: middleOf(word), words: [word] });
  }
  return lines.map((line) => line.words.sort((a, b) => a.box.x - b.box.x));
}

type Label = { words: RecognisedWord[]; start: number; end: number };

/** A line's labels, with their positions in the line's text. What is in doubt between two words keeps them together. */
function labelsOf(line: readonly RecognisedWord[]): Label[] {
  const labels: Label[] = [];
  let at = 0;
  let right = Number.NEGATIVE_INFINITY;
  for (const word of line) {
    const label = labels.at(-1);
    const height = Math.max(word.box.height, label?.words.at(-1)?.box.height ?? 0);
    const end = at + word.text.length;
    if (label && word.box.x - right <= LABEL_GAP * height) {
      label.words.push(word);
      label.end = end;
    } else labels.push({ words: [word], start: at, end });
    right = Math.max(right, word.box.x + word.box.width);
    at = end + 1;
  }
  return labels;
}

function textOf(words: readonly RecognisedWord[]): string {
  return words.map(({ text }) => text).join(' ');
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Without text it still is there: what overlaps it is in doubt. */
function isPlaced(word: unknown): word is RecognisedWord {
  if (typeof word !== 'object' || word === null) return false;
  const { text, box, confidence } = word as Partial<Record<keyof RecognisedWord, unknown>>;
  if (typeof text !== 'string' || text.length === 0 || text.length > 200) return false;
  if (typeof confidence !== 'number' || typeof box !== 'object' || box === null) return false;
  const { x, y, width, height } = box as Partial<Record<keyof Box, unknown>>;
  const numbers = [x, y, width, height].every((v) => typeof v === 'number' && Math.abs(v) < 1e6);
  return numbers && (width as number) > 0 && (height as number) > 0;
}
