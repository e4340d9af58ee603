import apiFile from '../../catalogue/api-prices.json' with { type: 'json' };
import costsFile from '../../catalogue/costs.json' with { type: 'json' };
import type { Quantity } from '../cost/quantity.ts';
import type { Confidence } from './model.ts';

export type CostRow = {
  name: string;
  category: string;
  /** A rent: the GPU of the catalogue that it is of. */
  gpu?: string;
  /** A tariff of electricity: its country (ISO 3166, or EU), and whose it is. */
  country?: string;
  tariff?: string;
  unit: string;
  low: number;
  typical: number;
  high: number;
  date: string;
  source: string;
  confidence: Confidence;
  note?: string;
};

export type ApiPrice = {
  name: string;
  title: string;
  vendor: string;
  source: string;
  date: string;
  confidence: Confidence;
  price: { input?: number; output?: number; cached?: number };
};

export const costRows: readonly CostRow[] = (costsFile as unknown as { rows: CostRow[] }).rows;
export const apiPrices: readonly ApiPrice[] = (apiFile as unknown as { rows: ApiPrice[] }).rows;

/**
 * A cost row as a figure, in its own currency; `scale` turns per cent into shares. `own` rows come first. Throws
 * RangeError where there is no such row.
 */
export function typicalCost(
  category: string,
  name: string,
  scale = 1,
  own: readonly CostRow[] = [],
): Quantity {
  const row = [...own, ...costRows].find((r) => r.category === category && r.name === name);
  if (!row) throw new RangeError(`costs.json has no ${category} called ${name}`);
  const currency = /^(USD|EUR|GBP|CHF|JPY)/.exec(row.unit)?.[0];
  return {
    low: row.low * scale,
    typical: row.typical * scale,
    high: row.high * scale,
    source: `${row.source} (${row.date}, ${row.confidence})`,
    ...(currency ? { currency } : {}),
  };
}
