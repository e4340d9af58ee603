import { answer, rangeOf, within } from '../store/database.ts';
import type { RecorderHost } from './recorder-host.ts';

export const HOUSEKEEPING_ALARM = 'housekeeping';
const DAY = 86_400_000;
/** A row of a released recording stays so that she sees that it left; the server's list is the lasting one. */
const RELEASED_DAYS = 30;

/** When what waits for review is removed from here, by the agreement; null: no agreement says so. */
export function removedAt(host: RecorderHost, stoppedAt: number | undefined): number | null {
  const days = host.rules.agreement?.retention.deviceDays;
  return days === undefined || stoppedAt === undefined ? null : stoppedAt + days * DAY;
}

/** Removes what was not reviewed in the agreed time, and parts that no recording owns (a release cut short). */
export async function tidy(host: RecorderHost): Promise<void> {
  const now = Date.now();
  const rows = await host.shelf.all();
  for (const row of rows) {
    const end = row.state === 'reviewing' ? removedAt(host, row.stoppedAt) : null;
    const gone = row.state === 'released' && now > (row.release?.uploadAt ?? 0) + RELEASED_DAYS * DAY;
    if ((end !== null && now >= end) || gone) await host.discard(row.id);
  }
  // A review that is open writes what would leave before a row owns it.
  const reviews = await chrome.runtime.getContexts({ contextTypes: ['TAB'] as chrome.runtime.ContextType[] });
  if (reviews.some(({ documentUrl }) => documentUrl?.includes('/review.html'))) return;
  const owned = new Set(rows.map((row) => row.id));
  for (const id of await recordingsWithParts(host.database)) {
    if (owned.has(id)) continue;
    await host.keys.destroy(id);
    await within(host.database, ['parts'], 'readwrite', (transaction) =>
      answer(transaction.objectStore('parts').delete(rangeOf(id))),
    );
  }
}

/** One look a recording, however many parts it has. */
async function recordingsWithParts(database: IDBDatabase): Promise<string[]> {
  const ids: string[] = [];
  await within(database, ['parts'], 'readonly', (transaction) => {
    const request = transaction.objectStore('parts').openKeyCursor();
    return new Promise<void>((resolve, reject) => {
      request.onsuccess = () => {
        const cursor = request.result;
        if (!cursor) {
          resolve();
          return;
        }
        const [id] = cursor.key as [string, number];
        ids.push(id);
        cursor.continue([id, Number.POSITIVE_INFINITY]);
      };
      request.onerror = () => reject(request.error);
    });
  });
  return ids;
}
