import { type CostRow, costRows, typicalCost } from '../catalogue/cost.ts';
import { findGpu, type Gpu } from '../catalogue/gpu.ts';
import type { Checked, Problem } from '../problem.ts';
import { type Quantity, type QuantityGiven, readQuantity } from './quantity.ts';

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
  cloudExtra: { least: 0, most: 5, unit: 'on top: storage, egress, management' },
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

/** `plan cost`: one JSON line. Any field of `costFields` may be given; the rest comes from the catalogue. */
export type CostAsked = {
  years?: number | null;
  currency?: string | null;
  rates?: Record<string, number> | null;
  gpu?: string | null;
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

/** What the user must say: no catalogue can know it. */
const mustBeGiven: readonly CostField[] = [
  'tokensIn',
  'tokensOut',
  'tokensPerGpu',
  'staffCost',
  'apiIn',
  'apiOut',
];

/** Checks every figure; what was not given comes from the catalogue, the user's own rows first. */
export function readCost(
  asked: CostAsked,
  own: readonly CostRow[] = [],
  gpus: readonly Gpu[] = [],
): Checked<CostPlan> {
  const problems: Problem[] = [];
  const currency = asked.currency ?? 'USD';
  const rates = asked.rates ?? {};
  const gpu = findGpu(asked.gpu ?? 'h100_sxm', gpus);
  if (!gpu.ok) problems.push(...gpu.problems);
  const figures = {} as CostFigures;
  const assumed: CostPlan['assumed'] = [];
  const defaults = defaultFigures(
    gpu.ok ? gpu.value.name : 'h100_sxm',
    gpu.ok ? gpu.value.spec.power : 700,
    own,
  );
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
    if (asked.figures?.[field] !== undefined && asked.figures[field] !== null) continue;
    const fallback = defaults[field];
    if (mustBeGiven.includes(field) || !fallback) {
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

function defaultFigures(
  gpu: string,
  watts: number,
  own: readonly CostRow[],
): Partial<Record<CostField, Quantity>> {
  const fixed = (typical: number, low = typical, high = typical): Quantity => ({
    low,
    typical,
    high,
    source: 'assumption',
  });
  const cost = (category: string, name: string, scale = 1) => typicalCost(category, name, scale, own);
  const priced = [...own, ...costRows].some((row) => row.category === 'gpu_price' && row.name === gpu);
  return {
    ...(priced ? { gpuPrice: cost('gpu_price', gpu) } : {}),
    serverPrice: cost('server_base', 'data centre chassis without GPUs, per 8 GPUs'),
    gpusPerServer: fixed(8),
    networkPrice: cost('network', 'switching and cabling per 8-GPU server'),
    storageTb: fixed(20, 10, 40),
    storagePrice: cost('storage', 'NVMe storage'),
    rackPrice: cost('rack', 'rack with power distribution, per 4 servers'),
    boardWatts: fixed(watts),
    wallRatio: cost('power', 'server draw from the wall over GPU board power'),
    idleShare: cost('power', 'idle share of loaded draw'),
    pue: {
      low: 1.2,
      typical: 1.4,
      high: 1.54,
      source: 'PUE rows of costs.json: 1.2 modern, 1.54 world average',
    },
    electricity: cost('electricity', 'EU non-household average'),
    space: cost('space', 'colocation space, without energy'),
    staffFte: cost('staff', 'on-prem ops'),
    support: cost('support', 'hardware support a year, share of price'),
    spares: cost('spares', 'spares, share of price'),
    failures: cost('failure', 'GPU failures a year'),
    redundancy: fixed(1),
    residual: cost('residual', 'value at the end, share of price, after 4 years'),
    financed: fixed(0),
    interest: cost('finance', 'interest a year'),
    discount: cost('finance', 'discount rate a year'),
    priceFall: cost('depreciation', 'GPU market value lost a year'),
    growth: fixed(0.3, 0, 1),
    utilisation: fixed(0.5, 0.25, 0.75),
    cloudHour: {
      low: 2.5,
      typical: 3.5,
      high: 5,
      currency: 'USD',
      source: 'cloud_gpu_hour rows of costs.json: H100, specialty to hyperscaler',
    },
    cloudDiscount: cost('cloud_discount', '1-year reserved', 0.01),
    cloudExtra: cost('cloud_hidden', 'share of bill outside GPU rate', 0.01),
    cloudFall: fixed(0.15, 0, 0.3),
    apiCached: fixed(0),
    cachedShare: fixed(0, 0, 0),
    apiFall: cost('api_decline', 'API price decline a year, like for like'),
    apiStaffFte: fixed(0.1, 0.05, 0.25),
  };
}
