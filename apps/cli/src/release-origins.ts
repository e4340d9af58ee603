import { readFile, writeFile } from 'node:fs/promises';
import { CommandFailure, UsageError } from './command.ts';

/** A task of a release and what it was made of; it leaves the vault's job in no part of the release. */
export type TaskOrigin = { id: string; recording: string };

/**
 * Of which recording each task of a release was made. Whoever has this file can join the two, so it is written only where it is
 * asked for, and stays where the keys of recordings are.
 */
export async function writeOrigins(
  file: string,
  manifest: string,
  tasks: readonly TaskOrigin[],
): Promise<void> {
  const said = {
    format: 'aboveboard-release-origins',
    manifest,
    tasks: Object.fromEntries(tasks.map(({ id, recording }) => [id, recording])),
  };
  const text = `${JSON.stringify(said)}\n`;
  const there = await readFile(file, 'utf8').catch(() => null);
  if (there === text) return;
  if (there !== null) throw new UsageError('--origins is a file that is there already.');
  await writeFile(file, text, { mode: 0o600, flag: 'wx' });
}

/** Recordings by the ids of tasks. `manifest`: of the release that they have to be of. */
export async function readOrigins(file: string, manifest: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError('--origins is no file.');
  });
  const told = parsed(text);
  if (told?.['format'] !== 'aboveboard-release-origins' || typeof told['tasks'] !== 'object')
    throw new CommandFailure('--origins is no file that `dataset build --origins` wrote.');
  if (told['manifest'] !== manifest) throw new CommandFailure('--origins is of another release.');
  return new Map(Object.entries(told['tasks'] as Record<string, string>));
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    return null;
  }
}
