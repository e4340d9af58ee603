/**
 * Group commit: while one write is under way, what arrives waits and goes together into the next. Each
 * caller's promise settles with the write that held its item, so nothing is acknowledged early; under load
 * one commit carries many items, and a lone item waits for nobody.
 */
export function makeCommitBatch<Item>(
  write: (items: readonly Item[]) => Promise<void>,
  most = 500,
): (item: Item) => Promise<void> {
  type Waiting = { item: Item; resolve: () => void; reject: (error: unknown) => void };
  let waiting: Waiting[] = [];
  let writing = false;

  async function drain(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      try {
        await write(batch.map((entry) => entry.item));
        for (const entry of batch) entry.resolve();
      } catch (error) {
        for (const entry of batch) entry.reject(error);
      }
    }
    writing = false;
  }

  return (item) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!writing) void drain();
    });
}
