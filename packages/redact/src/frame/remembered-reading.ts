import { type Box, crop, type Raster, sameAs } from './raster.ts';
import { type ReadingRules, type RecognisedWord, readBoxes } from './recognised-words.ts';
import { bandsOf, type Recogniser, readBand } from './recognition.ts';

/**
 * Text in the pictures of one window, which come one after another and can't wait until they are read (MASK46). A band that was
 * read opens its words in later pictures in which it is the same, pixel for pixel; a band that nobody read yet, that changed, or
 * that nobody could read is solid. Pixels that wait to be read are in memory alone, those of the newest picture.
 */
export class RememberedReading {
  readonly #recognise: Recogniser;
  readonly #rules: ReadingRules;
  readonly #onRead: () => void;
  /** By the place of a band: what was read last, the newest first. */
  readonly #read = new Map<string, ReadBand[]>();
  #size = { width: 0, height: 0 };
  #waiting: WaitingBand[] = [];
  #reading = false;
  #ended = false;

  /** `onRead`: something more would be open now. */
  constructor(recognise: Recogniser, { onRead, ...rules }: ReadingRules & { onRead: () => void }) {
    this.#recognise = recognise;
    this.#rules = rules;
    this.#onRead = onRead;
  }

  /** What may stay of it. `rest`: nothing new is read meanwhile. It keeps copies of bands, nothing of the raster itself. */
  openIn(raster: Raster, { rest = false }: { rest?: boolean } = {}): Box[] {
    const { width, height } = raster;
    if (this.#ended || width * height > PIXELS_LIMIT) return [];
    if (width !== this.#size.width || height !== this.#size.height) {
      this.#size = { width, height };
      this.#read.clear();
    }
    const words: RecognisedWord[] = [];
    this.#waiting = [];
    for (const band of bandsOf(raster)) {
      const pixels = crop(raster, band);
      const known = this.#known(band, pixels);
      if (known) words.push(...known.words);
      else if (!rest) this.#waiting.push({ band, pixels, of: this.#size });
    }
    if (!this.#reading) void this.#readOn();
    return readBoxes(words, this.#rules);
  }

  /** Nothing is open from now on, and what waited is forgotten. */
  end(): void {
    this.#ended = true;
    this.#waiting = [];
    this.#read.clear();
  }

  #known(band: Box, pixels: Raster): ReadBand | undefined {
    const whole = { x: 0, y: 0, width: pixels.width, height: pixels.height };
    return this.#read.get(String(band.y))?.find((one) => sameAs(one.pixels, whole, pixels));
  }

  async #readOn(): Promise<void> {
    this.#reading = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { band, pixels, of } = next;
      // What can't be read is remembered too: it stays solid, and is not tried again as long as it is the same.
      const words = await readBand(pixels, { band, of }, this.#recognise).catch(() => []);
      if (this.#ended || of !== this.#size) continue;
      const before = this.#read.get(String(band.y)) ?? [];
      this.#read.set(String(band.y), [{ pixels, words }, ...before].slice(0, VERSIONS));
      if (words.length > 0) this.#onRead();
    }
    this.#reading = false;
  }
}

type ReadBand = { pixels: Raster; words: readonly RecognisedWord[] };
type WaitingBand = { band: Box; pixels: Raster; of: { width: number; height: number } };

/** A caret that blinks makes two of a band. */
const VERSIONS = 2;
/** A screen of 4K: with what is remembered it takes some 100 MB, a window of 1080p some 30. */
const PIXELS_LIMIT = 3840 * 2160;
