import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Box,
  changedTiles,
  crop,
  fillBoxes,
  outside,
  type Raster,
  SOLID,
  sameAs,
  stripSameAs,
  tileStrip,
  unfilledBox,
} from '../src/frame/raster.ts';
import { openBoxes, parseVouchingTree, TreeError } from '../src/frame/vouching-tree.ts';

function noise(width: number, height: number, seed = 1): Raster {
  const data = new Uint8Array(width * height * 4);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return { width, height, data };
}

const box = fc.record({
  x: fc.double({ min: -20, max: 90, noNaN: true }),
  y: fc.double({ min: -20, max: 60, noNaN: true }),
  width: fc.double({ min: 0, max: 60, noNaN: true }),
  height: fc.double({ min: 0, max: 60, noNaN: true }),
});

describe('pixels', () => {
  it('[MASK30] after filling, every box is of one colour to its last pixel, and nothing else changed', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 8 }), (boxes) => {
        const [raster, before] = [noise(80, 50), noise(80, 50)];
        fillBoxes(raster, boxes);
        expect(unfilledBox(raster, boxes)).toBeNull();
        for (const rest of outside(raster, boxes))
          expect(sameAs(raster, rest, crop(before, rest))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('[MASK30] seeded hole: one pixel that a fill left out is found, in any corner of any box', () => {
    const boxes: Box[] = [
      { x: 3, y: 4, width: 20, height: 10 },
      { x: 40, y: 20, width: 25, height: 25 },
    ];
    for (const [index, { x, y, width, height }] of boxes.entries()) {
      for (const [px, py] of [
        [x, y],
        [x + width - 1, y],
        [x, y + height - 1],
        [x + width - 1, y + height - 1],
      ] as const) {
        const raster = noise(80, 50);
        fillBoxes(raster, boxes);
        const at = (py * 80 + px) * 4;
        raster.data[at] = (raster.data[at] as number) ^ 1;
        expect(unfilledBox(raster, boxes)).toBe(index);
      }
    }
  });

  it('[MASK30] what is open and what is outside of it make up the whole, without overlap', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 6 }), (boxes) => {
        const raster: Raster = { width: 80, height: 50, data: new Uint8Array(80 * 50 * 4) };
        fillBoxes(raster, outside(raster, boxes), 1);
        const solid = new Uint32Array(raster.data.buffer).filter((pixel) => pixel === 1).length;
        const areas = outside(raster, boxes).reduce((sum, b) => sum + b.width * b.height, 0);
        expect(solid).toBe(areas);
        fillBoxes(raster, boxes, 1);
        expect(new Uint32Array(raster.data.buffer).every((pixel) => pixel === 1)).toBe(true);
      }),
    );
  });

  it('[MASK30] a tile that still shows an older state is not the same', () => {
    const [before, after] = [noise(200, 130), noise(200, 130)];
    expect(changedTiles(before, after)).toEqual([]);
    fillBoxes(after, [{ x: 70, y: 70, width: 5, height: 5 }]);
    const tiles = changedTiles(before, after);
    expect(tiles).toEqual([{ x: 64, y: 64, width: 64, height: 64 }]);
    const [tile] = tiles as [Box];
    expect(sameAs(after, tile, crop(after, tile))).toBe(true);
    expect(sameAs(after, tile, crop(before, tile))).toBe(false);
  });

  it('[MASK30] a strip of tiles is the same only if each pixel of each tile is', () => {
    const [before, after] = [noise(200, 130), noise(200, 130)];
    const boxes = [70, 3, 150, 190].map((x, i) => ({ x, y: 30 * i, width: 5, height: 5 }));
    fillBoxes(after, boxes);
    const tiles = changedTiles(before, after);
    expect(tiles.length).toBeGreaterThan(3);
    const strip = tileStrip(after, tiles);
    expect(stripSameAs(after, tiles, strip)).toBe(true);
    // Seeded hole: each tile in its turn shows the state before.
    for (const [i, tile] of tiles.entries()) {
      const stale: Raster = { ...after, data: after.data.slice() };
      for (let y = tile.y; y < tile.y + tile.height; y++) {
        const [from, to] = [(y * 200 + tile.x) * 4, (y * 200 + tile.x + tile.width) * 4];
        stale.data.set(before.data.subarray(from, to), from);
      }
      expect(stripSameAs(after, tiles, tileStrip(stale, tiles)), `tile ${i}`).toBe(false);
    }
    expect(stripSameAs(after, tiles.slice(1), strip)).toBe(false);
    expect(stripSameAs(after, [], tileStrip(after, []))).toBe(true);
  });

  it('[MASK30] a buffer that is not as large as it says is refused', () => {
    const wrong = { width: 10, height: 10, data: new Uint8Array(12) };
    expect(() => fillBoxes(wrong, [])).toThrow(RangeError);
    expect(() => unfilledBox({ width: 0, height: 0, data: new Uint8Array() }, [])).toThrow(RangeError);
    expect(SOLID >>> 24).toBe(0xff);
  });
});

const node = (role: string, name: string, rect: number[], children: unknown[] = []) => ({
  role,
  name,
  box: rect,
  children,
});
const opened = (tree: unknown, shipped: string[] = []) =>
  openBoxes(parseVouchingTree(JSON.stringify(tree)), new Set(shipped));

describe('trees', () => {
  it('[MASK31] open only controls with a label that everybody has', () => {
    const tree = node(
      'window',
      'Mail',
      [0, 0, 800, 600],
      [
        node('button', 'Save', [10, 10, 60, 24]),
        node('button', 'Reply to Quentin Quill', [80, 10, 200, 24]),
        node('button', 'File an expense', [300, 10, 120, 24]),
        node('heading', 'Inbox', [10, 50, 100, 24]),
        node('link', 'Settings', [10, 80, 100, 24]),
        node('textbox', 'Search', [10, 110, 100, 24]),
        node('tab', 'Order 48213', [10, 140, 100, 24]),
      ],
    );
    expect(opened(tree)).toEqual([{ x: 10, y: 10, width: 60, height: 24 }]);
    expect(opened(tree, ['File an expense'])).toHaveLength(2);
    expect(opened([])).toEqual([]);
  });

  it.each([
    ['a window that calls itself a button', node('button', 'OK', [0, 0, 800, 600])],
    [
      'a button with what it holds',
      node('button', 'OK', [0, 0, 90, 30], [node('text', 'Quill', [0, 0, 90, 30])]),
    ],
    [
      'a button over content',
      [node('button', 'OK', [0, 0, 90, 30]), node('text', 'Quill', [80, 20, 90, 30])],
    ],
    ['no box', node('button', 'OK', [])],
    ['a box of no size', node('button', 'OK', [0, 0, -5, 10])],
    ['a box without end', { role: 'button', name: 'OK', box: { x: 0, y: 0, width: 1e300, height: 1 } }],
    ['look-alikes in the label', node('button', 'Save q@m\u0430il.example', [0, 0, 90, 30])],
    ['a role that is no text', { role: 7, name: 'OK', box: [0, 0, 90, 30] }],
  ])('[MASK31] a tree that lies opens nothing: %s', (_, tree) => {
    expect(opened(tree)).toEqual([]);
  });

  it('[MASK31] what is no tree, or too much of one, is refused by name', () => {
    expect(() => parseVouchingTree('{')).toThrow(TreeError);
    expect(() => parseVouchingTree('[1]')).toThrow(TreeError);
    expect(() => parseVouchingTree(`[${'{},'.repeat(100_001)}{}]`)).toThrow(TreeError);
    const deep = '{"role":"a","children":['.repeat(3_000) + ']}'.repeat(3_000);
    expect(() => parseVouchingTree(deep)).toThrow(TreeError);
    const many = Array.from({ length: 16_000 }, (__, i) =>
      node(i % 2 ? 'button' : 'text', 'OK', [0, 0, 9, 9]),
    );
    expect(() => opened(many)).toThrow(TreeError);
  });
});
