import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { expect, test } from 'vitest';
import { buildExtension } from '../apps/extension/test/extension-browser.ts';
import { mailReader } from './applications/mail-reader.ts';
import { measureApplication } from './applications/measured-application.ts';

// One application of somebody else's, the one where most is at stake; the others are in applications.slow.test.ts.

test('[MASK1] [MASK4] of a mail reader nothing planted is kept or drawn, and its own labels stay', {
  timeout: 240_000,
}, async () => {
  buildExtension();
  const renderer = await FrameRenderer.start({ bars: false });
  try {
    const measured = await measureApplication(mailReader, renderer);
    expect(measured.present.length).toBeGreaterThanOrEqual(20);
    expect(measured.kept).toEqual([]);
    expect(measured.plantedDrawn).toBeGreaterThanOrEqual(40);
    expect(measured.plantedReadable).toEqual([]);
    // Its one label with a hole ("Switch to ... mode") is closed at each of the five looks.
    expect(measured.labels).toBeGreaterThanOrEqual(50);
    expect([...new Set([...measured.labelsMissing, ...measured.labelsIllegible])]).toEqual([
      'Switch to dark mode',
    ]);
  } finally {
    await renderer.close();
  }
});
