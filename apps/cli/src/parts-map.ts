import { writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { UsageError } from './command.ts';

/**
 * Which part of an export is of which recording: what a withdrawal needs, and what nobody else may have (MOV52). Throws
 * UsageError where a file is there already.
 */
export async function writePartsMap(file: string, parts: Readonly<Record<string, string>>): Promise<void> {
  const said = { format: 'aboveboard-export-parts', parts };
  await writeFile(file, `${JSON.stringify(said)}\n`, { mode: 0o600, flag: 'wx' }).catch((cause) => {
    throw new UsageError('--map is a new file in a folder that is there.', { cause });
  });
}

export function isWithin(file: string, folder: string): boolean {
  return !relative(resolve(folder), resolve(file)).startsWith('..');
}
