import type { Frame, FrameSource } from '@aboveboard/dataset/frame-source';
import type { FrameWant, RenderableRecording, RenderedFrame } from './frame-renderer.ts';

/** Frames of one opened recording, drawn as they are asked for. The renderer stays its owner's to close. */
export function renderedFrames(
  renderer: {
    render(recording: RenderableRecording, wants: readonly FrameWant[]): AsyncIterable<RenderedFrame>;
  },
  recording: RenderableRecording,
  options: { tree: boolean },
): FrameSource {
  return {
    async *frames(wants): AsyncIterable<Frame> {
      const asked = wants.map((want) => ({ ...want, tree: options.tree }));
      for await (const { want, png, width, height, viewport, tree, text, places } of renderer.render(
        recording,
        asked,
      )) {
        const { surface, t } = want;
        yield {
          want: { surface, t },
          png,
          width,
          height,
          viewport,
          tree,
          places,
          ...(text === null ? {} : { text }),
        };
      }
    },
  };
}
