import type { Drawing } from './drawing.ts';
import { type ElementBox, GRID_PX, square } from './element-boxes.ts';
import type { PointerAction } from './pointer-action.ts';

/** The standard screen, in squares of the grid: 40 by 22. */
const COLUMNS = 40;
const ROWS = 22;

/**
 * Randomised response over the squares of the standard screen (MOV32): with a chance that epsilon sets an action stays on
 * its square, otherwise it goes to one drawn evenly from all. For any two squares the chances of any outcome differ by at
 * most a factor of e^epsilon. That is what one action's target gives away, and with it the direction and the length of
 * the way there; a task of n actions gives away up to n times as much. Kinds and their order stay.
 */
export class NoisedTargets {
  readonly #draws: Drawing;
  readonly #stay: number;

  /** Throws RangeError unless `epsilon` is a number from above 0 to 20. */
  constructor(draws: Drawing, epsilon: number) {
    if (!(epsilon > 0 && epsilon <= 20)) throw new RangeError('epsilon is a number above 0, at most 20');
    this.#draws = draws;
    const more = Math.expm1(epsilon);
    this.#stay = more / (more + COLUMNS * ROWS);
  }

  /** The action in its place. A drag is noised at both ends, which gives away twice as much; its points are drawn anew. */
  instead(action: PointerAction): PointerAction {
    const on = this.#elsewhere(action.on);
    switch (action.kind) {
      case 'scroll':
        return { kind: 'scroll', on };
      case 'drag': {
        const over = this.#elsewhere(action.over);
        return { kind: 'drag', on, over, at: this.#point(on), to: this.#point(over) };
      }
      default:
        return { kind: action.kind, on, at: null };
    }
  }

  #elsewhere(box: ElementBox): ElementBox {
    if (this.#draws.unit() < this.#stay) {
      const column = Math.floor((box.x + box.width / 2) / GRID_PX);
      const row = Math.floor((box.y + box.height / 2) / GRID_PX);
      return this.#square(Math.max(0, Math.min(COLUMNS - 1, column)), Math.max(0, Math.min(ROWS - 1, row)));
    }
    return this.#square(this.#draws.below(COLUMNS), this.#draws.below(ROWS));
  }

  #square(column: number, row: number): ElementBox {
    return square(column * GRID_PX, row * GRID_PX);
  }

  #point({ x, y }: ElementBox): { x: number; y: number } {
    return { x: x + this.#draws.below(GRID_PX), y: y + this.#draws.below(GRID_PX) };
  }
}
