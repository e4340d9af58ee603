import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Where an installation lives if nobody says: ABOVEBOARD_DATA; `.data` in the current folder where there is
 * one or where the repository is; else the user's own place for data.
 */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env, current = process.cwd()): string {
  if (env['ABOVEBOARD_DATA']) return resolve(env['ABOVEBOARD_DATA']);
  const local = join(current, '.data');
  if (existsSync(local) || existsSync(join(current, 'apps', 'cli', 'bin', 'aboveboard.js'))) return local;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'aboveboard');
  // Root's home lets nobody pass, and PostgreSQL runs as another user then.
  if (userInfo().uid === 0) return '/var/lib/aboveboard';
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'aboveboard');
}
