/**
 * Small text files as one tar archive (POSIX ustar), with their modes: a script that is to run stays one. Paths are
 * the planner's own and short; owner and time are left out, so the same files make the same bytes.
 */
const BLOCK = 512;

export function archiveOf(
  files: readonly { path: string; text: string; mode: string }[],
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const bodies = files.map(({ text }) => encoder.encode(text));
  const padded = (length: number) => Math.ceil(length / BLOCK) * BLOCK;
  const length = bodies.reduce((sum, body) => sum + BLOCK + padded(body.length), 2 * BLOCK);
  const archive = new Uint8Array(length);
  let at = 0;
  files.forEach(({ path, mode }, i) => {
    const body = bodies[i] ?? new Uint8Array(0);
    archive.set(header(path, mode, body.length), at);
    archive.set(body, at + BLOCK);
    at += BLOCK + padded(body.length);
  });
  return archive;
}

function header(path: string, mode: string, size: number): Uint8Array {
  const name = new TextEncoder().encode(path);
  if (name.length > 99) throw new RangeError(`a path of ${name.length} bytes does not fit`);
  const block = new Uint8Array(BLOCK);
  const put = (text: string, from: number) => block.set(new TextEncoder().encode(text), from);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  block.set(name, 0);
  put(`${mode.padStart(7, '0')}\0`, 100);
  put(`${octal(0, 7)}\0${octal(0, 7)}\0${octal(size, 11)}\0${octal(0, 11)}\0`, 108);
  put('        0', 148);
  put('ustar\x0000', 257);
  // The checksum counts itself as spaces, which stand there now.
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\0 `, 148);
  return block;
}
