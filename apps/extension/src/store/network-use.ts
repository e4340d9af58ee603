import { answer, within } from './database.ts';

/** Bytes to and from the installation's server on one day; kept here, so that the worker's end forgets none. */
export type NetworkUse = { day: string; bytes: number };

const NETWORK = 'network';

export async function networkOf(database: IDBDatabase, day: string): Promise<number> {
  const known = await within(database, ['settings'], 'readonly', (transaction) =>
    answer<NetworkUse | undefined>(transaction.objectStore('settings').get(NETWORK)),
  );
  return known?.day === day ? known.bytes : 0;
}

/**
 * Counts `bytes` if not more than `most` come together with them, durable before it resolves: what was counted
 * may not have been sent when the worker ends, what was sent is always counted. False: it would be too much.
 */
export async function countNetwork(
  database: IDBDatabase,
  day: string,
  bytes: number,
  most = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  return within(database, ['settings'], 'readwrite', async (transaction) => {
    const store = transaction.objectStore('settings');
    const known: NetworkUse | undefined = await answer(store.get(NETWORK));
    const before = known?.day === day ? known.bytes : 0;
    if (before + bytes > most) return false;
    await answer(store.put({ day, bytes: before + bytes } satisfies NetworkUse, NETWORK));
    return true;
  });
}
