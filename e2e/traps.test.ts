import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { expect, test } from 'vitest';
import { buildExtension } from '../apps/extension/test/extension-browser.ts';
import { judgeVisit } from './applications/visit-judge.ts';
import { recordTraps, TYPED } from './recorded-traps.ts';
import { NEVER_READ, startTraps } from './trap-page.ts';
import { buildUnmasked } from './unmasked-extension/unmasked-build.ts';

// Other ratios of device pixels, zoom, and every part of the page: trap-frames.slow.test.ts.

const places = (secrets: Iterable<{ place: string }>) => [...secrets].map(({ place }) => place).sort();

test('[MASK1] [MASK3] [MASK11] not one of the planted secrets is in anything that is kept or drawn', {
  timeout: 240_000,
}, async () => {
  buildExtension();
  const traps = await startTraps();
  const renderer = await FrameRenderer.start({ bars: false });
  try {
    expect(traps.secrets.length).toBeGreaterThanOrEqual(150);
    const { scan, read, stills } = await recordTraps(traps);
    expect(scan.scanned).toBeGreaterThan(100_000);
    const verdict = await judgeVisit(renderer, read, stills, [], scan);
    expect(verdict.frames).toBe(stills.length);
    expect(verdict.plantedDrawn).toBeGreaterThan(40);
    expect(verdict.plantedReadable).toEqual([]);
    expect(places(scan.found)).toEqual([]);
  } finally {
    await renderer.close();
    await traps.stop();
  }
});

test('[MASK1] seeded hole: without masks the same search finds them, but for what is never read', {
  timeout: 240_000,
}, async () => {
  const traps = await startTraps();
  const renderer = await FrameRenderer.start({ bars: false });
  try {
    // On a busy machine a frame of a frame may begin after she has stopped: what no session took down is missed.
    const found = new Set<string>();
    const missed = () => [...traps.secrets, TYPED].filter(({ place }) => !found.has(place));
    for (let session = 0; session < 3 && missed().length > Object.keys(NEVER_READ).length; session++) {
      const { scan, read, stills } = await recordTraps(traps, { extension: buildUnmasked() });
      for (const { place } of scan.found) found.add(place);
      // The eye that finds nothing in masked frames reads these, but for what moves or is drawn by fonts that frames lack.
      const verdict = await judgeVisit(renderer, read, stills, [], scan);
      expect(verdict.plantedReadable.length).toBeGreaterThan(0.6 * verdict.plantedDrawn);
    }
    expect(places(missed())).toEqual(Object.keys(NEVER_READ).sort());
  } finally {
    await renderer.close();
    await traps.stop();
  }
});
