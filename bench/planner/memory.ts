import { findGpu, type Gpu } from '@aboveboard/planner/catalogue/gpu';
import { findModel } from '@aboveboard/planner/catalogue/model';
import type { Shape } from '@aboveboard/planner/catalogue/shape';
import { llamaBuffer } from '@aboveboard/planner/memory/activation';
import { engineProfile } from '@aboveboard/planner/memory/engine';
import { parameterCount } from '@aboveboard/planner/memory/inventory';
import { findKvDtype, kvLines, kvRates } from '@aboveboard/planner/memory/kv';
import { findQuant, type QuantLayout } from '@aboveboard/planner/memory/quant';
import { type ServeMemory, serveMemory } from '@aboveboard/planner/memory/serve';
import { oneGpu } from '@aboveboard/planner/memory/weights';
import { number, type Row, readTable } from './csv.ts';

const gib = 2 ** 30;

export type Scored = { row: string; measured: number; planned: number; peer: number; note?: string };

export const offBy = (scored: Scored) => Math.abs(scored.planned / scored.measured - 1);
export const peerOffBy = (scored: Scored) => Math.abs(scored.peer / scored.measured - 1);

/** KV bytes of llama.cpp's log lines against ours, from the GGUF metadata that the same log printed. */
export function llamaRows(): Scored[] {
  return readTable('llamacpp_memory.csv').flatMap((row) => {
    const parsed = llamaKv(row);
    const measured = number(row['kv_self_size_mib']);
    if (!parsed || measured === undefined) return [];
    const context = number(row['n_ctx']) ?? 0;
    const lines = kvLines(parsed.shape, parsed.options);
    const planned = (kvRates(lines).full * context) / 2 ** 20;
    // The rule that people use: 2 bytes x 2 x layers x hidden, hidden guessed from the parameter count.
    const billions = number((row['model_params'] ?? '').replace(',', '.').split(' ')[0]) ?? 0;
    const scale = row['model_params']?.includes('T') ? 1000 : 1;
    const hidden = Math.sqrt((billions * scale * 1e9) / (12 * parsed.shape.layers));
    const peer = (parsed.shape.layers * 2 * hidden * 2 * context) / 2 ** 20;
    return [{ row: `${row['model_name']} ctx ${context} line ${row['line_no']}`, measured, planned, peer }];
  });
}

export type BufferRow = Scored & { flash: boolean; latent: boolean };

/** The largest compute buffer of a device in each log line whose model the catalogue has, MiB. */
export function llamaBufferRows(): BufferRow[] {
  return readTable('llamacpp_memory.csv').flatMap((row) => {
    const name = (row['model_name'] ?? '')
      .replace(/^(opensourcerelease|unsloth|Meta)_/i, '')
      .replace(/_it$|[- ](0528|0324|bf16|128K)\b/gi, '')
      .trim();
    const model = [name, name.replaceAll('_', '-'), name.replaceAll(' ', '-')]
      .map((one) => findModel(one))
      .find((found) => found.ok);
    const buffers = (row['compute_buffers_mib'] ?? '').split(';').flatMap((part) => {
      const [device = '', size] = part.split('=');
      return device === 'CUDA_Host' ? [] : (number(size?.replace(',', '.')) ?? []);
    });
    const batch = number(row['n_ubatch']);
    if (!model?.ok || buffers.length === 0 || batch === undefined) return [];
    return [
      {
        row: `${row['model_name']} batch ${batch} ctx ${row['n_ctx']} line ${row['line_no']}`,
        measured: Math.max(...buffers),
        planned: llamaBuffer(model.value.shape, batch).peak / 2 ** 20,
        // What is said of it: some hundreds of MiB, whatever the model.
        peer: 512,
        flash: row['flash_attn'] === '1',
        latent: (row['attention'] ?? '').startsWith('MLA'),
      },
    ];
  });
}

function llamaKv(row: Row) {
  const layers = number(row['n_layer']) ?? 0;
  const kvHeads = number(row['n_head_kv']) ?? 1;
  const keyWidth = number(row['n_embd_k_gqa']) ?? 0;
  const valueWidth = number(row['n_embd_v_gqa']) ?? 0;
  const line = row['kv_line'] ?? '';
  const kinds = [...line.matchAll(/\(([a-z0-9_]+)\)/g)].map((match) => match[1] ?? '');
  const key = findKvDtype(kinds[0] ?? '')?.key;
  const value = findKvDtype(kinds[1] ?? kinds[0] ?? '')?.key;
  if (!key || !value) return undefined;
  const latent = (row['attention'] ?? '').startsWith('MLA');
  const shape = {
    architecture: 'from GGUF metadata',
    layers,
    hidden: 0,
    heads: kvHeads,
    kvHeads,
    headDim: keyWidth / kvHeads,
    intermediate: 0,
    vocab: 0,
    tied: true,
    maxPosition: 0,
    valueDim: valueWidth / kvHeads,
    ...(latent ? { kvRank: 512, ropeDim: 64 } : {}),
  } satisfies Shape;
  const twice = /kv\^T \(/.test(line);
  return {
    shape,
    options: {
      key,
      value,
      tp: 1,
      pp: 1,
      ...(latent ? { latent: twice ? ('twice' as const) : ('once' as const) } : {}),
    },
  };
}

export type VllmCase = {
  row: Row;
  name: string;
  shape: Shape;
  quant: QuantLayout;
  gpu: Gpu | undefined;
  plan: (change?: { maxLen?: number }) => ServeMemory | undefined;
};

/** The rows whose model has a shape; each with the plan that the engine's own inputs give. */
export function vllmCases(): VllmCase[] {
  return readTable('vllm_memory.csv').flatMap((row) => {
    const found = findModel(row['model'] ?? '');
    const ggufOrMetal = /gguf|metal/i.test(`${row['quant']}${row['gpu']}`);
    if (!found.ok || ggufOrMetal) return [];
    const shape = found.value.shape;
    const unstated = /not in excerpt/.test(row['model'] ?? '');
    const quant = findQuant(
      (row['quant'] === 'bitsandbytes' ? found.value.quantFromName : row['quant']) ||
        found.value.quantFromName ||
        quantOf(shape) ||
        'bf16',
    );
    if (!quant || unstated) return [];
    const gpuFound = findGpu((row['gpu'] ?? '').replace(/^\d+x\s+/, ''));
    const gpu = gpuFound.ok ? gpuFound.value : undefined;
    const total = number(row['gpu_total_gib']) ?? gpu?.spec.usable;
    const kv = findKvDtype((row['kv_dtype'] ?? 'auto').trim());
    const unsloth = (row['source'] ?? '').includes('unslothai/notebooks');
    const version = /\d+\.\d+/.exec(row['vllm'] ?? '')?.[0];
    const engine = engineProfile(unsloth ? 'unsloth' : 'vllm', version ?? '0.6');
    const fraction = number(row['gpu_util']);
    const tp = number(row['tp']);
    const plan = () => {
      const host = gpu ?? hostOf(total);
      if (!host || !engine || !kv || !tp) return undefined;
      return serveMemory({
        shape,
        quant,
        kv,
        gpu: host,
        engine,
        layout: { ...oneGpu, tp, expertTp: tp },
        maxLen: number(row['max_model_len']) ?? Math.min(shape.maxPosition, 8192),
        ...(fraction === undefined ? {} : { fraction }),
        ...(total === undefined ? {} : { gpuGib: total }),
      });
    };
    return [
      { row, name: `${row['model']} on ${row['gpu']} tp ${row['tp'] || '?'}`, shape, quant, gpu, plan },
    ];
  });
}

function quantOf(shape: Shape): string | undefined {
  return shape.quantMethod;
}

/** A card that the log names only by its size. */
function hostOf(total: number | undefined): Gpu | undefined {
  if (total === undefined) return undefined;
  const found = findGpu(total > 70 ? 'a100_sxm' : total > 30 ? 'a100_sxm_40' : 'rtx_3090');
  return found.ok ? found.value : undefined;
}

export function weightRows(cases: readonly VllmCase[]): Scored[] {
  return cases.flatMap((c) => {
    const measured = number(c.row['weights_gib_per_gpu']);
    const plan = c.plan();
    if (measured === undefined || !plan) return [];
    const bits = c.quant.touches === 'all' ? 16 : c.quant.bytes < 0.7 ? 4 : 8;
    const peer = (parameterCount(c.shape) * bits) / 8 / gib / (number(c.row['tp']) ?? 1);
    return [{ row: c.name, measured, planned: plan.weightBytes / gib, peer }];
  });
}

/** KV tokens: what the log printed, or what its KV budget holds at the exact bytes a token. */
function measuredTokens(c: VllmCase, plan: ServeMemory): number | undefined {
  const printed = number(c.row['kv_tokens']);
  if (printed) return printed;
  const budget = number(c.row['kv_avail_gib_per_gpu']);
  return budget && budget > 0 ? (budget * gib) / plan.kvPerToken : undefined;
}

/** Why a row cannot be planned from its inputs alone, or undefined if it can. */
export function endToEndGap(c: VllmCase): string | undefined {
  const { row } = c;
  const has = (field: string) => number(row[field]) !== undefined;
  if (!has('kv_tokens') && !has('kv_avail_gib_per_gpu')) return 'no KV figure';
  const missing = ['tp', 'max_model_len', 'gpu_util'].filter((field) => !has(field));
  if (!has('gpu_total_gib') && !c.gpu) missing.push('gpu');
  if (missing.length > 0) return `inputs missing: ${missing.join(', ')}`;
  const terms = ['weights_gib_per_gpu', 'non_torch_gib', 'act_peak_gib', 'kv_avail_gib_per_gpu'].map(
    (field) => number(row[field]),
  );
  const total = number(row['gpu_total_gib']);
  if (total !== undefined && terms.every((term) => term !== undefined)) {
    const sum = terms.reduce<number>((all, term) => all + (term ?? 0), 0);
    const off = total * (number(row['gpu_util']) ?? 0) - sum;
    if (Math.abs(off) > 0.5)
      return `the row contradicts itself: its terms miss total x share by ${off.toFixed(2)} GiB`;
  }
  return undefined;
}

/** From inputs alone: model, GPU, share, TP, lengths. */
export function endToEndRows(cases: readonly VllmCase[]): Scored[] {
  return cases.flatMap((c) => {
    const plan = c.plan();
    const fraction = number(c.row['gpu_util']);
    if (!plan || fraction === undefined || endToEndGap(c) !== undefined) return [];
    const measured = measuredTokens(c, plan);
    if (measured === undefined) return [];
    const planned = Math.max(0, plan.kvAvailable) / plan.kvPerToken;
    const tp = number(c.row['tp']) ?? 1;
    const total = (plan.capacity / gib) * fraction;
    const weights =
      (parameterCount(c.shape) * (c.quant.bytes < 0.7 ? 0.5 : c.quant.bytes < 1.5 ? 1 : 2)) / gib / tp;
    const peer = Math.max(0, ((total - 1.2 * weights - 2) * gib) / plan.kvPerToken);
    return [{ row: c.name, measured, planned, peer }];
  });
}

export type FitsAsked = { row: string; asked: number; truth: boolean; planned: boolean; peer: boolean };

/** Asked for 3, 5, 10 and 15 % less and more than a row holds: does it fit? */
export function fitsOrNot(rows: readonly Scored[]): FitsAsked[] {
  return rows.flatMap((r) =>
    [0.85, 0.9, 0.95, 0.97, 1.03, 1.05, 1.1, 1.15].map((share) => {
      const asked = r.measured * share;
      return {
        row: r.row,
        asked: share,
        truth: share < 1,
        planned: r.planned >= asked,
        peer: r.peer >= asked,
      };
    }),
  );
}

/** From the measured KV budget: only the bytes a token are ours. */
export function fromBudgetRows(cases: readonly VllmCase[]): Scored[] {
  return cases.flatMap((c) => {
    const printed = number(c.row['kv_tokens']);
    const budget = number(c.row['kv_avail_gib_per_gpu']);
    const tp = number(c.row['tp']) ?? 1;
    const kv = findKvDtype((c.row['kv_dtype'] ?? 'auto').trim());
    if (!printed || !budget || budget <= 0 || !kv) return [];
    const rates = kvRates(kvLines(c.shape, { key: kv.key, value: kv.value, tp, pp: 1 }));
    const perToken = rates.full + rates.sliding;
    const planned = Math.floor((budget * gib) / perToken / 16) * 16;
    const peer = ((budget * gib) / (2 * 2 * c.shape.layers * c.shape.hidden)) * tp;
    return [{ row: c.name, measured: printed, planned, peer }];
  });
}
