export type Percentiles = { p10: number; p50: number; p90: number };

/**
 * Nearest-rank percentiles. The values are put in another order, not sorted: a fan asks this of every month, while
 * somebody types, and needs three ranks of each.
 */
export function percentilesOf(values: Float64Array): Percentiles {
  const rank = (q: number) => Math.min(values.length - 1, Math.floor(values.length * q));
  if (values.length === 0) return { p10: 0, p50: 0, p90: 0 };
  const [low, middle, high] = [rank(0.1), rank(0.5), rank(0.9)];
  // Each rank splits what is left for the next.
  const p50 = select(values, middle, 0, values.length - 1);
  const p10 = low === middle ? p50 : select(values, low, 0, middle - 1);
  const p90 = high === middle ? p50 : select(values, high, middle + 1, values.length - 1);
  return { p10, p50, p90 };
}

/** Percentiles of values that stay as they are. */
export const percentiles = (values: Float64Array): Percentiles => percentilesOf(values.slice());

/** Hoare's selection between two places, by the median of three; what is before it is no larger. */
function select(values: Float64Array, rank: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const pivot = middleOf(values[low] ?? 0, values[(low + high) >> 1] ?? 0, values[high] ?? 0);
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left++;
      while ((values[right] ?? 0) > pivot) right--;
      if (left > right) break;
      const swapped = values[left] ?? 0;
      values[left++] = values[right] ?? 0;
      values[right--] = swapped;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values[rank] ?? 0;
}

const middleOf = (a: number, b: number, c: number) => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
