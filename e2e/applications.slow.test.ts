import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildExtension } from '../apps/extension/test/extension-browser.ts';
import { type Measured, measureApplication } from './applications/measured-application.ts';
import { TEST_APPLICATIONS } from './applications/test-applications.ts';
import { buildUnmasked } from './unmasked-extension/unmasked-build.ts';

let renderer: FrameRenderer;
const all: Measured[] = [];

beforeAll(async () => {
  buildExtension();
  renderer = await FrameRenderer.start({ bars: false });
});
afterAll(() => renderer.close());

describe.each(TEST_APPLICATIONS)('$name', (app) => {
  test('[MASK1] nothing planted is kept or drawn', async () => {
    const measured = await measureApplication(app, renderer);
    all.push(measured);
    expect(measured.frames).toBeGreaterThanOrEqual(3);
    expect(measured.present.length).toBeGreaterThanOrEqual(8);
    expect(measured.kept).toEqual([]);
    expect(measured.plantedReadable).toEqual([]);
  });

  test('[MASK1] seeded hole: without masks the same search and the same eye find all of it', async () => {
    const measured = await measureApplication(app, renderer, buildUnmasked());
    const missed = measured.present.filter((place) => !measured.kept.includes(place));
    expect(missed).toEqual([]);
    expect(measured.plantedReadable.length / measured.plantedDrawn).toBeGreaterThanOrEqual(0.9);
  });
});

test('[MASK2] [MASK4] of the labels of all of them at least 95 % are in trees, and legible in frames', () => {
  expect(all.length).toBe(TEST_APPLICATIONS.length);
  const sum = (of: (one: Measured) => number) => all.reduce((total, one) => total + of(one), 0);
  const labels = sum((one) => one.labels);
  expect(labels).toBeGreaterThan(250);
  expect(1 - sum((one) => one.labelsMissing.length) / labels).toBeGreaterThanOrEqual(0.95);
  const drawn = sum((one) => one.labelsDrawn);
  expect(1 - sum((one) => one.labelsIllegible.length) / drawn).toBeGreaterThanOrEqual(0.95);
});
