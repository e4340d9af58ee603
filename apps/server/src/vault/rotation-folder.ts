import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runningServer, takeDataFolder } from '../data-folder.ts';
import { openGivenJournal } from './given-journal.ts';
import type { RotationPlace } from './identity-rotation.ts';
import { halfStore, serverStores } from './sealed-stores.ts';
import { takeVaultFolder } from './start-vault.ts';

/** Whose folder it is, this process's alone until `release`; nothing else gives, keeps or erases meanwhile (VLT104). */
export type RotationFolder = { of: 'vault' | 'server'; place: RotationPlace; release(): void };

/** Throws a sentence: where no vault is, where one runs, or where what is written would be another user's. */
export async function takeRotationFolder(data: string, now: () => number): Promise<RotationFolder> {
  const root = resolve(data);
  const keys = join(root, 'keys');
  const has = (folder: string) => existsSync(join(folder, 'vault.age-identity'));
  if (existsSync(join(root, 'vault-address'))) {
    throw new Error(
      'The vault of this server is a process of its own. Give the folder of the vault with --data.',
    );
  }
  if (has(root)) {
    requireOwner(root);
    const unlock = takeVaultFolder(root);
    const journal = openGivenJournal(root);
    return {
      of: 'vault',
      place: { folder: root, stores: [halfStore(root)], now, note: journal.note },
      release() {
        journal.close();
        unlock();
      },
    };
  }
  if (has(keys)) {
    requireOwner(keys);
    if (runningServer(root)) throw new Error('The server runs. Stop it first: it keeps halves meanwhile.');
    const folder = await takeDataFolder(root);
    return {
      of: 'server',
      place: { folder: keys, stores: serverStores(keys), now },
      release: () => folder.release(),
    };
  }
  throw new Error(
    existsSync(join(root, 'guardian.sqlite'))
      ? 'This is a guardian’s folder. The representative changes its identity on its page.'
      : `There is no vault in ${root}. Give the folder of the vault, or of the server, with --data.`,
  );
}

/** What root wrote here the vault's user could not read any more. */
function requireOwner(folder: string): void {
  const { uid } = statSync(folder);
  if (process.getuid && process.getuid() !== uid)
    throw new Error(`${folder} is another user's. Run this as the user whose folder it is.`);
}
