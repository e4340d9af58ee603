import { layersOf, type Mixer, type Shape } from '../catalogue/shape.ts';

/**
 * The cache of keys and values: bytes for every token and bytes for every request (sliding windows, SSM state).
 * Bytes a token and GPU = layers x 2 x max(1, KV heads / TP) x head width x bytes; latent attention (MLA) keeps
 * layers x (rank + rotary) x bytes on every GPU, whatever TP. Source: vLLM's KVCacheSpec classes; llama.cpp's
 * KV allocation, exact against its own log lines.
 */
export type KvDtype = { name: string; bytes: number };

const kvDtypes: Record<string, number> = {
  f32: 4,
  f16: 2,
  bf16: 2,
  fp8: 1,
  int8: 1,
  q8_0: 34 / 32,
  q6_0: 26 / 32,
  q5_1: 24 / 32,
  q5_0: 22 / 32,
  q4_1: 20 / 32,
  q4_0: 18 / 32,
  iq4_nl: 18 / 32,
  nvfp4: 0.5 + 1 / 16,
};
const kvAliases: Record<string, string> = {
  auto: 'bf16',
  '': 'bf16',
  fp16: 'f16',
  float16: 'f16',
  bfloat16: 'bf16',
  fp8_e4m3: 'fp8',
  fp8_e5m2: 'fp8',
  fp8_inc: 'fp8',
  float32: 'f32',
  fp4: 'nvfp4',
};

export const kvDtypeNames: readonly string[] = Object.keys(kvDtypes);

/** `fp8`, or `q8_0/f16` for keys and values kept differently. Undefined for a name that is not known. */
export function findKvDtype(wanted: string): { key: KvDtype; value: KvDtype } | undefined {
  const [first, second] = wanted
    .toLowerCase()
    .split('/')
    .map((name) => name.trim());
  const key = one(first ?? '');
  const value = second === undefined ? key : one(second);
  return key && value ? { key, value } : undefined;
}

function one(wanted: string): KvDtype | undefined {
  const name = kvAliases[wanted] ?? wanted;
  const bytes = kvDtypes[name];
  return bytes === undefined ? undefined : { name, bytes };
}

export type KvLine = {
  kind: Mixer['kind'];
  layers: number;
  /** Bytes one more token adds on one GPU. */
  perToken: number;
  /** Bytes that a request takes whatever its length. */
  perRequest: number;
  /** Tokens to which a window caps what a request keeps. */
  window?: number;
};

export type KvOptions = {
  key: KvDtype;
  value: KvDtype;
  tp: number;
  pp: number;
  /** Latent attention unfolded to full heads (llama.cpp `-mla 0`), kept twice (`-mla 1`), or once (default). */
  latent?: 'unfolded' | 'twice' | 'once';
  /** One draft layer more (EAGLE, MTP). */
  draft?: boolean;
};

/** The cache's lines, one a kind of layer, on the fullest GPU. */
export function kvLines(shape: Shape, options: KvOptions): KvLine[] {
  const lines: KvLine[] = [];
  for (const group of layersOf(shape)) {
    const line = lineOf(shape, group.mixer, options);
    if (line) lines.push({ ...line, layers: Math.ceil(group.count / options.pp) });
  }
  // Falcon-H1 runs a Mamba mixer beside the attention of every layer.
  if (shape.mambaLayers === shape.layers && !shape.pattern) {
    lines.push({
      kind: 'mamba',
      layers: Math.ceil(shape.layers / options.pp),
      perToken: 0,
      perRequest: mambaState(shape, options.tp),
    });
  }
  if (options.draft) {
    const last = lines.find((line) => line.kind === 'attention' || line.kind === 'latent');
    if (last) lines.push({ ...last, layers: 1 });
  }
  return lines;
}

function lineOf(shape: Shape, mixer: Mixer, options: KvOptions): Omit<KvLine, 'layers'> | undefined {
  switch (mixer.kind) {
    case 'none':
      return undefined;
    case 'attention': {
      const heads = Math.max(1, mixer.kvHeads / options.tp);
      const bytes = heads * (mixer.headDim * options.key.bytes + mixer.valueDim * options.value.bytes);
      if (mixer.compressed !== undefined) {
        // One entry for every `compressed` tokens, and the last `window` tokens uncompressed.
        return {
          kind: 'attention',
          perToken: bytes / mixer.compressed,
          perRequest: bytes * (mixer.window ?? 0),
        };
      }
      return mixer.window === undefined
        ? { kind: 'attention', perToken: bytes, perRequest: 0 }
        : { kind: 'attention', perToken: bytes, perRequest: 0, window: mixer.window };
    }
    case 'latent': {
      if (options.latent === 'unfolded') {
        const key = (shape.nopeDim ?? 0) + mixer.ropeDim;
        const heads = Math.max(1, shape.heads / options.tp);
        const bytes = heads * (key * options.key.bytes + (shape.valueDim ?? 0) * options.value.bytes);
        return { kind: 'latent', perToken: bytes, perRequest: 0 };
      }
      const index = mixer.index ? mixer.index + 4 : 0;
      const twice = options.latent === 'twice' ? mixer.kvRank * options.value.bytes : 0;
      return {
        kind: 'latent',
        perToken: (mixer.kvRank + mixer.ropeDim) * options.key.bytes + twice + index,
        perRequest: 0,
      };
    }
    case 'linear': {
      const heads = Math.max(1, mixer.valueHeads / options.tp);
      const channels = (2 * mixer.keyHeads * mixer.keyDim + mixer.valueHeads * mixer.valueDim) / options.tp;
      // The recurrent state is kept in fp32 (mamba_ssm_dtype of the published configs).
      const state = heads * mixer.keyDim * mixer.valueDim * 4;
      return { kind: 'linear', perToken: 0, perRequest: state + channels * (mixer.conv - 1) * 2 };
    }
    case 'mamba':
      return { kind: 'mamba', perToken: 0, perRequest: mambaState(shape, options.tp) };
  }
}

/** Mamba-2: heads x width x state of the scan, and the last conv - 1 inputs. Kept in 16 bits. */
function mambaState(shape: Shape, tp: number): number {
  const heads = shape.mambaHeads ?? 0;
  const inner = heads * (shape.mambaHeadDim ?? 0);
  const scan = (inner * (shape.mambaState ?? 0)) / tp;
  const conv =
    ((shape.mambaConv ?? 4) - 1) * (inner + 2 * (shape.mambaGroups ?? 1) * (shape.mambaState ?? 0));
  return (scan + conv / tp) * 2;
}

/** Bytes of every token in the layers that keep all tokens, and in those that slide, and bytes a request. */
export function kvRates(lines: readonly KvLine[]): { full: number; sliding: number; request: number } {
  let full = 0;
  let sliding = 0;
  let request = 0;
  for (const line of lines) {
    if (line.window === undefined) full += line.layers * line.perToken;
    else sliding += line.layers * line.perToken;
    request += line.layers * line.perRequest;
  }
  return { full, sliding, request };
}

/**
 * Bytes that one request of `tokens` holds, rounded up to blocks. A window keeps `window - 1 + slack` tokens and a
 * block more (vLLM's SlidingWindowSpec), or what `cells` says.
 */
export function kvBytesPerRequest(
  lines: readonly KvLine[],
  tokens: number,
  slack: number,
  block = 1,
  cells?: (window: number, tokens: number) => number,
): number {
  const blocks = (count: number) => Math.ceil(count / block) * block;
  const kept = (window: number) => {
    if (cells) return cells(window, tokens);
    return blocks(Math.min(tokens, window - 1 + slack)) + (block === 1 ? 0 : block);
  };
  return lines.reduce((sum, line) => {
    const count = line.window === undefined ? blocks(tokens) : kept(line.window);
    return sum + line.layers * (line.perToken * count + line.perRequest);
  }, 0);
}

/** llama.cpp's sliding cells: pad(min(context, window x sequences + batch), 256). */
export function llamaWindowCells(context: number, window: number, sequences: number, batch: number): number {
  return Math.ceil(Math.min(context, window * sequences + batch) / 256) * 256;
}
