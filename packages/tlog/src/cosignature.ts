import type { Checkpoint } from './checkpoint.ts';
import type { Hash } from './merkle.ts';
import { isSize } from './tree-size.ts';

/**
 * What a cosigner signs (tlog-cosignature; spec/log.md, LOG70-LOG74): a time, and a checkpoint that was
 * consistent with all that it had seen. The signature is `u64 time || signature`. Seconds since 1970.
 */
export const TIME_BYTES = 8;

/** Ed25519 signs the whole text, extension lines too. */
export function ed25519CosignatureMessage(time: number, text: string): Uint8Array {
  return utf8.encode(`${ED25519_HEADER}time ${time}\n${text}`);
}
export const ED25519_HEADER = 'cosignature/v1\n';

export type Subtree = { origin: string; start: number; end: number; hash: Hash };

/** Of a checkpoint `start` is 0. With another start the time must be 0: it says nothing of the newest tree. */
export function mlDsa44CosignatureMessage(cosigner: string, time: number, subtree: Subtree): Uint8Array {
  const { origin, start, end, hash } = subtree;
  if (start !== 0 && time !== 0) throw new RangeError('only the cosignature of a whole tree has a time');
  return joined([
    utf8.encode('subtree/v1\n\0'),
    shortString(cosigner),
    uint64(time),
    shortString(origin),
    uint64(start),
    uint64(end),
    hash,
  ]);
}

export function wholeTree({ origin, size, root }: Checkpoint): Subtree {
  return { origin, start: 0, end: size, hash: root };
}

/** Time and signature; null when it is too short or the time is no size (LOG1). */
export function splitTimed(timed: Uint8Array): { time: number; signature: Uint8Array } | null {
  if (timed.length <= TIME_BYTES) return null;
  const view = new DataView(timed.buffer, timed.byteOffset);
  const time = view.getUint32(0) * 2 ** 32 + view.getUint32(4);
  return isSize(time) ? { time, signature: timed.subarray(TIME_BYTES) } : null;
}

export function joinTimed(time: number, signature: Uint8Array): Uint8Array {
  return joined([uint64(time), signature]);
}

function uint64(value: number): Uint8Array {
  if (!isSize(value)) throw new RangeError('not a time or size');
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(value / 2 ** 32));
  view.setUint32(4, value % 2 ** 32);
  return bytes;
}

function shortString(text: string): Uint8Array {
  const bytes = utf8.encode(text);
  if (bytes.length < 1 || bytes.length > 255) throw new RangeError('not 1 to 255 bytes');
  return joined([Uint8Array.of(bytes.length), bytes]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const utf8 = new TextEncoder();
