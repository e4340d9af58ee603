import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupError } from './backup-fault.ts';
import type { FileWriter } from './backup-files.ts';

export const VAULT_IDENTITY = 'vault.age-identity';

/**
 * Halves that are sealed anew while they are copied, before or after the identities are, may be for one that is not copied
 * (BAK48). Called before anything is; what it gives is called when all is, and throws where the identities were not the same
 * throughout. `below`: where in the backup the folder goes.
 */
export function watchIdentities(folder: string, below: string): (writer: FileWriter) => void {
  const path = join(folder, VAULT_IDENTITY);
  const digest = () =>
    existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : undefined;
  const before = digest();
  return (writer) => {
    const copied = writer.written.find((file) => file.path === `${below}/${VAULT_IDENTITY}`)?.sha256;
    if (copied === before && digest() === before) return;
    throw new BackupError(
      'busy',
      'The vault’s identities were changed while they were copied. Make it again.',
    );
  };
}
