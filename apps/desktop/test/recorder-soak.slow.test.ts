import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { bringDesktop, DesktopStage } from '../../../e2e/desktop/desktop-stage.ts';
import type { Weight } from './measured-recorder.ts';
import { RecorderProcess } from './recorder-process.ts';
import { SteadyHands } from './steady-hands.ts';

/** An hour, or what is asked for. */
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 60);
const RECORDINGS = 6;
/** The first of them warm up: code is compiled, pools are filled. */
const WARM = 2;
const SAMPLES = 6;
const MEGABYTE = 1_048_576;
const BOX = { x: 120, y: 250, width: 500, height: 300 };

let stage: DesktopStage;
let folder: string;
const ending: (() => unknown)[] = [];
beforeAll(() => bringDesktop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aboveboard-soak-'));
  ending.push(() => rm(folder, { recursive: true, force: true }));
  stage = await DesktopStage.start();
  ending.push(() => stage.end());
  stage.run('mousepad');
  const window = await stage.windowOf('Mousepad');
  stage.hands('windowmove', '--sync', window, '60', '120', 'windowsize', '--sync', window, '700', '500');
  stage.hands('windowactivate', '--sync', window);
});
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

test(`${MINUTES} minutes of work: memory and descriptors stay flat, and every recording closes well`, async () => {
  const recorder = await RecorderProcess.start(folder, stage.environment);
  ending.push(() => recorder.end());
  const hands = await SteadyHands.at(stage.environment['DISPLAY']);
  ending.push(() => hands.close());
  await recorder.ask('agree');
  const weights: Weight[] = [];
  for (let recording = 0; recording < RECORDINGS; recording++) {
    await recorder.ask('record');
    for (let i = 0; i < SAMPLES; i++) {
      await hands.work((MINUTES * 60_000) / RECORDINGS / SAMPLES, { hertz: 125, keys: 4, box: BOX });
      const weight = await recorder.ask('weigh');
      if (recording >= WARM) weights.push(weight);
    }
    const { ended, parts } = await recorder.ask('close');
    expect(ended, `recording ${recording} ended by itself`).toBeUndefined();
    const moves = parts.flat().filter(({ kind }) => kind === 'move').length;
    expect(moves, `moves of recording ${recording}`).toBeGreaterThan(100);
  }
  const of = (what: keyof Weight) => weights.map((weight) => weight[what]);
  console.log(
    `heap +${mb(growth(of('heap')))}, rss +${mb(growth(of('rss')))} of ${mb(Math.max(...of('rss')))}, ` +
      `descriptors ${Math.min(...of('descriptors'))} to ${Math.max(...of('descriptors'))}`,
  );
  expect(growth(of('heap')), 'growth of the heap').toBeLessThan(4 * MEGABYTE);
  expect(growth(of('rss')), 'growth of resident memory').toBeLessThan(16 * MEGABYTE);
  // Files of the spool lie open while they are written.
  expect(growth(of('descriptors')), 'growth of descriptors').toBeLessThan(4);
});

const mb = (bytes: number) => `${(bytes / MEGABYTE).toFixed(1)} MB`;

/** From the first value to the last along the straight line that fits them best. */
function growth(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [up, along] = [0, 0];
  for (const [i, value] of values.entries()) {
    up += (i - middle) * (value - mean);
    along += (i - middle) ** 2;
  }
  return (up / along) * (values.length - 1);
}
