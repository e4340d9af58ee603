import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasStarted, processStart } from '../process-start.ts';
import { BackupError } from './backup-fault.ts';

/**
 * One process at a time makes or removes backups in a folder. A lock whose process is gone is taken over. Gives what
 * lets it go.
 */
export function lockBackups(folder: string): () => void {
  const lock = join(folder, '.backup.lock');
  const draft = `${lock}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, started: processStart(process.pid) }), {
    mode: 0o600,
    flag: 'wx',
  });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        // link(2) fails when the name exists: of two that begin at once one gets it.
        linkSync(draft, lock);
        return () => rmSync(lock, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if (isHeld(lock)) break;
      const aside = `${draft}.aside`;
      try {
        renameSync(lock, aside);
      } catch {
        continue;
      }
      // Somebody else may have taken over in between: then it is his.
      if (isHeld(aside)) linkSync(aside, lock);
      rmSync(aside, { force: true });
    }
    throw new BackupError('busy', `Another backup is being made in ${folder}. Try again when it is done.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

function isHeld(lock: string): boolean {
  try {
    const holder = JSON.parse(readFileSync(lock, 'utf8')) as { pid: number; started: string };
    return hasStarted(holder.pid, holder.started);
  } catch {
    return false;
  }
}
