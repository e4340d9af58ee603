import type { KeyedEntry, LogHead, LogStep, LogStorage } from './log-storage.ts';

/** A log in memory, for tests and for verifying what is at hand. Keeps copies. */
export class MemoryLogStorage implements LogStorage {
  private kept: LogHead | null = null;
  private readonly rows: Uint8Array[] = [];
  private readonly tiles = new Map<string, Uint8Array>();
  private readonly keys = new Map<string, number>();

  async head(): Promise<LogHead | null> {
    return this.kept && { size: this.kept.size, checkpoint: Uint8Array.from(this.kept.checkpoint) };
  }

  async advance({ from, head, entries, tiles }: LogStep): Promise<boolean> {
    if ((this.kept?.size ?? null) !== from) return false;
    if (head.size !== (from ?? 0) + entries.length) throw new RangeError('a step that does not add up');
    if (entries.some(({ key }) => key !== null && this.keys.has(key))) throw new RangeError('a key twice');
    for (const entry of entries) this.keep(entry);
    for (const { level, number, hashes } of tiles)
      this.tiles.set(`${level}/${number}`, Uint8Array.from(hashes));
    this.kept = { size: head.size, checkpoint: Uint8Array.from(head.checkpoint) };
    return true;
  }

  async tile(level: number, number: number): Promise<Uint8Array | null> {
    const hashes = this.tiles.get(`${level}/${number}`);
    return hashes ? Uint8Array.from(hashes) : null;
  }

  async entries(start: number, end: number): Promise<Uint8Array[]> {
    if (end > this.rows.length) throw new RangeError('entries above the head');
    return this.rows.slice(start, end).map((bytes) => Uint8Array.from(bytes));
  }

  async indexOf(key: string): Promise<number | null> {
    return this.keys.get(key) ?? null;
  }

  private keep({ bytes, key }: KeyedEntry): void {
    if (key !== null) this.keys.set(key, this.rows.length);
    this.rows.push(Uint8Array.from(bytes));
  }
}
