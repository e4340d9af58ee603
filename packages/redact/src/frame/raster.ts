/** A picture as its pixels: four bytes each (RGBA), rows from the top without a gap. */
export type Raster = { width: number; height: number; data: Uint8Array };

/** In pixels of the raster; what sticks out counts as far as it is in. */
export type Box = { x: number; y: number; width: number; height: number };

/** One colour for everything that is closed: nothing of what was there shows, not even how light it was (MASK30). */
export const SOLID = 0xff_60_60_60;

/** Fills the boxes in the raster's own buffer. Throws RangeError where the buffer is not as large as it says. */
export function fillBoxes(raster: Raster, boxes: readonly Box[], colour: number = SOLID): void {
  const pixels = pixelsOf(raster);
  for (const box of boxes) {
    const { left, top, right, bottom } = within(raster, box);
    for (let y = top; y < bottom; y++) pixels.fill(colour, y * raster.width + left, y * raster.width + right);
  }
}

/** The first of the boxes that is not of one colour throughout; null: they all are. Reads every pixel (MASK30). */
export function unfilledBox(raster: Raster, boxes: readonly Box[], colour: number = SOLID): number | null {
  const pixels = pixelsOf(raster);
  const solid = colour | 0;
  for (let i = 0; i < boxes.length; i++) {
    const { left, top, right, bottom } = within(raster, boxes[i] as Box);
    for (let y = top; y < bottom; y++) {
      const end = y * raster.width + right;
      for (let at = y * raster.width + left; at < end; at++)
        if (((pixels[at] as number) | 0) !== solid) return i;
    }
  }
  return null;
}

/** What of the raster no box covers, as boxes: row bands between the edges of the boxes. */
export function outside(raster: Pick<Raster, 'width' | 'height'>, boxes: readonly Box[]): Box[] {
  const clipped = boxes.map((box) => within(raster, box)).filter((b) => b.right > b.left && b.bottom > b.top);
  const edges = [...new Set([0, raster.height, ...clipped.flatMap((b) => [b.top, b.bottom])])].sort(
    (a, b) => a - b,
  );
  const out: Box[] = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const [top, bottom] = [edges[i] as number, edges[i + 1] as number];
    const row = clipped.filter((b) => b.top < bottom && b.bottom > top).sort((a, b) => a.left - b.left);
    let x = 0;
    for (const { left, right } of row) {
      if (left > x) out.push({ x, y: top, width: left - x, height: bottom - top });
      x = Math.max(x, right);
    }
    if (x < raster.width) out.push({ x, y: top, width: raster.width - x, height: bottom - top });
  }
  return out;
}

/** Squares in which two rasters of one size differ, row by row. */
export function changedTiles(before: Raster, after: Raster, size = 64): Box[] {
  if (before.width !== after.width || before.height !== after.height)
    throw new RangeError('the sizes differ');
  const [a, b] = [pixelsOf(before), pixelsOf(after)];
  const { width, height } = after;
  const out: Box[] = [];
  for (let y = 0; y < height; y += size) {
    for (let x = 0; x < width; x += size) {
      const tile = { x, y, width: Math.min(size, width - x), height: Math.min(size, height - y) };
      if (differs(a, b, width, tile)) out.push(tile);
    }
  }
  return out;
}

function differs(a: Uint32Array, b: Uint32Array, stride: number, { x, y, width, height }: Box): boolean {
  for (let row = y; row < y + height; row++) {
    for (let at = row * stride + x; at < row * stride + x + width; at++) if (a[at] !== b[at]) return true;
  }
  return false;
}

/** A part of a raster, with a buffer of its own. */
export function crop(raster: Raster, box: Box): Raster {
  const { left, top, right, bottom } = within(raster, box);
  const [width, height] = [Math.max(0, right - left), Math.max(0, bottom - top)];
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * raster.width + left) * 4;
    data.set(raster.data.subarray(from, from + width * 4), y * width * 4);
  }
  return { width, height, data };
}

/** Where a tile was decoded back: is it, pixel by pixel, what stands in the masked raster? */
export function sameAs(raster: Raster, box: Box, tile: Raster): boolean {
  if (tile.width !== box.width || tile.height !== box.height) return false;
  const [whole, part] = [pixelsOf(raster), pixelsOf(tile)];
  for (let y = 0; y < tile.height; y++) {
    const from = (box.y + y) * raster.width + box.x;
    for (let x = 0; x < tile.width; x++) if (whole[from + x] !== part[y * tile.width + x]) return false;
  }
  return true;
}

/**
 * Tiles of a raster below each other, narrower ones filled up: encoded, decoded and compared as one picture, which costs a
 * tenth of as many small ones.
 */
export function tileStrip(raster: Raster, tiles: readonly Box[]): Raster {
  const width = Math.max(1, ...tiles.map((tile) => tile.width));
  const height = Math.max(
    1,
    tiles.reduce((sum, tile) => sum + tile.height, 0),
  );
  const strip = { width, height, data: new Uint8Array(width * height * 4) };
  const [whole, part] = [pixelsOf(raster), pixelsOf(strip)];
  part.fill(SOLID);
  let top = 0;
  for (const tile of tiles) {
    for (let y = 0; y < tile.height; y++, top++) {
      const from = (tile.y + y) * raster.width + tile.x;
      part.set(whole.subarray(from, from + tile.width), top * width);
    }
  }
  return strip;
}

/** Where a strip was decoded back: is each of its tiles what stands in the masked raster? */
export function stripSameAs(raster: Raster, tiles: readonly Box[], strip: Raster): boolean {
  const expected = tileStrip(raster, tiles);
  return sameAs(expected, { x: 0, y: 0, width: expected.width, height: expected.height }, strip);
}

function pixelsOf({ width, height, data }: Raster): Uint32Array {
  if (!(width > 0 && height > 0) || data.length !== width * height * 4)
    throw new RangeError('a raster has width x height x 4 bytes');
  if (data.byteOffset % 4 !== 0) throw new RangeError('a raster begins at a multiple of four bytes');
  return new Uint32Array(data.buffer, data.byteOffset, width * height);
}

/** A fraction of a pixel closes the pixel. */
function within({ width, height }: Pick<Raster, 'width' | 'height'>, box: Box) {
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
  return {
    left: clamp(Math.floor(box.x), width),
    top: clamp(Math.floor(box.y), height),
    right: clamp(Math.ceil(box.x + box.width), width),
    bottom: clamp(Math.ceil(box.y + box.height), height),
  };
}
