import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { LAST_TICK } from './event-check.ts';
import { RecordingError } from './fault.ts';
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

export function encodeFrames(items: readonly FrameItem[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(items.reduce((sum, item) => sum + item.bytes.length + 32, 8));
  out.byte(VERSION);
  out.varint(items.length);
  let last = 0;
  for (const item of items) {
    const mime = FRAME_MIMES.indexOf(item.mime);
    if (mime < 0)
      throw new RecordingError([{ rule: 'REC66', at: 'frame', message: 'the type is not one of the list' }]);
    out.varint(item.t - last);
    out.varint(item.surface);
    out.byte(mime);
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
