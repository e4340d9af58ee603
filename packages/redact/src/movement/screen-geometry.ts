import type { SampleKind, SampleSink } from './pointer-sample.ts';

/** A screen or viewport in pixels. */
export type ScreenSize = { width: number; height: number };

/** What every released track is on (MOV24). */
export const STANDARD_SCREEN: ScreenSize = { width: 1920, height: 1080 };

/** Passes rows on in pixels of the standard screen: the middle of the pixel that they were in (MOV24). */
export class OnStandardScreen implements SampleSink {
  readonly #out: SampleSink;
  readonly #across: number;
  readonly #down: number;

  constructor(screen: ScreenSize, out: SampleSink) {
    const { across, down } = scaleOf(screen);
    this.#out = out;
    this.#across = across;
    this.#down = down;
  }

  sample(t: number, x: number, y: number, kind: SampleKind): void {
    const across = this.#across === 1 ? x : (x + 0.5) * this.#across;
    const down = this.#down === 1 ? y : (y + 0.5) * this.#down;
    this.#out.sample(t, across, down, kind);
  }
}

/** Standard pixels for one of this screen. Throws RangeError at a screen without size. */
export function scaleOf({ width, height }: ScreenSize): { across: number; down: number } {
  if (!(width >= 1 && height >= 1)) throw new RangeError('a screen has a width and a height in pixels');
  return { across: STANDARD_SCREEN.width / width, down: STANDARD_SCREEN.height / height };
}

/** Sizes that screens commonly have, as browsers tell them. */
const USUAL: readonly ScreenSize[] = [
  { width: 1024, height: 768 },
  { width: 1280, height: 720 },
  { width: 1280, height: 800 },
  { width: 1280, height: 1024 },
  { width: 1366, height: 768 },
  { width: 1440, height: 900 },
  { width: 1536, height: 864 },
  { width: 1600, height: 900 },
  { width: 1680, height: 1050 },
  { width: 1920, height: 1080 },
  { width: 1920, height: 1200 },
  { width: 2560, height: 1080 },
  { width: 2560, height: 1440 },
  { width: 3440, height: 1440 },
  { width: 3840, height: 2160 },
];

/**
 * The smallest usual screen that holds every place: for tables that do not tell theirs. Where none does, just what
 * holds them.
 */
export function usualScreen(right: number, bottom: number): ScreenSize {
  const fits = USUAL.filter(({ width, height }) => right < width && bottom < height);
  const least = fits.reduce<ScreenSize | null>(
    (a, b) => (a === null || b.width * b.height < a.width * a.height ? b : a),
    null,
  );
  return least ?? { width: Math.max(1, Math.ceil(right + 1)), height: Math.max(1, Math.ceil(bottom + 1)) };
}
