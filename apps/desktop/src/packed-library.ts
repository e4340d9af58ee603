import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getAssetKeys, getRawAsset } from 'node:sea';

/**
 * A native library out of the program itself, where the recorder is one file. The system's loader takes files alone, so for
 * the moment of loading it lies in a new folder that nobody else may look into; nothing is left there, and nothing that lay
 * there before is ever loaded. Throws where no folder lets libraries be loaded.
 */
export function loadPackedLibrary(name: RegExp, environment: NodeJS.ProcessEnv = process.env): unknown {
  const keys = getAssetKeys();
  const library = keys.find((key) => name.test(key));
  if (!library) throw new Error('The program holds no such library.');
  const places = [environment['XDG_RUNTIME_DIR'], tmpdir()].filter((one) => one !== undefined);
  const faults: unknown[] = [];
  for (const place of places) {
    try {
      return loadedIn(mkdtempSync(join(place, 'aboveboard-library-')), library, keys);
    } catch (error) {
      faults.push(error);
    }
  }
  throw new AggregateError(
    faults,
    `A library of this program can not be loaded from ${places.join(' or ')}.`,
  );
}

function loadedIn(folder: string, library: string, keys: readonly string[]): unknown {
  try {
    for (const key of keys) {
      const path = join(folder, key);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, new Uint8Array(getRawAsset(key)), { mode: 0o500, flag: 'wx' });
    }
    const module = { exports: {} as unknown };
    process.dlopen(module, join(folder, library));
    return module.exports;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
