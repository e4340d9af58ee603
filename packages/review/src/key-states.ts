import type { Deflate } from '@aboveboard/protocol/part';
import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  RRWEB_META,
  SOURCE_MUTATION,
  type StateChange,
  type StateItem,
} from '@aboveboard/protocol/state';
import { StateTree } from '@aboveboard/protocol/state-tree';

/**
 * From where a replay can begin: for each surface a row of whole states, made from the stream of states as
 * it is read once, packed. `t` of a key: all changes with that tick or an earlier one are in it.
 */
export type KeyState = { t: number; load: () => Promise<StateItem[]> };

type Kept = { t: number; packed: Uint8Array };

/** Changes of the tree after which a new key is worth its bytes: some 10 ms of replaying at most. */
const KEY_AFTER = 400;
/** Packed bytes that all keys may take; above it every other one goes. */
const MOST_BYTES = 48 * 1024 * 1024;
const MOST_UNPACKED = 256 * 1024 * 1024;

export class KeyStates {
  readonly #deflate: Deflate;
  readonly #surfaces = new Map<number, { tree: StateTree; keys: Kept[]; since: number }>();
  readonly #waiters: { t: number; wake: () => void }[] = [];
  #t = -1;
  #bytes = 0;
  #every = KEY_AFTER;

  constructor(deflate: Deflate) {
    this.#deflate = deflate;
  }

  /** All states before this tick have been read. */
  get upTo(): number {
    return this.#t;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return [...this.#surfaces.values()].reduce((sum, { keys }) => sum + keys.length, 0);
  }

  /** The next part of the stream. Contradictions are left out, as the replayer leaves them out. */
  async add(items: readonly StateItem[]): Promise<void> {
    for (const item of items) {
      if (item.t > this.#t) await this.#turn(item.t);
      const surface = this.#surface(item.surface);
      surface.tree.apply(item.event);
      surface.since += item.event.type === RRWEB_FULL_SNAPSHOT ? this.#every : weight(item.event);
    }
  }

  /** The stream is at its end. */
  async close(): Promise<void> {
    await this.#turn(Number.MAX_SAFE_INTEGER);
  }

  /** The nearest key at or before `t`, of those that there are by now. */
  before(surface: number, t: number): KeyState | null {
    const keys = this.#surfaces.get(surface)?.keys ?? [];
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((keys[middle] as Kept).t <= t) low = middle + 1;
      else high = middle;
    }
    const key = keys[low - 1];
    return key ? { t: key.t, load: () => this.#load(surface, key) } : null;
  }

  /** Resolves when all states up to `t` have been read. */
  reached(t: number): Promise<void> {
    if (this.#t > t) return Promise.resolve();
    return new Promise((wake) => this.#waiters.push({ t, wake }));
  }

  /** A tick is over: what is due is kept as it was at its end. */
  async #turn(next: number): Promise<void> {
    for (const surface of this.#surfaces.values()) {
      if (surface.since < this.#every || surface.tree.root === null) continue;
      surface.since = 0;
      const bytes = new TextEncoder().encode(JSON.stringify(surface.tree.snapshot()));
      const packed = await this.#deflate.deflate(bytes);
      surface.keys.push({ t: this.#t, packed });
      this.#bytes += packed.length;
    }
    if (this.#bytes > MOST_BYTES) this.#thin();
    this.#t = next;
    for (const waiter of this.#waiters.splice(0)) {
      if (waiter.t < next) waiter.wake();
      else this.#waiters.push(waiter);
    }
  }

  #thin(): void {
    this.#every *= 2;
    this.#bytes = 0;
    for (const surface of this.#surfaces.values()) {
      surface.keys = surface.keys.filter((_, i) => i % 2 === 0);
      for (const key of surface.keys) this.#bytes += key.packed.length;
    }
  }

  async #load(surface: number, key: Kept): Promise<StateItem[]> {
    const bytes = await this.#deflate.inflate(key.packed, MOST_UNPACKED);
    const changes = JSON.parse(new TextDecoder().decode(bytes)) as StateChange[];
    return changes.map((event) => ({ t: key.t, surface, event }));
  }

  #surface(id: number): { tree: StateTree; keys: Kept[]; since: number } {
    let surface = this.#surfaces.get(id);
    if (!surface) {
      surface = { tree: new StateTree({ onFault: () => undefined }), keys: [], since: 0 };
      this.#surfaces.set(id, surface);
    }
    return surface;
  }
}

function weight(change: StateChange): number {
  if (change.type !== RRWEB_INCREMENTAL || change.data.source !== SOURCE_MUTATION) return 1;
  const { adds, removes, texts, attributes } = change.data;
  return adds.length + removes.length + texts.length + attributes.length;
}

/** What of a row of items of one surface a fresh stage needs: from the last full snapshot on, with its meta. */
export function fromLastSnapshot(items: readonly StateItem[]): StateItem[] {
  const at = items.findLastIndex((item) => item.event.type === RRWEB_FULL_SNAPSHOT);
  if (at < 0) return [];
  const meta = items.slice(0, at).findLast((item) => item.event.type === RRWEB_META);
  return [...(meta ? [meta] : []), ...items.slice(at)];
}
