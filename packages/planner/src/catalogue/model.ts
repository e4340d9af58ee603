import modelsFile from '../../catalogue/models.json' with { type: 'json' };
import type { Checked, Problem } from '../problem.ts';
import { nearNames } from './near.ts';
import type { Shape } from './shape.ts';

export type Confidence = 'high' | 'medium' | 'low';

export type Model = {
  name: string;
  shape: Shape;
  source: string;
  date: string;
  confidence: Confidence;
  /** Bytes of all tensors, where the model's own files told them: they decide over the layout's sum. */
  weightBytes?: number;
  /** Fields of `shape` that were not in the source and were filled in by us. */
  inferred?: string[];
  note?: string;
};

export const builtInModels: readonly Model[] = (modelsFile as unknown as { rows: Model[] }).rows;

export type FoundModel = Model & {
  /** The weight layout that the asked name itself says: `nvfp4` in `nvidia/Qwen3-32B-NVFP4`. */
  quantFromName?: string;
  /** How the name was matched. */
  matched: 'exact' | 'by its plain name';
};

/**
 * A model by its name: exactly, or by its plain name (owner, quantisation and tuning words dropped), so that
 * `unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit` finds the shape of Llama 3.1 8B. `own` models come first.
 */
export function findModel(wanted: string, own: readonly Model[] = []): Checked<FoundModel> {
  const models = [...own, ...builtInModels];
  const quantFromName = quantInName(wanted);
  const withQuant = quantFromName ? { quantFromName } : {};
  const exact = models.find((model) => model.name.toLowerCase() === wanted.toLowerCase());
  if (exact) return { ok: true, value: { ...exact, ...withQuant, matched: 'exact' } };
  const plain = plainName(wanted);
  const alike = models
    .filter((model) => plainName(model.name) === plain && plain !== '')
    .sort((a, b) => (quantInName(a.name) ? 1 : 0) - (quantInName(b.name) ? 1 : 0));
  const first = alike[0];
  if (first) return { ok: true, value: { ...first, ...withQuant, matched: 'by its plain name' } };
  const problem: Problem = {
    code: 'unknown-name',
    at: 'model',
    message: `no model is called ${JSON.stringify(wanted)}; give its config.json, or one of the names that the catalogue has`,
    near: nearNames(
      wanted,
      models.map((model) => model.name),
    ),
  };
  return { ok: false, problems: [problem] };
}

const quantWords: [RegExp, string][] = [
  [/nvfp4/, 'nvfp4'],
  [/mxfp4/, 'mxfp4'],
  [/fp8/, 'fp8'],
  [/awq/, 'awq'],
  [/gptq/, 'gptq'],
  [/unsloth-bnb-4bit/, 'bnb-4bit-dynamic'],
  [/bnb-?4bit|4bit/, 'bnb-4bit'],
  [/bnb-?8bit|8bit/, 'bnb-8bit'],
  [/w4a16|int4/, 'int4'],
  [/w8a8|w8a16|int8/, 'int8'],
  [/\bq4_k_m\b/, 'q4_k_m'],
];

/** The weight layout that a repository's name announces, or undefined. */
export function quantInName(name: string): string | undefined {
  const lower = name.toLowerCase();
  return quantWords.find(([pattern]) => pattern.test(lower))?.[1];
}

const tuningWords = new Set(
  (
    'instruct it base chat hf bnb 4bit 8bit unsloth fp8 nvfp4 mxfp4 awq gptq gguf int4 int8 w4a16 w8a8 w8a16 dynamic block ' +
    'static pertensor bf16 fp16 pt meta preview marlin thinking 2507 autoround quantized dev text recipe vllm single nvidia'
  ).split(' '),
);

/** A name without its owner and without the words that do not change the shape. */
export function plainName(name: string): string {
  const last =
    name
      .replace(/\(.*?\)/g, ' ')
      .split('/')
      .at(-1) ?? name;
  return last
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim()
    .replace(/\bllama(\d)/, 'llama $1')
    .replace(/\bqwen(\d)/, 'qwen $1')
    .replace(/\bphi(\d)/, 'phi $1')
    .replace(/\b(\d+k)\b/g, '')
    .split(' ')
    .filter((word) => word !== '' && !tuningWords.has(word))
    .join(' ')
    .replace(/^(llama 3) (\d)\b/, '$1.$2')
    .replace(/^llama 3 3 /, 'llama 3.3 ');
}
