import { createReadStream, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ImportSource } from '@aboveboard/dataset/import/import-account';
import { UsageError } from './command.ts';

/** A folder, or one file under whatever name the importer asks for, as a source. Throws UsageError for neither. */
export function importSource(path: string, soleFile: string | null): ImportSource {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new UsageError('There is nothing at that path.');
  if (found.isFile()) {
    if (soleFile === null) throw new UsageError(`That is a file (${basename(path)}); this kind is a folder.`);
    return { open: (name) => (name === soleFile ? createReadStream(path) : null) };
  }
  return {
    open(name) {
      const file = join(path, name);
      return statSync(file, { throwIfNoEntry: false })?.isFile() ? createReadStream(file) : null;
    },
  };
}
