import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import {
  Deidentification,
  type DeidentificationCounts,
  type MovementLevel,
} from '@aboveboard/redact/movement/deidentification';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import { ElementBoxes } from '@aboveboard/redact/movement/element-boxes';
import { parseElements } from '@aboveboard/redact/movement/element-file';
import { SampleFault, SampleReader, SampleWriter } from '@aboveboard/redact/movement/sample-text';
import { CommandFailure } from './command.ts';

export type StreamOptions = {
  level: MovementLevel;
  /** Null: standard input, standard output. */
  from: string | null;
  to: string | null;
  elements: string | null;
  epsilon?: number;
};

export type StreamResult = { rowsIn: number; rowsOut: number; kept: DeidentificationCounts | null };

/** One task through, a chunk at a time; a table with a fault leaves no file behind (MOV3). */
export async function deidentifyFile(options: StreamOptions): Promise<StreamResult> {
  const boxes = new ElementBoxes(options.elements === null ? [] : await elementsIn(options.elements));
  const out = await openOutput(options.to);
  const waiting: Uint8Array[] = [];
  const writer = new SampleWriter((chunk) => waiting.push(chunk));
  const { level, epsilon } = options;
  const draws = new Drawing(new Uint8Array(randomBytes(32)));
  const task = new Deidentification(writer, {
    level,
    boxes,
    draws,
    ...(epsilon === undefined ? {} : { epsilon }),
  });
  const reader = new SampleReader(task);
  const source = options.from === null ? process.stdin : createReadStream(options.from);
  try {
    for await (const chunk of source) {
      reader.push(chunk as Uint8Array);
      for (const one of waiting.splice(0)) await out.write(one);
    }
    reader.end();
    const kept = task.end();
    writer.end();
    for (const one of waiting.splice(0)) await out.write(one);
    await out.close();
    return { rowsIn: reader.rows, rowsOut: writer.rows, kept };
  } catch (error) {
    await out.discard();
    if (error instanceof SampleFault) throw new CommandFailure(`${error.rule}: ${error.message}.`);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new CommandFailure('There is no such file to read.');
    throw error;
  }
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

type Output = { write(chunk: Uint8Array): Promise<void>; close(): Promise<void>; discard(): Promise<void> };

async function openOutput(file: string | null): Promise<Output> {
  if (file === null) {
    return {
      write: (chunk) =>
        new Promise((resolve, reject) => process.stdout.write(chunk, (e) => (e ? reject(e) : resolve()))),
      close: async () => {},
      discard: async () => {},
    };
  }
  const handle = await open(file, 'wx').catch(() => {
    throw new CommandFailure('--out is a file that is there already, or can not be made.');
  });
  return {
    write: async (chunk) => {
      await handle.write(chunk);
    },
    close: () => handle.close(),
    discard: async () => {
      await handle.close();
      await rm(file, { force: true });
    },
  };
}
