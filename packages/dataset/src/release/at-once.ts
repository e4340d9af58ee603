/** Does `work` on each, so many at once, begun in the order given. The first that fails is thrown when those begun have ended. */
export async function atOnce<Item>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed: { error: unknown } | null = null;
  const runner = async () => {
    while (next < items.length && failed === null) {
      const item = items[next++] as Item;
      await work(item).catch((error: unknown) => {
        failed ??= { error };
      });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, most) }, runner));
  if (failed !== null) throw (failed as { error: unknown }).error;
}
