/** Reads no more than `most` bytes of a body; throws RangeError for a longer one. */
export async function limitedBody(
  pieces: AsyncIterable<Uint8Array> | null | undefined,
  most: number,
): Promise<Buffer> {
  const read: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces ?? []) {
    length += piece.length;
    if (length > most) throw new RangeError('the answer has too many bytes');
    read.push(piece);
  }
  return Buffer.concat(read);
}
