import type { ElementBoxes } from './element-boxes.ts';
import type { Point, PointerAction } from './pointer-action.ts';
import { DOWN, MOVE, type SampleKind, type SampleSink, UP } from './pointer-sample.ts';

/** As ACT6, ACT20, ACT21 and ACT27 have them; milliseconds and pixels. */
const JUMP_MS = 60_000;
const DRAG_PX = 6;
const EXCURSION_PX = 24;
const REPEAT_PX = 4;
const REPEAT_MS = 500;
const SCROLL_MS = 1000;

/** What a reduction left out, counted (MOV4). */
export type ReducerCounts = { actions: number; keptPoints: number; orphans: number; clock: number };

/**
 * Makes the actions that a task keeps of its rows (MOV10 to MOV14), in bounded memory: it holds one open gesture. An
 * action is given when it is certain, which may be half a second or the next row after it ended.
 */
export class PointerReducer implements SampleSink {
  readonly counts: ReducerCounts = { actions: 0, keptPoints: 0, orphans: 0, clock: 0 };
  readonly #boxes: ElementBoxes;
  readonly #give: (action: PointerAction) => void;
  #now = Number.NEGATIVE_INFINITY;
  #press: { t: number; x: number; y: number; far: number } | null = null;
  #clicked: { t: number; x: number; y: number; count: 1 | 2 } | null = null;
  #scroll: { t: number; x: number; y: number } | null = null;

  constructor(boxes: ElementBoxes, give: (action: PointerAction) => void) {
    this.#boxes = boxes;
    this.#give = give;
  }

  sample(time: number, x: number, y: number, kind: SampleKind): void {
    const t = this.#clock(time);
    if (kind === MOVE) {
      if (this.#press !== null) this.#away(x, y);
      return;
    }
    if (kind === DOWN) this.#down(t, x, y);
    else if (kind === UP) this.#up(x, y);
    else this.#wheel(t, x, y);
  }

  /** A press that was never released is no action. */
  end(): void {
    if (this.#press !== null) {
      this.counts.orphans++;
      this.#press = null;
    }
    this.#closeClick();
    this.#closeScroll();
  }

  #clock(time: number): number {
    const first = this.#now === Number.NEGATIVE_INFINITY;
    if (!first && (time < this.#now || time - this.#now > JUMP_MS)) this.counts.clock++;
    const t = first ? time : Math.max(this.#now, time);
    if (!first && t - this.#now > JUMP_MS) this.end();
    this.#now = t;
    if (this.#clicked !== null && t - this.#clicked.t > REPEAT_MS && this.#press === null) this.#closeClick();
    if (this.#scroll !== null && t - this.#scroll.t > SCROLL_MS) this.#closeScroll();
    return t;
  }

  #down(t: number, x: number, y: number): void {
    this.#closeScroll();
    if (this.#press !== null) this.counts.orphans++;
    const before = this.#clicked;
    const repeats =
      before !== null && t - before.t <= REPEAT_MS && Math.hypot(x - before.x, y - before.y) < REPEAT_PX;
    if (!repeats) this.#closeClick();
    this.#press = { t, x, y, far: 0 };
  }

  #up(x: number, y: number): void {
    const press = this.#press;
    if (press === null) {
      this.counts.orphans++;
      return;
    }
    this.#away(x, y);
    this.#press = null;
    if (Math.hypot(x - press.x, y - press.y) > DRAG_PX || press.far > EXCURSION_PX) {
      this.#closeClick();
      this.counts.keptPoints += 2;
      const [from, to] = [
        { x: press.x, y: press.y },
        { x, y },
      ];
      const [on, over] = [this.#boxes.at(from.x, from.y), this.#boxes.at(to.x, to.y)];
      this.#finish({ kind: 'drag', on, at: from, to, over });
      return;
    }
    if (this.#clicked?.count === 2) {
      this.#click('triple-click', this.#clicked);
      this.#clicked = null;
    } else if (this.#clicked !== null) this.#clicked = { ...this.#clicked, t: press.t, count: 2 };
    else this.#clicked = { t: press.t, x: press.x, y: press.y, count: 1 };
  }

  #wheel(t: number, x: number, y: number): void {
    // Another kind of input ends a press where it is (ACT25); its release is then an orphan.
    if (this.#press !== null) {
      const press = this.#press;
      this.#press = null;
      this.#closeClick();
      this.#click('click', press);
    }
    this.#closeClick();
    if (this.#scroll === null) this.#scroll = { t, x, y };
    else this.#scroll.t = t;
  }

  #away(x: number, y: number): void {
    const press = this.#press;
    if (press !== null) press.far = Math.max(press.far, Math.hypot(x - press.x, y - press.y));
  }

  #closeClick(): void {
    const clicked = this.#clicked;
    this.#clicked = null;
    if (clicked !== null) this.#click(clicked.count === 2 ? 'double-click' : 'click', clicked);
  }

  #closeScroll(): void {
    const scroll = this.#scroll;
    this.#scroll = null;
    if (scroll !== null) this.#finish({ kind: 'scroll', on: this.#boxes.at(scroll.x, scroll.y) });
  }

  #click(kind: 'click' | 'double-click' | 'triple-click', { x, y }: Point): void {
    const on = this.#boxes.at(x, y);
    if (on.place === 'kept') this.counts.keptPoints++;
    this.#finish({ kind, on, at: on.place === 'kept' ? { x, y } : null });
  }

  #finish(action: PointerAction): void {
    this.counts.actions++;
    this.#give(action);
  }
}
