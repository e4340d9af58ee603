import type { KeptRules } from '@aboveboard/capture/line/followed-rules';
import { type KeptUses, USES_LOG } from '@aboveboard/capture/line/followed-uses';
import { type KeptReceipt, RECEIPTS } from '@aboveboard/capture/line/kept-receipt';
import { keptTiles } from '@aboveboard/capture/line/kept-tiles';
import { type Enrolment, enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { policyNow } from '@aboveboard/consent/followed-policy';
import { receiptOwnAct } from '@aboveboard/consent/receipt';
import type { LogBook } from '@aboveboard/logbook/log-line';
import { en } from '@aboveboard/logbook/messages/en';
import { type Reading, readRulesBook, readUsesBook, type UsesBook } from '@aboveboard/logbook/read-logbook';
import type { KeptAct } from '@aboveboard/logbook/uses-lines';
import { openDatabase } from '../store/database.ts';
import { kept } from '../store/settings.ts';
import { readSetup } from '../store/setup.ts';
import { keptLog } from './kept-log.ts';
import { whenWords } from './rules-section.tsx';

/** A log as this recorder holds it, checked anew by the page that shows it. */
export type HeldLog = {
  book: LogBook & Partial<Pick<UsesBook, 'days'>>;
  checkpoint: Uint8Array;
  /** A second history that the same keys signed; `evidence`: a file that shows it to anyone (LOG154). */
  fork: { checkpoint: Uint8Array; seenAt: number; evidence?: Uint8Array | null } | null;
  /** Of the newest that was not taken, in one line each. */
  faults: string[];
};
export type LogName = 'rules' | 'uses';

/** Null: nothing was checked on this device yet. Throws where what lies here does not hold. */
export async function heldLog(name: LogName): Promise<HeldLog | null> {
  const database = await openDatabase();
  try {
    const { enrolment } = await readSetup(database);
    const parsed = enrolment && parseEnrolment(enrolmentBytes(enrolment));
    if (!parsed) return null;
    if (!parsed.ok) throw new Error('the enrolment does not hold');
    return name === 'rules' ? await rules(database, parsed.value) : await uses(database, parsed.value);
  } finally {
    database.close();
  }
}

async function rules(database: IDBDatabase, enrolment: Enrolment): Promise<HeldLog | null> {
  const log = await kept<KeptRules>(database, 'rules-log').get();
  if (!log?.checkpoint) return null;
  const { trust } = enrolment.rules;
  const policy = policyNow(enrolment.rules.policy, log.under);
  const source = keptLog(log.checkpoint, log.entries);
  const book = await readRulesBook({ ...reading(), source, policy, trust });
  return { book, fork: log.fork, checkpoint: log.checkpoint, faults: [] };
}

async function uses(database: IDBDatabase, enrolment: Enrolment): Promise<HeldLog | null> {
  const log = await kept<KeptUses>(database, USES_LOG).get();
  if (!log?.checkpoint) return null;
  const own = await ownActs((await kept<KeptReceipt[]>(database, RECEIPTS).get()) ?? []);
  const source = keptTiles(log.checkpoint, new Map(log.tiles));
  const policy = policyNow(enrolment.uses.policy, log.policy);
  const book = await readUsesBook({ ...reading(), source, policy, own, most: log.size - log.first });
  const faults = log.faults.map(({ rule, at, message }) => `${rule}: ${at} ${message}`);
  return { book, fork: log.fork, checkpoint: log.checkpoint, faults };
}

function reading(): Pick<Reading, 'messages' | 'subtle' | 'when'> {
  return { messages: en, subtle: crypto.subtle, when: (seconds) => whenWords(seconds * 1000) };
}

/** What she committed to: with the nonces, which are nowhere but here. */
function ownActs(receipts: readonly KeptReceipt[]): Promise<KeptAct[]> {
  return Promise.all(
    receipts.flatMap(({ receipt: { record, log } }) =>
      log
        ? [
            receiptOwnAct(record, crypto.subtle).then((act) => ({
              act,
              nonce: bytesOfHex(log.nonce),
              commitment: bytesOfHex(log.commitment),
            })),
          ]
        : [],
    ),
  );
}

function bytesOfHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
