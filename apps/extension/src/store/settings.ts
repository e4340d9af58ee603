import { answer, within } from './database.ts';

/** One value of the device that is kept as a whole, durable before `put` resolves. */
export type Kept<T> = { get(): Promise<T | null>; put(value: T): Promise<void>; remove(): Promise<void> };

export function kept<T>(database: IDBDatabase, name: string): Kept<T> {
  return {
    get: () =>
      within(database, ['settings'], 'readonly', async (transaction) => {
        const value: T | undefined = await answer(transaction.objectStore('settings').get(name));
        return value ?? null;
      }),
    async put(value) {
      await within(database, ['settings'], 'readwrite', (transaction) =>
        answer(transaction.objectStore('settings').put(value, name)),
      );
    },
    async remove() {
      await within(database, ['settings'], 'readwrite', (transaction) =>
        answer(transaction.objectStore('settings').delete(name)),
      );
    },
  };
}
