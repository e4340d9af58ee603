import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What lies in a folder, in base64, by names that begin with a slash. */
export function folderFiles(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return new Map(
    names.map((one) => {
      const path = join(one.parentPath, one.name);
      return [path.slice(folder.length), readFileSync(path).toString('base64')] as const;
    }),
  );
}
