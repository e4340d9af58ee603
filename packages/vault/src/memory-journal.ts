import { type AccessJournal, type JournalEntry, type JournalStorage, makeJournal } from './journal.ts';
import type { RandomBytes } from './part-sealing.ts';

/** A journal that forgets with the process; `entries` is what a durable one would have kept. */
export function makeMemoryJournal(options: {
  now: () => number;
  random: RandomBytes;
}): AccessJournal & { readonly entries: readonly JournalEntry[] } {
  const storage = makeMemoryJournalStorage();
  return { ...makeJournal({ ...options, storage }), entries: storage.entries };
}

export function makeMemoryJournalStorage(): JournalStorage & { readonly entries: readonly JournalEntry[] } {
  const entries: JournalEntry[] = [];
  return {
    entries,
    async append(entry) {
      entries.push(structuredClone(entry));
    },
  };
}
