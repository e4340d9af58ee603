import { shuffled } from './shuffle.ts';
import { commitmentEntry } from './uses-entry.ts';

/**
 * What contributors did in a day, as entries that say neither who, nor what, nor how many (T2; USE10-USE13):
 * commitments and dummies alike, up to a size of a short list, in an order that has nothing to do with when
 * they came. A function of the commitments and the randomness alone.
 */
const LEAST = 64;

/**
 * `random` gives that many fresh bytes that nobody can foresee. Throws RangeError for a commitment that is not
 * of 32 bytes, or that is there twice: a copy would tell which one is real.
 */
export function dailyBatch(
  commitments: readonly Uint8Array[],
  random: (length: number) => Uint8Array,
): Uint8Array[] {
  const known = new Set(commitments.map((one) => one.join()));
  if (known.size !== commitments.length) throw new RangeError('a commitment is there twice');
  const batch = commitments.map(commitmentEntry);
  while (batch.length < bucketOf(commitments.length)) batch.push(commitmentEntry(random(32)));
  return shuffled(batch, random);
}

/** 64, 128, 256 and so on: the least that holds them, with room for at least one dummy. */
export function bucketOf(count: number): number {
  let size = LEAST;
  while (size <= count) size *= 2;
  return size;
}
