import { shapeFromConfig } from '../catalogue/config.ts';
import type { Shape } from '../catalogue/shape.ts';
import type { Checked, Problem } from '../problem.ts';
import { readGgufHeader, shapeFromGguf } from './gguf.ts';
import { readSafetensorsHeader } from './safetensors.ts';

/** A model as its files tell it: shape, and the true bytes of all its tensors. */
export type FileModel = {
  shape: Shape;
  weight_bytes: number;
  kinds: Record<string, number>;
  /** The files themselves: what a closed room must be given. */
  files: ModelFile[];
};

/** By its name without folders; `sha256` where somebody read it whole. */
export type ModelFile = { name: string; bytes: number; sha256?: string };

/** One file's first bytes and its whole size. */
export type FileHead = { name: string; head: Uint8Array; bytes: number };

/** A GGUF file tells all. */
export function modelOfGguf(file: FileHead): Checked<FileModel> {
  const header = readGgufHeader(file.head, file.bytes);
  if (!header.ok) return placed(file.name, header.problems);
  const shape = shapeFromGguf(header.value);
  if (!shape.ok) return placed(file.name, shape.problems);
  return {
    ok: true,
    value: { shape: shape.value, ...sizes(header.value.tensors), files: listed([file]) },
  };
}

/** safetensors shards tell sizes; the shape comes from their config.json. */
export function modelOfSafetensors(files: readonly FileHead[], config: unknown): Checked<FileModel> {
  const problems: Problem[] = [];
  const tensors: { name: string; kind: string; bytes: number }[] = [];
  const seen = new Set<string>();
  for (const file of files) {
    const read = readSafetensorsHeader(file.head, file.bytes);
    if (!read.ok) {
      problems.push(...read.problems.map((problem) => ({ ...problem, at: `${file.name} ${problem.at}` })));
      continue;
    }
    for (const tensor of read.value) {
      if (seen.has(tensor.name)) {
        problems.push({
          code: 'corrupt',
          at: file.name,
          message: `tensor ${tensor.name.slice(0, 80)} is in two files`,
        });
      }
      seen.add(tensor.name);
      tensors.push(tensor);
    }
  }
  const shape = shapeFromConfig(config);
  if (!shape.ok) problems.push(...shape.problems);
  if (problems.length > 0 || !shape.ok) return { ok: false, problems };
  return { ok: true, value: { shape: shape.value, ...sizes(tensors), files: listed(files) } };
}

function sizes(tensors: readonly { kind: string; bytes: number }[]): {
  weight_bytes: number;
  kinds: Record<string, number>;
} {
  const kinds: Record<string, number> = {};
  let total = 0;
  for (const { kind, bytes } of tensors) {
    kinds[kind] = (kinds[kind] ?? 0) + bytes;
    total += bytes;
  }
  return { weight_bytes: total, kinds };
}

const listed = (files: readonly FileHead[]): ModelFile[] =>
  files.map(({ name, bytes }) => ({ name: name.split(/[\\/]/).at(-1) ?? name, bytes }));

function placed(name: string, problems: readonly Problem[]): Checked<never> {
  return { ok: false, problems: problems.map((problem) => ({ ...problem, at: `${name} ${problem.at}` })) };
}
