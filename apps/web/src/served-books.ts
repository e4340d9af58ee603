import type { LogBook } from '@aboveboard/logbook/log-line';
import { en } from '@aboveboard/logbook/messages/en';
import { type Reading, type RulesBook, readRulesBook, readUsesBook } from '@aboveboard/logbook/read-logbook';
import { LogError } from '@aboveboard/tlog/log-fault';
import type { Policy } from '@aboveboard/tlog/policy';
import { type LogName, logSource, servedPolicy } from './log-source.ts';

/** Entries of the uses log that a page reads; the rest is for the command line. */
const NEWEST = 500;

/** `policy`: as the server tells it. `quorum`: what it asks for was met; null: it asks for none. */
export type Served<Book> = Book & { policy: Policy; quorum: boolean | null };

export const timeInWords = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export function servedRules(): Promise<Served<RulesBook>> {
  return served('rules', (reading) => readRulesBook({ ...reading, trust: null }));
}

export function servedUses(): Promise<Served<LogBook>> {
  return served('uses', (reading) => readUsesBook({ ...reading, own: [], most: NEWEST }));
}

/** Under the quorum; where that is missing without it, so that a page can show what there is and say so. */
async function served<Book>(name: LogName, read: (reading: Reading) => Promise<Book>): Promise<Served<Book>> {
  const policy = await servedPolicy(name, { quorum: true });
  const reading: Reading = {
    source: logSource(name),
    policy,
    messages: en,
    subtle: crypto.subtle,
    when: timeInWords,
  };
  try {
    return { ...(await read(reading)), policy, quorum: policy.quorum === null ? null : true };
  } catch (error) {
    const missing = error instanceof LogError && error.faults.every(({ rule }) => rule === 'LOG104');
    if (!missing) throw error;
    const book = await read({ ...reading, policy: { ...policy, quorum: null } });
    return { ...book, policy, quorum: false };
  }
}
