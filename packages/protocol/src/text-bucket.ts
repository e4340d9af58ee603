/**
 * Lengths of closed text (REC27): a true length becomes the upper bound of its bucket, so that the length
 * of a name or a number does not stay.
 */
export const TEXT_BUCKETS: readonly number[] = [
  0, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536,
];

/** Of `length` UTF-16 units; everything above the last bound is in the last bucket. */
export function textBucket(length: number): number {
  return TEXT_BUCKETS.find((bound) => length <= bound) ?? 65536;
}
