import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { FrameItem } from '@aboveboard/protocol/frame-segment';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { PartLabel, PartStore, ReplacementPart } from '@aboveboard/protocol/part';
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

  frame(item: FrameItem): number {
    return this.writer.frame(item);
  }

  flush(): Promise<void> {
    return this.writer.flush();
  }
}

/** A store of parts that knows how much was put into it. */
export class CountingStore implements PartStore {
  readonly #store: PartStore;
  readonly #sizes = new Map<number, number>();
  bytes = 0;

  constructor(store: PartStore) {
    this.#store = store;
  }

  /** Parts count from 0 without a hole. */
  get parts(): number {
    return this.#sizes.size;
  }

  async put(label: PartLabel, sealed: Uint8Array): Promise<void> {
    await this.#store.put(label, sealed);
    this.#count(label.index, sealed.length);
  }

  /** The store was regrouped. */
  replaced(from: number, parts: readonly ReplacementPart[]): void {
    for (let index = this.parts - 1; index >= from; index--) {
      this.bytes -= this.#sizes.get(index) ?? 0;
      this.#sizes.delete(index);
    }
    for (const { label, sealed } of parts) this.#count(label.index, sealed.length);
  }

  get(index: number) {
    return this.#store.get(index);
  }

  async list() {
    const listed = await this.#store.list();
    this.#sizes.clear();
    this.bytes = 0;
    for (const { index, bytes } of listed) this.#count(index, bytes);
    return listed;
  }

  #count(index: number, bytes: number): void {
    this.bytes += bytes - (this.#sizes.get(index) ?? 0);
    this.#sizes.set(index, bytes);
  }
}
