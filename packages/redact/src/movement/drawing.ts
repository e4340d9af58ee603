/**
 * Draws from a ChaCha12 key stream (RFC 8439 with 12 rounds, block counter only). A cipher and not a fast generator:
 * what is drawn is published, and from it nobody may work out what else was drawn (MOV6). The key comes from the
 * platform's randomness, is used for one task, and is not kept.
 */
export class Drawing {
  readonly #state = new Uint32Array(16);
  readonly #block = new Uint32Array(16);
  #at = 16;
  #spare: number | null = null;

  /** Throws RangeError unless `key` has 32 bytes. */
  constructor(key: Uint8Array) {
    if (key.length !== 32) throw new RangeError('a key of a drawing has 32 bytes');
    const view = new DataView(key.buffer, key.byteOffset, 32);
    this.#state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
    for (let i = 0; i < 8; i++) this.#state[4 + i] = view.getUint32(4 * i, true);
  }

  /** A whole number of 32 bits. */
  bits(): number {
    if (this.#at === 16) this.#refill();
    return this.#block[this.#at++] as number;
  }

  /** From 0 to below 1. */
  unit(): number {
    return this.bits() / 0x1_0000_0000;
  }

  /** A whole number from 0 to below `n`, which is at most 2^26. */
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  /** Of the standard normal distribution. */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    const angle = 2 * Math.PI * this.unit();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Of the log-normal distribution with that median, kept within three spreads. */
  around(median: number, spread: number): number {
    return median * Math.exp(spread * Math.max(-3, Math.min(3, this.normal())));
  }

  #refill(): void {
    const x = this.#block;
    const state = this.#state;
    x.set(state);
    for (let round = 0; round < 6; round++) {
      quarter(x, 0, 4, 8, 12);
      quarter(x, 1, 5, 9, 13);
      quarter(x, 2, 6, 10, 14);
      quarter(x, 3, 7, 11, 15);
      quarter(x, 0, 5, 10, 15);
      quarter(x, 1, 6, 11, 12);
      quarter(x, 2, 7, 8, 13);
      quarter(x, 3, 4, 9, 14);
    }
    for (let i = 0; i < 16; i++) x[i] = (x[i] as number) + (state[i] as number);
    state[12] = (state[12] as number) + 1;
    if (state[12] === 0) state[13] = (state[13] as number) + 1;
    this.#at = 0;
  }
}

function quarter(x: Uint32Array, a: number, b: number, c: number, d: number): void {
  x[a] = (x[a] as number) + (x[b] as number);
  x[d] = turned((x[d] as number) ^ (x[a] as number), 16);
  x[c] = (x[c] as number) + (x[d] as number);
  x[b] = turned((x[b] as number) ^ (x[c] as number), 12);
  x[a] = (x[a] as number) + (x[b] as number);
  x[d] = turned((x[d] as number) ^ (x[a] as number), 8);
  x[c] = (x[c] as number) + (x[d] as number);
  x[b] = turned((x[b] as number) ^ (x[c] as number), 7);
}

function turned(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
