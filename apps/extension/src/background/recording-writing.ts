import type { RecordingSink } from '@aboveboard/capture/recording-sink';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { PartLabel, PartSealer, PartStore } from '@aboveboard/protocol/part';
import { RecordingWriter, type WriterOptions } from '@aboveboard/protocol/recording-writer';
import type { StateItem } from '@aboveboard/protocol/state';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import type { KeyRing, RecordingKey } from '@aboveboard/vault/keyring';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { base64urlOf } from '../store/byte-text.ts';
import type { PartSpool } from '../store/part-spool.ts';

export const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** 16 random bytes, base64url: an id of a recording says nothing of anybody. */
export function freshId(): string {
  return base64urlOf(randomBytes(16));
}

export function sealerFor(key: RecordingKey): PartSealer {
  return makePartSealer(key, crypto.subtle, randomBytes);
}

/** What a session writes to: the recording's writer, with the sealed bytes and the masks counted on the way. */
export class WriterSink implements RecordingSink {
  readonly #writer: RecordingWriter;
  readonly #counter: CountingStore;
  readonly #masks: Map<string, number>;

  private constructor(writer: RecordingWriter, counter: CountingStore, masks: Map<string, number>) {
    this.#writer = writer;
    this.#counter = counter;
    this.#masks = masks;
  }

  static async open(
    options: { id: string; tickMicroseconds: 100 | 1000; spool: PartSpool; keys: KeyRing },
    from: 'new' | { masks: Manifest['masks'] },
  ): Promise<WriterSink> {
    const { id, tickMicroseconds, spool, keys } = options;
    const key = from === 'new' ? await keys.create(id) : await keys.open(id);
    const counter = new CountingStore(spool);
    const writing: WriterOptions = {
      id,
      tickMicroseconds,
      store: counter,
      sealer: sealerFor(key),
      deflate: webDeflate,
    };
    if (from === 'new') return new WriterSink(new RecordingWriter(writing), counter, new Map());
    for (const part of await spool.list()) counter.bytes += part.bytes;
    const masks = new Map(from.masks.map(({ rule, count }) => [rule, count]));
    return new WriterSink(await RecordingWriter.resume(writing), counter, masks);
  }

  get writer(): RecordingWriter {
    return this.#writer;
  }

  get bytes(): number {
    return this.#counter.bytes;
  }

  /** Parts that are durable. */
  get parts(): number {
    return this.#counter.parts;
  }

  get masks(): Manifest['masks'] {
    return [...this.#masks].map(([rule, count]) => ({ rule, count }));
  }

  event(event: RecordedEvent): void {
    if (event.kind === 'mask') this.#masks.set(event.rule, (this.#masks.get(event.rule) ?? 0) + event.count);
    this.#writer.event(event);
  }

  state(item: StateItem): number {
    return this.#writer.state(item);
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }
}

class CountingStore implements PartStore {
  readonly #spool: PartSpool;
  bytes = 0;
  parts = 0;

  constructor(spool: PartSpool) {
    this.#spool = spool;
  }

  async put(label: PartLabel, sealed: Uint8Array): Promise<void> {
    await this.#spool.put(label, sealed);
    this.bytes += sealed.length;
    this.parts = Math.max(this.parts, label.index + 1);
  }

  get(index: number) {
    return this.#spool.get(index);
  }

  async list() {
    const listed = await this.#spool.list();
    this.parts = Math.max(this.parts, listed.length);
    return listed;
  }
}
