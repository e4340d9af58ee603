import type { ConsentRecord } from '@aboveboard/consent/consent';
import type { EnrolmentFile } from '@aboveboard/consent/enrolment-file';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import { answer, within } from './database.ts';

/** What this device was set up with, and her own yes. Kept in one place, changed as a whole. */
export type Setup = {
  /**
   * Of a demonstration without a guardian: the only address that is ever contacted for it. Null where everything
   * goes through the guardian, and where cards and agreement came from files.
   */
  server: string | null;
  /** What this recorder relies on (ENR20-ENR26); null: a demonstration under its own word alone. */
  enrolment: EnrolmentFile | null;
  /** A demonstration whose keys are being asked for at the first contact (ENR26). */
  firstContact: (Pick<EnrolmentFile, 'guardian' | 'relay'> & { witness: string[] }) | null;
  /**
   * Her code was given and is being redeemed; `token` is to be that of the session. `code` is a demonstration's own
   * one; null: one on paper, of which all that is needed lies sealed (ENR40).
   */
  joining: Joining | null;
  /**
   * The code that the next device of hers joins by (ENR60), and until when; `until` null: what it stands for is on its way, and
   * `sealed` is that, once it was made.
   */
  handover: { code: string; until: number | null; sealed: string | null } | null;
  /** 16 random bytes, hex, in no relation to code, token or person (ENR7). */
  contributor: string | null;
  /** Her erase code is still to be shown to her (ENR43). */
  paperWaits: boolean;
  /** When the session ends, seconds since the epoch; null: not known. */
  sessionEnds: number | null;
  installation: 'demonstration' | 'production';
  /** Bearer of the contributor's session at that server. */
  token: string | null;
  /** The signed document and its attachments, to the byte. */
  agreement: { document: Uint8Array; attachments: [name: string, content: Uint8Array][] } | null;
  verifiedAt: number | null;
  cards: TaskCard[];
  /** Ids of those that contributors are asked for now (GRT50). */
  askedFor: string[];
  /** age recipient of the installation's vault; null: nothing can be released from here. */
  uploadRecipient: string | null;
  /** Of the guardian's halves, where a demonstration has no guardian; else it is what the rules say. */
  guardianRecipient: string | null;
  /** One for each act of hers, in order; withdrawn ones stay as what was agreed and until when. */
  consents: ConsentRecord[];
  /** Her switch (T1). */
  on: boolean;
  /** Recorded on a day, milliseconds; for the agreement's limit of a day. */
  usage: { day: string; milliseconds: number };
};

export const EMPTY_SETUP: Setup = {
  server: null,
  enrolment: null,
  firstContact: null,
  joining: null,
  handover: null,
  contributor: null,
  paperWaits: false,
  sessionEnds: null,
  installation: 'production',
  token: null,
  agreement: null,
  verifiedAt: null,
  cards: [],
  askedFor: [],
  uploadRecipient: null,
  guardianRecipient: null,
  consents: [],
  on: false,
  usage: { day: '', milliseconds: 0 },
};

/** `isDevice`: the code is of another device of hers, and `token` is what this one asks with (ENR63). */
export type Joining = {
  code: string | null;
  token: string;
  fault: JoinFault | null;
  waits?: JoinWait | null;
  isDevice?: boolean;
};

/** Why a code was not redeemed; a key of the messages. */
export type JoinFault =
  | 'code'
  | 'not-dealt'
  | 'used'
  | 'issuer'
  | 'erased'
  | 'device'
  | 'enrolment-missing'
  | 'agreement'
  | 'failed';
/** What has to change by itself before it goes on; a key of the messages. */
export type JoinWait = 'issuer' | 'guardian';

const SETUP = 'setup';

export async function readSetup(database: IDBDatabase): Promise<Setup> {
  const setup = await within(database, ['settings'], 'readonly', (transaction) =>
    answer<Setup | undefined>(transaction.objectStore('settings').get(SETUP)),
  );
  return taken(setup);
}

/** As one act, so that two contexts can't undo each other's changes. */
export function changeSetup(database: IDBDatabase, change: (setup: Setup) => Setup): Promise<Setup> {
  return within(database, ['settings'], 'readwrite', async (transaction) => {
    const store = transaction.objectStore('settings');
    const known: Setup | undefined = await answer(store.get(SETUP));
    const changed = change(taken(known));
    await answer(store.put(changed, SETUP));
    return changed;
  });
}

/** A set-up of an earlier version had one consent. */
function taken(known: (Setup & { consent?: ConsentRecord | null }) | undefined): Setup {
  const { consent, ...setup } = { ...EMPTY_SETUP, ...known };
  return consent && setup.consents.length === 0 ? { ...setup, consents: [consent] } : setup;
}
