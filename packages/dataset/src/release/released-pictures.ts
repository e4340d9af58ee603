import type { Frame, FrameSource, FrameWant } from '../frame-source.ts';
import { plainPng } from '../plain-png.ts';

/** Of one picture, and of all of a task: what a page made larger is a gap (REL48). */
export const MOST_PICTURE_BYTES = { each: 8 * 2 ** 20, ofTask: 64 * 2 ** 20 };

/** Frames as a release holds them: what is drawn and nothing said beside it. What is no picture of its size is a gap. */
export function releasedPictures(source: FrameSource, most = MOST_PICTURE_BYTES): FrameSource {
  return {
    async *frames(wants: readonly FrameWant[]): AsyncIterable<Frame> {
      let left = most.ofTask;
      for await (const frame of source.frames(wants)) {
        const png = plainPng(frame.png, frame);
        if (png === null || png.length > Math.min(most.each, left)) continue;
        left -= png.length;
        yield { ...frame, png };
      }
    },
  };
}
