import type { PartyRole } from '@aboveboard/consent/agreement';
import { browserStore } from '../browser-store.ts';
import type { SealedKey } from './party-key.ts';

/** One sealed key of each party in this browser's IndexedDB. Rejects where the browser keeps nothing. */
const inStore = browserStore('aboveboard-stewards', 'keys');

export async function keptKey(party: PartyRole): Promise<SealedKey | null> {
  return (await inStore('readonly', (store) => store.get(party))) ?? null;
}

/** Resolves when it is durable. */
export async function keepKey(party: PartyRole, key: SealedKey): Promise<void> {
  await inStore('readwrite', (store) => store.put(key, party));
}

export async function forgetKey(party: PartyRole): Promise<void> {
  await inStore('readwrite', (store) => store.delete(party));
}
