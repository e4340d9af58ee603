import type { Box } from '@aboveboard/redact/frame/raster';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { XDisplay } from '../src/x11/display.ts';
import { showIndicator } from '../src/x11/indicator.ts';
import { nearestWithin } from '../src/x11/monitors.ts';
import { hasXvfb, startXvfb } from './x11-stage.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

type Crtcs = {
  GetScreenResources(window: number, done: unknown): void;
  CreateMode(window: number, mode: object, done: unknown): void;
  AddOutputMode(output: number, mode: number): void;
  SetCrtcConfig(...given: unknown[]): void;
};
const INDICATOR = { width: 210, height: 34 };
const NOTHING = () => undefined;

describe('monitors', () => {
  const box = fc.record<Box>({
    x: fc.integer({ min: -4000, max: 4000 }),
    y: fc.integer({ min: -4000, max: 4000 }),
    width: fc.integer({ min: 300, max: 4000 }),
    height: fc.integer({ min: 100, max: 4000 }),
  });
  const place = fc.record({
    x: fc.integer({ min: -9000, max: 9000 }),
    y: fc.integer({ min: -9000, max: 9000 }),
  });
  const isWhole = (at: { x: number; y: number }, { x, y, width, height }: Box) =>
    at.x >= x && at.y >= y && at.x + INDICATOR.width <= x + width && at.y + INDICATOR.height <= y + height;

  test('[DSK103] property: it is whole on one of them, stays where it is whole, and is nowhere nearer', () => {
    fc.assert(
      fc.property(place, fc.array(box, { minLength: 1, maxLength: 4 }), (from, monitors) => {
        const at = nearestWithin(from, INDICATOR, monitors);
        expect(monitors.some((one) => isWhole(at, one))).toBe(true);
        expect(nearestWithin(at, INDICATOR, monitors)).toEqual(at);
        const far = (to: { x: number; y: number }) => Math.hypot(to.x - from.x, to.y - from.y);
        for (const one of monitors)
          expect(far(at)).toBeLessThanOrEqual(far(nearestWithin(from, INDICATOR, [one])));
        if (monitors.some((one) => isWhole(from, one))) expect(at).toEqual(from);
      }),
    );
  });
});

describe.skipIf(!hasXvfb)('the window that shows the recording on a real X server (needs Xvfb)', () => {
  test('[DSK103] follows a monitor that shows less of the screen than there is', async () => {
    const { display: name, server } = await startXvfb();
    ending.push(() => server.kill('SIGKILL'));
    const hands = await XDisplay.connect(name, NOTHING);
    ending.push(() => hands.close());
    const randr = await hands.extension<Crtcs>('randr');
    const on = { pause: NOTHING, resume: NOTHING, stop: NOTHING, gone: NOTHING };
    const indicator = await showIndicator(name, on);
    ending.push(() => indicator.close());
    const where = async () => {
      const tree = await hands.ask<{ children: number[] }>((done) =>
        hands.client.QueryTree(hands.root, done),
      );
      for (const id of tree?.children ?? []) {
        const of = await hands.ask<{ xPos: number; yPos: number; width: number; height: number }>((done) =>
          hands.client.GetGeometry(id, done as never),
        );
        if (of?.width === INDICATOR.width && of.height === INDICATOR.height)
          return { x: of.xPos, y: of.yPos };
      }
      return null;
    };
    expect(await where()).toEqual({ x: 8, y: 8 });

    const found = await hands.ask<{ crtcs: number[]; outputs: number[]; config_timestamp: number }>((done) =>
      randr.GetScreenResources(hands.root, done),
    );
    const [crtc = 0, output = 0] = [found?.crtcs[0], found?.outputs[0]];
    const timings = { h_sync_start: 840, h_sync_end: 900, h_total: 1056, h_skew: 0, v_sync_start: 601 };
    const mode = {
      width: 800,
      height: 600,
      dot_clock: 40_000_000,
      ...timings,
      v_sync_end: 605,
      v_total: 628,
    };
    const made = await hands.ask<number>((done) =>
      randr.CreateMode(hands.root, { id: 0, modeflags: 0, name: 'smaller', ...mode }, done),
    );
    randr.AddOutputMode(output, made ?? 0);
    const shown = await hands.ask((done) =>
      randr.SetCrtcConfig(crtc, 0, found?.config_timestamp, 400, 150, made, 1, [output], done),
    );
    expect(shown).not.toBeNull();
    await vi.waitFor(async () => expect(await where()).toEqual({ x: 400, y: 150 }), { timeout: 5_000 });
  });
});
