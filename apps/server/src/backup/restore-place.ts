import { lstatSync, readdirSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { BackupError } from './backup-fault.ts';

/** What lives is never restored over, and a backup is never built in (BAK20). `backups`: what is restored from. */
export function requireFree(data: string, backups: readonly string[]): void {
  for (const backup of backups) {
    const inside = relative(resolve(backup), data);
    if (inside === '' || !(inside === '..' || inside.startsWith(`..${sep}`)))
      throw new BackupError('occupied', `${data} is in the backup itself.`);
  }
  const info = lstatSync(data, { throwIfNoEntry: false });
  if (!info || (info.isDirectory() && readdirSync(data).length === 0)) return;
  throw new BackupError(
    'occupied',
    `${data} is not empty. A backup is restored into a folder that is empty or not there; move what is there away first.`,
  );
}
