import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { type Frame, MemoryFrameSource } from '../src/frame-source.ts';
import { plainPng } from '../src/plain-png.ts';
import { atOnce } from '../src/release/at-once.ts';
import { releaseReader } from '../src/release/release-reading.ts';
import { releasedPictures } from '../src/release/released-pictures.ts';
import { blankPng, made, pngChunk, zip } from './made-up-release.ts';
import { pageOf } from './shown-page.ts';
import { frame } from './shown-recording.ts';

const said = (text: string) =>
  ['tEXt', 'eXIf', 'tIME', 'iCCP', 'pHYs', 'zTXt'].map((kind) => pngChunk(kind, Buffer.from(text)));
const of = (t: number, png: Uint8Array): Frame => ({ ...frame(t), png, text: 'Orders' });
const shown = async (frames: Frame[], most?: Parameters<typeof releasedPictures>[1]) => {
  const source = releasedPictures(new MemoryFrameSource(frames), most);
  return Array.fromAsync(source.frames(frames.map(({ want }) => want)));
};

describe('pictures of a release', () => {
  it('[REL48] are what is drawn, without anything said beside it', async () => {
    const size = { width: 20, height: 10 };
    const png = blankPng(20, 10, 77, said('Wendeltreppe'));
    const plain = plainPng(png, size) as Uint8Array;
    expect(Buffer.from(plain).includes('Wendeltreppe')).toBe(false);
    expect(plain).toEqual(blankPng(20, 10, 77));
    expect(PNG.sync.read(Buffer.from(plain)).data[0]).toBe(77);
    expect(plainPng(new Uint8Array([...png, 1, 2, 3]), size)).toEqual(plain);
    expect(plainPng(plain, size)).toEqual(plain);
  });

  it('[REL48] are none where it is no PNG, cut off, or of another size', () => {
    const size = { width: 20, height: 10 };
    const png = blankPng(20, 10, 77);
    expect(plainPng(png, { width: 21, height: 10 })).toBeNull();
    for (let length = 0; length < png.length; length++)
      expect(plainPng(png.subarray(0, length), size)).toBeNull();
    const twice = Buffer.concat([png.subarray(0, 33), png.subarray(8)]);
    expect(plainPng(new Uint8Array(twice), size)).toBeNull();
    const lying = new Uint8Array(png);
    lying[33] = 0xff;
    expect(plainPng(lying, size)).toBeNull();
  });

  it('[REL47] [REL48] a picture that is none or too large is a gap, and so is what comes when a task has too many', async () => {
    const frames = [
      of(10, blankPng(1000, 700, 1)),
      of(1200, Uint8Array.of(0x89, 0x50)),
      of(2600, blankPng(1000, 700, 2)),
    ];
    expect((await shown(frames)).map(({ want }) => want.t)).toEqual([10, 2600]);
    const bytes = blankPng(1000, 700, 1).length;
    expect(await shown(frames, { each: bytes - 1, ofTask: 1e9 })).toEqual([]);
    expect(await shown(frames, { each: 1e9, ofTask: bytes })).toHaveLength(1);
  });

  it('[REL2] [REL48] are in the release as they are said, the same bytes however many tasks are made at once', async () => {
    const pages = Array.from({ length: 12 }, (_, person) => pageOf(person));
    const frames = [10, 1200, 2600].map((t) => of(t, blankPng(1000, 700, t, said('Wendeltreppe'))));
    const [one, four] = [await made(pages, { frames }), await made(pages, { frames, atOnce: 4 })];
    expect([...four.store.files].sort()).toEqual([...one.store.files].sort());
    const reader = releaseReader(four.store, four.built.manifest, four.built.keys, {
      subtle: crypto.subtle,
      gunzip: zip.gunzip,
    });
    for (const task of four.built.manifest.tasks) {
      const pictures = await reader.pictures(task);
      expect(pictures).toHaveLength(3);
      for (const { bytes } of pictures) expect(Buffer.from(bytes).includes('Wendeltreppe')).toBe(false);
    }
  });
});

it('[REL2] work is done so many at once, begun in order, and ends with the first that failed', async () => {
  const [begun, ended]: number[][] = [[], []];
  let now = 0;
  let most = 0;
  const work = async (item: number) => {
    begun?.push(item);
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
    if (item === 7) throw new Error('seven');
    ended?.push(item);
  };
  const items = Array.from({ length: 20 }, (_, i) => i);
  await expect(atOnce(items, 3, work)).rejects.toThrow('seven');
  expect([most, begun?.slice(0, 8)]).toEqual([3, items.slice(0, 8)]);
  expect((begun?.length ?? 0) < 12).toBe(true);
  expect(now).toBe(0);
});
