import { shapeFromConfig } from '@aboveboard/planner/catalogue/config';
import type { Model } from '@aboveboard/planner/catalogue/model';
import type { Shape } from '@aboveboard/planner/catalogue/shape';
import { type GgufHeader, readGgufHeader, shapeFromGguf } from '@aboveboard/planner/memory/gguf';
import { findQuant } from '@aboveboard/planner/memory/quant';
import { type FileTensor, readSafetensorsHeader } from '@aboveboard/planner/memory/safetensors';
import { type Problem, sentence } from '@aboveboard/planner/problem';
import { text } from './messages/en.ts';

/**
 * A model as the files tell it that somebody picked: config.json, safetensors shards, GGUF. Only headers are read,
 * and none of it leaves the browser. The bytes are an attacker's: every read has a bound, and so has their number.
 */
export type PickedFile = Pick<Blob, 'size' | 'slice'> & { name: string };
export type ReadModel =
  | { ok: true; model: Model; said: string }
  /** Sentences for the one who picked the files. */
  | { ok: false; faults: string[] };

const MiB = 2 ** 20;
const MOST_FILES = 500;
const MOST_CONFIG = 2 * MiB;
const MOST_SAFETENSORS_HEADER = 32 * MiB;
/** A GGUF header does not say its length: more is read until it is whole. Vocabularies make the longest, some 20 MiB. */
const GGUF_STEPS = [2 * MiB, 16 * MiB, 64 * MiB];
const MOST_SAID = 8;
const MOST_SENTENCE = 300;

class Refused extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(faults.join(' '));
    this.faults = faults;
  }
}

/** `today` dates the entry. Never throws for what is in a file. */
export async function modelOfFiles(files: readonly PickedFile[], today: string): Promise<ReadModel> {
  try {
    return { ok: true, ...(await read(files, today)) };
  } catch (error) {
    const faults =
      error instanceof Refused
        ? error.faults
        : // Nesting beyond the stack, a file that vanished while it was read: of one kind for whoever picked it.
          [text.files.unreadable(files.map(({ name }) => name).join(', '))];
    return { ok: false, faults: faults.slice(0, MOST_SAID).map((fault) => fault.slice(0, MOST_SENTENCE)) };
  }
}

async function read(files: readonly PickedFile[], today: string): Promise<{ model: Model; said: string }> {
  if (files.length > MOST_FILES) throw new Refused([text.files.tooMany(MOST_FILES)]);
  const kinds = { gguf: [] as PickedFile[], safetensors: [] as PickedFile[], config: [] as PickedFile[] };
  for (const file of files) kinds[await kindOf(file)].push(file);
  if (kinds.gguf.length > 0 && files.length > kinds.gguf.length) throw new Refused([text.files.mixed]);
  if (kinds.config.length > 1)
    throw new Refused([text.files.twoConfigs(kinds.config.map(({ name }) => name).join(', '))]);
  if (kinds.gguf.length > 0) return ofGguf(kinds.gguf, today);
  const [config] = kinds.config;
  if (!config) throw new Refused([text.files.noConfig]);
  return ofConfig(config, kinds.safetensors, today);
}

/** By what is inside: names are for people. */
async function kindOf(file: PickedFile): Promise<'gguf' | 'safetensors' | 'config'> {
  const head = await bytesOf(file, 0, 9);
  if (String.fromCharCode(...head.subarray(0, 4)) === 'GGUF') return 'gguf';
  const lower = file.name.toLowerCase();
  if (lower.endsWith('.gguf')) throw new Refused([text.files.notGguf(file.name)]);
  if (lower.endsWith('.safetensors')) return 'safetensors';
  if (lower.endsWith('.json') || head[0] === 0x7b) return 'config';
  throw new Refused([text.files.unknownKind(file.name)]);
}

async function ofGguf(files: readonly PickedFile[], today: string): Promise<{ model: Model; said: string }> {
  complete(files);
  const parts = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const headers: GgufHeader[] = [];
  for (const file of parts) headers.push(await ggufHeader(file));
  const [first] = headers;
  if (!first) throw new Refused([text.files.noConfig]);
  const tensors = headers.flatMap((header) => header.tensors);
  const shape = shapeFromGguf({ ...first, tensors });
  if (!shape.ok) throw new Refused(inFile(parts[0]?.name ?? '', shape.problems));
  const name = plainName(parts[0]?.name ?? '').replace(/\.gguf$/i, '');
  return told(name, shape.value, tensors, parts, today);
}

/** Reads on while the header is not whole; what is wrong with the longest read is what is said. */
async function ggufHeader(file: PickedFile): Promise<GgufHeader> {
  for (const step of GGUF_STEPS) {
    const head = await bytesOf(file, 0, step);
    const header = readGgufHeader(head, file.size);
    if (header.ok) return header.value;
    if (head.length >= file.size)
      throw new Refused([text.files.truncated(file.name), ...inFile(file.name, header.problems)]);
    if (step === GGUF_STEPS.at(-1)) throw new Refused(inFile(file.name, header.problems));
  }
  throw new Refused([text.files.unreadable(file.name)]);
}

async function ofConfig(
  config: PickedFile,
  shards: readonly PickedFile[],
  today: string,
): Promise<{ model: Model; said: string }> {
  const given = await json(config);
  const faults: string[] = [];
  const shape = shapeFromConfig(given);
  if (!shape.ok) faults.push(...inFile(config.name, shape.problems));
  complete(shards);
  const tensors: FileTensor[] = [];
  for (const file of shards) {
    const header = await safetensorsHeader(file);
    if (header.ok) tensors.push(...header.value);
    else faults.push(...inFile(file.name, header.problems));
  }
  const seen = new Set<string>();
  for (const { name } of tensors) {
    if (seen.has(name)) faults.push(text.files.twice(name.slice(0, 80)));
    seen.add(name);
  }
  if (faults.length > 0 || !shape.ok) throw new Refused(faults);
  return told(nameIn(given, shape.value), shape.value, tensors, [config, ...shards], today);
}

async function safetensorsHeader(file: PickedFile): Promise<ReturnType<typeof readSafetensorsHeader>> {
  const start = await bytesOf(file, 0, 8);
  if (start.length < 8) throw new Refused([text.files.truncated(file.name)]);
  const length = new DataView(start.buffer).getBigUint64(0, true);
  if (length > BigInt(file.size))
    throw new Refused([text.files.longer(file.name, String(length), file.size)]);
  if (length > BigInt(MOST_SAFETENSORS_HEADER))
    throw new Refused([text.files.hugeHeader(file.name, String(length), MOST_SAFETENSORS_HEADER)]);
  return readSafetensorsHeader(await bytesOf(file, 0, 8 + Number(length)), file.size);
}

async function json(file: PickedFile): Promise<unknown> {
  if (file.size > MOST_CONFIG) throw new Refused([text.files.hugeConfig(file.name, MOST_CONFIG)]);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await bytesOf(file, 0, MOST_CONFIG)));
  } catch {
    throw new Refused([text.files.notJson(file.name)]);
  }
}

async function bytesOf(file: PickedFile, from: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(from, Math.min(file.size, from + length)).arrayBuffer());
}

/** `name-00001-of-00004.gguf`: sizes would be wrong without the other three. */
function complete(files: readonly PickedFile[]): void {
  const part = /^(.*)-(\d{5})-of-(\d{5})(\.\w+)$/;
  const matched = files.map(({ name }) => part.exec(name));
  const [first] = matched;
  if (!matched.some(Boolean)) {
    if (files.length > 1 && files.every(({ name }) => /\.gguf$/i.test(name)))
      throw new Refused([text.files.twoModels]);
    return;
  }
  if (!first || matched.some((one) => one?.[1] !== first[1] || one?.[3] !== first[3]))
    throw new Refused([text.files.twoModels]);
  const of = Number(first[3]);
  const there = new Set(matched.map((one) => Number(one?.[2])));
  const wanting = Array.from({ length: Math.min(of, MOST_FILES) }, (_, i) => i + 1).filter(
    (n) => !there.has(n),
  );
  if (of > MOST_FILES) throw new Refused([text.files.tooMany(MOST_FILES)]);
  if (wanting.length > 0)
    throw new Refused([
      text.files.wanting(of, wanting.slice(0, 10).join(', ') + (wanting.length > 10 ? ' …' : '')),
    ]);
}

function told(
  name: string,
  read: Shape,
  tensors: readonly FileTensor[],
  files: readonly PickedFile[],
  today: string,
): { model: Model; said: string } {
  const bytes = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  const kind = mostOf(tensors);
  const announced = read.quantMethod && findQuant(read.quantMethod);
  const shape = kind && !announced ? { ...read, quantMethod: kind } : read;
  const model: Model = {
    name,
    shape,
    source: text.files.source(files.length === 1 ? (files[0]?.name ?? '') : text.files.count(files.length)),
    date: today,
    confidence: bytes > 0 ? 'high' : 'medium',
    ...(bytes > 0 ? { weightBytes: bytes } : {}),
  };
  return { model, said: text.files.read(name, bytes, tensors.length, shape.layers, shape.maxPosition) };
}

/** The kind that most of the weights have, where the planner knows it: speed and fine-tuning go by it. */
function mostOf(tensors: readonly FileTensor[]): string | undefined {
  const sums = new Map<string, number>();
  for (const { kind, bytes } of tensors) sums.set(kind, (sums.get(kind) ?? 0) + bytes);
  const [most] = [...sums].sort((a, b) => b[1] - a[1]);
  const names: Record<string, string> = { BF16: 'bf16', F16: 'bf16', F32: 'fp32', f16: 'bf16', f32: 'fp32' };
  const name = most ? (names[most[0]] ?? (most[0].startsWith('F8') ? 'fp8' : most[0].toLowerCase())) : '';
  return name !== 'u8' && findQuant(name) && name !== '' ? name : undefined;
}

/** What the config calls itself, unless that is a path of somebody's machine. */
function nameIn(config: unknown, shape: Shape): string {
  const said = (config as { _name_or_path?: unknown } | null)?._name_or_path;
  if (typeof said === 'string' && /^[\w.-]{1,80}\/[\w.-]{1,80}$/.test(said)) return said;
  return text.files.own(shape.architecture.replace(/[^\w.-]/g, '').slice(0, 60), shape.layers, shape.hidden);
}

const plainName = (name: string) =>
  name
    .replace(/-\d{5}-of-\d{5}(?=\.)/, '')
    .replace(/[^\w. -]/g, '')
    .slice(0, 120);

const inFile = (name: string, problems: readonly Problem[]): string[] =>
  problems.map((problem) => sentence({ ...problem, at: `${name} ${problem.at}` }));
