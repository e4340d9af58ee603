import { join } from 'node:path';
import { takeProcessLock } from '../process-lock.ts';
import { BackupError } from './backup-fault.ts';

/** One process at a time makes or removes backups in a folder. Gives what lets it go. */
export function lockBackups(folder: string): () => void {
  const release = takeProcessLock(join(folder, '.backup.lock'));
  if (!release)
    throw new BackupError('busy', `Another backup is being made in ${folder}. Try again when it is done.`);
  return release;
}
