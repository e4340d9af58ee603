import { shapeFromConfig, shapeProblems } from '../catalogue/config.ts';
import { findGpu, type Gpu } from '../catalogue/gpu.ts';
import { findModel, type Model } from '../catalogue/model.ts';
import type { Shape } from '../catalogue/shape.ts';
import type { Checked, Problem } from '../problem.ts';
import { recipe } from '../speed/query.ts';
import { engineNames, engineProfile } from './engine.ts';
import { findKvDtype, kvDtypeNames } from './kv.ts';
import type { ModelFile } from './model-file.ts';
import { findQuant, type QuantLayout, quantNames } from './quant.ts';
import { checkLayout, type ServeInput, serveMemory } from './serve.ts';

const gib = 2 ** 30;

/** The user's own catalogue entries, which come before the built-in ones. */
export type Own = { models?: readonly Model[]; gpus?: readonly Gpu[] };

/** `plan memory`: one JSON line. Null and absent are the same. */
export type MemoryAsked = {
  model?: unknown;
  engine?: string | null;
  engine_version?: string | null;
  dtype?: string | null;
  quant?: string | null;
  kv_dtype?: string | null;
  gpu?: string | null;
  gpu_total_gib?: number | null;
  tp?: number | null;
  pp?: number | null;
  ep?: number | null;
  dp?: number | null;
  max_model_len?: number | null;
  gpu_memory_utilization?: number | null;
  max_num_seqs?: number | null;
  max_num_batched_tokens?: number | null;
  lora_rank?: number | null;
  draft?: boolean | null;
};

export type MemoryAnswer = {
  weights_gib_per_gpu: number;
  kv_bytes_per_token_per_gpu: number;
  kv_bytes_per_request_per_gpu: number;
  activation_peak_gib: number;
  other_gib: number;
  /**
   * What `other_gib` is made of. CUDA context, libraries and what the allocator holds and does not use are one term:
   * log lines tell them together only.
   */
  other_terms_gib: { runtime_and_allocator: number; communication: number; graphs: number };
  kv_available_gib_per_gpu: number;
  kv_tokens: number;
  fits: boolean;
  /** `coverage` is null where a term was never measured: then the interval is a bound of ours and no share. */
  interval: { of: 'kv_available_gib_per_gpu'; low: number; high: number; coverage: number | null };
  /** How far measured rows stand behind the answer, and what none does. */
  confidence: 'medium' | 'low';
  unchecked: string[];
  max_concurrency: number;
  max_context: number;
  binds: string;
  assumed: Record<string, string | number>;
};

type Known = { shape: Shape; name: string; quant?: string; weightBytes?: number; files?: ModelFile[] };

/**
 * A model by name, or given whole: `{config: ...}` with a config.json, `{shape: ...}` with a shape; either with
 * `weight_bytes`, the true size of its tensors from a file's header.
 */
export function modelOf(given: unknown, own: readonly Model[] = []): Checked<Known> {
  if (typeof given === 'string' && given !== '') {
    const found = findModel(given, own);
    if (!found.ok) return found;
    const quant = found.value.quantFromName ?? nativeQuant(found.value.shape);
    const { shape, name, weightBytes } = found.value;
    return {
      ok: true,
      value: { shape, name, ...(quant ? { quant } : {}), ...(weightBytes ? { weightBytes } : {}) },
    };
  }
  if (typeof given === 'object' && given !== null) {
    const {
      config,
      shape,
      weight_bytes: size,
      files: listed,
    } = given as { config?: unknown; shape?: Shape; weight_bytes?: unknown; files?: unknown };
    if (size !== undefined && !(typeof size === 'number' && size > 0 && Number.isFinite(size))) {
      return {
        ok: false,
        problems: [{ code: 'impossible', at: 'model.weight_bytes', message: 'is no number of bytes' }],
      };
    }
    const files = listed === undefined ? [] : filesOf(listed);
    if (!files) {
      const right = 'a list of {name, bytes, sha256}, names without folders';
      return {
        ok: false,
        problems: [{ code: 'impossible', at: 'model.files', message: 'is no list of files', right }],
      };
    }
    const weightBytes = {
      ...(typeof size === 'number' ? { weightBytes: size } : {}),
      ...(files.length > 0 ? { files } : {}),
    };
    if (shape) {
      const problems = shapeProblems(shape);
      return problems.length > 0
        ? { ok: false, problems }
        : { ok: true, value: { shape, name: 'own shape', ...weightBytes } };
    }
    const read = shapeFromConfig(config ?? given);
    if (!read.ok) return read;
    const quant = nativeQuant(read.value);
    return {
      ok: true,
      value: { shape: read.value, name: 'own config', ...(quant ? { quant } : {}), ...weightBytes },
    };
  }
  return {
    ok: false,
    problems: [
      { code: 'missing', at: 'model', message: 'is missing', right: 'a name, a config.json or a shape' },
    ],
  };
}

/** Names end in lists that people run commands from: plain characters, no folders. */
function filesOf(given: unknown): ModelFile[] | null {
  if (!Array.isArray(given) || given.length > 10_000) return null;
  const files: ModelFile[] = [];
  for (const entry of given as unknown[]) {
    const { name, bytes, sha256 } = (entry ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._+-]{0,200}$/.test(name)) return null;
    if (typeof bytes !== 'number' || !(bytes >= 0) || !Number.isFinite(bytes)) return null;
    if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(String(sha256))) return null;
    files.push({ name, bytes, ...(sha256 === undefined ? {} : { sha256: String(sha256) }) });
  }
  return files;
}

function nativeQuant(shape: Shape): string | undefined {
  return shape.quantMethod === 'modelopt' ? 'nvfp4' : shape.quantMethod;
}

/** Checks every field and answers; all problems at once. */
export function askMemory(asked: MemoryAsked, own: Own = {}): Checked<MemoryAnswer> {
  const read = readMemory(asked, own);
  if (!read.ok) return read;
  const plan = serveMemory(read.value);
  // Where the launcher was guessed, the interval holds the other guess too.
  const plain = read.value.engine.engine === 'unsloth' && asked.engine !== 'unsloth';
  const vllm = plain ? engineProfile('vllm', asked.engine_version ?? undefined) : undefined;
  const otherwise = vllm ? serveMemory({ ...read.value, engine: vllm }).kvAvailable : plan.kvAvailable;
  const other = plan.nonTorch + plan.graphs;
  return {
    ok: true,
    value: {
      weights_gib_per_gpu: plan.weightBytes / gib,
      kv_bytes_per_token_per_gpu: plan.kvPerToken,
      kv_bytes_per_request_per_gpu: plan.kvPerRequest,
      activation_peak_gib: plan.activation.peak / gib,
      other_gib: other / gib,
      other_terms_gib: {
        runtime_and_allocator: (plan.nonTorch - plan.communication) / gib,
        communication: plan.communication / gib,
        graphs: plan.graphs / gib,
      },
      kv_available_gib_per_gpu: plan.kvAvailable / gib,
      kv_tokens: plan.kvTokens,
      fits: plan.fits,
      interval: {
        of: 'kv_available_gib_per_gpu',
        low: Math.min(plan.interval.low, otherwise) / gib,
        high: Math.max(plan.interval.high, otherwise) / gib,
        coverage: plan.unchecked.length > 0 ? null : 0.8,
      },
      confidence: plan.unchecked.length > 0 ? 'low' : 'medium',
      unchecked: plan.unchecked,
      max_concurrency: plan.maxConcurrency,
      max_context: plan.maxContext,
      binds: plan.binds,
      assumed: {
        quant: read.value.quant.name,
        gpu_memory_utilization: plan.assumed.fraction,
        max_num_seqs: plan.assumed.sequences,
        max_num_batched_tokens: plan.assumed.batchedTokens,
        engine_since: read.value.engine.since,
        ...(read.value.engine.engine === 'llama.cpp' ? { flash_attention: 'on' } : {}),
        ...(plain ? { launcher: 'Unsloth, from the owner of the model: say max_num_seqs if it is not' } : {}),
      },
    },
  };
}

export function readMemory(asked: MemoryAsked, own: Own = {}): Checked<ServeInput> {
  const problems: Problem[] = [];
  const model = modelOf(asked.model, own.models);
  if (!model.ok) problems.push(...model.problems);
  const gpu = asked.gpu ? findGpu(asked.gpu, own.gpus) : undefined;
  if (!gpu)
    problems.push({
      code: 'missing',
      at: 'gpu',
      message: 'is missing',
      right: 'a GPU of the catalogue: h100_sxm, rtx_4090',
    });
  else if (!gpu.ok) problems.push(...gpu.problems);
  const engine = engineProfile(launcherOf(asked), asked.engine_version ?? undefined);
  if (!engine)
    problems.push({
      code: 'unknown-name',
      at: 'engine',
      message: `no engine is called ${asked.engine}`,
      right: engineNames.join(', '),
    });
  const kv = findKvDtype(asked.kv_dtype ?? 'auto');
  if (!kv)
    problems.push({
      code: 'unknown-name',
      at: 'kv_dtype',
      message: `no KV type is called ${asked.kv_dtype}`,
      right: kvDtypeNames.join(', '),
    });
  const quant = quantOf(asked, model.ok ? model.value : undefined);
  if (!quant)
    problems.push({
      code: 'unknown-name',
      at: 'quant',
      message: `no weight layout is called ${asked.quant ?? asked.dtype}`,
      right: quantNames.join(', '),
    });
  const whole = (at: keyof MemoryAsked, least: number, most: number) => {
    const value = asked[at];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      problems.push({
        code: 'impossible',
        at,
        message: `cannot be ${JSON.stringify(value)}`,
        right: `a whole number from ${least} to ${most}`,
      });
      return undefined;
    }
    return value;
  };
  const tp = whole('tp', 1, 1024) ?? 1;
  const pp = whole('pp', 1, 1024) ?? 1;
  const ep = whole('ep', 1, 1024) ?? 1;
  const dp = whole('dp', 1, 1024) ?? 1;
  const maxLen = whole('max_model_len', 1, 2 ** 28);
  const sequences = whole('max_num_seqs', 1, 1e6);
  const batchedTokens = whole('max_num_batched_tokens', 1, 1e8);
  const loraRank = whole('lora_rank', 1, 4096);
  const fraction = asked.gpu_memory_utilization ?? undefined;
  if (fraction !== undefined && !(fraction > 0 && fraction <= 1)) {
    problems.push({
      code: 'impossible',
      at: 'gpu_memory_utilization',
      message: `cannot be ${fraction}`,
      right: 'more than 0 and at most 1',
    });
  }
  const gpuGib = asked.gpu_total_gib ?? undefined;
  if (gpuGib !== undefined && !(gpuGib > 0 && gpuGib < 4096))
    problems.push({ code: 'impossible', at: 'gpu_total_gib', message: `cannot be ${gpuGib}` });
  const layout = { tp, pp, attentionDp: dp, expertTp: Math.max(1, tp / ep), expertEp: ep };
  if (model.ok) {
    const checked = checkLayout(model.value.shape, layout);
    if (!checked.ok) problems.push(...checked.problems);
  }
  if (problems.length > 0 || !model.ok || !gpu?.ok || !engine || !kv || !quant)
    return { ok: false, problems };
  return {
    ok: true,
    value: {
      shape: model.value.shape,
      quant,
      kv,
      gpu: gpu.value,
      engine,
      layout,
      maxLen: maxLen ?? model.value.shape.maxPosition,
      ...(fraction === undefined ? {} : { fraction }),
      ...(sequences === undefined ? {} : { sequences }),
      ...(batchedTokens === undefined ? {} : { batchedTokens }),
      ...(gpuGib === undefined ? {} : { gpuGib }),
      ...(loraRank === undefined ? {} : { loraRank }),
      ...(asked.draft ? { draft: true } : {}),
      ...(model.value.weightBytes === undefined ? {} : { fileBytes: model.value.weightBytes }),
    },
  };
}

/** `quant` decides; then what the name or config announces; then the dtype. */
function quantOf(
  asked: MemoryAsked,
  model: { shape: Shape; quant?: string } | undefined,
): QuantLayout | undefined {
  const said = asked.quant?.toLowerCase();
  // "bitsandbytes" in an engine's arguments says less than a name that ends in -unsloth-bnb-4bit.
  const general = said === 'bitsandbytes' && model?.quant?.startsWith('bnb');
  const wanted = (general ? model?.quant : said) || model?.quant || (asked.dtype ?? 'bf16');
  return findQuant(model ? recipe(wanted, model.shape) : wanted);
}

/**
 * vLLM that serves a checkpoint of Unsloth's is taken to be started by Unsloth, which sets the number of sequences
 * by what memory is left, unless that number is given. The answer says so.
 */
function launcherOf(asked: MemoryAsked): string {
  const engine = asked.engine ?? 'vllm';
  const guessed = typeof asked.model === 'string' && asked.model.toLowerCase().startsWith('unsloth/');
  return guessed && engine === 'vllm' && !asked.max_num_seqs ? 'unsloth' : engine;
}
