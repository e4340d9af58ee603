import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeAgeWrapper } from '@aboveboard/vault/age-wrapper';
import { makeJournal } from '@aboveboard/vault/journal';
import { makeStoredKeyRing } from '@aboveboard/vault/stored-keyring';
import { generateHybridIdentity } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partStoreContract } from '../../../packages/protocol/test/part-store-contract.ts';
import { journalContract } from '../../../packages/vault/test/journal-contract.ts';
import { keyRingContract } from '../../../packages/vault/test/keyring-contract.ts';
import { type BlobStore, openBlobStore } from '../src/blobs/blob-store.ts';
import { migrate } from '../src/database/migrate.ts';
import { makeKeyedLock } from '../src/keyed-lock.ts';
import { ageIdentity } from '../src/keys/age-identity.ts';
import { makeJournalRows } from '../src/keys/journal-rows.ts';
import { openKeyFiles } from '../src/keys/key-files.ts';
import { noGrants } from '../src/recordings/demonstration-grants.ts';
import { makePartShelf } from '../src/recordings/part-shelf.ts';
import { random } from './device.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { clearFolders, temporaryFolder } from './server.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

/** Uploads of the parts that the contract puts, by recording; all in one database and one folder. */
const shelves = async () => {
  const { database } = await server.fresh();
  await migrate(database);
  const folder = temporaryFolder();
  return { database, folder };
};
let place: ReturnType<typeof shelves> | undefined;
const uploads = new Map<string, string>();
const opened: BlobStore[] = [];

async function openShelf(recording: string) {
  place ??= shelves();
  const { database, folder } = await place;
  if (!uploads.has(recording)) {
    const id = randomBytes(16).toString('hex');
    uploads.set(recording, id);
    await database.query(
      `insert into upload (id, contributor, recording, announcement, state, touched_on)
       values ($1, 'test', $2, $3, 'open', current_date)`,
      [id, recording, randomBytes(32)],
    );
  }
  const blobs = await openBlobStore(folder, { owner: true });
  opened.push(blobs);
  return makePartShelf(uploads.get(recording) as string, { database, blobs, digestLock: makeKeyedLock() });
}

partStoreContract('rows and files', {
  open: openShelf,
  reopen: openShelf,
  close: async () => {
    for (const blobs of opened.splice(0)) await blobs.close();
  },
});

keyRingContract('key files', async () => {
  const folder = temporaryFolder();
  const identity = await generateHybridIdentity();
  return {
    open: async (identities) =>
      makeStoredKeyRing({
        store: await openKeyFiles(join(folder, 'recordings'), { owner: true }),
        wrapper: await makeAgeWrapper(identity),
        random,
        identities,
      }),
  };
});

journalContract('rows', async () => {
  const { database } = await server.fresh();
  await migrate(database);
  return {
    journal: makeJournal({
      storage: makeJournalRows({
        database,
        uses: { record: async () => ({ index: 0 }) },
        grants: noGrants,
        mayOpen: async () => undefined,
        keys: { entered: () => undefined },
      }),
      now: Date.now,
      random,
    }),
    entries: async () => {
      const rows = await database.query<{
        entry: string;
        at: Date;
        kind: never;
        by: string;
        recordings: string[];
      }>('select * from access_entry order by position');
      return rows.map(({ entry, at, kind, by, recordings }) => ({
        entry,
        at: at.getTime(),
        purpose: { kind, by },
        ids: recordings,
      }));
    },
    breakStorage: async () => {
      await database.query('alter table access_entry rename to elsewhere');
    },
  };
});

describe('key files', () => {
  it('are for their owner alone, and name no recording', async () => {
    const folder = join(temporaryFolder(), 'recordings');
    const store = await openKeyFiles(folder, { owner: true });
    await store.put('AAAAAAAAAAAAAAAAAAAAAA', Buffer.from('wrapped'));
    const [name, ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(name).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(join(folder, name as string)).mode & 0o777).toBe(0o600);
  });

  it('the vault identity is made once, hybrid, and a demonstration one is refused in production', async () => {
    const folder = temporaryFolder();
    const made = await ageIdentity('vault', folder, 'demonstration');
    expect(made.recipient).toMatch(/^age1pq1/);
    expect(await ageIdentity('vault', folder, 'demonstration')).toEqual(made);
    expect(statSync(join(folder, 'vault.age-identity')).mode & 0o777).toBe(0o600);
    await expect(ageIdentity('vault', folder, 'production')).rejects.toThrow('was made by a demonstration');
  });
});
