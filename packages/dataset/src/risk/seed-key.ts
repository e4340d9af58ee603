/** The key of an attacker's or a split's draws: the same for the same name and seed, so that a figure can be had again. */
export function seedKey(name: string, seed: number): Uint8Array {
  const text = new TextEncoder().encode(`${name}:${seed}`);
  const key = new Uint8Array(32);
  for (const [i, byte] of text.entries()) {
    const at = i % 32;
    key[at] = ((key[at] as number) * 31 + byte + i) & 0xff;
  }
  return key;
}
