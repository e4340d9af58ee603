const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** What is drawn, and nothing said beside it: no text, time, profile or resolution. */
const DRAWN = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/** The same picture without anything but what is drawn; null: no PNG of that size. What stands after its end goes too. */
export function plainPng(
  png: Uint8Array,
  { width, height }: { width: number; height: number },
): Uint8Array | null {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (png.length < 33 || SIGNATURE.some((byte, i) => png[i] !== byte)) return null;
  const kept: Uint8Array[] = [png.subarray(0, 8)];
  let last = '';
  for (let at = 8; last !== 'IEND'; ) {
    if (at + 12 > png.length) return null;
    const end = at + 12 + view.getUint32(at);
    const kind = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (end > png.length || (last === '') !== (kind === 'IHDR')) return null;
    if (DRAWN.has(kind)) kept.push(png.subarray(at, end));
    last = kind;
    at = end;
  }
  if (view.getUint32(16) !== width || view.getUint32(20) !== height) return null;
  const plain = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of kept) {
    plain.set(part, at);
    at += part.length;
  }
  return plain;
}
