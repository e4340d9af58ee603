import type { Checked, Problem } from '../problem.ts';

/** A tensor as a file's header tells it. */
export type FileTensor = { name: string; kind: string; elements: number; bytes: number };

const widths: Record<string, number> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  F4: 0.5,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
};
const mostHeader = 100_000_000;
const mostTensors = 1_000_000;

/**
 * The tensors of a safetensors file from its first bytes: 8 bytes of length, then JSON. The bytes are an
 * attacker's: lengths are bounded before anything is allocated, and offsets must cover the data without overlap
 * (the format's own rule). `fileBytes`, where known, bounds the offsets.
 */
export function readSafetensorsHeader(bytes: Uint8Array, fileBytes?: number): Checked<FileTensor[]> {
  const corrupt = (at: string, message: string): Checked<never> => ({
    ok: false,
    problems: [{ code: 'corrupt', at, message }],
  });
  if (bytes.byteLength < 8) return corrupt('byte 0', 'shorter than the 8 bytes of the header length');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(mostHeader))
    return corrupt('byte 0', `header of ${length} bytes; at most ${mostHeader}`);
  const end = 8 + Number(length);
  if (end > bytes.byteLength)
    return corrupt('byte 8', `header needs ${end} bytes, ${bytes.byteLength} given`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, end)));
  } catch {
    return corrupt('byte 8', 'the header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    return corrupt('byte 8', 'the header is not an object');
  const entries = Object.entries(header as Record<string, unknown>).filter(
    ([name]) => name !== '__metadata__',
  );
  if (entries.length > mostTensors)
    return corrupt('byte 8', `${entries.length} tensors; at most ${mostTensors}`);
  const problems: Problem[] = [];
  const tensors: (FileTensor & { from: number; to: number })[] = [];
  for (const [name, value] of entries) {
    const tensor = readEntry(name, value);
    if ('message' in tensor)
      problems.push({ code: 'corrupt', at: `tensor ${name.slice(0, 80)}`, message: tensor.message });
    else tensors.push(tensor);
  }
  problems.push(...overlaps(tensors, fileBytes === undefined ? undefined : fileBytes - end));
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, 50) };
  return {
    ok: true,
    value: tensors.map(({ name, kind, elements, bytes: size }) => ({ name, kind, elements, bytes: size })),
  };
}

function readEntry(
  name: string,
  value: unknown,
): (FileTensor & { from: number; to: number }) | { message: string } {
  if (typeof value !== 'object' || value === null) return { message: 'is not an object' };
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  const width = typeof dtype === 'string' ? widths[dtype] : undefined;
  if (typeof dtype !== 'string' || width === undefined) return { message: 'has a dtype that is not known' };
  if (!Array.isArray(shape) || shape.length > 16 || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    return { message: 'has a shape that is not a list of sizes' };
  }
  const elements = (shape as number[]).reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(elements)) return { message: 'has more elements than can be counted' };
  const [from, to] = Array.isArray(offsets) ? (offsets as unknown[]) : [];
  if (
    !Number.isSafeInteger(from) ||
    !Number.isSafeInteger(to) ||
    (from as number) < 0 ||
    (to as number) < (from as number)
  ) {
    return { message: 'has offsets that are not a range' };
  }
  const bytes = (to as number) - (from as number);
  if (bytes !== Math.ceil(elements * width))
    return { message: `holds ${bytes} bytes, its shape needs ${Math.ceil(elements * width)}` };
  return { name, kind: dtype, elements, bytes, from: from as number, to: to as number };
}

function overlaps(
  tensors: readonly { name: string; from: number; to: number }[],
  dataBytes?: number,
): Problem[] {
  const sorted = [...tensors].sort((a, b) => a.from - b.from || a.to - b.to);
  const problems: Problem[] = [];
  let at = 0;
  for (const tensor of sorted) {
    const where = `tensor ${tensor.name.slice(0, 80)}`;
    if (tensor.from < at)
      problems.push({
        code: 'corrupt',
        at: where,
        message: `overlaps the tensor before it by ${at - tensor.from} bytes`,
      });
    if (tensor.from > at)
      problems.push({
        code: 'corrupt',
        at: where,
        message: `leaves ${tensor.from - at} bytes that belong to no tensor`,
      });
    at = Math.max(at, tensor.to);
  }
  if (dataBytes !== undefined && at > dataBytes)
    problems.push({
      code: 'corrupt',
      at: 'data',
      message: `offsets reach byte ${at}, the file has ${dataBytes}`,
    });
  return problems;
}
