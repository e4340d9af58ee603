import type { Box } from '@aboveboard/redact/frame/raster';
import type { Reply, XEvent } from 'x11';
import type { XDisplay } from './display.ts';

type Randr = {
  SelectInput(window: number, mask: number): void;
  GetScreenResourcesCurrent(window: number, done: Reply<Resources>): void;
  GetCrtcInfo(crtc: number, since: number, done: Reply<Crtc>): void;
  NotifyMask: { ScreenChange: number };
};
type Resources = { crtcs: number[]; config_timestamp: number };
type Crtc = Box & { mode: number };

/** A server has few; whoever runs it says how many. */
const MOST = 32;

/** Which parts of the screen monitors show, by RandR; a screen may be larger than all of them, and have holes. */
export class Monitors {
  readonly #display: XDisplay;
  readonly #randr: Randr | null;
  #shown: readonly Box[] = [];

  private constructor(display: XDisplay, randr: Randr | null) {
    this.#display = display;
    this.#randr = randr;
  }

  /** `changed`: there are others, or they stand elsewhere. A server without RandR has none, and says none. */
  static async of(display: XDisplay, changed: () => void): Promise<Monitors> {
    const randr = await display.extension<Randr>('randr').catch(() => null);
    const monitors = new Monitors(display, randr);
    randr?.SelectInput(display.root, randr.NotifyMask.ScreenChange);
    display.client.on('event', (event: XEvent) => {
      if (event.name === 'RRScreenChangeNotify') void monitors.#measure().then(changed);
    });
    await monitors.#measure();
    return monitors;
  }

  /** Where something of this size is whole on one of them, nearest to `place`. Without any it is kept on the screen. */
  nearest(place: { x: number; y: number }, size: Size, screen: Size): { x: number; y: number } {
    const whole = { x: 0, y: 0, ...screen };
    return nearestWithin(place, size, this.#shown.length > 0 ? this.#shown : [whole]);
  }

  async #measure(): Promise<void> {
    const randr = this.#randr;
    if (!randr) return;
    const { root } = this.#display;
    const found = await this.#display.ask<Resources>((done) => randr.GetScreenResourcesCurrent(root, done));
    const crtcs = await Promise.all(
      (found?.crtcs ?? [])
        .slice(0, MOST)
        .map((crtc) =>
          this.#display.ask<Crtc>((done) => randr.GetCrtcInfo(crtc, found?.config_timestamp ?? 0, done)),
        ),
    );
    this.#shown = crtcs.flatMap((crtc) => {
      if (!crtc || crtc.mode === 0 || crtc.width === 0 || crtc.height === 0) return [];
      const { x, y, width, height } = crtc;
      return [{ x, y, width, height }];
    });
  }
}

type Size = { width: number; height: number };

/** `within` holds at least one; in one that is too small its beginning shows. */
export function nearestWithin(
  place: { x: number; y: number },
  size: Size,
  within: readonly Box[],
): { x: number; y: number } {
  const kept = within.map(({ x, y, width, height }) => ({
    x: Math.max(x, Math.min(place.x, x + width - size.width)),
    y: Math.max(y, Math.min(place.y, y + height - size.height)),
  }));
  const far = ({ x, y }: { x: number; y: number }) => (x - place.x) ** 2 + (y - place.y) ** 2;
  return kept.reduce((best, one) => (far(one) < far(best) ? one : best));
}
