import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/database/database.ts';
import { makeLog } from '../src/log.ts';
import { type StartedServer, type StartOptions, startServer } from '../src/start.ts';

/** A folder below the system's temporary one; removed by `clearFolders`. */
export function temporaryFolder(name = 'aboveboard-test-'): string {
  const folder = mkdtempSync(join(tmpdir(), name));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

export function clearFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** As whoever owns the tables, which the server itself is not: for faults that a test makes. */
export async function asOwner(server: StartedServer, statement: string): Promise<void> {
  const database = openDatabase(server.installation.inner.databaseUrl, 1);
  await database.query(statement).finally(() => database.close());
}

/** A demonstration on a port of its own. */
export function startDemonstration(options: Partial<StartOptions> = {}): Promise<StartedServer> {
  return startServer({ data: temporaryFolder(), demo: true, port: 0, log: makeLog('silent'), ...options });
}
