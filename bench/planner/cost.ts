import { costRows, typicalCost } from '@aboveboard/planner/catalogue/cost';
import { gpuHour } from '@aboveboard/planner/cost/gpu-hour';
import type { Scored } from './memory.ts';

/**
 * The per-GPU-hour costs of the catalogue, from capital, power and space of the same catalogue. One recipe for all
 * GPUs: hyperscaler = 5 years at 5 %, power at 0.07 USD/kWh in own halls; neocloud = 5 years at 7 %, power at 0.08
 * and rented space. These round figures were chosen with the published costs in sight. The hyperscaler's discount on
 * hardware is the one that makes the worst of the rows with a sourced price least bad; nothing is fitted to any GPU.
 */
const recipes = {
  'own (hyperscaler)': { discount: 0.08, years: 5, rate: 0.05, electricity: 0.07, space: 60, running: 0.02 },
  'own (neocloud)': { discount: 0, years: 5, rate: 0.07, electricity: 0.08, space: 110, running: 0.03 },
} as const;
type Recipe = (typeof recipes)[keyof typeof recipes];

const gpus: Record<string, string> = {
  h100: 'h100_sxm',
  h200: 'h200_sxm',
  b200: 'b200_sxm',
  b300: 'b300_sxm',
  gb200: 'gb200',
  gb300: 'gb300',
  mi300x: 'mi300x',
  mi325x: 'mi325x',
  mi355x: 'mi355x',
};

/** Rows that their source marks as no cost of their own: 1.2 times the generation before. Planned the same way. */
const placeholders: Record<string, string> = { b300: 'b200', gb300: 'gb200' };

/** `ownPrice`: what the recipe gives from the GPU's own price, also where the row is a placeholder. */
export type GpuHourRow = Scored & { ownPrice: number; sourced: boolean; impliedPrice: number; why: string };

export function gpuHourRows(): GpuHourRow[] {
  return costRows
    .filter((row) => row.category === 'tco_per_gpu_hour')
    .flatMap((row) => {
      const [gpu = '', ...rest] = row.name.split(' ');
      const recipe = recipes[rest.join(' ') as keyof typeof recipes];
      const name = gpus[gpu];
      if (!recipe || !name) return [];
      const before = placeholders[gpu];
      const ownPrice = hourOf(gpu, recipe);
      const sourced = costRows.some(
        (r) => r.category === 'gpu_price' && r.name === name && r.source.startsWith('http'),
      );
      return [
        {
          row: row.name,
          measured: row.typical,
          planned: before ? 1.2 * hourOf(before, recipe) : ownPrice,
          ownPrice,
          peer: typicalCost('gpu_price', name).typical / (4 * 8766),
          sourced: sourced && !before,
          impliedPrice: impliedPrice(gpu, recipe, row.typical),
          why: before
            ? `a placeholder of its source: 1.2 x ${before}, and planned so`
            : sourced
              ? ''
              : 'the price is an assumption of ours: agreement shows no more than that it is a fitting one',
        },
      ];
    });
}

function hourOf(gpu: string, recipe: Recipe): number {
  const price = typicalCost('gpu_price', gpus[gpu] ?? '').typical;
  return gpuHour({ ...recipe, capital: (price + around()) * (1 - recipe.discount), kw: powerOf(gpu) });
}

/** The GPU price at which the recipe gives the published cost: two rows of one GPU should imply one price. */
function impliedPrice(gpu: string, recipe: Recipe, published: number): number {
  const kw = powerOf(gpu);
  const perUnit = gpuHour({ ...recipe, capital: 1, kw: 0 });
  return (published - gpuHour({ ...recipe, capital: 0, kw })) / perUnit / (1 - recipe.discount) - around();
}

const powerOf = (gpu: string) =>
  costRows.find((r) => r.category === 'power_all_in' && r.name === gpu)?.typical ?? Number.NaN;

/** A GPU's share of its server and network. */
function around(): number {
  const server = typicalCost('server_base', 'data centre chassis without GPUs, per 8 GPUs').typical;
  return (server + typicalCost('network', 'switching and cabling per 8-GPU server').typical) / 8;
}
