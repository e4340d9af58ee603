import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  Deidentification,
  type DeidentificationCounts,
  type MovementLevel,
} from '@aboveboard/redact/movement/deidentification';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import { ElementBoxes } from '@aboveboard/redact/movement/element-boxes';
import { parseElements } from '@aboveboard/redact/movement/element-file';
import { SampleFault, SampleReader } from '@aboveboard/redact/movement/sample-text';
import type { ScreenSize } from '@aboveboard/redact/movement/screen-geometry';
import { CommandFailure } from './command.ts';
import { PartOutputs } from './part-outputs.ts';

export type StreamOptions = {
  level: MovementLevel;
  /** Null: standard input, standard output. */
  from: string | null;
  to: string | null;
  elements: string | null;
  epsilon?: number;
  screen?: ScreenSize;
  /** Then `to` is a folder, with a table for each part. */
  parts?: number;
};

export type StreamResult = {
  rowsIn: number;
  rowsOut: number;
  parts: number;
  kept: DeidentificationCounts | null;
};

/** One task through, a chunk at a time; a table with a fault leaves no file behind (MOV3). */
export async function deidentifyFile(options: StreamOptions): Promise<StreamResult> {
  const { level, epsilon, screen, parts } = options;
  const boxes = new ElementBoxes(options.elements === null ? [] : await elementsIn(options.elements));
  const outputs = new PartOutputs(options.to, parts !== undefined);
  await outputs.begin();
  const task = new Deidentification(outputs.next(), {
    level,
    boxes,
    draws: freshDraws(),
    ...(epsilon === undefined ? {} : { epsilon }),
    ...(screen === undefined ? {} : { screen }),
    ...(parts === undefined
      ? {}
      : { parts: { actions: parts, next: () => ({ out: outputs.next(), draws: freshDraws() }) } }),
  });
  const reader = new SampleReader(task);
  const source = options.from === null ? process.stdin : createReadStream(options.from);
  try {
    for await (const chunk of source) {
      reader.push(chunk as Uint8Array);
      await outputs.flush();
    }
    reader.end();
    const kept = task.end();
    await outputs.end();
    return { rowsIn: reader.rows, rowsOut: outputs.rows, parts: kept?.parts ?? 1, kept };
  } catch (error) {
    await outputs.discard();
    if (error instanceof SampleFault) throw new CommandFailure(`${error.rule}: ${error.message}.`);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new CommandFailure('There is no such file to read.');
    }
    throw error;
  }
}

/** A key for each part, from the platform, and kept nowhere (MOV6). */
function freshDraws(): Drawing {
  return new Drawing(new Uint8Array(randomBytes(32)));
}

async function elementsIn(file: string): Promise<ReturnType<typeof parseElements>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new CommandFailure('The file of elements can not be read.');
  }
  try {
    return parseElements(text);
  } catch (error) {
    throw new CommandFailure(`The file of elements is none: ${(error as Error).message}.`);
  }
}
