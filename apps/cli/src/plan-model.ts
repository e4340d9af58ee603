import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  type FileHead,
  type FileModel,
  modelOfGguf,
  modelOfSafetensors,
} from '@aboveboard/planner/memory/model-file';
import type { Checked } from '@aboveboard/planner/problem';
import { CommandFailure } from './command.ts';
import { parseJson, readGiven } from './plan-file.ts';

/** Headers are some MB; vocabularies in GGUF make the longest. */
const mostHead = 128 * 2 ** 20;

/**
 * A model that is given by its files: `{"gguf": PATH}`, or `{"config": PATH, "safetensors": [PATHS]}`. Undefined
 * for a model that is given otherwise. Only the first bytes of a file are read.
 */
export async function modelFromFiles(
  model: unknown,
  digests = false,
): Promise<Checked<FileModel> | undefined> {
  if (typeof model !== 'object' || model === null) return undefined;
  const { gguf, config, safetensors } = model as Record<string, unknown>;
  const read = (checked: Checked<FileModel>, paths: string[]) =>
    digests ? digested(checked, paths) : checked;
  if (typeof gguf === 'string') return read(modelOfGguf(await headOf(gguf)), [gguf]);
  if (
    typeof config === 'string' &&
    Array.isArray(safetensors) &&
    safetensors.every((path) => typeof path === 'string')
  ) {
    const heads: FileHead[] = [];
    for (const path of safetensors as string[]) heads.push(await headOf(path));
    return read(
      modelOfSafetensors(heads, parseJson(await readGiven(config), config)),
      safetensors as string[],
    );
  }
  return undefined;
}

/** Reads the files whole: for a list of what to carry into a closed room. */
async function digested(checked: Checked<FileModel>, paths: readonly string[]): Promise<Checked<FileModel>> {
  if (!checked.ok) return checked;
  const files: FileModel['files'] = [];
  for (const [i, file] of checked.value.files.entries()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(paths[i] ?? ''), hash);
    files.push({ ...file, sha256: hash.digest('hex') });
  }
  return { ok: true, value: { ...checked.value, files } };
}

async function headOf(path: string): Promise<FileHead> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new CommandFailure(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  try {
    const { size } = await file.stat();
    const head = new Uint8Array(Math.min(size, mostHead));
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return { name: path, head: head.subarray(0, bytesRead), bytes: size };
  } finally {
    await file.close();
  }
}
