import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Box, Raster } from '../src/frame/raster.ts';
import type { Recogniser } from '../src/frame/recognition.ts';
import { RememberedReading } from '../src/frame/remembered-reading.ts';

/** White; each of `dots` is a black pixel at the left of its row. */
function picture(height: number, dots: readonly number[] = [], width = 40): Raster {
  const data = new Uint8Array(width * height * 4).fill(255);
  for (const y of dots) data.set([0, 0, 0, 255], y * width * 4);
  return { width, height, data };
}

/** Reads `Save` beside every dot, at twice the size of what it is given. */
const besideDots: Recogniser = async ({ width, height, data }) => {
  const words = [];
  for (let y = 0; y < height; y += 2) {
    const isDot = data[y * width * 4] === 0;
    if (isDot) words.push({ text: 'Save', confidence: 96, box: { x: 4, y, width: 48, height: 20 } });
  }
  return words;
};
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const tops = (boxes: readonly Box[]) => boxes.map(({ y }) => y).sort((a, b) => a - b);

async function reading(recognise: Recogniser = besideDots) {
  let read = 0;
  const of = new RememberedReading(recognise, { onRead: () => read++ });
  return { of, read: () => read };
}

describe('text in pictures that come one after another', () => {
  it('[MASK46] opens a word in a later picture that is the same, never in the one that is read', async () => {
    const { of, read } = await reading();
    expect(of.openIn(picture(100, [30]))).toEqual([]);
    await settled();
    expect(read()).toBe(1);
    expect(of.openIn(picture(100, [30]))).toEqual([{ x: 2, y: 30, width: 24, height: 10 }]);
  });

  it('[MASK46] closes the band again in which one pixel changed, until that is read', async () => {
    const { of } = await reading();
    of.openIn(picture(900, [30, 700]));
    await settled();
    const other = picture(900, [30, 700]);
    other.data[(100 * 40 + 20) * 4] = 254;
    expect(tops(of.openIn(other))).toEqual([700]);
    await settled();
    expect(tops(of.openIn(other))).toEqual([30, 700]);
    // A caret that blinks: the version before is remembered as well.
    expect(tops(of.openIn(picture(900, [30, 700])))).toEqual([30, 700]);
  });

  it('[MASK46] never opens anything but words whose band was read as it is', async () => {
    const dots = fc.uniqueArray(fc.integer({ min: 5, max: 580 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(dots, { minLength: 1, maxLength: 6 }), async (pictures) => {
        const { of } = await reading();
        for (const [i, at] of pictures.entries()) {
          const boxes = of.openIn(picture(600, at));
          for (const { y } of boxes) expect(at).toContain(y);
          if (i % 2 === 0) await settled();
        }
      }),
      { numRuns: 40 },
    );
  });

  it('[MASK46] knows nothing any more when the window has another size', async () => {
    const { of } = await reading();
    of.openIn(picture(100, [30]));
    await settled();
    expect(of.openIn(picture(100, [30], 41))).toEqual([]);
    await settled();
    expect(of.openIn(picture(100, [30]))).toEqual([]);
  });

  it('[MASK46] keeps of what waits the newest picture alone, and reads one band at a time', async () => {
    let at = 0;
    let most = 0;
    const seen: number[] = [];
    const { of } = await reading(async (raster) => {
      most = Math.max(most, ++at);
      await settled();
      seen.push(raster.height);
      at--;
      return besideDots(raster);
    });
    for (let i = 0; i < 20; i++) of.openIn(picture(100, [i]));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect([most, seen.length]).toEqual([1, 2]);
    expect(tops(of.openIn(picture(100, [19])))).toEqual([19]);
  });

  it.each<[string, Recogniser]>([
    ['throws', () => Promise.reject(new Error('broken'))],
    ['says rubbish', async () => [null, { text: 4 }, 'x']],
    ['says no list', async () => ({ words: [] })],
    ['never answers', () => new Promise(() => undefined)],
  ])('[MASK44] [MASK46] opens nothing where the engine %s', async (_, recognise) => {
    const { of } = await reading(recognise);
    for (let i = 0; i < 3; i++) {
      expect(of.openIn(picture(100, [30]))).toEqual([]);
      await settled();
    }
  });

  it('[MASK46] does not try again what could not be read, as long as it is the same', async () => {
    let asked = 0;
    const { of } = await reading(async () => {
      asked++;
      throw new Error('broken');
    });
    for (let i = 0; i < 5; i++) {
      of.openIn(picture(100, [30]));
      await settled();
    }
    expect(asked).toBe(1);
  });

  it('[DSK36] reads nothing new while it rests, and opens nothing when it has ended', async () => {
    const { of, read } = await reading();
    of.openIn(picture(100, [30]), { rest: true });
    await settled();
    expect(read()).toBe(0);
    of.openIn(picture(100, [30]));
    await settled();
    expect(of.openIn(picture(100, [30]), { rest: true })).toHaveLength(1);
    of.end();
    expect(of.openIn(picture(100, [30]))).toEqual([]);
  });

  it('[MASK46] takes no picture that is larger than a screen', () => {
    const { width, height } = { width: 4_000, height: 3_000 };
    const of = new RememberedReading(() => Promise.reject(new Error('asked')), { onRead: () => undefined });
    expect(of.openIn({ width, height, data: new Uint8Array(width * height * 4) })).toEqual([]);
  });
});
