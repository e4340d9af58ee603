import { costRows, typicalCost } from '@aboveboard/planner/catalogue/cost';
import { gpuHour } from '@aboveboard/planner/cost/gpu-hour';
import type { Scored } from './memory.ts';

/**
 * The per-GPU-hour costs of the catalogue, from capital, power and space of the same catalogue. One recipe for
 * all: hyperscaler = half way from the low to the typical price of hardware, 5 years at 5 %, power at 0.07 USD/kWh in own halls; neocloud = typical
 * price, 5 years at 7 %, power at 0.08 and rented space. The
 * recipes' round figures were chosen with the published costs in sight; nothing is fitted to any one GPU.
 */
const recipes = {
  'own (hyperscaler)': { price: 0.5, years: 5, rate: 0.05, electricity: 0.07, space: 60, running: 0.02 },
  'own (neocloud)': { price: 1, years: 5, rate: 0.07, electricity: 0.08, space: 110, running: 0.03 },
} as const;

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

export type GpuHourRow = Scored & { priced: string; why: string };

/** Why a row is further off than 10 %. */
function why(off: number, gpu: string): string {
  if (Math.abs(off) <= 0.1) return '';
  if (/b300/.test(gpu))
    return 'the source marks this row as a placeholder: 1.2 x the figure of the generation before';
  return 'the price of this GPU is an assumption without a page; the published cost implies a higher one';
}

export function gpuHourRows(): GpuHourRow[] {
  const server = typicalCost('server_base', 'data centre chassis without GPUs, per 8 GPUs');
  const network = typicalCost('network', 'switching and cabling per 8-GPU server');
  return costRows
    .filter((row) => row.category === 'tco_per_gpu_hour')
    .flatMap((row) => {
      const [short = '', ...rest] = row.name.split(' ');
      const recipe = recipes[rest.join(' ') as keyof typeof recipes];
      const gpu = gpus[short];
      const kw = costRows.find((r) => r.category === 'power_all_in' && r.name === short)?.typical;
      if (!recipe || !gpu || kw === undefined) return [];
      const priceRow = costRows.find((r) => r.category === 'gpu_price' && r.name === gpu);
      const price = typicalCost('gpu_price', gpu);
      const at = (q: { low: number; typical: number }) => q.low + (q.typical - q.low) * recipe.price;
      const capital = at(price) + at(server) / 8 + at(network) / 8;
      const planned = gpuHour({ ...recipe, capital, kw });
      const peer = price.typical / (4 * 8766);
      return [
        {
          row: row.name,
          measured: row.typical,
          planned,
          peer,
          priced: priceRow?.confidence ?? '?',
          why: why(planned / row.typical - 1, short),
        },
      ];
    });
}
