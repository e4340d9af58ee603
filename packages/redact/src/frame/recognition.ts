import { type Box, crop, type Raster } from './raster.ts';
import type { RecognisedWord } from './recognised-words.ts';

/** Reads a picture; boxes in its pixels. It may throw or hand back anything. Whoever makes it bounds its time and memory. */
export type Recogniser = (picture: Raster) => Promise<unknown>;

/** Bands of a picture's whole width, so that no label is cut from the side. Each shows the last one's end again. */
const BAND = { height: 256, shared: 80 };
/** A word this near to a cut may be the half of one. */
const CUT_MARGIN = 4;

/** What was read, in pixels of the raster, and how many of the crops nobody could read: those stay solid (MASK44). */
export type Recognition = { words: RecognisedWord[]; crops: number; failed: number };

/** Reads a raster band by band, each at twice its size. Never throws for what `recognise` does. */
export async function recogniseRaster(raster: Raster, recognise: Recogniser): Promise<Recognition> {
  const words: RecognisedWord[] = [];
  const bands = bandsOf(raster);
  let failed = 0;
  for (const band of bands) {
    try {
      words.push(...(await readBand(crop(raster, band), { band, of: raster }, recognise)));
    } catch {
      failed++;
    }
  }
  return { words, crops: bands.length, failed };
}

/** The words of one band of a raster of size `of`, in that raster's pixels. Throws what `recognise` does, and for rubbish. */
export async function readBand(
  pixels: Raster,
  { band, of }: { band: Box; of: Pick<Raster, 'width' | 'height'> },
  recognise: Recogniser,
): Promise<RecognisedWord[]> {
  const read = await recognise(doubled(pixels));
  if (!Array.isArray(read)) throw new TypeError('no list of words');
  return read.map((word) => placed(word, band)).filter((word) => whole(word.box, band, of));
}

/** What is read at a time: the whole of them is the raster, and neighbours share some rows. */
export function bandsOf({ width, height }: Pick<Raster, 'width' | 'height'>): Box[] {
  const out: Box[] = [];
  for (let y = 0; ; y += BAND.height - BAND.shared) {
    out.push({ x: 0, y, width, height: Math.min(BAND.height, height - y) });
    if (y + BAND.height >= height) return out;
  }
}

function placed({ text, box, confidence }: RecognisedWord, band: Box): RecognisedWord {
  const { x, y, width, height } = box;
  return {
    text,
    confidence,
    box: { x: band.x + x / 2, y: band.y + y / 2, width: width / 2, height: height / 2 },
  };
}

/** Outside of its band a word was not seen; at a cut only a part of it may have been. */
function whole({ x, y, width, height }: Box, band: Box, raster: Pick<Raster, 'width' | 'height'>): boolean {
  const top = band.y === 0 ? 0 : band.y + CUT_MARGIN;
  const bottom = band.y + band.height === raster.height ? raster.height : band.y + band.height - CUT_MARGIN;
  return x >= 0 && x + width <= raster.width && y >= top && y + height <= bottom;
}

/** Twice as large on both sides: at its own size a screen's text is read badly. Grey steps between pixels help little. */
export function doubled({ width, height, data }: Raster): Raster {
  const from = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const to = new Uint32Array(width * height * 4);
  for (let y = 0; y < height * 2; y++) {
    for (let x = 0; x < width * 2; x++) to[y * width * 2 + x] = from[(y >> 1) * width + (x >> 1)] as number;
  }
  return { width: width * 2, height: height * 2, data: new Uint8Array(to.buffer) };
}
