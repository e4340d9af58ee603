/** Every order equally likely (Fisher and Yates), without the bias of a remainder. */
export function shuffled<T>(items: readonly T[], random: (length: number) => Uint8Array): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = below(i + 1, random);
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}

/** A number from 0 up to but not including `limit`, every one equally likely. */
function below(limit: number, random: (length: number) => Uint8Array): number {
  const fair = Math.floor(2 ** 32 / limit) * limit;
  for (;;) {
    const bytes = random(4);
    if (bytes.length !== 4) throw new RangeError('the randomness is too short');
    const drawn = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
    if (drawn < fair) return drawn % limit;
  }
}
