const BLOCK = 512;

/** A tar (ustar) without times, owners or anything else of a machine: the same files, the same bytes. */
export function pictureTar(files: readonly { name: string; bytes: Uint8Array }[]): Uint8Array {
  const padded = (length: number) => Math.ceil(length / BLOCK) * BLOCK;
  const size = files.reduce((sum, { bytes }) => sum + BLOCK + padded(bytes.length), 2 * BLOCK);
  const tar = new Uint8Array(size);
  let at = 0;
  for (const { name, bytes } of files) {
    tar.set(headerOf(name, bytes.length), at);
    tar.set(bytes, at + BLOCK);
    at += BLOCK + padded(bytes.length);
  }
  return tar;
}

/** Of a tar that `pictureTar` made. Throws RangeError for another. */
export function readPictureTar(tar: Uint8Array): { name: string; bytes: Uint8Array }[] {
  const files: { name: string; bytes: Uint8Array }[] = [];
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const text = (from: number, length: number) =>
      new TextDecoder().decode(tar.subarray(at + from, at + from + length)).replace(/\0.*$/s, '');
    const name = text(0, 100);
    const size = Number.parseInt(text(124, 12), 8);
    const end = at + BLOCK + size;
    if (!Number.isInteger(size) || end > tar.length) throw new RangeError('not a tar of pictures');
    files.push({ name, bytes: tar.slice(at + BLOCK, end) });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function headerOf(name: string, size: number): Uint8Array {
  const header = new Uint8Array(BLOCK);
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
