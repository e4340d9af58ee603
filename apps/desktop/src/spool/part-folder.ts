import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingError } from '@aboveboard/protocol/fault';
import type { PartLabel, PartStore } from '@aboveboard/protocol/part';
import { syncFolder, writeDurably } from './durable-file.ts';
import { missing } from './folder-keys.ts';

const PART = /^(\d{6})\.(events|states|frames|manifest)$/;

/** The sealed parts of one recording, a file each. Passes the protocol's contract of part stores. */
export class PartFolder implements PartStore {
  readonly #path: string;
  #made = false;

  constructor(recordings: string, id: string) {
    this.#path = join(recordings, id);
  }

  async put({ index, kind }: PartLabel, sealed: Uint8Array): Promise<void> {
    const known = await this.get(index);
    if (known) {
      if (known.kind === kind && Buffer.from(known.sealed).equals(sealed)) return;
      const message = 'other bytes are kept under this index';
      throw new RecordingError([{ rule: 'REC71', at: `part ${index}`, message }]);
    }
    if (!this.#made) {
      await mkdir(this.#path, { recursive: true, mode: 0o700 });
      await syncFolder(join(this.#path, '..'));
      this.#made = true;
    }
    await writeDurably(join(this.#path, nameOf(index, kind)), sealed);
  }

  async get(index: number): Promise<{ kind: PartLabel['kind']; sealed: Uint8Array } | null> {
    for (const kind of ['events', 'states', 'frames', 'manifest'] as const) {
      const sealed = await readFile(join(this.#path, nameOf(index, kind))).catch(missing);
      if (sealed) return { kind, sealed: new Uint8Array(sealed) };
    }
    return null;
  }

  async list(): Promise<{ index: number; kind: PartLabel['kind']; bytes: number }[]> {
    const names = (await readdir(this.#path).catch(missing)) ?? [];
    const parts: { index: number; kind: PartLabel['kind']; bytes: number }[] = [];
    for (const name of names) {
      const [, index, kind] = PART.exec(name) ?? [];
      if (index === undefined) continue;
      const { size } = await stat(join(this.#path, name));
      parts.push({ index: Number(index), kind: kind as PartLabel['kind'], bytes: size });
    }
    return parts.sort((a, b) => a.index - b.index);
  }

  /** Takes away the parts from `index` on: what a crash left torn. */
  async cutFrom(index: number): Promise<void> {
    for (const part of await this.list()) {
      if (part.index >= index) await rm(join(this.#path, nameOf(part.index, part.kind)));
    }
    await syncFolder(this.#path);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
  }
}

function nameOf(index: number, kind: PartLabel['kind']): string {
  return `${String(index).padStart(6, '0')}.${kind}`;
}
