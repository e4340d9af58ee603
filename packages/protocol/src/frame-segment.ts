import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { LAST_TICK } from './event-check.ts';
import type { Fault } from './fault.ts';
import { limitsWith, type RecordingLimits } from './recording-limits.ts';

/**
 * Frames of one part (spec/recording.md, REC65-REC67): pictures of a surface with their size in device
 * pixels. The bytes are kept as they are; nothing here decodes a picture.
 */
export type FrameItem = {
  t: number;
  surface: number;
  mime: FrameMime;
  width: number;
  height: number;
  bytes: Uint8Array;
};
export type FrameMime = 'image/png' | 'image/webp' | 'image/jpeg';
export const FRAME_MIMES: readonly FrameMime[] = ['image/png', 'image/webp', 'image/jpeg'];

const VERSION = 1;

/** What is wrong with one frame by itself. */
export function frameFaults(item: FrameItem, limits: RecordingLimits): Fault[] {
  const faults: Fault[] = [];
  const must = (holds: boolean, rule: string, message: string) => {
    if (!holds) faults.push({ rule, at: 'frame', message });
  };
  const isSide = (side: number) => Number.isInteger(side) && side > 0 && side <= limits.frameSide;
  must(Number.isInteger(item.t) && item.t >= 0 && item.t <= LAST_TICK, 'REC65', 't is not a tick');
  must(Number.isSafeInteger(item.surface) && item.surface >= 0, 'REC65', 'surface is not a whole number');
  must(FRAME_MIMES.includes(item.mime), 'REC66', 'the type is not one of the list');
  must(isSide(item.width) && isSide(item.height), 'REC66', 'a side is out of range');
  must(item.bytes.length > 0 && item.bytes.length <= limits.frameBytes, 'REC66', 'has no bytes or too many');
  return faults;
}

/** The items are trusted to be legal (frameFaults) and in the order of time. */
export function encodeFrames(items: readonly FrameItem[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(items.reduce((sum, item) => sum + item.bytes.length + 32, 8));
  out.byte(VERSION);
  out.varint(items.length);
  let last = 0;
  for (const item of items) {
    out.varint(item.t - last);
    out.varint(item.surface);
    out.byte(FRAME_MIMES.indexOf(item.mime));
    out.varint(item.width);
    out.varint(item.height);
    out.varint(item.bytes.length);
    out.bytes(item.bytes);
    last = item.t;
  }
  return out.done();
}

export function decodeFrames(bytes: Uint8Array, limits: Partial<RecordingLimits> = {}): FrameItem[] {
  const { framesInPart, frameBytes, frameSide } = limitsWith(limits);
  const source = new ByteReader(bytes, 'REC65');
  const version = source.byte();
  if (version !== VERSION) source.fail('REC65', `a frame segment of version ${version} is not known here`);
  const count = source.count(framesInPart, 'REC65', 'frames');
  const items: FrameItem[] = [];
  let t = 0;
  for (let i = 0; i < count; i += 1) {
    t += source.count(LAST_TICK - t, 'REC65', 't');
    const surface = source.varint();
    const mime = FRAME_MIMES[source.byte()] ?? source.fail('REC66', 'the type is not one of the list');
    const width = source.count(frameSide, 'REC66', 'width');
    const height = source.count(frameSide, 'REC66', 'height');
    if (width === 0 || height === 0) source.fail('REC66', 'a frame has no side of 0');
    const length = source.count(frameBytes, 'REC66', 'bytes of a frame');
    if (length === 0) source.fail('REC66', 'a frame without bytes');
    items.push({ t, surface, mime, width, height, bytes: source.bytes(length).slice() });
  }
  source.end('REC65');
  return items;
}
