import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

/**
 * `writer`: of a process that is not the only one; it has a list of its own. Files are read and written at once: they are small, and a
 * build has nothing else to do meanwhile.
 */
export function openWorkbench(folder: string, writer?: string): Workbench {
  const at = (...names: string[]) => join(folder, ...names);
  const list = writer === undefined ? 'tasks.jsonl' : `tasks-${writer}.jsonl`;
  let done = new Map<string, MarkedTask>();
  return {
    async write(name, bytes) {
      // A shard's name is its digest, by which it is believed: it needs no other name while it is written.
      if (name.startsWith('shards/'))
        orNothing(at('release', name), (file) => writeFileSync(file, bytes, { mode: 0o600 }));
      else writeWhole(folder, join('release', name), bytes);
    },
    kept: {
      task: async (id) => done.get(id) ?? null,
      shard: async (name) => bytesOf(at('release', name)),
      async keep(said) {
        try {
          appendFileSync(at(list), `${JSON.stringify(said)}\n`, { mode: 0o600 });
        } catch (error) {
          throw roomSaid(error);
        }
      },
    },
    async refresh() {
      const names = readdirSync(folder);
      const found = new Map<string, MarkedTask>();
      for (const name of names.filter((one) => /^tasks(-[0-9a-f]+)?\.jsonl$/.test(one)).sort())
        for (const said of finishedTasks(at(name))) found.set(said.entry.id, said);
      done = found;
    },
    finished: () => done.size,
    note: async (name) => bytesOf(at('notes', name)),
    async leaveNote(name, sealed) {
      // Not with the folder around it: that of a build that was cancelled stays away.
      try {
        mkdirSync(at('notes'), { mode: 0o700 });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      writeWhole(folder, join('notes', name), sealed);
    },
  };
}

/** Under its name there is all of it or nothing; several are written at once. */
export function writeWhole(folder: string, name: string, bytes: Uint8Array | string): void {
  orNothing(join(folder, `draft-${randomBytes(8).toString('hex')}`), (draft) => {
    writeFileSync(draft, bytes, { mode: 0o600 });
    renameSync(draft, join(folder, name));
  });
}

/** On a full disk the half of it would take the room that the next try needs (REL122). */
function orNothing(file: string, write: (file: string) => void): void {
  try {
    write(file);
  } catch (error) {
    rmSync(file, { force: true });
    throw roomSaid(error);
  }
}

function bytesOf(file: string): Uint8Array | null {
  try {
    return new Uint8Array(readFileSync(file));
  } catch {
    return null;
  }
}

/**
 * A kill may have cut the last line, and whoever has the folder may have written any: what is no task of the form is left out here, and
 * what does not bear its mark where it is asked for.
 */
function finishedTasks(file: string): MarkedTask[] {
  const text = bytesOf(file);
  return text === null
    ? []
    : new TextDecoder()
        .decode(text)
        .split('\n')
        .flatMap((line) => taskIn(line) ?? []);
}

function taskIn(line: string): MarkedTask | null {
  try {
    const said = JSON.parse(line) as MarkedTask;
    return typeof said.entry.id === 'string' && typeof said.counts === 'object' ? said : null;
  } catch {
    return null;
  }
}
