import type { ConsentRecord } from '@aboveboard/consent/consent';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import { answer, within } from './database.ts';

/** What this device was set up with, and her own yes. Kept in one place, changed as a whole. */
export type Setup = {
  /** The only address that is ever contacted for the installation; null: cards and agreement came from files. */
  server: string | null;
  installation: 'demonstration' | 'production';
  /** Bearer of the contributor's session at that server. */
  token: string | null;
  /** The signed document and its attachments, to the byte. */
  agreement: { document: Uint8Array; attachments: [name: string, content: Uint8Array][] } | null;
  verifiedAt: number | null;
  cards: TaskCard[];
  /** age recipient of the installation's vault; null: nothing can be released from here. */
  uploadRecipient: string | null;
  consent: ConsentRecord | null;
  /** Her switch (T1). */
  on: boolean;
  /** Recorded on a day, milliseconds; for the agreement's limit of a day. */
  usage: { day: string; milliseconds: number };
};

export const EMPTY_SETUP: Setup = {
  server: null,
  installation: 'production',
  token: null,
  agreement: null,
  verifiedAt: null,
  cards: [],
  uploadRecipient: null,
  consent: null,
  on: false,
  usage: { day: '', milliseconds: 0 },
};

const SETUP = 'setup';

export async function readSetup(database: IDBDatabase): Promise<Setup> {
  const setup = await within(database, ['settings'], 'readonly', (transaction) =>
    answer<Setup | undefined>(transaction.objectStore('settings').get(SETUP)),
  );
  return { ...EMPTY_SETUP, ...setup };
}

/** As one act, so that two contexts can't undo each other's changes. */
export function changeSetup(database: IDBDatabase, change: (setup: Setup) => Setup): Promise<Setup> {
  return within(database, ['settings'], 'readwrite', async (transaction) => {
    const store = transaction.objectStore('settings');
    const known: Setup | undefined = await answer(store.get(SETUP));
    const changed = change({ ...EMPTY_SETUP, ...known });
    await answer(store.put(changed, SETUP));
    return changed;
  });
}
