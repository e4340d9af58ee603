import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeepValue, Kept } from '@aboveboard/capture/line/kept-value';
import type { RecorderFolder } from './recorder-folder.ts';

const NAME = 'closed-words';

/** What she wants closed wherever it stands (MASK19, DSK68): sealed in the recorder's folder, in no recording and in nothing that is sent. */
export class ClosedWords {
  readonly #kept: Kept<string[]>;
  readonly #file: string;

  constructor(folder: RecorderFolder, keep: KeepValue) {
    this.#kept = keep<string[]>(NAME);
    this.#file = join(folder.path, 'values', NAME);
  }

  /** Null: there are some that can't be opened. Then nothing may be recorded as if there were none (T14). */
  async all(): Promise<readonly string[] | null> {
    const words = await this.#kept.get();
    if (words !== null) return words;
    const isThere = await access(this.#file).then(
      () => true,
      () => false,
    );
    return isThere ? null : [];
  }

  keep(words: readonly string[]): Promise<void> {
    return this.#kept.put([...words]);
  }
}
