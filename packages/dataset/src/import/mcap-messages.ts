import { McapStreamReader, type McapTypes } from '@mcap/core';
import { decompress } from 'fzstd';
import type { ImportAccount } from './import-account.ts';

/** `logTime` in nanoseconds. Numbered from 1 over the whole file. */
export type McapMessage = { number: number; schema: string; logTime: bigint; data: Uint8Array };

/** One record, or what comes out of one chunk. */
const MOST_RECORD_BYTES = 64 * 1024 * 1024;
const MOST_MESSAGES = 20_000_000;
const SLICE = 64 * 1024;

class Refused extends Error {
  readonly rule: string;
  constructor(rule: string, message: string) {
    super(message);
    this.rule = rule;
  }
}

/**
 * The messages of an MCAP file of the profile `profile`, in the order of the file (IMP50, IMP51). The container
 * is read by `@mcap/core`; what it would take on trust is held against what was there: sizes of chunks, the
 * count of messages, the end. After a fault in the container nothing more is read, since nothing after it
 * can be told apart from what it lies about.
 */
export async function* mcapMessages(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  profile: string,
  account: ImportAccount,
): AsyncIterable<McapMessage> {
  const reader = new McapStreamReader({
    includeChunks: true,
    decompressHandlers: {
      zstd: inflate,
      lz4: () => {
        throw new Refused('IMP51', 'has chunks compressed by lz4, which is not read');
      },
    },
  });
  const told = new Told(profile, account);
  try {
    for await (const chunk of bytes) {
      // In slices: a record that says it is long must not make us hold a long chunk besides.
      for (let at = 0; at < chunk.length; at += SLICE) {
        reader.append(chunk.subarray(at, at + SLICE));
        for (let record = reader.nextRecord(); record; record = reader.nextRecord()) {
          const message = told.take(record);
          if (message) yield message;
        }
        if (reader.bytesRemaining() > MOST_RECORD_BYTES) {
          throw new Refused('IMP5', `has a record longer than ${MOST_RECORD_BYTES} bytes`);
        }
      }
    }
    if (!reader.done()) throw new Refused('IMP4', 'ends in the middle');
  } catch (error) {
    if (error instanceof Refused) account.fault(error.rule, name, error.message);
    // The library's words quote the content.
    else account.fault('IMP4', name, 'is not sound MCAP');
  }
}

/** Bounded by what the chunk says; what it says is bounded, and must be true. */
function inflate(bytes: Uint8Array, size: bigint): Uint8Array<ArrayBuffer> {
  if (size > BigInt(MOST_RECORD_BYTES)) {
    throw new Refused('IMP5', `has a chunk of more than ${MOST_RECORD_BYTES} bytes`);
  }
  const room = new Uint8Array(Number(size));
  if (decompress(bytes, room).length !== room.length) {
    throw new Refused('IMP51', 'has a chunk of another size than it says');
  }
  return room;
}

/** What the records have said so far. */
class Told {
  readonly #profile: string;
  readonly #account: ImportAccount;
  readonly #schemas = new Map<number, string>();
  readonly #channels = new Map<number, string>();
  #begun = false;
  #messages = 0;

  constructor(profile: string, account: ImportAccount) {
    this.#profile = profile;
    this.#account = account;
  }

  take(record: McapTypes.TypedMcapRecord): McapMessage | null {
    if (!this.#begun && record.type !== 'Header')
      throw new Refused('IMP51', 'does not begin with its header');
    switch (record.type) {
      case 'Header':
        this.#begun = true;
        if (record.profile !== this.#profile) {
          throw new Refused('IMP51', `is not of the profile ${this.#profile}`);
        }
        return null;
      case 'Schema': {
        const known = this.#schemas.get(record.id);
        if (record.id === 0 || (known !== undefined && known !== record.name)) {
          throw new Refused('IMP51', 'has two schemas of one number, or one of the number 0');
        }
        this.#schemas.set(record.id, record.name);
        return null;
      }
      case 'Channel': {
        const schema = record.schemaId === 0 ? '' : this.#schemas.get(record.schemaId);
        if (schema === undefined) throw new Refused('IMP51', 'has a channel whose schema it does not have');
        // The library refuses a number whose channel changes.
        this.#channels.set(record.id, record.messageEncoding === 'json' ? schema : '');
        return null;
      }
      case 'Message': {
        if (++this.#messages > MOST_MESSAGES) {
          throw new Refused('IMP5', `has more than ${MOST_MESSAGES} messages`);
        }
        const schema = this.#channels.get(record.channelId) ?? '';
        return { number: this.#messages, schema, logTime: record.logTime, data: record.data };
      }
      case 'Chunk':
        if (record.compression === '' && record.uncompressedSize !== BigInt(record.records.byteLength)) {
          throw new Refused('IMP51', 'has a chunk of another size than it says');
        }
        return null;
      case 'Statistics':
        if (record.messageCount !== BigInt(this.#messages)) {
          throw new Refused('IMP51', 'has another number of messages than it says');
        }
        return null;
      case 'Attachment':
      case 'Metadata':
        this.#account.reduce(record.type.toLowerCase());
        return null;
      default:
        return null;
    }
  }
}
