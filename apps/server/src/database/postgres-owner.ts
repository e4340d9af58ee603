import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The user that PostgreSQL runs as; null: the one that this process runs as. */
export type PostgresOwner = { uid: number; gid: number; name: string } | null;

/** PostgreSQL refuses to be root: then it is the system user `postgres`, which is made if there is none. */
export async function postgresOwner(): Promise<PostgresOwner> {
  if (process.getuid?.() !== 0) return null;
  try {
    return await lookUp();
  } catch {
    try {
      await run('useradd', [
        '--system',
        '--user-group',
        '--no-create-home',
        '--shell',
        '/usr/sbin/nologin',
        'postgres',
      ]);
      return await lookUp();
    } catch (cause) {
      throw new Error(
        'PostgreSQL does not run as root, and the user "postgres" could not be made. ' +
          'Start Aboveboard as another user, or set DATABASE_URL.',
        { cause },
      );
    }
  }
}

async function lookUp(): Promise<{ uid: number; gid: number; name: string }> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout.trim())),
  );
  if (!Number.isInteger(uid) || !Number.isInteger(gid)) throw new Error('id gave no number');
  return { uid: uid as number, gid: gid as number, name: 'postgres' };
}

/** Throws a sentence when `owner` can't reach `path` because a folder above it lets nobody pass. */
export function requirePassage(path: string, owner: PostgresOwner, what: string): void {
  if (!owner) return;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) {
      throw new Error(
        `PostgreSQL runs as the user "${owner.name}", because it refuses to run as root, and that user cannot ` +
          `pass the folder ${folder} (mode ${(mode & 0o777).toString(8).padStart(4, '0')}) to reach ${what} in ${path}. ` +
          `Start as another user, move it out of ${folder}, allow passage with "chmod o+x ${folder}", or set DATABASE_URL.`,
      );
    }
    if (folder === dirname(folder)) return;
  }
}
