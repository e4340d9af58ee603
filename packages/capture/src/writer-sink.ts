import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { PartLabel, PartStore } from '@aboveboard/protocol/part';
import type { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import type { StateItem } from '@aboveboard/protocol/state';
import type { RecordingSink } from './recording-sink.ts';

/** What a session writes to: a recording's writer, with the masks counted on the way. */
export class WriterSink implements RecordingSink {
  readonly writer: RecordingWriter;
  readonly #store: CountingStore;
  readonly #masks: Map<string, number>;

  /** `store` is the one that the writer writes to; `masks` what was counted before, when it goes on. */
  constructor(writer: RecordingWriter, store: CountingStore, masks: Manifest['masks'] = []) {
    this.writer = writer;
    this.#store = store;
    this.#masks = new Map(masks.map(({ rule, count }) => [rule, count]));
  }

  get bytes(): number {
    return this.#store.bytes;
  }

  get masks(): Manifest['masks'] {
    return [...this.#masks].map(([rule, count]) => ({ rule, count }));
  }

  event(event: RecordedEvent): void {
    if (event.kind === 'mask') this.#masks.set(event.rule, (this.#masks.get(event.rule) ?? 0) + event.count);
    this.writer.event(event);
  }

  state(item: StateItem): number {
    return this.writer.state(item);
  }

  flush(): Promise<void> {
    return this.writer.flush();
  }
}

/** A store of parts that knows how much was put into it. */
export class CountingStore implements PartStore {
  readonly #store: PartStore;
  bytes = 0;
  parts = 0;

  constructor(store: PartStore) {
    this.#store = store;
  }

  async put(label: PartLabel, sealed: Uint8Array): Promise<void> {
    await this.#store.put(label, sealed);
    this.bytes += sealed.length;
    this.parts = Math.max(this.parts, label.index + 1);
  }

  get(index: number) {
    return this.#store.get(index);
  }

  async list() {
    const listed = await this.#store.list();
    this.bytes = listed.reduce((sum, part) => sum + part.bytes, 0);
    this.parts = listed.length;
    return listed;
  }
}
