import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Access, type JournalStorage, makeJournal } from '../src/journal.ts';
import { makeMemoryJournal, makeMemoryJournalStorage } from '../src/memory-journal.ts';
import { makeMemoryKeyRing } from '../src/memory-keyring.ts';
import { makeOpening } from '../src/opening.ts';
import { makePartSealer } from '../src/part-sealing.ts';
import { journalContract } from './journal-contract.ts';

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const now = () => 1_800_000_000_000;

journalContract('memory', async () => {
  const kept = makeMemoryJournalStorage();
  let broken = false;
  const storage: JournalStorage = {
    append: async (entry) => {
      if (broken) throw new Error('disk full');
      await kept.append(entry);
    },
  };
  return {
    journal: makeJournal({ storage, now, random }),
    entries: async () => kept.entries,
    breakStorage: async () => {
      broken = true;
    },
  };
});

describe('opening', () => {
  const label = { recording: 'one', index: 0, kind: 'events' };
  async function sealedPart() {
    const ring = makeMemoryKeyRing({ random });
    const sealer = makePartSealer(await ring.create('one'), crypto.subtle, random);
    return { ring, sealed: await sealer.seal(Uint8Array.of(1, 2, 3), label) };
  }

  it('[VLT30] opens with an access that covers the recording, and keeps an entry of it', async () => {
    const { ring, sealed } = await sealedPart();
    const journal = makeMemoryJournal({ now, random });
    const access = await journal.beforeRead({ kind: 'dataset', by: 'job' }, ['one']);
    expect(await makeOpening(ring, crypto.subtle).open(access, sealed, label)).toEqual(
      Uint8Array.of(1, 2, 3),
    );
    expect(journal.entries).toHaveLength(1);
  });

  it('[VLT31] opens nothing with an access to another recording or one that no journal gave', async () => {
    const { ring, sealed } = await sealedPart();
    const opening = makeOpening(ring, crypto.subtle);
    const journal = makeMemoryJournal({ now, random });
    const other = await journal.beforeRead({ kind: 'dataset', by: 'job' }, ['two']);
    const forged = { entry: 'x', purpose: { kind: 'dataset', by: 'job' }, ids: new Set(['one']) };
    for (const access of [other, forged as unknown as Access]) {
      await expect(opening.open(access, sealed, label)).rejects.toMatchObject({ code: 'not-covered' });
    }
    expectTypeOf(forged).not.toExtend<Access>();
  });

  it('[VLT24] seeded hole: with a storage that fails nothing is opened', async () => {
    const { ring, sealed } = await sealedPart();
    const asked: string[] = [];
    const watched = {
      open: (id: string) => {
        asked.push(id);
        return ring.open(id);
      },
    };
    const broken: JournalStorage = { append: async () => Promise.reject(new Error('disk full')) };
    const read = async (storage: JournalStorage) => {
      const access = await makeJournal({ storage, now, random }).beforeRead({ kind: 'dataset', by: 'job' }, [
        'one',
      ]);
      return makeOpening(watched, crypto.subtle).open(access, sealed, label);
    };
    await expect(read(broken)).rejects.toMatchObject({ code: 'storage' });
    expect(asked).toEqual([]);
    expect(await read(makeMemoryJournalStorage())).toHaveLength(3);
    expect(asked).toEqual(['one']);
  });

  it('[VLT32] opens nothing after the key was destroyed, also under an access from before', async () => {
    const { ring, sealed } = await sealedPart();
    const access = await makeMemoryJournal({ now, random }).beforeRead({ kind: 'dataset', by: 'job' }, [
      'one',
    ]);
    const opening = makeOpening(ring, crypto.subtle);
    await opening.open(access, sealed, label);
    await ring.destroy('one');
    await expect(opening.open(access, sealed, label)).rejects.toMatchObject({ code: 'destroyed' });
  });
});
