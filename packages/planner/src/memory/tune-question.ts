import { findGpu } from '../catalogue/gpu.ts';
import type { Checked, Problem } from '../problem.ts';
import { type FinetuneInput, finetunePeak, type Optimizer } from './finetune.ts';
import { findQuant } from './quant.ts';
import { modelOf, type Own } from './question.ts';

/** `plan finetune`: one JSON line. */
export type TuneAsked = {
  model?: unknown;
  method?: string | null;
  r?: number | null;
  batch?: number | null;
  seq?: number | null;
  optimizer?: string | null;
  gradient_checkpointing?: boolean | string | null;
  gpu?: string | null;
  gpus?: number | null;
  sharding?: string | null;
  trainable_params?: number | null;
};

export type TuneAnswer = {
  peak_gib: number;
  /** `coverage` is null where no measured row is like the run: then both ends are twice as far (ln), and no share. */
  interval: { low: number; high: number; coverage: number | null };
  confidence: 'medium' | 'low';
  unchecked: string[];
  fits: boolean | null;
  terms_gib: Record<string, number>;
};

const optimizers: Record<string, Optimizer> = {
  adamw: 'adamw',
  adamw_torch: 'adamw',
  adamw_torch_fused: 'adamw',
  adam: 'adamw',
  adamw_8bit: 'adamw_8bit',
  adamw_bnb_8bit: 'adamw_8bit',
  paged_adamw_8bit: 'paged_adamw_8bit',
  paged_adamw: 'paged_adamw_8bit',
  sgd: 'sgd',
  adafactor: 'adafactor',
};

const shardings: Record<string, NonNullable<FinetuneInput['sharding']>> = {
  none: 'none',
  zero1: 'zero1',
  zero2: 'zero2',
  zero3: 'zero3',
  fsdp: 'zero3',
  fsdp_grad_op: 'zero2',
};

export function askFinetune(asked: TuneAsked, own: Own = {}): Checked<TuneAnswer> {
  const problems: Problem[] = [];
  const model = modelOf(asked.model, own.models);
  if (!model.ok) problems.push(...model.problems);
  const method = (asked.method ?? '').toLowerCase();
  if (!['full', 'lora', 'qlora'].includes(method)) {
    problems.push({
      code: asked.method ? 'unknown-name' : 'missing',
      at: 'method',
      message: asked.method ? `no method is called ${asked.method}` : 'is missing',
      right: 'full, lora, qlora',
    });
  }
  const optimizer = optimizers[(asked.optimizer ?? 'adamw_8bit').toLowerCase()];
  if (!optimizer)
    problems.push({
      code: 'unknown-name',
      at: 'optimizer',
      message: `no optimizer is called ${asked.optimizer}`,
      right: Object.keys(optimizers).join(', '),
    });
  const whole = (at: 'r' | 'batch' | 'seq' | 'gpus' | 'trainable_params', most: number, fallback: number) => {
    const value = asked[at] ?? fallback;
    if (!Number.isInteger(value) || value < 1 || value > most) {
      problems.push({
        code: 'impossible',
        at,
        message: `cannot be ${value}`,
        right: `a whole number from 1 to ${most}`,
      });
    }
    return value;
  };
  const rank = whole('r', 4096, 16);
  const batch = whole('batch', 1e5, 1);
  const sequence = whole('seq', 1e7, 2048);
  const gpus = whole('gpus', 1e5, 1);
  const gpu = asked.gpu ? findGpu(asked.gpu, own.gpus) : undefined;
  if (gpu && !gpu.ok) problems.push(...gpu.problems);
  const sharding = shardings[(asked.sharding ?? 'none').toLowerCase()];
  if (!sharding)
    problems.push({
      code: 'unknown-name',
      at: 'sharding',
      message: `no sharding is called ${asked.sharding}`,
      right: Object.keys(shardings).join(', '),
    });
  const announced = model.ok && model.value.quant?.startsWith('bnb') ? model.value.quant : 'bnb-4bit';
  const quant = findQuant(method === 'qlora' ? announced : 'bf16');
  if (problems.length > 0 || !model.ok || !optimizer || !quant || !sharding) return { ok: false, problems };
  const peak = finetunePeak({
    shape: model.value.shape,
    method: method as FinetuneInput['method'],
    quant,
    rank,
    batch,
    sequence,
    optimizer,
    checkpointing: checkpointingOf(asked.gradient_checkpointing),
    gpus,
    sharding,
    ...(asked.trainable_params ? { trainable: asked.trainable_params } : {}),
  });
  const unchecked = uncheckedRun(method, optimizer, gpus, sharding);
  const wider = (end: number) => (unchecked.length > 0 ? (end * end) / peak.peakGib : end);
  return {
    ok: true,
    value: {
      peak_gib: peak.peakGib,
      interval: {
        low: wider(peak.low),
        high: wider(peak.high),
        coverage: unchecked.length > 0 ? null : 0.8,
      },
      confidence: unchecked.length > 0 ? 'low' : 'medium',
      unchecked,
      fits: gpu?.ok ? peak.peakGib <= gpu.value.spec.usable : null,
      terms_gib: Object.fromEntries(
        Object.entries(peak.terms).map(([name, bytes]) => [name, bytes / 2 ** 30]),
      ),
    },
  };
}

/** What no measured row stands behind: they are of LoRA and QLoRA on one GPU, with Adam in 8 bits or whole. */
function uncheckedRun(
  method: string,
  optimizer: Optimizer,
  gpus: number,
  sharding: NonNullable<FinetuneInput['sharding']>,
): string[] {
  return [
    ...(method === 'full' ? ['full fine-tuning: one measured row'] : []),
    ...(gpus > 1 || sharding !== 'none' ? ['several GPUs: no measured row'] : []),
    ...(optimizer === 'sgd' || optimizer === 'adafactor' ? [`${optimizer}: no measured row`] : []),
  ];
}

function checkpointingOf(said: boolean | string | null | undefined): FinetuneInput['checkpointing'] {
  if (said === 'unsloth' || said === 'offload') return 'offload';
  return said === false || said === 'none' || said === 'false' ? 'none' : 'layer';
}
