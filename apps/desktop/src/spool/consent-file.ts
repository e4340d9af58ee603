import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConsentRecord, parseConsent } from '@aboveboard/consent/consent';
import { writeDurably } from './durable-file.ts';
import { missing } from './folder-keys.ts';
import type { RecorderFolder } from './recorder-folder.ts';

/** Her acts of consent, one for each, in order; withdrawn ones stay as what was agreed and until when. */
export class ConsentFile {
  readonly #path: string;
  #all: readonly ConsentRecord[];

  private constructor(path: string, all: readonly ConsentRecord[]) {
    this.#path = path;
    this.#all = all;
  }

  static async read(folder: RecorderFolder): Promise<ConsentFile> {
    const path = join(folder.path, 'consent.json');
    return new ConsentFile(path, await consentsIn(path));
  }

  get all(): readonly ConsentRecord[] {
    return this.#all;
  }

  get open(): ConsentRecord[] {
    return this.#all.filter(({ withdrawnAt }) => withdrawnAt === null);
  }

  /** Counts when it is durable. */
  async put(all: readonly ConsentRecord[]): Promise<void> {
    await writeDurably(this.#path, new TextEncoder().encode(JSON.stringify(all)));
    this.#all = all;
  }

  /** Counts at once, whatever the disk does (T1); the caller makes it durable. */
  withdrawAll(withdrawn: (one: ConsentRecord) => ConsentRecord): void {
    this.#all = this.#all.map(withdrawn);
  }
}

/** What can't be read is no consent (DSK54). Earlier recorders kept one. */
async function consentsIn(path: string): Promise<ConsentRecord[]> {
  const bytes = await readFile(path).catch(missing);
  if (!bytes) return [];
  try {
    const kept: unknown = JSON.parse(bytes.toString());
    const all = (Array.isArray(kept) ? kept : [kept]).map((one) => {
      const checked = parseConsent(one);
      if (!checked.ok) throw new RangeError('not a consent');
      return checked.value;
    });
    return all;
  } catch {
    return [];
  }
}
