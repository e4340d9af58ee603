import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Raster } from '@aboveboard/redact/frame/raster';
import type { RecognisedWord } from '@aboveboard/redact/frame/recognised-words';
import type { Recogniser } from '@aboveboard/redact/frame/recognition';
import sharp from 'sharp';

/** For one crop. A crop of a screen takes a few seconds on a slow machine. */
const CROP_LIMIT_MS = 30_000;
/** After so many that were broken off nothing more is read. */
const FAILURES_LIMIT = 3;

/** What reads an encoded picture, in a thread of its own that `end` kills whatever it does. */
export type Engine = { read(png: Buffer): Promise<unknown>; end(): Promise<unknown> };

/** Reads with an engine that is replaced when it fails or is late: what it was reading stays solid (MASK44). */
export class TextRecogniser {
  readonly #start: () => Promise<Engine>;
  readonly #limit: number;
  #engine: Promise<Engine> | null = null;
  #failures = 0;

  constructor(start: () => Promise<Engine> = startTesseract, limit = CROP_LIMIT_MS) {
    this.#start = start;
    this.#limit = limit;
  }

  readonly recognise: Recogniser = async (picture: Raster) => {
    if (this.#failures >= FAILURES_LIMIT) throw new Error('The recogniser failed too often.');
    const { width, height, data } = picture;
    const png = await sharp(data, { raw: { width, height, channels: 4 } })
      .flatten({ background: '#ffffff' })
      .png({ compressionLevel: 1 })
      .toBuffer();
    this.#engine ??= this.#start();
    try {
      return await within(
        this.#limit,
        this.#engine.then((engine) => engine.read(png)),
      );
    } catch (cause) {
      this.#failures++;
      this.close();
      throw cause;
    }
  };

  /** Kills the engine without waiting for it. */
  close(): void {
    this.#engine?.then((engine) => engine.end()).catch(() => {});
    this.#engine = null;
  }
}

async function within<T>(limit: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The recogniser is late.')), limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Everything comes from installed packages: no download, no cache (docs/adr/0066). */
async function startTesseract(): Promise<Engine> {
  const { createWorker, OEM, PSM } = await import('tesseract.js');
  const language = dirname(createRequire(import.meta.url).resolve('@tesseract.js-data/eng/package.json'));
  const worker = await createWorker('eng', OEM.LSTM_ONLY, {
    langPath: join(language, '4.0.0_best_int'),
    cacheMethod: 'none',
    gzip: true,
    // By default it throws where nobody can catch it.
    errorHandler: () => {},
  });
  await worker.setParameters({ tessedit_pageseg_mode: PSM.SPARSE_TEXT });
  return {
    read: async (png) => {
      const { data } = await worker.recognize(png, {}, { text: false, blocks: true });
      const lines = (data.blocks ?? []).flatMap((block) => block.paragraphs.flatMap((p) => p.lines));
      return lines.flatMap((line) =>
        line.words.map(({ text, bbox, confidence }): RecognisedWord => {
          const box = { x: bbox.x0, y: bbox.y0, width: bbox.x1 - bbox.x0, height: bbox.y1 - bbox.y0 };
          return { text, box, confidence };
        }),
      );
    },
    end: () => worker.terminate(),
  };
}
