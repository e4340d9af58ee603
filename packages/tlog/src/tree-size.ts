/**
 * Sizes and indexes are whole numbers from 0 to 2^53 - 1 (LOG1): the formats allow 2^63 - 1, a log of ours
 * never gets there, and a number above is refused rather than rounded.
 */
export const SIZE_LIMIT = Number.MAX_SAFE_INTEGER;

export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;

/** Null for what is not a size in its one spelling: no sign, no leading zero, no space. */
export function parseSize(text: string): number | null {
  if (!DECIMAL.test(text)) return null;
  const value = Number(text);
  return isSize(value) ? value : null;
}
