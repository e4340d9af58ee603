import { dirname } from 'node:path';
import type { FileLayer } from '../src/blobs/file-layer.ts';

/**
 * A disk that forgets what was not synced. Names and contents each have what a reader sees now and what a
 * power cut would leave; `cut` chooses by `chance` for everything in between whether it happened to reach
 * the disk, as a real one does. `failAt` ends the process (every call throws) at the n-th operation.
 */
export class ForgetfulDisk implements FileLayer {
  #files = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  #folders = new Set<string>();
  #operations = 0;
  #dead = false;
  failAt = Number.POSITIVE_INFINITY;
  /** Seeded holes: syncs that say that they were done. */
  lies: { file?: boolean; folder?: boolean } = {};

  get operations(): number {
    return this.#operations;
  }

  #step(): void {
    if (this.#dead) throw new Error('the process is gone');
    if (this.#operations++ >= this.failAt) {
      this.#dead = true;
      throw new Error('the process is gone');
    }
  }

  async makeFolder(path: string): Promise<void> {
    this.#step();
    this.#folders.add(path);
  }

  async create(path: string) {
    this.#step();
    if (this.#files.has(path)) throw Object.assign(new Error('exists'), { code: 'EEXIST' });
    const inode: Inode = { now: new Uint8Array(), synced: null };
    this.#files.set(path, inode);
    return {
      write: async (bytes: Uint8Array) => {
        this.#step();
        inode.now = bytes.slice();
      },
      sync: async () => {
        this.#step();
        if (!this.lies.file) inode.synced = inode.now.slice();
      },
      close: async () => this.#step(),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step();
    const inode = this.#files.get(from);
    if (!inode) throw Object.assign(new Error('none'), { code: 'ENOENT' });
    this.#files.delete(from);
    this.#files.set(to, inode);
  }

  async openFolder(path: string) {
    this.#step();
    return {
      sync: async () => {
        this.#step();
        if (this.lies.folder) return;
        for (const name of this.#names(path)) {
          const inode = this.#files.get(name);
          if (inode) this.#durable.set(name, inode);
          else this.#durable.delete(name);
        }
      },
      close: async () => undefined,
    };
  }

  async read(path: string): Promise<Uint8Array | null> {
    this.#step();
    return this.#files.get(path)?.now.slice() ?? null;
  }

  async remove(path: string): Promise<void> {
    this.#step();
    this.#files.delete(path);
  }

  async names(path: string): Promise<string[]> {
    this.#step();
    const below = [...this.#files.keys(), ...this.#folders].filter((name) => dirname(name) === path);
    return below.map((name) => name.slice(path.length + 1));
  }

  #names(folder: string): string[] {
    return [...new Set([...this.#files.keys(), ...this.#durable.keys()])].filter(
      (name) => dirname(name) === folder,
    );
  }

  /** The power fails; what is there when it comes back. */
  cut(chance: () => number): void {
    const kept = new Map<string, Inode>();
    for (const name of new Set([...this.#files.keys(), ...this.#durable.keys()])) {
      const [now, then] = [this.#files.get(name), this.#durable.get(name)];
      const inode = now === then || chance() < 0.5 ? then : now;
      if (inode) kept.set(name, inode);
    }
    for (const inode of new Set(kept.values())) {
      // What was not synced may be there in part, or as a file of the right length that holds nothing.
      const unsynced =
        chance() < 0.5
          ? inode.now.slice(0, Math.floor(chance() * inode.now.length))
          : new Uint8Array(inode.now.length);
      inode.now = inode.synced ?? unsynced;
      inode.synced = inode.now;
    }
    this.#files = new Map(kept);
    this.#durable = new Map(kept);
    this.#dead = false;
    this.failAt = Number.POSITIVE_INFINITY;
    this.#operations = 0;
  }
}

type Inode = { now: Uint8Array; synced: Uint8Array | null };

/** mulberry32: the same seed, the same chances. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
