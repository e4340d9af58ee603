import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hasStarted, processStart } from './process-start.ts';

/**
 * The file `lock` is this process's, and of no other that lives; a lock whose process is gone is taken over. Gives what lets it go;
 * null: another process has it.
 */
export function takeProcessLock(lock: string): (() => void) | null {
  const draft = `${lock}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, JSON.stringify({ pid: process.pid, started: processStart(process.pid) }), {
      mode: 0o600,
      flag: 'wx',
    });
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
    return null;
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
