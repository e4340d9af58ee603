import type { Action, Place } from './action.ts';
import { frameKey } from './frame-plan.ts';
import type { Frame, FrameMark, FrameWant } from './frame-source.ts';

/** What windows are brought to (MOV60): the size of a window is one of three, and not one of thousands. */
const STANDARD_WINDOWS: readonly { width: number; height: number }[] = [
  { width: 800, height: 600 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
];

/** The one whose width is nearest, which is what pages are laid out by. */
export function standardWindow({ width }: { width: number }): { width: number; height: number } {
  const apart = (one: { width: number }) => Math.abs(Math.log(one.width / Math.max(1, width)));
  return STANDARD_WINDOWS.reduce((a, b) => (apart(b) < apart(a) ? b : a));
}

/**
 * Asks for frames in a standard window, and finds for each action where its place is in that. Frames that kept the window's own size
 * are counted.
 */
export class StandardWindows {
  readonly #marks = new Map<string, { action: number; mark: FrameMark }[]>();
  readonly #places = new Map<number, { x: number; y: number }>();
  /** Frames that have the window's own size (MOV61). */
  kept = 0;

  constructor(actions: readonly Action[]) {
    for (const action of actions) {
      const at = 'at' in action ? action.at : null;
      if (!at) continue;
      const key = frameKey({ surface: action.surface, t: action.before.t });
      const mark = { x: at.x, y: at.y, fixed: action.kind === 'drag' };
      this.#marks.set(key, [...(this.#marks.get(key) ?? []), { action: action.index, mark }]);
    }
  }

  want(want: FrameWant): FrameWant {
    return { ...want, marks: (this.#marks.get(frameKey(want)) ?? []).map(({ mark }) => mark) };
  }

  see({ want, places = null, viewport, width }: Frame): void {
    if (places === null) {
      this.kept++;
      return;
    }
    for (const [i, { action }] of (this.#marks.get(frameKey(want)) ?? []).entries()) {
      const place = places[i];
      if (place && viewport.width > 0 && width > 0) this.#places.set(action, place);
    }
  }

  /** The action with its place in the standard window, where the frame before it is in one. */
  moved<T extends Action>(action: T): T {
    const place = this.#places.get(action.index);
    return place ? ({ ...action, at: placeOf(place) } as T) : action;
  }
}

/** Fractions of the viewport, as the renderer gives them; pixels are nobody's any more. */
function placeOf({ x, y }: { x: number; y: number }): Place {
  return { x, y, nx: x, ny: y };
}
