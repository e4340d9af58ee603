import type { AgentRun } from './agent-run.ts';

/**
 * Where this document stands among its parent's frames, and where its own frames stand in it (AGT82).
 * A window is known by being the same window: identity and number are all that other origins show.
 */
export type FramePlaces = {
  /** A frame's element was written to the state. */
  written(node: Node): void;
  poll(): void;
};

const FRAMES_LIMIT = 1_000;

/** Index of this window in its parent's frames; null for the top one. */
export function placeInParent(window: Window): number | null {
  if (window.parent === window) return null;
  return indexOf(window.parent, window);
}

export function createFramePlaces(run: AgentRun): FramePlaces {
  const { access, mirror, window } = run;
  const frames = new Set<Element>();
  let last = '[]';

  function place(element: Element): { index: number; node: number; x: number; y: number } | null {
    const inside = access.frameWindow(element);
    const index = inside && indexOf(window, inside);
    if (index === null || !mirror.has(element)) return null;
    const box = access.rect(element);
    const style = window.getComputedStyle(element);
    const x = box.left + access.clientLeft(element) + Number.parseFloat(style.paddingLeft);
    const y = box.top + access.clientTop(element) + Number.parseFloat(style.paddingTop);
    return { index, node: mirror.id(element), x: round(x), y: round(y) };
  }

  return {
    written(node) {
      if (access.isFrame(node) && frames.size < FRAMES_LIMIT) frames.add(node);
    },
    poll() {
      if (frames.size === 0) return;
      const places = [];
      for (const element of frames) {
        if (!access.connected(element)) frames.delete(element);
        else {
          const at = place(element);
          if (at) places.push(at);
        }
      }
      places.sort((a, b) => a.index - b.index);
      const now = JSON.stringify(places);
      if (now === last) return;
      last = now;
      run.put({ at: run.now(), item: 'frames', frames: places });
    },
  };
}

function indexOf(parent: Window, child: Window): number | null {
  for (let i = 0; i < Math.min(parent.length, FRAMES_LIMIT); i++) if (parent[i] === child) return i;
  return null;
}

/** To 1/256 of a pixel, as events keep places. */
function round(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 256) / 256 : 0;
}
