import type { ExportRecording } from '@aboveboard/dataset/export/export-recording';
import type { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import { PNG } from 'pngjs';
import type { Box } from './applications/shown-page.ts';

export type Truth = { picture: PNG; hers: Box; common: Box };

/** The page as it was recorded, in the same window, and where in it stand what everybody has and what she alone has. */
export async function asRecorded(renderer: FrameRenderer, work: ExportRecording): Promise<Truth | null> {
  for await (const { png, tree, viewport } of renderer.render(work, [
    { surface: 3, t: 10, tree: true, marks: [] },
  ])) {
    const boxOf = (has: RegExp): Box => {
      const node = tree?.children.find(({ name, value }) => has.test(`${name} ${value ?? ''}`));
      if (!node) throw new Error(`the page does not show ${has}`);
      const { x, y, height } = node.box;
      return { x, y: y + viewport.y, width: 180, height };
    };
    return {
      picture: PNG.sync.read(Buffer.from(png)),
      hers: boxOf(/Wendel/),
      common: boxOf(/Orders/),
    };
  }
  return null;
}
