import { crop, type Raster, sameAs } from '@aboveboard/redact/frame/raster';
import type { RecognisedWord } from '@aboveboard/redact/frame/recognised-words';
import { recogniseRaster } from '@aboveboard/redact/frame/recognition';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { TextRecogniser } from '../apps/cli/src/text-recogniser.ts';
import { DesktopDesk, LISTED } from '../apps/desktop/test/desktop-desk.ts';

// A window without a tree, as a terminal or a remote desktop is, and the engine that ships: what of its pixels is kept.

const PLACE = { x: 0, y: 0, width: 620, height: 440 };
const OPEN = ['Save', 'Open', 'Cancel', 'Settings'];
const PLANTED = [
  'Anna Miller',
  'Zorblax Quornby',
  'a.miller@mail.example',
  '4111 1111 1111 1111',
  'DE89 3704 0044 0532 0130 00',
  'hunter2secret',
  '+44 20 7946 0958',
];
const rowAt = (i: number) => 36 + 36 * i;
const recogniser = new TextRecogniser();
afterAll(() => recogniser.close());

/** Labels, and below them what is somebody's, in letters of this size; `noise`: on no even ground. */
async function drawn(size: number, { dark = false, noise = false } = {}): Promise<Raster> {
  const [ink, ground] = dark ? ['#eeeeee', '#202428'] : ['#101010', '#ffffff'];
  const row = (text: string, i: number) =>
    `<text x="20" y="${rowAt(i)}" font-family="DejaVu Sans" font-size="${size}" fill="${ink}">${text}</text>`;
  const specks = noise
    ? Array.from({ length: 2_500 }, (_, i) => {
        const [x, y] = [(i * 7919) % PLACE.width, (i * 104_729) % PLACE.height];
        return `<rect x="${x}" y="${y}" width="2" height="2" fill="${i % 2 ? '#808080' : '#c0a080'}" opacity="0.5"/>`;
      }).join('')
    : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${PLACE.width}" height="${PLACE.height}"><rect width="100%" height="100%" fill="${ground}"/>${specks}${[...OPEN, ...PLANTED].map(row).join('')}</svg>`;
  const { data } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: PLACE.width, height: PLACE.height, data: new Uint8Array(data) };
}

async function read(raster: Raster): Promise<string> {
  const { words } = await recogniseRaster(raster, recogniser.recognise);
  return words.map(({ text }: RecognisedWord) => text).join(' ');
}

/** The last frame that is kept of a window that shows this. */
async function kept(picture: Raster, may = true): Promise<Raster | null> {
  const desk = new DesktopDesk({ reading: { recognise: recogniser.recognise, mayRead: () => may } });
  desk.source.addWindow(LISTED, PLACE, { paint: ({ data }) => data.set(picture.data) });
  await desk.begin();
  for (let i = 0; i < (may ? 60 : 5); i++) {
    await desk.later(500);
    await new Promise((resolve) => setTimeout(resolve, 150));
    if (desk.sink.frames.length >= 2) break;
  }
  await desk.end();
  const bytes = desk.sink.frames.at(-1)?.bytes;
  if (!bytes) return null;
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** A piece of the first letters of a label. */
function isSame(frame: Raster, picture: Raster, { x, y }: { x: number; y: number }): boolean {
  const piece = { x, y: Math.round(y), width: 14, height: 4 };
  return sameAs(frame, piece, crop(picture, piece));
}

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}@.+]{3,}/gu) ?? [];

test.each([
  ['small letters', 13, {}],
  ['larger ones', 22, {}],
  ['light on dark', 16, { dark: true }],
  ['no even ground', 18, { noise: true }],
] as const)(
  '[MASK45] [MASK46] [DSK36] of %s labels of everybody stay, and nothing of anybody',
  async (_, size, look) => {
    const picture = await drawn(size, look);
    const frame = await kept(picture);
    if (!frame) throw new Error('nothing was kept');
    const seen = words(await read(frame));
    const planted = PLANTED.flatMap(words);
    expect(seen.filter((word) => planted.includes(word))).toEqual([]);
    expect(
      OPEN.filter((_, i) => isSame(frame, picture, { x: 22, y: rowAt(i) - size / 2 })).length,
    ).toBeGreaterThan(2);
    // Nothing at all of the lower part, not only nothing that an engine reads.
    const lower = {
      left: 0,
      top: rowAt(OPEN.length - 1) + 10,
      width: PLACE.width,
      height: 36 * PLANTED.length,
    };
    const { width, height, data } = frame;
    const part = await sharp(data, { raw: { width, height, channels: 4 } })
      .extract(lower)
      .raw()
      .toBuffer();
    expect(new Set(new Uint32Array(part.buffer, part.byteOffset, part.length / 4)).size).toBe(1);
    // The same eye reads them in the picture as it was.
    const before = words(await read(picture));
    expect(planted.filter((word) => before.includes(word)).length).toBeGreaterThan(planted.length / 2);
  },
);

test('[DSK36] where the agreement does not say so nothing is kept of such a window', async () => {
  expect(await kept(await drawn(18), false)).toBeNull();
});
