import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildExtension } from '../apps/extension/test/extension-browser.ts';
import { judgeVisit } from './applications/visit-judge.ts';
import { recordTraps, type TrapSession } from './recorded-traps.ts';
import { startTraps, type TrapPage } from './trap-page.ts';
import { buildUnmasked } from './unmasked-extension/unmasked-build.ts';

let traps: TrapPage;
let renderer: FrameRenderer;

beforeAll(async () => {
  buildExtension();
  [traps, renderer] = [await startTraps(), await FrameRenderer.start({ bars: false })];
});
afterAll(() => Promise.all([traps.stop(), renderer.close()]));

const SESSIONS: readonly TrapSession[] = [
  { ratio: 1, zoom: 1.5 },
  { ratio: 1.25 },
  { ratio: 1.5, zoom: 0.75 },
  { ratio: 2 },
  { ratio: 3 },
];

test.each(SESSIONS)('[MASK1] nothing is kept or drawn, all the way down: %j', async (session) => {
  const { scan, read, stills } = await recordTraps(traps, { ...session, thorough: true });
  const verdict = await judgeVisit(renderer, read, stills, [], scan);
  expect(verdict.frames).toBe(stills.length);
  // Of 239 places 88 are text that is drawn where a look can find it; others are attributes, fields, sheets and what is never drawn.
  const looked = new Set(stills.flatMap(({ shown }) => shown.planted.map(({ text }) => text)));
  expect(looked.size).toBeGreaterThan(80);
  expect(verdict.plantedReadable).toEqual([]);
  expect([...scan.found]).toEqual([]);
});

test('[MASK1] seeded hole: without masks the same eye reads them at twice the pixels', async () => {
  const session = { ratio: 2, thorough: true, extension: buildUnmasked() };
  const { scan, read, stills } = await recordTraps(traps, session);
  const verdict = await judgeVisit(renderer, read, stills, [], scan);
  expect(verdict.plantedReadable.length).toBeGreaterThan(0.6 * verdict.plantedDrawn);
});
