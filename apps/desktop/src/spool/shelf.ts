import { webcrypto } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GoneRecipients, HalfRecipients } from '@aboveboard/capture/line/half-recipients';
import type { Manifest, Signal } from '@aboveboard/protocol/manifest';
import type { RecordingSummary } from '@aboveboard/protocol/recording-summary';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { writeDurably } from './durable-file.ts';
import { missing } from './folder-keys.ts';
import { PartFolder } from './part-folder.ts';
import type { RecorderFolder } from './recorder-folder.ts';

/** What is known of a recording beside its parts; sealed under its own key, and gone with it. */
export type ShelfRow = {
  id: string;
  state: 'recording' | 'reviewing' | 'cooling' | 'uploading' | 'released';
  week: string;
  tickMicroseconds: 100 | 1000;
  task: Manifest['task'];
  signals: Signal[];
  agreement: NonNullable<Manifest['agreement']>;
  /** Digest of the consent under which it was made; null or missing: a demonstration. */
  receipt?: string | null;
  /** Why it ended without her act. */
  ended?:
    | 'crash'
    | 'duration'
    | 'size'
    | 'cpu'
    | 'memory'
    | 'storage'
    | 'source'
    | 'indicator'
    | 'permission';
  milliseconds?: number;
  release?: Release;
};

/** Released by her: it may leave at `uploadAt` and not before; `recallUntil` is when the cooling time ends. */
export type Release = {
  /** The recording that it is the result of; gone with its key once this row is durable. */
  from: string;
  recallUntil: number;
  uploadAt: number;
  /** Both halves of its key, sealed, base64url, and what is announced of it; made when it leaves. */
  leaving?: { vault: string; guardian: string; summary: RecordingSummary; to?: HalfRecipients };
  /** Whom nothing is sealed to any more, by the server's word (UPL61). */
  gone?: GoneRecipients;
  sent: number;
  parts: number;
  fault?: string;
  /** She asked for its erasure, which the server has not confirmed yet. */
  erasing?: true;
};

const ID = /^[A-Za-z0-9_-]{22}$/;

/** Rows of all recordings on this device. */
export class Shelf {
  readonly #folder: RecorderFolder;
  readonly #keys: KeyRing;

  constructor(folder: RecorderFolder, keys: KeyRing) {
    this.#folder = folder;
    this.#keys = keys;
  }

  parts(id: string): PartFolder {
    return new PartFolder(this.#folder.recordings, id);
  }

  async put(row: ShelfRow): Promise<void> {
    const sealer = await this.#sealer(row.id);
    const plain = new TextEncoder().encode(JSON.stringify(row));
    await writeDurably(this.#pathOf(row.id), await sealer.seal(plain, label(row.id)));
  }

  /** Null: there is none, or its key is gone. */
  async get(id: string): Promise<ShelfRow | null> {
    if (!ID.test(id)) return null;
    const sealed = await readFile(this.#pathOf(id)).catch(missing);
    if (!sealed) return null;
    try {
      const plain = await (await this.#sealer(id)).open(new Uint8Array(sealed), label(id));
      return JSON.parse(new TextDecoder().decode(plain)) as ShelfRow;
    } catch {
      return null;
    }
  }

  async all(): Promise<ShelfRow[]> {
    const names = (await readdir(this.#folder.recordings)).filter((name) => name.endsWith('.row'));
    const rows = await Promise.all(names.map((name) => this.get(name.slice(0, -'.row'.length))));
    return rows.filter((row) => row !== null);
  }

  /** What a cut left behind: results that were not released, and originals of what was. Before anything else uses the shelf. */
  async sweep(): Promise<void> {
    const rows = await this.all();
    for (const { release } of rows) {
      if (release && rows.some(({ id }) => id === release.from)) await this.destroy(release.from);
    }
    const known = new Set(rows.map(({ id }) => id));
    for (const entry of await readdir(this.#folder.recordings, { withFileTypes: true })) {
      if (entry.isDirectory() && ID.test(entry.name) && !known.has(entry.name))
        await this.destroy(entry.name);
    }
  }

  /** Its key first: what a cut leaves behind can't be read. */
  async destroy(id: string): Promise<void> {
    await this.#keys.destroy(id);
    await rm(this.#pathOf(id), { force: true });
    await this.parts(id).remove();
  }

  async #sealer(id: string) {
    const random = (length: number) => webcrypto.getRandomValues(new Uint8Array(length));
    return makePartSealer(await this.#keys.open(id), webcrypto.subtle as SubtleCrypto, random);
  }

  #pathOf(id: string): string {
    return join(this.#folder.recordings, `${id}.row`);
  }
}

function label(recording: string) {
  return { recording, index: 0, kind: 'row' };
}
