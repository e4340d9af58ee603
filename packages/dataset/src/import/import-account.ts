import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Fault } from '@aboveboard/protocol/fault';
import type { StateItem } from '@aboveboard/protocol/state';

/** Bytes of the files that are imported. Opened twice: once to look for faults, once to write (IMP2). */
export interface ImportSource {
  /** `events.jsonl`, without a folder. Null: there is no such file. */
  open(name: string): AsyncIterable<Uint8Array> | null;
}

export type ImportItem = { event: RecordedEvent } | { state: StateItem };

/** Reads one foreign format. Faults go into the account; what it gives then does not count. */
export type Importer = {
  /** As in `manifest.origin.format`. */
  format: string;
  tickMicroseconds: 100 | 1000;
  read(source: ImportSource, account: ImportAccount): AsyncIterable<ImportItem>;
};

const MOST_FAULTS = 100;

/** What became of every item of the source: kept, or reduced by a rule; and all that is wrong with it (IMP1). */
export class ImportAccount {
  kept = 0;
  readonly reduced = new Map<string, number>();
  readonly faults: Fault[] = [];
  /** What the source says the task was, cleared of identity. */
  task = '';
  #unlisted = 0;

  reduce(rule: string): void {
    this.reduced.set(rule, (this.reduced.get(rule) ?? 0) + 1);
  }

  /** Bounded: the first hundred are listed, the others counted. */
  fault(rule: string, at: string, message: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push({ rule, at, message });
    else this.#unlisted++;
  }

  allFaults(): Fault[] {
    if (this.#unlisted === 0) return this.faults;
    return [...this.faults, { rule: 'IMP3', at: 'source', message: `and ${this.#unlisted} more faults` }];
  }

  origin(format: string): { format: string; kept: number; reduced: { rule: string; count: number }[] } {
    const reduced = [...this.reduced].map(([rule, count]) => ({ rule, count }));
    return { format, kept: this.kept, reduced: reduced.sort((a, b) => (a.rule < b.rule ? -1 : 1)) };
  }
}
