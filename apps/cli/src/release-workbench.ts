import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptTasks, MarkedTask } from '@aboveboard/dataset/release/kept-tasks';
import type { ReleaseWorkshop } from '@aboveboard/dataset/release/release-build';
import { roomSaid } from './build-room.ts';

/**
 * The folder of a build, as each of its processes works in it. What is under its name is whole; two that make the same write the same.
 * Whoever can write there controls all that is read: marks and digests decide what is believed (REL5).
 */
export type Workbench = Pick<ReleaseWorkshop, 'write'> & {
  kept: KeptTasks;
  /** Looks for what other processes finished since. */
  refresh(): Promise<void>;
  finished(): number;
  /** What a process left for the others, sealed; null: nothing. */
  note(name: string): Promise<Uint8Array | null>;
  leaveNote(name: string, sealed: Uint8Array): Promise<void>;
};

/** `writer`: of a process that is not the only one; it has a list of its own. */
export function openWorkbench(folder: string, writer?: string): Workbench {
  const at = (...names: string[]) => join(folder, ...names);
  const list = writer === undefined ? 'tasks.jsonl' : `tasks-${writer}.jsonl`;
  let done = new Map<string, MarkedTask>();
  return {
    write: (name, bytes) => writeWhole(folder, join('release', name), bytes),
    kept: {
      task: async (id) => done.get(id) ?? null,
      shard: (name) => bytesOf(at('release', name)),
      keep: (said) =>
        appendFile(at(list), `${JSON.stringify(said)}\n`, { mode: 0o600 }).catch((error) => {
          throw roomSaid(error);
        }),
    },
    async refresh() {
      const names = await readdir(folder);
      const found = new Map<string, MarkedTask>();
      for (const name of names.filter((one) => /^tasks(-[0-9a-f]+)?\.jsonl$/.test(one)).sort())
        for (const said of await finishedTasks(at(name))) found.set(said.entry.id, said);
      done = found;
    },
    finished: () => done.size,
    note: (name) => bytesOf(at('notes', name)),
    async leaveNote(name, sealed) {
      // Not with the folder around it: that of a build that was cancelled stays away.
      await mkdir(at('notes'), { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      await writeWhole(folder, join('notes', name), sealed);
    },
  };
}

/** Under its name there is all of it or nothing; several are written at once. */
export async function writeWhole(folder: string, name: string, bytes: Uint8Array | string): Promise<void> {
  const draft = join(folder, `draft-${randomBytes(8).toString('hex')}`);
  try {
    await writeFile(draft, bytes, { mode: 0o600 });
    await rename(draft, join(folder, name));
  } catch (error) {
    // On a full disk the half of it would take the room that the next try needs.
    await rm(draft, { force: true }).catch(() => undefined);
    throw roomSaid(error);
  }
}

function bytesOf(file: string): Promise<Uint8Array | null> {
  return readFile(file).then(
    (bytes) => new Uint8Array(bytes),
    () => null,
  );
}

/**
 * A kill may have cut the last line, and whoever has the folder may have written any: what is no task of the form is left out here, and
 * what does not bear its mark where it is asked for.
 */
async function finishedTasks(file: string): Promise<MarkedTask[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => taskIn(line) ?? []);
}

function taskIn(line: string): MarkedTask | null {
  try {
    const said = JSON.parse(line) as MarkedTask;
    return typeof said.entry.id === 'string' && typeof said.counts === 'object' ? said : null;
  } catch {
    return null;
  }
}
