import { foldSpace } from './openings.ts';

/**
 * Shipped labels with holes (MASK42, MASK43): `Delete {{name}}`, `Page %d of %d`. What stands in a hole was put in by
 * somebody and is closed; the words around it are the application's. An attacker controls both the templates (a page's
 * scripts) and the text, so fixed parts are looked for in order, each once: no backtracking, and a bounded number of tries.
 */
export type LabelTemplates = {
  /** Fixed parts and what stood in the holes, in turns, a fixed part (perhaps empty) first and last; null: fits none. */
  parts(folded: string): readonly string[] | null;
};

/** The hole of a script's own template, as `shippedLiterals` writes it. */
export const HOLE = '{}';

const TEMPLATES_LIMIT = 5_000;
const TEMPLATE_LENGTH = 200;
const TEXT_LENGTH = 400;
const HOLES_LIMIT = 4;
/** Fewer letters in all are a particle of anybody's text. */
const LETTERS_AT_LEAST = 4;
/** Templates are found by the first four characters, or the last four; those with neither are few. */
const KEY = 4;
const BUCKET_LIMIT = 100;

const HOLES = /\{\{[^{}]{0,60}\}\}|[$%]?\{[^{}]{0,60}\}|%(?:\d\$)?[sdif@]/;

/** The fixed parts of a template, one more than it has holes; null: it has none, or too little that is fixed (MASK42). */
export function fixedParts(literal: string): readonly string[] | null {
  if (literal.length > TEMPLATE_LENGTH || !/[{%]/.test(literal)) return null;
  const raw = foldSpace(literal).split(HOLES);
  if (raw.length < 2) return null;
  // What is between two holes and has no letter tells where a value is cut, and nothing else: it is hole.
  const fixed = raw.filter((part, i) => i === 0 || i === raw.length - 1 || hasLetter(part));
  const holes = fixed.length - 1;
  if (holes > HOLES_LIMIT || fixed.some((part) => /[{}]/.test(part))) return null;
  const [first, last] = [fixed[0] as string, fixed.at(-1) as string];
  // With a word at neither end it would be looked for within whatever somebody wrote.
  if (!hasLetter(first) && !hasLetter(last)) return null;
  if ((fixed.join('').match(/\p{L}/gu)?.length ?? 0) < LETTERS_AT_LEAST) return null;
  // A hole that ended within a word would open a piece of a value's word.
  const cuts = fixed.some(
    (part, i) =>
      (i > 0 && /^[\p{L}\p{N}\p{M}]/u.test(part)) || (i < holes && /[\p{L}\p{N}\p{M}]$/u.test(part)),
  );
  return cuts ? null : fixed;
}

export function createLabelTemplates(shipped: Iterable<string>): LabelTemplates {
  const byBeginning = new Map<string, (readonly string[])[]>();
  const byEnd = new Map<string, (readonly string[])[]>();
  const others: (readonly string[])[] = [];
  const known = new Set<string>();
  for (const literal of shipped) {
    const fixed = fixedParts(literal);
    if (fixed === null) continue;
    const key = fixed.join(HOLE);
    if (known.has(key)) continue;
    if (known.size >= TEMPLATES_LIMIT) break;
    known.add(key);
    const [first, last] = [fixed[0] as string, fixed.at(-1) as string];
    const bucket =
      first.length >= KEY
        ? bucketOf(byBeginning, first.slice(0, KEY))
        : last.length >= KEY
          ? bucketOf(byEnd, last.slice(-KEY))
          : others;
    if (bucket.length < BUCKET_LIMIT) bucket.push(fixed);
  }
  return {
    parts: (folded) => {
      if (folded.length > TEXT_LENGTH) return null;
      const tried = [byBeginning.get(folded.slice(0, KEY)), byEnd.get(folded.slice(-KEY)), others].flatMap(
        (bucket) => bucket ?? [],
      );
      let [best, most] = [null as readonly string[] | null, 0];
      for (const fixed of tried) {
        const length = fixed.reduce((sum, part) => sum + part.length, 0);
        const parts = length > most ? fitted(folded, fixed) : null;
        if (parts !== null) [best, most] = [parts, length];
      }
      return best;
    },
  };
}

function bucketOf(buckets: Map<string, (readonly string[])[]>, key: string): (readonly string[])[] {
  const bucket = buckets.get(key) ?? [];
  buckets.set(key, bucket);
  return bucket;
}

function fitted(text: string, fixed: readonly string[]): string[] | null {
  const [first, last] = [fixed[0] as string, fixed.at(-1) as string];
  const end = text.length - last.length;
  if (end <= first.length || !text.startsWith(first) || !text.endsWith(last)) return null;
  const parts = [first];
  let at = first.length;
  for (const part of fixed.slice(1, -1)) {
    const found = text.indexOf(part, at + 1);
    if (found < 0 || found + part.length >= end) return null;
    parts.push(text.slice(at, found), part);
    at = found + part.length;
  }
  parts.push(text.slice(at, end), last);
  return parts.every((part, i) => i % 2 === 0 || part.trim() !== '') ? parts : null;
}

function hasLetter(part: string): boolean {
  return /\p{L}/u.test(part);
}
