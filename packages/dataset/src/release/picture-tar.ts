import { TAR_BLOCK as BLOCK, TAR_END, tarEntry } from '../export/tar-entry.ts';

/** A tar (ustar) without times, owners or anything else of a machine: the same files, the same bytes. */
export function pictureTar(files: readonly { name: string; bytes: Uint8Array }[]): Uint8Array {
  const entries = [...files.map(({ name, bytes }) => tarEntry(name, bytes)), TAR_END];
  const tar = new Uint8Array(entries.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const entry of entries) {
    tar.set(entry, at);
    at += entry.length;
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
