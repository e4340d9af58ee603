import type { GeometryEvent, NavigateEvent, StateEvent } from '@aboveboard/protocol/event';
import type { Place } from './action.ts';

/** More surfaces than this at once are not told apart: the oldest is forgotten. */
const MOST_SURFACES = 4096;

/** What is known of one surface at the present event. */
export type SurfaceView = {
  readonly surface: number;
  width: number | null;
  height: number | null;
  settled: SettledState | null;
  /** The settled state at an earlier tick than that one. */
  earlier: SettledState | null;
  /** Since the last settled state something changed. */
  changing: boolean;
  /** When it last began to change, or went on changing. */
  changed: number | null;
  origin: string | null;
  path: string | null;
  /** Its address was said since the last gap or pause. */
  placed: boolean;
};

export type SettledState = { t: number; state: number };

/** A place with the viewport that it was in, so that places before and after a resize compare (ACT23). */
export type Spot = Place & { width: number | null; height: number | null };

export class SurfaceViews {
  readonly #views = new Map<number, SurfaceView>();
  #front: SurfaceView | null = null;
  /** A focus event has said which is in front; before that it is a guess. */
  #told = false;

  /** The one in front; before anything was said, surface 0. */
  get front(): SurfaceView {
    return this.#front ?? this.of(0);
  }

  of(surface: number): SurfaceView {
    const known = this.#views.get(surface);
    if (known !== undefined) return known;
    if (this.#views.size >= MOST_SURFACES) {
      const oldest = this.#views.keys().next().value;
      if (oldest !== undefined) this.#views.delete(oldest);
    }
    const fresh: SurfaceView = {
      surface,
      width: null,
      height: null,
      settled: null,
      earlier: null,
      changing: false,
      changed: null,
      origin: null,
      path: null,
      placed: false,
    };
    this.#views.set(surface, fresh);
    return fresh;
  }

  /** True when another surface came to the front than was said to be there. */
  bringToFront(surface: number): boolean {
    const changed = this.#told && this.#front?.surface !== surface;
    this.#front = this.of(surface);
    this.#told = true;
    return changed;
  }

  close(surface: number): void {
    this.#views.delete(surface);
    if (this.#front?.surface === surface) this.#front = null;
  }

  resize(event: GeometryEvent): void {
    const view = this.of(event.surface);
    view.width = event.viewport.width;
    view.height = event.viewport.height;
    this.#front ??= view;
  }

  change(event: StateEvent, t: number): void {
    const view = this.of(event.surface);
    view.changing = !event.settled;
    if (!event.settled) view.changed = t;
    else {
      if (view.settled !== null && view.settled.t < t) view.earlier = view.settled;
      view.settled = { t, state: event.index };
    }
  }

  navigate(event: NavigateEvent): void {
    const view = this.of(event.surface);
    view.origin = event.origin;
    view.path = event.path;
    view.placed = true;
  }

  /** After a gap no earlier state is known (ACT12), nor where a surface is (ACT40). */
  forgetStates(): void {
    for (const view of this.#views.values()) {
      view.settled = null;
      view.earlier = null;
      view.changing = false;
      view.placed = false;
    }
  }

  spot(x: number, y: number): Spot {
    const { width, height } = this.front;
    return {
      x,
      y,
      nx: width ? x / width : null,
      ny: height ? y / height : null,
      width,
      height,
    };
  }
}

export function placeOf({ x, y, nx, ny }: Spot): Place {
  return { x, y, nx, ny };
}

/** In pixels; across a resize by fractions times the viewport of `a` (ACT23). */
export function distance(a: Spot, b: Spot): number {
  if (a.width === b.width && a.height === b.height) return Math.hypot(a.x - b.x, a.y - b.y);
  if (a.nx === null || a.ny === null || b.nx === null || b.ny === null) {
    return Math.hypot(a.x - b.x, a.y - b.y);
  }
  return Math.hypot((a.nx - b.nx) * (a.width ?? 0), (a.ny - b.ny) * (a.height ?? 0));
}
