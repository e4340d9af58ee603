import type { InterfaceNode } from '@aboveboard/protocol/state';

/** A picture of `surface` as it was at tick `t`. With `marks`: in a standard window, if these places can be found in it. */
export type FrameWant = { surface: number; t: number; marks?: readonly FrameMark[] };

/** A place in CSS pixels of the recorded viewport. `fixed`: what was done there rests on the layout as it was. */
export type FrameMark = { x: number; y: number; fixed: boolean };

export type Frame = {
  want: FrameWant;
  png: Uint8Array;
  /** Device pixels of the picture. */
  width: number;
  height: number;
  /** Where the surface's viewport lies in the picture: below the browser's bars, if they are drawn. */
  viewport: { x: number; y: number; width: number; height: number };
  /** Where the marks are, as fractions of the viewport; null: the window kept its own size, or there were none. */
  places?: readonly { x: number; y: number }[] | null;
  /** The interface tree at that instant, where it was asked for. */
  tree?: InterfaceNode | null;
  /** What is shown as text, where the tree was asked for: more than its names, which only some roles have. */
  text?: string;
};

/** Draws frames of one opened recording. */
export interface FrameSource {
  /** In the order of their ticks. One of which nothing is known is left out. */
  frames(wants: readonly FrameWant[]): AsyncIterable<Frame>;
}

/** Gives frames that were made before; for tests, and for imports whose pictures exist. */
export class MemoryFrameSource implements FrameSource {
  readonly #frames: readonly Frame[];

  constructor(frames: readonly Frame[]) {
    this.#frames = frames;
  }

  async *frames(wants: readonly FrameWant[]): AsyncIterable<Frame> {
    for (const want of [...wants].sort((a, b) => a.t - b.t || a.surface - b.surface)) {
      const frame = this.#frames.find(({ want: had }) => had.t === want.t && had.surface === want.surface);
      if (frame) yield frame;
    }
  }
}
