import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { LAST_TICK } from './event-check.ts';

/**
 * Columns of whole numbers as zigzag varints of differences (REC44, REC45). The arithmetic of places wraps
 * at 32 bits on both sides, so every column of 32-bit numbers has an encoding and comes back the same.
 */

/** Gaps from here on count as this one: the step is a pointer's rate, not a pause. */
const LONGEST_STEP = 1024;

/** The median gap between neighbours: what the next time is predicted with. */
export function medianStep(t: Int32Array): number {
  const gaps = new Uint32Array(LONGEST_STEP + 1);
  for (let i = 1; i < t.length; i += 1) {
    const slot = Math.min((t[i] as number) - (t[i - 1] as number), LONGEST_STEP);
    gaps[slot] = (gaps[slot] as number) + 1;
  }
  const half = (t.length - 1) >> 1;
  let seen = 0;
  for (let gap = 0; gap < LONGEST_STEP; gap += 1) {
    seen += gaps[gap] as number;
    if (seen > half) return gap;
  }
  return LONGEST_STEP;
}

/** The first time and the step stand before it; then one number a row: the gap less the step. */
export function writeTimes(out: ByteWriter, t: Int32Array): void {
  const step = medianStep(t);
  out.varint(t[0] as number);
  out.varint(step);
  const { bytes, at: start } = out.raw(t.length * 5);
  let at = start;
  let last = t[0] as number;
  for (let i = 1; i < t.length; i += 1) {
    const time = t[i] as number;
    const off = time - last - step;
    last = time;
    let rest = ((off << 1) ^ (off >> 31)) >>> 0;
    while (rest > 0x7f) {
      bytes[at++] = rest | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
  }
  out.filled(at);
}

export function readTimes(source: ByteReader, t: Int32Array): void {
  let time = source.count(LAST_TICK, 'REC44', 't');
  const step = source.count(LONGEST_STEP, 'REC44', 'the step');
  t[0] = time;
  readNumbers(source, t, 1);
  for (let i = 1; i < t.length; i += 1) {
    const gap = step + (t[i] as number);
    time += gap;
    if (gap < 0 || time > LAST_TICK) source.fail('REC20', `event ${i} goes back or is too late`);
    t[i] = time;
  }
}

/** Whether second-order differences take fewer bits than first-order ones. */
export function isSteady(values: Int32Array): boolean {
  let first = 0;
  let second = 0;
  let last = 0;
  let speed = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    const off = (value - last) | 0;
    const change = (off - speed) | 0;
    first -= Math.clz32(off ^ (off >> 31));
    second -= Math.clz32(change ^ (change >> 31));
    last = value;
    speed = off;
  }
  return second <= first;
}

/** `values` are in units of 1/256 px and multiples of 2^shift. */
export function writePlaces(out: ByteWriter, values: Int32Array, shift: number, steady: boolean): void {
  const { bytes, at: start } = out.raw(values.length * 5);
  let at = start;
  let last = 0;
  let speed = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = (values[i] as number) >> shift;
    const off = (value - last) | 0;
    const change = steady ? (off - speed) | 0 : off;
    last = value;
    speed = off;
    let rest = ((change << 1) ^ (change >> 31)) >>> 0;
    while (rest > 0x7f) {
      bytes[at++] = rest | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
  }
  out.filled(at);
}

/** Fills `values` with units of 1/256 px; a place out of range is a fault. */
export function readPlaces(
  source: ByteReader,
  values: Int32Array,
  shift: number,
  steady: boolean,
  mostUnits: number,
): void {
  readNumbers(source, values, 0);
  const most = mostUnits >> shift;
  let last = 0;
  let speed = 0;
  for (let i = 0; i < values.length; i += 1) {
    const number = values[i] as number;
    speed = steady ? (speed + number) | 0 : number;
    last = (last + speed) | 0;
    if (last > most || last < -most) source.fail('REC21', `place ${i} is out of range`);
    values[i] = last << shift;
  }
}

/** Zigzag varints of 32 bits, from row `from` to the end. The caller has checked that the bytes can hold them. */
function readNumbers(source: ByteReader, numbers: Int32Array, from: number): void {
  const { bytes, at: start } = source.raw();
  let at = start;
  for (let i = from; i < numbers.length; i += 1) {
    let rest = bytes[at++] as number;
    // The negation also catches the end of the bytes, where `rest` is undefined.
    if (!(rest < 0x80)) {
      const more = bytes[at] as number;
      if (more < 0x80 && more > 0) {
        rest = (rest & 0x7f) | (more << 7);
        at += 1;
      } else {
        source.moved(at - 1);
        rest = source.count(0xffff_ffff, 'REC41', 'a difference');
        at = source.raw().at;
      }
    }
    numbers[i] = (rest >>> 1) ^ -(rest & 1);
  }
  source.moved(at);
}
