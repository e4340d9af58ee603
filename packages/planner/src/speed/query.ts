import { findGpu, type Gpu } from '../catalogue/gpu.ts';
import { findModel, type Model } from '../catalogue/model.ts';
import { nearNames } from '../catalogue/near.ts';
import type { Shape } from '../catalogue/shape.ts';
import { engineNames, engineProfile } from '../memory/engine.ts';
import { findQuant, type QuantLayout } from '../memory/quant.ts';
import type { Layout } from '../memory/weights.ts';
import type { Checked, Problem } from '../problem.ts';

/** A question about speed, in the field names of measured tables. */
export type SpeedAsked = {
  model_path: string;
  system: string;
  backend: string;
  backend_version?: string | null;
  precision?: string | null;
  isl: number;
  osl: number;
  concurrency: number;
  tp_size: number;
  attention_dp_size?: number | null;
  moe_tp_size?: number | null;
  moe_ep_size?: number | null;
};

export type SpeedQuery = {
  shape: Shape;
  model: string;
  family: string;
  gpu: Gpu;
  backend: string;
  version: string;
  quant: QuantLayout;
  isl: number;
  osl: number;
  concurrency: number;
  gpus: number;
  layout: Layout;
};

/** The user's own catalogue entries, which come before the built-in ones. */
export type OwnEntries = { models?: readonly Model[]; gpus?: readonly Gpu[] };

/** Makers' lines whose layers are alike: what is left out together. */
export function architectureFamily(model: string, architecture: string): string {
  if (/DeepseekV3|DeepseekV32/.test(architecture) && !/kimi/i.test(model)) return 'deepseek-v3';
  if (/Kimi|kimi/.test(architecture + model)) return 'kimi-k2';
  if (/^Llama4/.test(architecture)) return 'llama4';
  if (/^(Llama|Mistral)/.test(architecture)) return 'llama';
  return (
    architecture.replace(/(ForCausalLM|ForConditionalGeneration|Moe.*|Model)$/, '').toLowerCase() +
    (/Moe/.test(architecture) ? '-moe' : '')
  );
}

/** Checks a question; every problem at once. `own` entries of the catalogue come first. */
export function speedQuery(asked: SpeedAsked, own: OwnEntries = {}): Checked<SpeedQuery> {
  const problems: Problem[] = [];
  const model = findModel(String(asked.model_path ?? ''), own.models);
  if (!model.ok) problems.push(...model.problems.map((p) => ({ ...p, at: 'model_path' })));
  const gpu = findGpu(String(asked.system ?? ''), own.gpus);
  if (!gpu.ok) problems.push(...gpu.problems.map((p) => ({ ...p, at: 'system' })));
  for (const field of ['isl', 'osl', 'concurrency', 'tp_size'] as const) {
    const value = asked[field];
    if (value === undefined || value === null)
      problems.push({ code: 'missing', at: field, message: 'is missing' });
    else if (!(value > 0) || value > 1e7)
      problems.push({
        code: 'impossible',
        at: field,
        message: `cannot be ${value}`,
        right: 'a number from 1 to 10,000,000',
      });
  }
  const announced =
    asked.precision ||
    (model.ok ? model.value.quantFromName : undefined) ||
    (model.ok ? nativeQuant(model.value.shape) : undefined) ||
    'bf16';
  const quant = findQuant(model.ok ? recipe(announced, model.value.shape) : announced);
  if (!quant)
    problems.push({
      code: 'unknown-name',
      at: 'precision',
      message: `no precision is called ${announced}`,
      right: 'bf16, fp8, fp4, int4, int8',
    });
  for (const field of ['tp_size', 'attention_dp_size', 'moe_tp_size', 'moe_ep_size'] as const) {
    const value = asked[field] ?? 1;
    if (!Number.isInteger(value) || value < 0 || value > 4096) {
      problems.push({
        code: 'impossible',
        at: field,
        message: `cannot be ${value}`,
        right: 'a whole number',
      });
    }
  }
  const engine = asked.backend ? engineProfile(asked.backend) : undefined;
  if (!asked.backend)
    problems.push({ code: 'missing', at: 'backend', message: 'is missing', right: engineNames.join(', ') });
  else if (!engine)
    problems.push({
      code: 'unknown-name',
      at: 'backend',
      message: `no engine is called ${JSON.stringify(asked.backend)}`,
      near: nearNames(asked.backend, engineNames),
      right: engineNames.join(', '),
    });
  if (problems.length > 0 || !model.ok || !gpu.ok || !quant || !engine) return { ok: false, problems };
  const { gpus, layout } = layoutOf(asked, model.value.shape);
  const cut = layout.tp / layout.attentionDp;
  const { heads } = model.value.shape;
  if (heads % cut !== 0) {
    const right = Array.from({ length: Math.min(heads, 128) }, (_, i) => i + 1).filter(
      (n) => heads % n === 0,
    );
    const message = `${heads} attention heads cannot be cut over ${cut} GPUs`;
    return {
      ok: false,
      problems: [{ code: 'not-divisible', at: 'tp_size', message, right: right.join(', ') }],
    };
  }
  return {
    ok: true,
    value: {
      shape: model.value.shape,
      model: model.value.name,
      family: architectureFamily(model.value.name, model.value.shape.architecture),
      gpu: gpu.value,
      backend: engine.engine,
      version: asked.backend_version ?? '',
      quant,
      isl: asked.isl,
      osl: asked.osl,
      concurrency: asked.concurrency,
      gpus,
      layout,
    },
  };
}

/** What a short name of a precision means for this model's published checkpoints. */
export function recipe(announced: string, shape: Shape): string {
  if (/gptoss/i.test(shape.architecture) && /fp4|fp8/.test(announced)) return 'mxfp4';
  if (shape.kvRank && /^(fp4|nvfp4)$/.test(announced)) return 'nvfp4-experts';
  if (shape.kvRank && /^int4/.test(announced)) return 'int4-experts';
  return announced;
}

function nativeQuant(shape: Shape): string | undefined {
  return shape.quantMethod === 'modelopt' ? 'nvfp4' : shape.quantMethod;
}

/**
 * The GPUs that a label means. Tables label the same layout in three ways: tp as the GPUs; tp 1 with the GPUs in
 * attention DP; and tp (or attention DP) as the product of expert TP and EP that are both the GPUs.
 */
function layoutOf(asked: SpeedAsked, shape: Shape): { gpus: number; layout: Layout } {
  const tp = Math.max(1, asked.tp_size);
  const given = asked.attention_dp_size;
  const dp = Math.max(1, given ?? 1);
  const expertTp = Math.max(1, asked.moe_tp_size ?? 1);
  const expertEp = Math.max(1, asked.moe_ep_size ?? 1);
  if (!shape.experts)
    return { gpus: tp * dp, layout: { tp: tp * dp, pp: 1, attentionDp: dp, expertTp: 1, expertEp: 1 } };
  if (given && expertTp === expertEp && expertTp > 1 && tp * dp === expertTp * expertEp) {
    return {
      gpus: expertTp,
      layout: { tp: expertTp, pp: 1, attentionDp: dp > 1 ? expertTp : 1, expertTp: 1, expertEp },
    };
  }
  if (dp === tp && tp > 1 && expertTp === 1 && expertEp === tp * dp) {
    return { gpus: tp, layout: { tp, pp: 1, attentionDp: tp, expertTp: 1, expertEp: tp } };
  }
  const gpus = Math.max(tp * dp, expertTp * expertEp);
  // Beyond a node engines keep attention whole on every rank and spread the experts (wide expert parallelism).
  if (gpus > 8 && expertTp === gpus) {
    return { gpus, layout: { tp: gpus, pp: 1, attentionDp: gpus, expertTp: 1, expertEp: gpus } };
  }
  const attentionDp = dp > 1 ? dp : Math.max(1, Math.round(gpus / tp));
  return {
    gpus,
    layout: {
      tp: gpus,
      pp: 1,
      attentionDp: Math.min(attentionDp, gpus),
      expertTp: Math.max(1, gpus / expertEp),
      expertEp,
    },
  };
}
