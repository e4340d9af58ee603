import type { Checked, Problem } from '../problem.ts';
import type { Shape } from './shape.ts';

type Json = Record<string, unknown>;

/**
 * A model's published config.json as a shape. Multimodal configs nest the language model in `text_config`; its
 * vision tower has no parameter count in the file, so pass `visionParams` or a real file where it matters.
 */
export function shapeFromConfig(given: unknown): Checked<Shape> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { ok: false, problems: [{ code: 'corrupt', at: 'config', message: 'is not a JSON object' }] };
  }
  const outer = given as Json;
  const nested = outer['text_config'] ?? outer['llm_config'];
  const config: Json =
    typeof nested === 'object' && nested !== null ? { ...outer, ...(nested as Json) } : outer;
  const problems: Problem[] = [];
  const read = (field: string, names: string[], least: number, most: number, fallback?: number): number => {
    const name = names.find((n) => config[n] !== undefined && config[n] !== null);
    const value = name === undefined ? fallback : config[name];
    if (value === undefined) {
      problems.push({ code: 'missing', at: field, message: `config.json has none of ${names.join(', ')}` });
      return 1;
    }
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      problems.push({
        code: 'impossible',
        at: name ?? field,
        message: `cannot be ${JSON.stringify(value)}`,
        right: `a whole number from ${least} to ${most}`,
      });
      return 1;
    }
    return value;
  };
  const optional = (names: string[], least = 0, most = 1e7): number | undefined => {
    const name = names.find((n) => typeof config[n] === 'number');
    return name === undefined ? undefined : read(name, [name], least, most);
  };
  const hidden = read('hidden', ['hidden_size', 'n_embd', 'd_model'], 8, 1 << 20);
  const heads = read('heads', ['num_attention_heads', 'n_head'], 1, 1 << 14);
  const kvHeads = read('kvHeads', ['num_key_value_heads', 'n_head_kv'], 1, 1 << 14, heads);
  const shape: Shape = {
    architecture: String(
      (config['architectures'] as unknown[] | undefined)?.[0] ?? config['model_type'] ?? 'unknown',
    ),
    layers: read('layers', ['num_hidden_layers', 'n_layer', 'num_layers'], 1, 4096),
    hidden,
    heads,
    kvHeads,
    headDim: read('headDim', ['head_dim'], 1, 1 << 14, Math.max(1, Math.floor(hidden / heads))),
    intermediate: read('intermediate', ['intermediate_size', 'n_inner', 'ffn_dim'], 1, 1 << 22, 4 * hidden),
    vocab: read('vocab', ['vocab_size'], 2, 1 << 24),
    tied: config['tie_word_embeddings'] === true,
    maxPosition: read(
      'maxPosition',
      ['max_position_embeddings', 'n_positions', 'model_max_length'],
      1,
      1 << 28,
      4096,
    ),
  };
  const set = (key: keyof Shape, value: number | undefined) => {
    if (value !== undefined && value > 0) Object.assign(shape, { [key]: value });
  };
  set('experts', optional(['num_local_experts', 'n_routed_experts', 'num_experts'], 0, 1 << 16));
  set('expertsActive', optional(['num_experts_per_tok', 'experts_per_token', 'top_k_experts'], 0, 1 << 16));
  set(
    'expertIntermediate',
    optional(['moe_intermediate_size', 'expert_intermediate_size']) ??
      (shape.experts ? shape.intermediate : undefined),
  );
  set('sharedExperts', optional(['n_shared_experts', 'num_shared_experts']));
  set('sharedIntermediate', optional(['shared_expert_intermediate_size']));
  set('denseFirst', optional(['first_k_dense_replace']));
  set('qRank', optional(['q_lora_rank']));
  set('kvRank', optional(['kv_lora_rank']));
  set('ropeDim', shape.kvRank ? optional(['qk_rope_head_dim']) : undefined);
  set('nopeDim', optional(['qk_nope_head_dim']));
  set('valueDim', optional(['v_head_dim']));
  set('window', optional(['sliding_window']));
  set('draftLayers', optional(['num_nextn_predict_layers', 'mtp_num_hidden_layers']));
  set('sparseTop', optional(['index_topk']));
  set('indexDim', optional(['index_head_dim']));
  set('indexHeads', optional(['index_n_heads']));
  set('linearKeyHeads', optional(['linear_num_key_heads']));
  set('linearValueHeads', optional(['linear_num_value_heads']));
  set('linearKeyDim', optional(['linear_key_head_dim']));
  set('linearValueDim', optional(['linear_value_head_dim']));
  set('mambaHeads', optional(['mamba_num_heads', 'mamba_n_heads']));
  set('mambaHeadDim', optional(['mamba_head_dim', 'mamba_d_head']));
  set('mambaState', optional(['ssm_state_size', 'mamba_d_state']));
  set('mambaGroups', optional(['n_groups', 'mamba_n_groups']));
  layerKinds(config, shape);
  quantKind(config, shape);
  problems.push(...shapeProblems(shape));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: shape };
}

function layerKinds(config: Json, shape: Shape): void {
  const kinds = config['layer_types'];
  if (Array.isArray(kinds)) {
    const count = (kind: string) => kinds.filter((k) => k === kind).length;
    if (count('sliding_attention') > 0) shape.windowLayers = count('sliding_attention');
    if (count('linear_attention') > 0) shape.linearLayers = count('linear_attention');
  } else if (shape.window && config['use_sliding_window'] !== false) {
    // Older configs give a pattern (Gemma: every n-th is full) or slide everywhere (Mistral 7B v0.1).
    const every = config['sliding_window_pattern'];
    shape.windowLayers =
      typeof every === 'number' && every > 1 ? shape.layers - Math.floor(shape.layers / every) : shape.layers;
  }
  if (typeof config['hybrid_override_pattern'] === 'string')
    shape.pattern = config['hybrid_override_pattern'];
  if (config['attn_output_gate'] === true) shape.gatedQuery = true;
  if (/^Qwen2(?!Moe)/.test(shape.architecture)) shape.qkvBias = true;
}

function quantKind(config: Json, shape: Shape): void {
  const quant = config['quantization_config'];
  if (typeof quant === 'object' && quant !== null) {
    const method = (quant as Json)['quant_method'];
    if (typeof method === 'string') shape.quantMethod = method.toLowerCase();
  }
}

/** What cannot be a model: all of it. */
export function shapeProblems(shape: Shape): Problem[] {
  const problems: Problem[] = [];
  const say = (at: string, message: string, right?: string) =>
    problems.push({ code: 'impossible', at, message, ...(right ? { right } : {}) });
  for (const field of [
    'layers',
    'hidden',
    'heads',
    'kvHeads',
    'headDim',
    'intermediate',
    'vocab',
    'maxPosition',
  ] as const) {
    if (typeof shape[field] !== 'number')
      problems.push({ code: 'missing', at: field, message: 'is missing' });
  }
  if (problems.length > 0) return problems;
  for (const [field, value] of Object.entries(shape)) {
    if (typeof value === 'number' && (!Number.isFinite(value) || value < 0)) say(field, `cannot be ${value}`);
  }
  if (shape.heads % shape.kvHeads !== 0 && !shape.kvRank) {
    say('kvHeads', `${shape.heads} attention heads are not a multiple of ${shape.kvHeads} KV heads`);
  }
  if (shape.experts && !shape.expertsActive)
    say('expertsActive', 'experts are given and how many a token uses is not');
  if (shape.experts && (shape.expertsActive ?? 0) > shape.experts)
    say('expertsActive', 'more than there are experts');
  const kinds = (shape.windowLayers ?? 0) + (shape.linearLayers ?? 0);
  if (kinds > shape.layers) say('windowLayers', `${kinds} layers of special kinds in ${shape.layers} layers`);
  if (shape.pattern && !/^[ME*-]+$/.test(shape.pattern)) say('pattern', 'letters other than M, E, *, -');
  if (shape.kvRank && !shape.ropeDim) say('ropeDim', 'latent attention needs its rotary width');
  return problems;
}
