import { readFileSync, statSync, writeFileSync } from 'node:fs';
import {
  type Box,
  fillBoxes,
  outside,
  type Raster,
  sameAs,
  unfilledBox,
} from '@aboveboard/redact/frame/raster';
import { readBoxes } from '@aboveboard/redact/frame/recognised-words';
import { recogniseRaster } from '@aboveboard/redact/frame/recognition';
import { openBoxes, parseVouchingTree, TreeError } from '@aboveboard/redact/frame/vouching-tree';
import { foldSpace } from '@aboveboard/redact/openings';
import sharp from 'sharp';
import { CommandFailure, UsageError } from './command.ts';
import { listOf } from './line-redaction.ts';
import { TextRecogniser } from './text-recogniser.ts';

export type MaskedPicture = {
  width: number;
  height: number;
  open: number;
  openShare: number;
  checked: number;
  /** With text recognised: crops, and those that could not be read and are solid. */
  crops?: number;
  unread?: number;
};

export type MaskingOptions = {
  tree?: string;
  shipped?: string;
  /** Opens words that are recognised as well (MASK44, MASK45). */
  ocr?: boolean;
  out: string;
};

/** Sides and pixels of a picture that is decoded at all, and bytes of a file that is read. */
const SIDE_LIMIT = 16_384;
const PIXELS_LIMIT = 64_000_000;
const FILE_LIMIT = 256 * 1024 * 1024;
/** Of a picture in which text is recognised: a band of it at twice the size is what a recogniser takes. */
const READ_SIDE_LIMIT = 8_192;

/** Throws CommandFailure for what is no such picture or tree; then nothing is written. */
export async function maskPicture(
  image: string,
  { tree, shipped, ocr = false, out }: MaskingOptions,
  recogniser: TextRecogniser = new TextRecogniser(),
): Promise<MaskedPicture> {
  const format = /\.(png|webp)$/i.exec(out)?.[1]?.toLowerCase();
  if (format !== 'png' && format !== 'webp') throw new UsageError('--out ends in .png or .webp.');
  const raster = await decode(bytesOf(image));
  const labels = new Set(shipped === undefined ? [] : listOf(shipped).map(foldSpace));
  const vouched = tree === undefined ? [] : openOf(tree, labels);
  const read = ocr ? await readOf(raster, labels, recogniser) : { boxes: [] };
  const open = [...vouched, ...read.boxes];
  const closed = outside(raster, open);
  fillBoxes(raster, closed);
  const wrong = unfilledBox(raster, closed);
  if (wrong !== null) throw new CommandFailure('The picture was not filled; nothing is written.');
  const raw = sharp(raster.data, { raw: { width: raster.width, height: raster.height, channels: 4 } });
  const encoded = await (format === 'png'
    ? raw.png()
    : raw.webp({ lossless: true, effort: 4, exact: true })
  ).toBuffer();
  // What counts is what the file shows: it is decoded as anybody would, and looked at again.
  const shown = await decode(encoded);
  if (unfilledBox(shown, closed) !== null || !sameAs(raster, { x: 0, y: 0, ...sizeOf(raster) }, shown))
    throw new CommandFailure('What was encoded is not what was masked; nothing is written.');
  writeFileSync(out, encoded);
  const solid = closed.reduce((sum, box) => sum + box.width * box.height, 0);
  const share = 1 - solid / (raster.width * raster.height);
  const { boxes: _, ...told } = read;
  return { ...sizeOf(raster), open: open.length, openShare: share, checked: closed.length, ...told };
}

function sizeOf({ width, height }: Raster): { width: number; height: number } {
  return { width, height };
}

function bytesOf(file: string): Buffer {
  try {
    if (statSync(file).size > FILE_LIMIT) throw new CommandFailure('The picture is larger than 256 MB.');
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof CommandFailure) throw cause;
    throw new CommandFailure(`${file} can not be read.`, { cause });
  }
}

/** The first picture of a file, its pixels as RGBA. Metadata, further pages and profiles are left behind. */
async function decode(bytes: Buffer): Promise<Raster> {
  try {
    const source = sharp(bytes, { limitInputPixels: PIXELS_LIMIT, failOn: 'warning', pages: 1 });
    const { format, width = 0, height = 0 } = await source.metadata();
    if (format !== 'png' && format !== 'webp')
      throw new CommandFailure('The picture is neither PNG nor WebP.');
    if (width > SIDE_LIMIT || height > SIDE_LIMIT || width * height > PIXELS_LIMIT)
      throw new CommandFailure(`The picture has more than ${SIDE_LIMIT} pixels a side, or 64 million.`);
    const { data, info } = await source
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: aligned(data) };
  } catch (cause) {
    if (cause instanceof CommandFailure) throw cause;
    throw new CommandFailure('The picture is broken, or too large to decode.', { cause });
  }
}

function aligned(data: Buffer): Uint8Array {
  return data.byteOffset % 4 === 0
    ? new Uint8Array(data.buffer, data.byteOffset, data.length)
    : new Uint8Array(data);
}

function openOf(tree: string, labels: ReadonlySet<string>): Box[] {
  try {
    return openBoxes(parseVouchingTree(bytesOf(tree).toString('utf8')), labels);
  } catch (cause) {
    if (cause instanceof TreeError) throw new CommandFailure(cause.message, { cause });
    throw cause;
  }
}

type Read = { boxes: Box[]; crops?: number; unread?: number };

async function readOf(
  raster: Raster,
  shipped: ReadonlySet<string>,
  recogniser: TextRecogniser,
): Promise<Read> {
  if (raster.width > READ_SIDE_LIMIT || raster.height > READ_SIDE_LIMIT)
    throw new CommandFailure(`Text is recognised in pictures of at most ${READ_SIDE_LIMIT} pixels a side.`);
  try {
    const { words, crops, failed } = await recogniseRaster(raster, recogniser.recognise);
    return { boxes: readBoxes(words, { shipped }), crops, unread: failed };
  } finally {
    recogniser.close();
  }
}
