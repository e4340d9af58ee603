import { costRows, typicalCost } from '@aboveboard/planner/catalogue/cost';
import { gpuHour } from '@aboveboard/planner/cost/gpu-hour';
import type { Scored } from './memory.ts';

/**
 * The per-GPU-hour costs of the catalogue, from capital, power and space of the same catalogue. One recipe for
 * all: hyperscaler = low price of hardware, 5 years at 5 %, power at 0.07 USD/kWh in own halls; neocloud = typical
 * price, 5 years at 7 %, power at 0.08 and rented space. Nothing is fitted to the published costs.
 */
const recipes = {
  'own (hyperscaler)': { price: 'low', years: 5, rate: 0.05, electricity: 0.07, space: 60, running: 0.02 },
  'own (neocloud)': { price: 'typical', years: 5, rate: 0.07, electricity: 0.08, space: 110, running: 0.03 },
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

export function gpuHourRows(): (Scored & { priced: string })[] {
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
      const capital = price[recipe.price] + server[recipe.price] / 8 + network[recipe.price] / 8;
      const planned = gpuHour({ ...recipe, capital, kw });
      const peer = price.typical / (4 * 8766);
      return [{ row: row.name, measured: row.typical, planned, peer, priced: priceRow?.confidence ?? '?' }];
    });
}
