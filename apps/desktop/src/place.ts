import type { Box } from '@aboveboard/redact/frame/raster';

export function isIn({ x, y, width, height }: Box, atX: number, atY: number): boolean {
  return atX >= x && atY >= y && atX < x + width && atY < y + height;
}

/** A place of the screen, as one of `window`. */
export function relative(place: Box, window: { x: number; y: number }): Box {
  return { ...place, x: place.x - window.x, y: place.y - window.y };
}
