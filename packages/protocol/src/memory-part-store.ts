import { RecordingError } from './fault.ts';
import type { PartLabel, RegroupingStore, ReplacementPart } from './part.ts';

/** Keeps the parts of one recording in memory; for tests, demonstrations, and rewriting a recording. */
export class MemoryPartStore implements RegroupingStore {
  readonly #parts = new Map<number, { kind: PartLabel['kind']; sealed: Uint8Array }>();

  async put(label: PartLabel, sealed: Uint8Array): Promise<void> {
    const known = this.#parts.get(label.index);
    if (known && !(known.kind === label.kind && isSame(known.sealed, sealed))) {
      throw new RecordingError([
        { rule: 'REC71', at: `part ${label.index}`, message: 'other bytes are kept under this index' },
      ]);
    }
    if (!known) this.#parts.set(label.index, { kind: label.kind, sealed: sealed.slice() });
  }

  async replaceFrom(from: number, parts: readonly ReplacementPart[]): Promise<boolean> {
    for (const index of [...this.#parts.keys()]) if (index >= from) this.#parts.delete(index);
    for (const { label, sealed } of parts) {
      this.#parts.set(label.index, { kind: label.kind, sealed: sealed.slice() });
    }
    return true;
  }

  async get(index: number): Promise<{ kind: PartLabel['kind']; sealed: Uint8Array } | null> {
    const part = this.#parts.get(index);
    return part ? { kind: part.kind, sealed: part.sealed.slice() } : null;
  }

  async list(): Promise<{ index: number; kind: PartLabel['kind']; bytes: number }[]> {
    return [...this.#parts]
      .map(([index, { kind, sealed }]) => ({ index, kind, bytes: sealed.length }))
      .sort((a, b) => a.index - b.index);
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
