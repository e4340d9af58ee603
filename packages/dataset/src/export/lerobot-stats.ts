/** Bounds, mean and deviation of each number of a feature, as they come. */
export class FeatureStats {
  readonly #numbers: { least: number; most: number; mean: number; squares: number }[] = [];
  #count = 0;

  add(values: readonly number[]): void {
    this.#count++;
    for (const [i, value] of values.entries()) {
      this.#numbers[i] ??= { least: value, most: value, mean: 0, squares: 0 };
      const at = this.#numbers[i];
      at.least = Math.min(at.least, value);
      at.most = Math.max(at.most, value);
      const off = value - at.mean;
      at.mean += off / this.#count;
      at.squares += off * (value - at.mean);
    }
  }

  said(): Record<string, number[]> {
    const of = (what: (at: { least: number; most: number; mean: number; squares: number }) => number) =>
      this.#numbers.map(what);
    return {
      min: of(({ least }) => least),
      max: of(({ most }) => most),
      mean: of(({ mean }) => mean),
      std: of(({ squares }) => Math.sqrt(squares / this.#count)),
      count: [this.#count],
    };
  }
}

/** The same of pictures, for each of red, green and blue, as fractions. */
export class PictureStats {
  readonly #channels = [0, 1, 2].map(() => ({ least: 255, most: 0, sum: 0, squares: 0 }));
  #pixels = 0;
  #count = 0;

  /** `rgb`: three bytes a pixel. */
  add(rgb: Uint8Array): void {
    this.#count++;
    this.#pixels += rgb.length / 3;
    for (const [channel, at] of this.#channels.entries()) {
      let [least, most, sum, squares] = [at.least, at.most, 0, 0];
      for (let i = channel; i < rgb.length; i += 3) {
        const value = rgb[i] as number;
        if (value < least) least = value;
        if (value > most) most = value;
        sum += value;
        squares += value * value;
      }
      this.#channels[channel] = { least, most, sum: at.sum + sum, squares: at.squares + squares };
    }
  }

  merge(more: PictureStats): void {
    this.#count += more.#count;
    this.#pixels += more.#pixels;
    for (const [channel, at] of more.#channels.entries()) {
      const own = this.#channels[channel] as typeof at;
      this.#channels[channel] = {
        least: Math.min(own.least, at.least),
        most: Math.max(own.most, at.most),
        sum: own.sum + at.sum,
        squares: own.squares + at.squares,
      };
    }
  }

  /** In the shape (3, 1, 1). */
  said(): Record<string, unknown> {
    const of = (what: (at: { least: number; most: number; mean: number; square: number }) => number) =>
      this.#channels.map(({ least, most, sum, squares }) => {
        const [mean, square] = [sum / this.#pixels, squares / this.#pixels];
        return [[what({ least, most, mean, square }) / 255]];
      });
    return {
      min: of(({ least }) => least),
      max: of(({ most }) => most),
      mean: of(({ mean }) => mean),
      std: of(({ mean, square }) => Math.sqrt(Math.max(0, square - mean * mean))),
      count: [this.#count],
    };
  }
}
