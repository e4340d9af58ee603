import type { Drawing } from './drawing.ts';
import { ElementBoxes } from './element-boxes.ts';
import { NoisedTargets } from './noised-targets.ts';
import { PointerReducer, type ReducerCounts } from './pointer-reducer.ts';
import type { SampleKind, SampleSink } from './pointer-sample.ts';
import { ReleasedPointer } from './released-pointer.ts';
import { OnStandardScreen, type ScreenSize, STANDARD_SCREEN, scaleOf } from './screen-geometry.ts';

/** What a track still says of the person (MOV2). */
export type MovementLevel = 'vault' | 'release' | 'open';

export type DeidentificationOptions = {
  level: MovementLevel;
  boxes: ElementBoxes;
  draws: Drawing;
  /** What the rows' screen was; its places and boxes come out on the standard one. Without it they stay as they are. */
  screen?: ScreenSize;
  /** Begins a new part after so many actions (MOV27): `next` is asked where its rows go and for draws of its own. */
  parts?: { actions: number; next: () => { out: SampleSink; draws: Drawing } };
  /** At `open`: how much one action may give away (MOV32). */
  epsilon?: number;
};

/** `misplaced`: actions on elements that others cover so far that no place in them was found (MOV21). */
export type DeidentificationCounts = ReducerCounts & { misplaced: number; parts: number };

/**
 * One task's rows at a level. Give it every row in order, then `end`; what it gives goes to `out` as it becomes
 * certain. Memory does not grow with the number of rows.
 */
export class Deidentification implements SampleSink {
  readonly #sink: SampleSink;
  readonly #reducer: PointerReducer | null;
  #misplaced = 0;
  #parts = 1;

  /** Throws RangeError where the level is `open` and epsilon is no number above 0. */
  constructor(out: SampleSink, options: DeidentificationOptions) {
    const { level, draws, epsilon, parts, screen = STANDARD_SCREEN } = options;
    if (level === 'vault') {
      this.#sink = out;
      this.#reducer = null;
      return;
    }
    const pixel = scaleOf(screen);
    const boxes = options.boxes.scaled(pixel);
    // Noise moves actions to squares, whatever lies there.
    const around = level === 'open' ? new ElementBoxes() : boxes;
    const noise = level === 'open' ? new NoisedTargets(draws, epsilon ?? Number.NaN) : null;
    let pointer = new ReleasedPointer(draws, around, out, pixel);
    let acted = 0;
    this.#reducer = new PointerReducer(boxes, (action) => {
      if (parts !== undefined && acted === parts.actions) {
        const next = parts.next();
        pointer = new ReleasedPointer(next.draws, around, next.out, pixel);
        this.#parts++;
        acted = 0;
      }
      acted++;
      if (!pointer.act(noise === null ? action : noise.instead(action))) this.#misplaced++;
    });
    const scaled = pixel.across !== 1 || pixel.down !== 1;
    this.#sink = scaled ? new OnStandardScreen(screen, this.#reducer) : this.#reducer;
  }

  sample(t: number, x: number, y: number, kind: SampleKind): void {
    this.#sink.sample(t, x, y, kind);
  }

  /** What was kept and what was left out; null at `vault`, where nothing is. */
  end(): DeidentificationCounts | null {
    if (this.#reducer === null) return null;
    this.#reducer.end();
    return { ...this.#reducer.counts, misplaced: this.#misplaced, parts: this.#parts };
  }
}
