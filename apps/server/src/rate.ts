/** A token bucket for each key: `perSecond` sustained, `burst` at once. Forgets keys that are full again. */
export type Rate = {
  /** 0: go ahead. Otherwise the seconds after which one more may pass. */
  take(key: string): number;
};

export function makeRate(
  perSecond: number,
  burst: number,
  now: () => number = () => performance.now(),
): Rate {
  const buckets = new Map<string, { left: number; at: number }>();
  let swept = now();

  return {
    take(key) {
      const at = now();
      if (at - swept > 60_000) {
        swept = at;
        for (const [name, bucket] of buckets) {
          if (bucket.left + ((at - bucket.at) / 1000) * perSecond >= burst) buckets.delete(name);
        }
      }
      const bucket = buckets.get(key) ?? { left: burst, at };
      bucket.left = Math.min(burst, bucket.left + ((at - bucket.at) / 1000) * perSecond);
      bucket.at = at;
      buckets.set(key, bucket);
      if (bucket.left < 1) return (1 - bucket.left) / perSecond;
      bucket.left -= 1;
      return 0;
    },
  };
}
