import type { PathPoint } from './action.ts';

/** At most `most` points of a path of any length: when full, every second one goes, and so on (ACT26). */
export class DragPath {
  readonly #most: number;
  #points: PathPoint[] = [];
  #stride = 1;
  #skipped = 0;
  #latest: PathPoint;

  constructor(first: PathPoint, most: number) {
    this.#most = most;
    this.#points.push(first);
    this.#latest = first;
  }

  add(t: number, x: number, y: number): void {
    this.#latest = { t, x, y };
    if (++this.#skipped < this.#stride) return;
    this.#skipped = 0;
    this.#points.push(this.#latest);
    if (this.#points.length < this.#most) return;
    this.#points = this.#points.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  points(): PathPoint[] {
    return this.#points.at(-1) === this.#latest ? this.#points : [...this.#points, this.#latest];
  }
}
