import { makeHalfJournal } from '../halves/half-journal.ts';
import { makeHalfLock } from '../halves/half-lock.ts';
import { type GuardianStore, inTransaction } from '../store.ts';

/**
 * From one representative to the next (spec/ceremony.md, CER16-CER17): nothing of the one before opens anything here any
 * more, and nothing is given until the next one has looked. Halves, witness and lists stay.
 */
export function handOver(store: GuardianStore, now: () => number): void {
  const lock = makeHalfLock(store, { journal: makeHalfJournal(store), now, limit: 0 });
  // Locked first: a stop in between leaves a guardian that gives nothing.
  lock.lock('hand-over');
  const remove = store.prepare('delete from setting where name = ?');
  inTransaction(store, () => {
    for (const name of ['words identity', 'words recipient', 'recovery set', 'recovery sealing'])
      remove.run(name);
  });
}
