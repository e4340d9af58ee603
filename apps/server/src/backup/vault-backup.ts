import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { storedHalfId } from '@aboveboard/vault/half-ring';
import { KeyRingError } from '@aboveboard/vault/keyring';
import type { FileLayer } from '../blobs/file-layer.ts';
import { ageIdentity } from '../keys/age-identity.ts';
import { BackupError } from './backup-fault.ts';
import { copyFolder } from './backup-files.ts';
import { VAULT_IDENTITY, watchIdentities } from './copied-identities.ts';
import { inBackups, type MadeBackup, writeBackup } from './new-backup.ts';

/**
 * A backup of a vault that is a process and a user of its own, made by that user while it runs or is stopped (spec/backup.md,
 * BAK40-BAK47). It is one of keys, and dies on the same day.
 */
export type VaultBackupOptions = {
  /** The vault's folder. */
  data: string;
  to: string;
  keep: number | null;
  /** Of the rules as they were proved just now; null: they could not be. */
  keyDays: () => Promise<number | null>;
  now: () => number;
  files?: FileLayer;
  onProgress?: (line: string) => void;
};

/** Not its socket, nor what is said of this folder alone. */
export const VAULT_FILES = [VAULT_IDENTITY, 'enrolment.json', 'rules-mark.json', 'given.jsonl'];

/** Throws BackupError. Whatever goes wrong: there is no new backup then, and the earlier ones are all there. */
export async function makeVaultBackup(options: VaultBackupOptions): Promise<MadeBackup> {
  const data = resolve(options.data);
  const to = resolve(options.to);
  const { installation } = await vaultOf(data);
  const work = () =>
    writeBackup({ ...options, kind: 'vault', installation }, async (writer, earlier) => {
      const faults: string[] = [];
      const requireSame = watchIdentities(data, 'vault');
      for (const name of VAULT_FILES) {
        const info = lstatSync(join(data, name), { throwIfNoEntry: false });
        if (info?.isFile()) await writer.write(`vault/${name}`, createReadStream(join(data, name)));
        else if (info) faults.push(`${name}: is no plain file`);
      }
      await copyFolder(join(data, 'halves'), 'vault/halves', writer, faults);
      requireSame(writer);
      if (faults.length > 0)
        throw new BackupError('source-damaged', `${data} holds what is no vault's:`, faults);
      const days = (await options.keyDays()) ?? earlier?.manifest.keyDays ?? null;
      // Without an enrolment file it has kept nothing yet (VLT95).
      if (days === null && writer.has('vault/enrolment.json'))
        throw new BackupError(
          'rules-unknown',
          'For how many days backups of keys may be kept could not be proved, and no earlier backup knows. Name the server that runs: --server.',
        );
      return { steps: [], tables: [], logs: [], shared: 0, days };
    });
  return inBackups(to, { data, work });
}

/** What is kept in a vault's folder, each half opened and forgotten. BackupError `faulty` with everything that does not hold. */
export async function checkVault(folder: string): Promise<{ held: number; destroyed: number }> {
  const { identities } = await vaultOf(folder);
  const faults: string[] = [];
  const counts = { held: 0, destroyed: 0 };
  const halves = join(folder, 'halves');
  for (const name of existsSync(halves) ? readdirSync(halves).sort() : []) {
    try {
      const id = await storedHalfId(readFileSync(join(halves, name)), identities);
      if (id === null) counts.destroyed++;
      else if (createHash('sha256').update(id).digest('hex') === name) counts.held++;
      else faults.push(`halves/${name}: is the half of another recording`);
    } catch (error) {
      if (!(error instanceof KeyRingError)) throw error;
      faults.push(`halves/${name}: ${error.message}`);
    }
  }
  if (faults.length > 0) throw new BackupError('faulty', `The halves in ${folder} do not hold:`, faults);
  return counts;
}

/** Which vault it is, by whom devices seal to. Makes nothing. */
async function vaultOf(folder: string): Promise<{ identities: string[]; installation: string }> {
  if (!lstatSync(join(folder, VAULT_IDENTITY), { throwIfNoEntry: false })?.isFile())
    throw new BackupError('no-installation', `There is no vault of its own in ${folder}.`);
  if (existsSync(join(folder, 'folder-id')))
    throw new BackupError('no-installation', `${folder} is a server's data folder and no vault's.`);
  const { identity, older, of } = await ageIdentity('vault', folder, undefined).catch((cause: Error) => {
    throw new BackupError('source-damaged', cause.message, [], { cause });
  });
  return { identities: [identity, ...older], installation: of };
}
