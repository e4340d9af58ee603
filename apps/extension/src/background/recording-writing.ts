import { CountingStore, WriterSink } from '@aboveboard/capture/writer-sink';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { PartSealer } from '@aboveboard/protocol/part';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';
import {
  RecordingWriter,
  type ReplaceParts,
  type WriterOptions,
} from '@aboveboard/protocol/recording-writer';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import type { KeyRing, RecordingKey } from '@aboveboard/vault/keyring';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import type { PartSpool } from '../store/part-spool.ts';

export const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

export const freshId = () => freshRecordingId(randomBytes);

export function sealerFor(key: RecordingKey): PartSealer {
  return makePartSealer(key, crypto.subtle, randomBytes);
}

/** What leaves has few lengths (SEAL8); what stays on this device has no use for them. */
export function releaseSealerFor(key: RecordingKey): PartSealer {
  return makePartSealer(key, crypto.subtle, randomBytes, { padded: true });
}

/**
 * The sink of a session over the spool: for a new recording with a key of its own, or for one that goes on, with
 * the masks that were counted before.
 */
export async function openSink(
  options: { id: string; tickMicroseconds: 100 | 1000; spool: PartSpool; keys: KeyRing },
  from: 'new' | { masks: Manifest['masks'] },
): Promise<SpoolSink> {
  const { id, tickMicroseconds, spool, keys } = options;
  const key = from === 'new' ? await keys.create(id) : await keys.open(id);
  const store = new CountingStore(spool);
  const writing: WriterOptions = {
    id,
    tickMicroseconds,
    store,
    sealer: sealerFor(key),
    deflate: webDeflate,
    regroups: true,
  };
  const writer = from === 'new' ? new RecordingWriter(writing) : await RecordingWriter.resume(writing);
  const sink = new WriterSink(writer, store, from === 'new' ? [] : from.masks);
  const replace: ReplaceParts = async (index, parts) => {
    const done = await spool.replaceFrom(index, parts);
    if (done) store.replaced(index, parts);
    return done;
  };
  return { sink, store, regroup: (when) => writer.regroup(replace, when) };
}

export type SpoolSink = {
  sink: WriterSink;
  store: CountingStore;
  /** Gives how many parts there are now; null: they are as they were. */
  regroup: (when?: 'enough' | 'whatever') => Promise<number | null>;
};
