import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { maskPicture } from '../src/picture-masking.ts';
import { type Engine, TextRecogniser } from '../src/text-recogniser.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-ocr-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const picture = join(folder, 'in.png');
const out = join(folder, 'out.png');
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="160"><rect width="640" height="160" fill="white"/>
  <g font-family="DejaVu Sans" font-size="18"><text x="20" y="30">Open</text><text x="300" y="30">Cancel</text>
  <text x="20" y="70">Invoices that are due on Monday</text>
  <text x="20" y="115">q.quill@mail.example</text><text x="400" y="115">Quentin Quill</text></g></svg>`;
await sharp(Buffer.from(svg)).png().toFile(picture);

/** Is anything but one colour left there? */
async function isSolid(left: number, top: number, width: number, height: number): Promise<boolean> {
  const { channels } = await sharp(await sharp(out).extract({ left, top, width, height }).toBuffer()).stats();
  return channels.slice(0, 3).every(({ min, max }) => min === 0x60 && max === 0x60);
}

describe('recognised text', () => {
  it('[MASK44] opens labels that everybody has and nothing else, offline', async () => {
    const told = await maskPicture(picture, { ocr: true, out });
    expect(told).toMatchObject({ crops: 1, unread: 0, open: 2 });
    expect(await isSolid(20, 10, 60, 26)).toBe(false);
    expect(await isSolid(300, 10, 80, 26)).toBe(false);
    expect(await isSolid(0, 45, 640, 115)).toBe(true);
  }, 60_000);

  const cases: [string, () => Promise<Engine>][] = [
    ['hangs', async () => engine(() => new Promise(() => {}))],
    ['throws', async () => engine(() => Promise.reject(new Error('broken')))],
    ['answers rubbish', async () => engine(async () => ({ words: 'File' }))],
    ['does not start', () => Promise.reject(new Error('no engine'))],
  ];
  let ended = 0;
  const engine = (read: Engine['read']): Engine => ({ read, end: async () => void ended++ });

  it.each(cases)('[MASK44] an engine that %s: all is solid', async (_, start) => {
    const told = await maskPicture(picture, { ocr: true, out }, new TextRecogniser(start, 50));
    expect(told).toMatchObject({ crops: 1, unread: 1, open: 0, openShare: 0 });
    expect(await isSolid(0, 0, 640, 160)).toBe(true);
  });

  it('[MASK44] an engine that is late is killed and begun anew, three times at most', async () => {
    ended = 0;
    let begun = 0;
    const start = async () => {
      begun++;
      return engine(() => new Promise(() => {}));
    };
    const recogniser = new TextRecogniser(start, 20);
    const raster = { width: 2, height: 2, data: new Uint8Array(16) };
    for (let i = 0; i < 5; i++) await expect(recogniser.recognise(raster)).rejects.toThrow();
    expect([begun, ended]).toEqual([3, 3]);
  });

  it('[MASK44] does not read a picture that is larger than its limit', async () => {
    const wide = join(folder, 'wide.png');
    await sharp({ create: { width: 8_193, height: 2, channels: 3, background: 'white' } })
      .png()
      .toFile(wide);
    await expect(maskPicture(wide, { ocr: true, out: join(folder, 'no.png') })).rejects.toThrow(/8192/);
  });
});
