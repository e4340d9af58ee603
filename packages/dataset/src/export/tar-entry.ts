export const TAR_BLOCK = 512;

/** What ends a tar. */
export const TAR_END = new Uint8Array(2 * TAR_BLOCK);

/** A file of a tar (ustar), without times, owners or anything else of a machine. Throws RangeError for a name over 99 bytes. */
export function tarEntry(name: string, bytes: Uint8Array): Uint8Array {
  const entry = new Uint8Array(TAR_BLOCK + Math.ceil(bytes.length / TAR_BLOCK) * TAR_BLOCK);
  entry.set(headerOf(name, bytes.length));
  entry.set(bytes, TAR_BLOCK);
  return entry;
}

function headerOf(name: string, size: number): Uint8Array {
  const header = new Uint8Array(TAR_BLOCK);
  const put = (at: number, text: string) => header.set(new TextEncoder().encode(text), at);
  if (new TextEncoder().encode(name).length > 99)
    throw new RangeError('a name in a tar has at most 99 bytes');
  put(0, name);
  put(100, '0000600\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(148, '        ');
  put(156, '0');
  put(257, 'ustar\x0000');
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return header;
}
