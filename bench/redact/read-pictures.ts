import sharp from 'sharp';
import { TextRecogniser } from '../../apps/cli/src/text-recogniser.ts';
import type { Box, Raster } from '../../packages/redact/src/frame/raster.ts';
import { type RecognisedWord, readBoxes } from '../../packages/redact/src/frame/recognised-words.ts';
import { recogniseRaster } from '../../packages/redact/src/frame/recognition.ts';
import { screenPictures } from './labelled-data.ts';
import type { Share } from './scores.ts';

export type ReadScore = { zeroLeak: Share; words: Share };
export type ReadPictures = { rules: ReadScore; detectorsAlone: ReadScore; unread: Share; seconds: number };

/**
 * ScreenLeak's pictures with recognised text opened: by the rules (MASK45), and as if detectors alone decided. A picture
 * leaks if an opened box touches a labelled one. `words` are those opened of those read. Slow: seconds for each picture.
 */
export async function scoreReadPictures(): Promise<ReadPictures> {
  const recogniser = new TextRecogniser();
  const [rules, detectorsAlone] = [emptyScore(), emptyScore()];
  const unread: Share = { hits: 0, of: 0 };
  const began = performance.now();
  try {
    for (const { file, labelled } of screenPictures()) {
      if (labelled.length === 0) continue;
      const { words, crops, failed } = await recogniseRaster(await rasterOf(file), recogniser.recognise);
      unread.hits += failed;
      unread.of += crops;
      add(rules, readBoxes(words), words, labelled);
      add(detectorsAlone, readBoxes(words, { known: () => true }), words, labelled);
    }
  } finally {
    recogniser.close();
  }
  return { rules, detectorsAlone, unread, seconds: (performance.now() - began) / 1000 };
}

function emptyScore(): ReadScore {
  return { zeroLeak: { hits: 0, of: 0 }, words: { hits: 0, of: 0 } };
}

function add(score: ReadScore, open: Box[], words: RecognisedWord[], labelled: readonly Box[]): void {
  score.zeroLeak.of++;
  if (!open.some((box) => labelled.some((other) => overlap(box, other)))) score.zeroLeak.hits++;
  score.words.hits += open.length;
  score.words.of += words.length;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

async function rasterOf(file: string): Promise<Raster> {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}
