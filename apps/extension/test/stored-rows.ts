import type { Page } from 'playwright-core';

/** Everything that lies in the extension's database and is no sealed part, as text: what a copy of it would show. */
export function storedText(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const open = indexedDB.open('aboveboard');
    await new Promise((resolve) => {
      open.onsuccess = resolve;
    });
    const rows: unknown[] = [];
    for (const name of ['shelf', 'settings', 'literals']) {
      const request = open.result.transaction(name).objectStore(name).getAll();
      await new Promise((resolve) => {
        request.onsuccess = resolve;
      });
      rows.push(...request.result);
    }
    open.result.close();
    const latin = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    return JSON.stringify(rows, (_, value) => (value instanceof Uint8Array ? latin(value) : value));
  });
}
