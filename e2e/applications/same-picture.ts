import type { PNG } from 'pngjs';
import type { Box } from './shown-page.ts';

/** How far a text may have moved between two pictures of the same page, in pixels each way. */
const REACH = { across: 24, down: 10 };

/**
 * How alike what is drawn at a place is in two pictures: 1 is the same picture, about 0 has nothing to do with it. The
 * correlation of their brightness, at the best of the shifts within reach; 0 where one of them is a single colour.
 * No recogniser of text is asked: whoever can read the one and finds it again in the other, can read the other.
 */
export function likeness(truth: PNG, frame: PNG, box: Box): number {
  const { x, y, width, height } = box;
  return likenessWithin(truth, frame, box, {
    x: x - REACH.across,
    y: y - REACH.down,
    width: width + 2 * REACH.across,
    height: height + 2 * REACH.down,
  });
}

/** The same, at the best place within `area` of the frame: what stands before a label may have become longer. */
export function likenessWithin(truth: PNG, frame: PNG, box: Box, area: Box): number {
  const x = Math.floor(box.x);
  const y = Math.floor(box.y);
  const place = { x, y, width: Math.ceil(box.x + box.width) - x, height: Math.ceil(box.y + box.height) - y };
  const wanted = spread(brightness(truth), truth.width, truth.height, place);
  if (!wanted) return 0;
  const drawn = brightness(frame);
  const last = {
    x: Math.ceil(area.x + area.width) - place.width,
    y: Math.ceil(area.y + area.height) - place.height,
  };
  let best = 0;
  for (let top = Math.max(0, Math.floor(area.y)); top <= last.y; top++) {
    for (let left = Math.max(0, Math.floor(area.x)); left <= last.x; left++) {
      const there = { ...place, x: left, y: top };
      best = Math.max(best, correlation(wanted, drawn, frame.width, frame.height, there));
    }
  }
  return best;
}

const known = new WeakMap<PNG, Float32Array>();

function brightness(picture: PNG): Float32Array {
  const made = known.get(picture) ?? new Float32Array(picture.width * picture.height);
  if (!known.has(picture)) {
    const { data } = picture;
    for (let i = 0, at = 0; i < made.length; i++, at += 4) {
      made[i] = 0.3 * (data[at] as number) + 0.6 * (data[at + 1] as number) + 0.1 * (data[at + 2] as number);
    }
    known.set(picture, made);
  }
  return made;
}

/** A piece of a picture around its mean; null where it is of one colour or beyond the edge. */
function spread(
  all: Float32Array,
  across: number,
  down: number,
  { x, y, width, height }: Box,
): Float32Array | null {
  if (x < 0 || y < 0 || x + width > across || y + height > down) return null;
  const values = new Float32Array(width * height);
  let sum = 0;
  for (let row = 0; row < height; row++) {
    const from = (y + row) * across + x;
    values.set(all.subarray(from, from + width), row * width);
  }
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = (values[i] as number) - mean;
    values[i] = value;
    squares += value * value;
  }
  return squares < 1 ? null : values;
}

function correlation(
  wanted: Float32Array,
  all: Float32Array,
  across: number,
  down: number,
  place: Box,
): number {
  const there = spread(all, across, down, place);
  if (!there) return 0;
  let [both, ones, others] = [0, 0, 0];
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [wanted[i] as number, there[i] as number];
    both += a * b;
    ones += a * a;
    others += b * b;
  }
  return Math.abs(both) / Math.sqrt(ones * others);
}
