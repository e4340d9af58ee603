import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from './backup-files.ts';
import type { BackupManifest } from './backup-manifest.ts';

export type KeptBackup = { folder: string; manifest: BackupManifest };

const dayOf = (time: number) => Math.floor(time / 86_400_000);
/** Not made whole, or not wholly removed: a process was killed there. */
const UNDONE = /^\.(making|removing)-aboveboard-/;

export const makingName = (name: string) => `.making-${name}`;

export function sweepUndone(to: string): void {
  for (const name of readdirSync(to)) if (UNDONE.test(name)) rmSync(join(to, name), { recursive: true });
}

/** Whole backups of one kind of one installation, the oldest first. What is not whole is nobody's to count or remove. */
export async function keptBackups(
  to: string,
  { kind, installation }: Pick<BackupManifest, 'kind' | 'installation'>,
): Promise<KeptBackup[]> {
  const found: KeptBackup[] = [];
  for (const name of readdirSync(to)) {
    if (!name.startsWith(`aboveboard-${kind}-`)) continue;
    const folder = join(to, name);
    const manifest = await readManifest(folder).catch(() => null);
    if (manifest?.kind === kind && manifest.installation === installation) found.push({ folder, manifest });
  }
  return found.sort((a, b) => Date.parse(a.manifest.madeAt) - Date.parse(b.manifest.madeAt));
}

/**
 * Removes what is more than `keep`, and what was made `days` days ago or earlier, by the calendar: what is erased on the day of a backup
 * was promised to be in none after so many days. Never the newest. Gives the folders (BAK8).
 */
export function removeOlder(
  backups: readonly KeptBackup[],
  { keep, days, now }: { keep: number | null; days: number | null; now: number },
  onRemoving: (folder: string) => void = () => undefined,
): string[] {
  const older = backups.slice(0, -1);
  const surplus = keep === null ? [] : older.slice(0, Math.max(0, backups.length - keep));
  const expired =
    days === null
      ? []
      : older.filter(({ manifest }) => dayOf(now) - dayOf(Date.parse(manifest.madeAt)) >= days);
  const gone = [...new Set([...surplus, ...expired])].map(({ folder }) => folder);
  for (const folder of gone) {
    // First its name: what a kill leaves is no backup then.
    const removing = folder.replace(/aboveboard-[^/\\]*$/, (name) => `.removing-${name}`);
    renameSync(folder, removing);
    onRemoving(folder);
    rmSync(removing, { recursive: true });
  }
  return gone;
}
