import type { CostRow } from '../catalogue/cost.ts';
import { findGpu, type Gpu } from '../catalogue/gpu.ts';
import type { Checked, Problem } from '../problem.ts';
import { apiOf } from './api.ts';
import { defaultFigures } from './defaults.ts';
import { type Quantity, type QuantityGiven, readQuantity } from './quantity.ts';
import { rentOf } from './rent.ts';
import { tariffOf } from './tariff.ts';

/**
 * Every figure of a cost plan. Money is in the plan's currency; shares are 0 to 1; a year's growth or fall is a
 * share a year.
 */
export const costFields = {
  gpuPrice: { least: 0, most: 1e6, money: true, unit: 'a GPU' },
  serverPrice: { least: 0, most: 5e6, money: true, unit: 'a server without GPUs' },
  gpusPerServer: { least: 1, most: 72, unit: 'GPUs' },
  networkPrice: { least: 0, most: 1e6, money: true, unit: 'a server' },
  storageTb: { least: 0, most: 1e6, unit: 'TB' },
  storagePrice: { least: 0, most: 1e4, money: true, unit: 'a TB' },
  rackPrice: { least: 0, most: 1e6, money: true, unit: 'a rack of 4 servers' },
  boardWatts: { least: 0, most: 5000, unit: 'W a GPU' },
  wallRatio: { least: 1, most: 3, unit: 'server draw over board power' },
  idleShare: { least: 0, most: 1, unit: 'of loaded draw' },
  pue: { least: 1, most: 4, unit: 'ratio' },
  electricity: { least: 0, most: 5, money: true, unit: 'a kWh' },
  space: { least: 0, most: 5000, money: true, unit: 'a kW and month' },
  staffFte: { least: 0, most: 1000, unit: 'people' },
  staffCost: { least: 0, most: 1e7, money: true, unit: 'a person and year' },
  support: { least: 0, most: 1, unit: 'of price a year' },
  spares: { least: 0, most: 1, unit: 'of price, once' },
  failures: { least: 0, most: 1, unit: 'of GPUs a year' },
  redundancy: { least: 0, most: 64, unit: 'servers more (N+1: 1)' },
  residual: { least: 0, most: 1, unit: 'of price at the end' },
  financed: { least: 0, most: 1, unit: 'of price' },
  interest: { least: 0, most: 1, unit: 'a year' },
  discount: { least: 0, most: 1, unit: 'a year' },
  priceFall: { least: -1, most: 0.95, unit: 'hardware price a year' },
  tokensIn: { least: 0, most: 1e18, unit: 'input tokens a month' },
  tokensOut: { least: 0, most: 1e18, unit: 'output tokens a month' },
  growth: { least: -0.95, most: 20, unit: 'a year' },
  tokensPerGpu: { least: 0, most: 1e9, unit: 'output tokens a second and GPU at full load' },
  utilisation: { least: 0.001, most: 1, unit: 'of capacity that demand can fill' },
  cloudHour: { least: 0, most: 1000, money: true, unit: 'a GPU and hour' },
  cloudDiscount: { least: 0, most: 1, unit: 'off on demand' },
  cloudExtra: { least: 0, most: 5, unit: 'on top: storage, management, small egress' },
  egressTb: { least: 0, most: 1e6, unit: 'TB a month out of the rented cloud' },
  egressPrice: { least: 0, most: 1000, money: true, unit: 'a TB out' },
  cloudFall: { least: -1, most: 0.95, unit: 'a year' },
  apiIn: { least: 0, most: 1e4, money: true, unit: 'a million input tokens' },
  apiOut: { least: 0, most: 1e4, money: true, unit: 'a million output tokens' },
  apiCached: { least: 0, most: 1e4, money: true, unit: 'a million cached input tokens' },
  cachedShare: { least: 0, most: 1, unit: 'of input tokens' },
  apiFall: { least: -1, most: 0.95, unit: 'a year' },
  apiStaffFte: { least: 0, most: 1000, unit: 'people' },
} as const;

export type CostField = keyof typeof costFields;
/** Where each field is in a `CostDraw`. */
export const costIndex = Object.fromEntries(Object.keys(costFields).map((field, i) => [field, i])) as Record<
  CostField,
  number
>;

export type CostFigures = Record<CostField, Quantity>;

/**
 * `plan cost`: one JSON line. Any field of `costFields` may be given; the rest comes from the catalogue, where it has
 * the figure for this GPU and this place. `rent_of` names another GPU whose rent is to stand in, where the catalogue
 * has none for `gpu`; `country` and `tariff` choose a published tariff where `electricity` is not given.
 */
export type CostAsked = {
  years?: number | null;
  currency?: string | null;
  rates?: Record<string, number> | null;
  gpu?: string | null;
  rent_of?: string | null;
  country?: string | null;
  tariff?: string | null;
  /** A model of an API in the catalogue: its prices are taken where they are not given. */
  api?: string | null;
  gpus?: number | null;
  contributors?: number | null;
  seed?: number | null;
  draws?: number | null;
  figures?: Partial<Record<string, QuantityGiven>> | null;
};

export type CostPlan = {
  years: number;
  currency: string;
  gpus: number;
  contributors: number | null;
  seed: number;
  draws: number;
  figures: CostFigures;
  /** Fields that were not given, with where their value comes from. */
  assumed: { field: CostField; source: string }[];
};

/** What only a GPU can tell: asked where none is named. */
const ofTheGpu: readonly CostField[] = ['gpuPrice', 'boardWatts', 'cloudHour'];

/** Checks every figure; what was not given comes from the catalogue, the user's own rows first. */
export function readCost(
  asked: CostAsked,
  own: readonly CostRow[] = [],
  gpus: readonly Gpu[] = [],
): Checked<CostPlan> {
  const problems: Problem[] = [];
  const currency = asked.currency ?? 'USD';
  const rates = asked.rates ?? {};
  const figures = {} as CostFigures;
  const assumed: CostPlan['assumed'] = [];
  const gpu = asked.gpu ? findGpu(asked.gpu, gpus) : undefined;
  if (gpu && !gpu.ok) problems.push(...gpu.problems);
  const said = (field: CostField) => asked.figures?.[field] !== undefined && asked.figures[field] !== null;
  if (!gpu && !ofTheGpu.every(said))
    problems.push({
      code: 'missing',
      at: 'gpu',
      message: 'is missing',
      right: `a GPU of the catalogue: h100_sxm, rtx_4090; or all of ${ofTheGpu.map((f) => `figures.${f}`).join(', ')}`,
    });
  const known = gpu?.ok ? gpu.value : undefined;
  const rent = said('cloudHour') || !known ? undefined : rentOf(known, asked.rent_of, own, gpus);
  const tariff = said('electricity') ? undefined : tariffOf(asked.country, asked.tariff, own);
  const api = asked.api ? apiOf(asked.api) : undefined;
  for (const found of [rent, tariff, api]) if (found && !found.ok) problems.push(...found.problems);
  const defaults: Partial<Record<CostField, Quantity>> = {
    ...defaultFigures(known, own),
    ...(rent?.ok ? { cloudHour: rent.value } : {}),
    ...(tariff?.ok ? { electricity: tariff.value } : {}),
    ...(api?.ok ? api.value : {}),
  };
  // What has its own problem above, or waits for a GPU, is not missed a second time.
  const told = new Set<CostField>([
    ...(known ? [] : ofTheGpu),
    ...(rent && !rent.ok ? ['cloudHour' as const] : []),
    ...(tariff && !tariff.ok ? ['electricity' as const] : []),
    ...(api && !api.ok ? (['apiIn', 'apiOut'] as const) : []),
  ]);
  for (const field of Object.keys(costFields) as CostField[]) {
    const limits = costFields[field];
    const given = readQuantity(
      asked.figures?.[field],
      `figures.${field}`,
      limits,
      { currency, rates },
      problems,
    );
    if (given) {
      figures[field] = given;
      continue;
    }
    if (said(field) || told.has(field)) continue;
    const fallback = defaults[field];
    if (!fallback) {
      problems.push({
        code: 'missing',
        at: `figures.${field}`,
        message: `is missing (${limits.unit})`,
        right: `a number or [low, typical, high], from ${limits.least} to ${limits.most}`,
      });
      continue;
    }
    const read = readQuantity(fallback, `figures.${field}`, limits, { currency, rates }, problems);
    if (read) {
      figures[field] = read;
      assumed.push({ field, source: fallback.source ?? 'assumption' });
    }
  }
  for (const field of Object.keys(asked.figures ?? {})) {
    if (!(field in costFields))
      problems.push({
        code: 'unknown-name',
        at: `figures.${field}`,
        message: 'is no figure of a cost plan',
        right: Object.keys(costFields).join(', '),
      });
  }
  const whole = (value: number | null | undefined, at: string, most: number, fallback: number) => {
    const number = value ?? fallback;
    if (!Number.isInteger(number) || number < 1 || number > most)
      problems.push({
        code: 'impossible',
        at,
        message: `cannot be ${number}`,
        right: `a whole number from 1 to ${most}`,
      });
    return number;
  };
  const years = whole(asked.years, 'years', 15, 5);
  const count = whole(asked.gpus, 'gpus', 1e6, 8);
  const draws = whole(asked.draws, 'draws', 1e6, 10_000);
  const seed = asked.seed ?? 1;
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    value: {
      years,
      currency,
      gpus: count,
      contributors: asked.contributors ?? null,
      seed,
      draws,
      figures,
      assumed,
    },
  };
}
