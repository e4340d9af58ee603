import { describe, expect, it } from 'vitest';
import { type AccessJournal, type AccessKind, covers, type JournalEntry } from '../src/journal.ts';

/** A journal, what it kept, and a way to make its storage fail from now on. */
export type JournalPlace = {
  journal: AccessJournal;
  entries(): Promise<readonly JournalEntry[]>;
  breakStorage(): Promise<void>;
  close?(): Promise<void>;
};

/** What every access journal must do (spec/vault.md, VLT20-VLT29). */
export function journalContract(name: string, make: () => Promise<JournalPlace>): void {
  describe(`access journal: ${name}`, () => {
    const withJournal = async (work: (place: JournalPlace) => Promise<void>) => {
      const place = await make();
      try {
        await work(place);
      } finally {
        await place.close?.();
      }
    };

    it('[VLT20] has the entry before it gives the access', () =>
      withJournal(async ({ journal, entries }) => {
        const access = await journal.beforeRead({ kind: 'dataset', by: 'researcher:k3f9' }, ['b', 'a', 'b']);
        const kept = await entries();
        expect(kept).toHaveLength(1);
        expect(kept[0]).toMatchObject({
          entry: access.entry,
          purpose: { kind: 'dataset', by: 'researcher:k3f9' },
        });
        expect([...(kept[0]?.ids ?? [])].sort()).toEqual(['a', 'b']);
        expect(Number.isFinite(kept[0]?.at)).toBe(true);
      }));

    it('[VLT21] gives an access that covers what it names and nothing else', () =>
      withJournal(async ({ journal }) => {
        const access = await journal.beforeRead({ kind: 'rendering', by: 'job' }, ['a']);
        expect(covers(access, 'a')).toBe(true);
        expect(covers(access, 'b')).toBe(false);
        expect(covers({ ...access }, 'a')).toBe(false);
        (access.ids as Set<string>).add('b');
        expect(covers(access, 'b')).toBe(false);
      }));

    it('[VLT22] makes an entry of its own for each access', () =>
      withJournal(async ({ journal, entries }) => {
        const purpose = { kind: 'inspection', by: 'operator' } as const;
        const accesses = await Promise.all([
          journal.beforeRead(purpose, ['a']),
          journal.beforeRead(purpose, ['a']),
        ]);
        expect(new Set(accesses.map((access) => access.entry)).size).toBe(2);
        expect(await entries()).toHaveLength(2);
      }));

    it('[VLT23] takes purposes of the closed list and handles that name no person', () =>
      withJournal(async ({ journal, entries }) => {
        const bad = [
          { kind: 'performance' as AccessKind, by: 'researcher' },
          { kind: 'dataset' as const, by: 'Ann Example' },
          { kind: 'dataset' as const, by: 'ann@example.test' },
          { kind: 'dataset' as const, by: '' },
        ];
        for (const purpose of bad) {
          await expect(journal.beforeRead(purpose, ['a'])).rejects.toMatchObject({ code: 'bad-purpose' });
        }
        await expect(journal.beforeRead({ kind: 'dataset', by: 'job' }, [])).rejects.toMatchObject({
          code: 'bad-id',
        });
        await expect(journal.beforeRead({ kind: 'dataset', by: 'job' }, ['../a'])).rejects.toMatchObject({
          code: 'bad-id',
        });
        expect(await entries()).toHaveLength(0);
      }));

    it('[VLT24] throws when its storage fails, and gives no access', () =>
      withJournal(async ({ journal, breakStorage }) => {
        await breakStorage();
        await expect(journal.beforeRead({ kind: 'dataset', by: 'job' }, ['a'])).rejects.toMatchObject({
          name: 'JournalError',
          code: 'storage',
        });
      }));
  });
}
