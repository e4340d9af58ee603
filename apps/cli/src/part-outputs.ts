import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SampleWriter } from '@aboveboard/redact/movement/sample-text';
import { CommandFailure } from './command.ts';

/**
 * Where a task's rows go: standard output, a new file, or a new folder with a table for each part. Rows wait in memory
 * until the next flush, which is after every chunk that was read.
 */
export class PartOutputs {
  readonly #to: string | null;
  readonly #folder: boolean;
  readonly #waiting: { part: number; chunk: Uint8Array }[] = [];
  #writer: SampleWriter | null = null;
  #parts = 0;
  #written = 0;
  #file: { part: number; handle: FileHandle } | null = null;
  #made = false;

  constructor(to: string | null, folder: boolean) {
    this.#to = to;
    this.#folder = folder;
  }

  get rows(): number {
    return this.#written + (this.#writer?.rows ?? 0);
  }

  /** Throws CommandFailure where something is there already. */
  async begin(): Promise<void> {
    if (this.#to === null) return;
    try {
      if (this.#folder) await mkdir(this.#to);
      else this.#file = { part: 1, handle: await open(this.#to, 'wx') };
      this.#made = true;
    } catch {
      throw new CommandFailure('What --out names is there already, or can not be made.');
    }
  }

  /** The writer of the next part; the one before it gets nothing more. */
  next(): SampleWriter {
    this.#close();
    const part = ++this.#parts;
    this.#writer = new SampleWriter((chunk) => this.#waiting.push({ part, chunk }));
    return this.#writer;
  }

  async flush(): Promise<void> {
    for (const { part, chunk } of this.#waiting.splice(0)) {
      if (this.#to === null) {
        await new Promise<void>((resolve, reject) => {
          process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
        });
      } else await (await this.#handleOf(this.#to, part)).write(chunk);
    }
  }

  async end(): Promise<void> {
    this.#close();
    await this.flush();
    await this.#file?.handle.close();
    this.#file = null;
  }

  /** Nothing of what was written stays (MOV3), but what standard output has had. */
  async discard(): Promise<void> {
    await this.#file?.handle.close();
    this.#file = null;
    if (this.#to !== null && this.#made) await rm(this.#to, { recursive: true, force: true });
  }

  #close(): void {
    this.#writer?.end();
    this.#written += this.#writer?.rows ?? 0;
    this.#writer = null;
  }

  async #handleOf(to: string, part: number): Promise<FileHandle> {
    if (this.#file?.part === part) return this.#file.handle;
    await this.#file?.handle.close();
    const handle = await open(join(to, `part-${part}.csv`), 'wx');
    this.#file = { part, handle };
    return handle;
  }
}
