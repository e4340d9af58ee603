import type { Kept } from '@aboveboard/capture/line/kept-value';
import { answer, within } from './database.ts';

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
