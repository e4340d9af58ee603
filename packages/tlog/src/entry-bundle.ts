import { type Checked, fault, faulty } from './log-fault.ts';
import { TILE_WIDTH } from './tile.ts';

/** Of tlog-tiles: the length of an entry is written in 16 bits (LOG30). */
export const ENTRY_BYTES_LIMIT = 65_535;
export const BUNDLE_BYTES_LIMIT = TILE_WIDTH * (2 + ENTRY_BYTES_LIMIT);

/** Each entry behind its length, big-endian. RangeError for one that is too long. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > ENTRY_BYTES_LIMIT) throw new RangeError('an entry has at most 65,535 bytes');
    bytes[at] = entry.length >> 8;
    bytes[at + 1] = entry.length & 0xff;
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

/** Exactly `width` entries and nothing after them; views into `bytes`. */
export function parseBundle(bytes: Uint8Array, width: number): Checked<Uint8Array[]> {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (entries.length === width) return faulty(fault('LOG31', `byte ${at}`, 'more than the bundle holds'));
    const start = at + 2;
    const end = start + ((bytes[at] as number) << 8) + (bytes[at + 1] ?? 0);
    if (end > bytes.length || start > bytes.length) {
      return faulty(fault('LOG31', `byte ${at}`, 'an entry is cut off'));
    }
    entries.push(bytes.subarray(start, end));
    at = end;
  }
  if (entries.length < width) {
    return faulty(fault('LOG31', `byte ${at}`, `${entries.length} of ${width} entries`));
  }
  return { ok: true, value: entries };
}
