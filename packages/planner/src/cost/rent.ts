import { type CostRow, costRows } from '../catalogue/cost.ts';
import { findGpu, type Gpu } from '../catalogue/gpu.ts';
import { nearNames } from '../catalogue/near.ts';
import type { Checked } from '../problem.ts';
import type { Quantity } from './quantity.ts';

/**
 * What a GPU rents for by the hour, from the rows of that GPU only. The rent of another stands in only where the user
 * names it (`chosen`): prices of GPUs differ tenfold, and a silent stand-in would decide the comparison.
 */
export function rentOf(
  gpu: Gpu,
  chosen: string | null | undefined,
  own: readonly CostRow[],
  gpus: readonly Gpu[],
): Checked<Quantity> {
  const of = chosen ? findGpu(chosen, gpus) : undefined;
  if (of && !of.ok) return { ok: false, problems: of.problems.map((p) => ({ ...p, at: 'rent_of' })) };
  const from = of?.value ?? gpu;
  const rent = ownRent(from, own) ?? marketRent(from);
  if (rent) {
    const stands = from.name === gpu.name ? '' : `rent of ${from.title}, as you chose: `;
    return { ok: true, value: { ...rent, source: `${stands}${rent.source}` } };
  }
  const rented = [
    ...new Set([...own, ...costRows].flatMap((row) => (isRent(row) ? [row.gpu ?? row.name] : []))),
  ];
  return {
    ok: false,
    problems: [
      {
        code: 'missing',
        at: of ? 'rent_of' : 'figures.cloudHour',
        message: `is missing: the catalogue has no rent of ${from.title}`,
        near: nearest(from, rented, gpus),
        right:
          'a price a GPU and hour, as a number or [low, typical, high]; or rent_of: a GPU whose rent is to stand in',
      },
    ],
  };
}

const isRent = (row: CostRow) => row.category === 'cloud_gpu_hour' && row.gpu !== undefined;

function ownRent(gpu: Gpu, own: readonly CostRow[]): Quantity | undefined {
  const row = own.find((r) => r.category === 'cloud_gpu_hour' && (r.gpu ?? r.name) === gpu.name);
  if (!row) return undefined;
  const currency = /^(USD|EUR|GBP|CHF|JPY)/.exec(row.unit)?.[0] ?? 'USD';
  const { low, typical, high } = row;
  return { low, typical, high, currency, source: `${row.source} (${row.date}, ${row.confidence})` };
}

/** From the cheapest specialist to the dearest hyperscaler; typical is where the two markets meet. */
function marketRent(gpu: Gpu): Quantity | undefined {
  const rows = costRows.filter((row) => isRent(row) && row.gpu === gpu.name);
  const specialty = rows.find((row) => row.name.endsWith('specialty'));
  const hyperscaler = rows.find((row) => row.name.endsWith('hyperscaler'));
  if (!specialty || !hyperscaler) return undefined;
  return {
    low: specialty.low,
    typical: specialty.high,
    high: hyperscaler.high,
    currency: 'USD',
    source: `${specialty.source} (${specialty.date}, ${specialty.confidence}): specialty to hyperscaler, on demand`,
  };
}

/** All that have a rent, the most alike in name first: there are few. */
function nearest(gpu: Gpu, rented: readonly string[], gpus: readonly Gpu[]): string[] {
  const titled = rented.map((name) => {
    const found = findGpu(name, gpus);
    return { name, also: found.ok ? [found.value.title] : [] };
  });
  const near = nearNames(gpu.name, titled);
  return [...near, ...rented.filter((name) => !near.includes(name))];
}
