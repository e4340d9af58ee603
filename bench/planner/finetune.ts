import { findModel } from '@aboveboard/planner/catalogue/model';
import {
  type FinetuneFit,
  type FinetuneInput,
  finetuneColumns,
  finetunePeak,
  finetuneTerms,
} from '@aboveboard/planner/memory/finetune';
import { parameterCount } from '@aboveboard/planner/memory/inventory';
import { findQuant } from '@aboveboard/planner/memory/quant';
import { nonNegativeRelative } from '@aboveboard/planner/speed/nonnegative';
import { number, quantile, readTable } from './csv.ts';
import type { Scored } from './memory.ts';

export type TuneRow = {
  name: string;
  family: string;
  measured: number;
  input: FinetuneInput;
  parameters: number;
};

/** The rows whose model has a shape and whose own figures agree. A missing sequence length is taken as 2,048. */
export function tuneRows(): TuneRow[] {
  return readTable('finetune_memory.csv').flatMap((row) => {
    const model = row['model'] === 'paddle_ocr_lora' ? 'PaddlePaddle/PaddleOCR-VL' : (row['model'] ?? '');
    const found = findModel(model);
    const measured = number(row['peak_reserved_gb']);
    if (!found.ok || measured === undefined || row['internally_consistent'] !== 'True') return [];
    const shape = found.value.shape;
    const full = row['full_finetuning'] === 'True' && row['lora_used'] !== 'True';
    const four = row['load_in_4bit'] === 'True';
    const quant = findQuant(four ? (/unsloth-bnb/.test(model) ? 'bnb-4bit-dynamic' : 'bnb-4bit') : 'bf16');
    if (!quant) return [];
    const checkpointing = (row['grad_checkpointing'] ?? '').includes('unsloth')
      ? 'offload'
      : row['grad_checkpointing'] === 'False'
        ? 'none'
        : 'layer';
    const optim = row['optim'] ?? '';
    const trainable = number(row['trainable_params']);
    const input: FinetuneInput = {
      shape,
      method: full ? 'full' : four ? 'qlora' : 'lora',
      quant,
      rank: number(row['lora_r']) ?? 16,
      batch: number(row['batch_per_device']) ?? 1,
      sequence: Math.min(number(row['max_seq_length_setting']) ?? 2048, 4096),
      optimizer: optim.includes('8bit') ? 'adamw_8bit' : 'adamw',
      checkpointing,
      ...(trainable && !full ? { trainable } : {}),
    };
    return [
      {
        name: `${row['model']} on ${row['gpu']}`,
        family: familyOf(found.value.name),
        measured,
        input,
        parameters: parameterCount(shape),
      },
    ];
  });
}

/** Families for leaving out: makers' lines, whatever the size. */
export function familyOf(name: string): string {
  const last = (name.split('/').at(-1) ?? name).toLowerCase();
  return /^(meta-)?llama/.test(last)
    ? 'llama'
    : (/^[a-z]+/.exec(last.replace(/^(functiongemma)/, 'gemma'))?.[0] ?? last);
}

export function fitFinetune(rows: readonly TuneRow[]): number[] {
  return nonNegativeRelative(
    rows.map((row) => finetuneColumns(finetuneTerms(row.input))),
    rows.map((row) => row.measured),
    { ridge: 1, prior: [1.1, 1.02, 1, 0.1, 0.03, 0.7] },
  );
}

/** Each family planned by a fit on all the others. */
export function tuneLeftOut(rows: readonly TuneRow[]): Scored[] {
  const families = [...new Set(rows.map((row) => row.family))];
  return families.flatMap((family) => {
    const coefficients = fitFinetune(rows.filter((row) => row.family !== family));
    const fit: FinetuneFit = { coefficients, low: 0, high: 0 };
    return rows
      .filter((row) => row.family === family)
      .map((row) => ({
        row: row.name,
        measured: row.measured,
        planned: finetunePeak(row.input, fit).peakGib,
        peer: (row.parameters * (row.input.method === 'qlora' ? 0.5 : 2)) / 2 ** 30,
      }));
  });
}

/** The shipped fit: all rows, and the band of the left-out residuals. */
export function shippedFinetune(rows: readonly TuneRow[]): FinetuneFit {
  const residuals = tuneLeftOut(rows).map((scored) => Math.log(scored.measured / scored.planned));
  return { coefficients: fitFinetune(rows), low: quantile(residuals, 0.1), high: quantile(residuals, 0.9) };
}
