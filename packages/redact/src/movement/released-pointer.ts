import type { Drawing } from './drawing.ts';
import type { ElementBox, ElementBoxes } from './element-boxes.ts';
import type { Point, PointerAction } from './pointer-action.ts';
import { DOWN, MOVE, type SampleSink, UP, WHEEL } from './pointer-sample.ts';
import { POPULATION } from './population.ts';
import { STANDARD_SCREEN } from './screen-geometry.ts';

/** Where every task's pointer sets out from: the middle of the standard screen (MOV24). */
const ORIGIN: Point = { x: STANDARD_SCREEN.width / 2, y: STANDARD_SCREEN.height / 2 };

/** As ACT20 has it. */
const DRAG_PX = 6;

/**
 * Acts out what a task keeps, as people in general would (MOV20 to MOV25). What it gives is a function of the actions and
 * of the draws alone: it never sees a time or a way of the person's.
 */
export class ReleasedPointer {
  readonly #draws: Drawing;
  readonly #boxes: ElementBoxes;
  readonly #out: SampleSink;
  readonly #pixel: { across: number; down: number };
  #t = 0;
  #here: Point = ORIGIN;
  #before: PointerAction['kind'] | null = null;
  #placed = true;

  /** `pixel`: how many standard pixels one of the person's screen is. */
  constructor(draws: Drawing, boxes: ElementBoxes, out: SampleSink, pixel = { across: 1, down: 1 }) {
    this.#draws = draws;
    this.#pixel = pixel;
    this.#boxes = boxes;
    this.#out = out;
  }

  /** False: its element is so covered by others that no place in it was found, and its middle was taken. */
  act(action: PointerAction): boolean {
    this.#placed = true;
    this.#wait(POPULATION.hesitation);
    if (this.#before === 'scroll' && action.kind === 'scroll') this.#t += POPULATION.scrollApartMs;
    else if (this.#before !== null && action.kind !== 'scroll') this.#t += POPULATION.apartMs;
    switch (action.kind) {
      case 'click':
      case 'double-click':
      case 'triple-click':
        this.#click(action);
        break;
      case 'drag':
        this.#drag(action);
        break;
      case 'scroll':
        this.#scroll(action.on);
        break;
    }
    this.#before = action.kind;
    return this.#placed;
  }

  #click({ kind, on, at }: Extract<PointerAction, { at: Point | null }>): void {
    this.#go(at === null ? this.#placeOn(on) : this.#keptPlace(at));
    this.#wait(POPULATION.dwell);
    const times = kind === 'click' ? 1 : kind === 'double-click' ? 2 : 3;
    for (let i = 0; i < times; i++) {
      if (i > 0) this.#wait(POPULATION.repeat);
      this.#give(DOWN);
      this.#wait(POPULATION.hold);
      this.#give(UP);
    }
  }

  #drag(action: Extract<PointerAction, { kind: 'drag' }>): void {
    const [at, to] = [this.#keptPlace(action.at), this.#keptPlace(action.to)];
    this.#go(at);
    this.#wait(POPULATION.dwell);
    this.#give(DOWN);
    this.#wait(POPULATION.grip);
    // One that came back to where it began is told from a click by how far away it was (ACT20).
    if (Math.hypot(to.x - at.x, to.y - at.y) <= DRAG_PX) this.#go({ x: at.x + 30, y: at.y });
    this.#go(to);
    this.#wait(POPULATION.grip);
    this.#give(UP);
  }

  #scroll(on: ElementBox): void {
    if (this.#boxes.at(this.#here.x, this.#here.y).id !== on.id) this.#go(this.#placeOn(on));
    this.#wait(POPULATION.dwell);
    const [median, spread] = POPULATION.turns;
    const turns = Math.max(1, Math.round(this.#draws.around(median, spread)));
    for (let i = 0; i < turns; i++) {
      if (i > 0) this.#wait(POPULATION.turn);
      this.#give(WHEEL);
    }
  }

  /** Somewhere in the pixel that it was in: the raster of scaled pixels would tell the size of the screen (MOV22). */
  #keptPlace(at: Point): Point {
    const { across, down } = this.#pixel;
    if (across === 1 && down === 1) return at;
    const on = this.#boxes.at(at.x, at.y).id;
    const place = {
      x: Math.floor(at.x + (this.#draws.unit() - 0.5) * across),
      y: Math.floor(at.y + (this.#draws.unit() - 0.5) * down),
    };
    return this.#boxes.at(place.x, place.y).id === on ? place : at;
  }

  /** Where the element itself is hit, and not another that lies on it. */
  #placeOn(on: ElementBox): Point {
    for (let i = 0; i < TRIES; i++) {
      const place = placeIn(on, this.#draws, i < 8 ? POPULATION.place.spread : Number.POSITIVE_INFINITY);
      if (this.#boxes.at(place.x, place.y).id === on.id) return place;
    }
    this.#placed = false;
    return placeIn(on, this.#draws);
  }

  /** A minimum-jerk motion along a slightly bent way, sampled at a fixed pace. */
  #go(to: Point): void {
    const from = this.#here;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const distance = Math.hypot(dx, dy);
    if (distance < 1) {
      this.#here = to;
      this.#give(MOVE);
      return;
    }
    const { base, slope, width, spread, longest } = POPULATION.motion;
    const takes = Math.min(
      longest,
      this.#draws.around(base + slope * Math.log2(1 + distance / width), spread),
    );
    const bend = POPULATION.bend * this.#draws.normal();
    const began = this.#t;
    for (let after = POPULATION.sampleMs; after < takes; after += POPULATION.sampleMs) {
      const share = after / takes;
      const along = share * share * share * (10 - 15 * share + 6 * share * share);
      const aside = bend * Math.sin(Math.PI * along);
      this.#t = began + after;
      const x = Math.round(from.x + dx * along - dy * aside);
      const y = Math.round(from.y + dy * along + dx * aside);
      this.#out.sample(Math.round(this.#t), Math.max(0, x), Math.max(0, y), MOVE);
    }
    this.#t = began + takes;
    this.#here = to;
    this.#give(MOVE);
  }

  #wait([median, spread]: readonly [number, number]): void {
    this.#t += this.#draws.around(median, spread);
  }

  #give(kind: typeof MOVE | typeof DOWN | typeof UP | typeof WHEEL): void {
    this.#out.sample(Math.round(this.#t), this.#here.x, this.#here.y, kind);
  }
}

/** Draws for a place in an element that others cover in part; the later ones are even over the box. */
const TRIES = 200;

/**
 * A place in the box as people hit it: near its middle, never at its edge; a whole pixel where one fits (MOV21). With an infinite
 * spread it is drawn evenly.
 */
export function placeIn(box: ElementBox, draws: Drawing, spread: number = POPULATION.place.spread): Point {
  return {
    x: inSpan(box.x, box.width, draws, spread),
    y: inSpan(box.y, box.height, draws, spread),
  };
}

function inSpan(from: number, length: number, draws: Drawing, spread: number): number {
  const { inner } = POPULATION.place;
  const half = inner / 2;
  const even = spread === Number.POSITIVE_INFINITY;
  const aside = even ? draws.unit() - 0.5 : Math.max(-half, Math.min(half, spread * draws.normal()));
  const drawn = from + length * (0.5 + aside);
  const whole = Math.round(drawn);
  return whole >= from && whole < from + length ? whole : drawn;
}
