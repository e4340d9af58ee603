import { fillBoxes, type Raster } from '@aboveboard/redact/frame/raster';
import { relative } from '../place.ts';
import type { XDisplay } from './display.ts';
import type { WindowStack } from './window-stack.ts';

const ZPIXMAP = 2;
const ALL_PLANES = 0xffffffff;
/** Sides of a frame are bounded by the format (REC66). */
const LARGEST = 16_384;

/**
 * A window's own pixels (DSK45-DSK47). Null: it is not wholly on the screen, is translucent, has another depth than the
 * screen, or something moved while the server answered. Where others lie above it is one colour: a server gives what is
 * in its memory there, which is theirs.
 */
export async function takePixels(
  display: XDisplay,
  stack: WindowStack,
  window: number,
): Promise<Raster | null> {
  const top = stack.withClient(window);
  const client = top?.client;
  if (!top?.mapped || !client || client.depth !== 24) return null;
  if (await display.property(top.id, '_NET_WM_WINDOW_OPACITY')) return null;
  const { width, height } = client.place;
  if (width > LARGEST || height > LARGEST) return null;
  const turns = stack.turns;
  const image = await display.ask<{ depth: number; data: Buffer }>((done) =>
    display.client.GetImage(ZPIXMAP, window, 0, 0, width, height, ALL_PLANES, done),
  );
  if (!image || stack.turns !== turns || image.data.length < width * height * 4) return null;
  const raster = { width, height, data: asRgba(image.data, width * height) };
  fillBoxes(
    raster,
    stack.above(top).map(({ place }) => relative(place, client.place)),
  );
  return raster;
}

/** A server on this computer of this byte order gives blue, green, red and a byte that means nothing. */
function asRgba(data: Buffer, pixels: number): Uint8Array {
  const out = new Uint8Array(pixels * 4);
  for (let at = 0; at < out.length; at += 4) {
    out[at] = data[at + 2] as number;
    out[at + 1] = data[at + 1] as number;
    out[at + 2] = data[at] as number;
    out[at + 3] = 255;
  }
  return out;
}
