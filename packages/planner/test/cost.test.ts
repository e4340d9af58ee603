import { describe, expect, test } from 'vitest';
import { costRows } from '../src/catalogue/cost.ts';
import { builtInGpus } from '../src/catalogue/gpu.ts';
import { defaultFigures } from '../src/cost/defaults.ts';
import { breakEvenMonth, cashFlows, figure, presentValue } from '../src/cost/flows.ts';
import { gpuHour, simpleBreakEven } from '../src/cost/gpu-hour.ts';
import { type CostAsked, type CostField, costFields, costIndex, readCost } from '../src/cost/inputs.ts';
import { planCost } from '../src/cost/montecarlo.ts';
import { percentiles } from '../src/cost/percentiles.ts';
import { draw } from '../src/cost/quantity.ts';
import { seeded } from '../src/speed/seeded.ts';

const asked: CostAsked = {
  rates: { EUR: 1.1 },
  gpu: 'h100_sxm',
  country: 'EU',
  gpus: 8,
  years: 4,
  draws: 2000,
  contributors: 50,
  figures: {
    tokensIn: [5e9, 1e10, 2e10],
    tokensOut: [1e9, 3e9, 6e9],
    tokensPerGpu: 1000,
    staffCost: 90_000,
    apiIn: 1.25,
    apiOut: 10,
  },
};
const planOf = (change: Partial<CostAsked> = {}) => {
  const read = readCost({ ...asked, ...change });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value;
};
const flat = (change: Partial<Record<CostField, number>>) => {
  const values = new Float64Array(Object.keys(costFields).length);
  const base: Partial<Record<CostField, number>> = { gpusPerServer: 8, wallRatio: 1, pue: 1, utilisation: 1 };
  for (const [field, value] of Object.entries({ ...base, ...change }))
    values[costIndex[field as CostField]] = value;
  return values;
};

describe('figures', () => {
  test('[PLN40] mixed currencies are an error that says the rate that is wanted', () => {
    const read = readCost({ ...asked, rates: {} });
    expect(!read.ok && read.problems.map((p) => [p.code, p.at])).toEqual([
      ['currency', 'figures.electricity'],
    ]);
    expect(!read.ok && read.problems[0]?.right).toContain('rates.EUR');
  });

  test('[PLN40] a rate brings an amount into the plan', () => {
    expect(planOf().figures.electricity.typical).toBeCloseTo(0.1902 * 1.1, 6);
  });

  test('[PLN41, PLN70] what must be asked is asked, all at once', () => {
    const read = readCost({
      rates: { EUR: 1.1 },
      gpu: 'h100_sxm',
      years: 99,
      figures: { apiIn: -3, nonsense: 1, pue: [2, 1.5, 3] },
    });
    expect(!read.ok && read.problems.map((p) => p.at)).toEqual(
      expect.arrayContaining([
        'figures.tokensIn',
        'figures.tokensOut',
        'figures.tokensPerGpu',
        'figures.staffCost',
        'figures.apiIn',
        'figures.apiOut',
        'figures.electricity',
        'figures.nonsense',
        'figures.pue',
        'years',
      ]),
    );
  });

  test('figures that were not given are listed with their source', () => {
    expect(planOf().assumed.find((a) => a.field === 'gpuPrice')?.source).toContain('http');
    expect(planOf().assumed.some((a) => a.field === 'staffCost')).toBe(false);
  });

  test('what is assumed are figures of a cost plan, and all that must be given is not', () => {
    const h100 = builtInGpus.find(({ name }) => name === 'h100_sxm');
    const fields = Object.keys(costFields);
    expect(Object.keys(defaultFigures(h100, [])).filter((name) => !fields.includes(name))).toEqual([]);
    expect(fields.filter((name) => !(name in defaultFigures(h100, []))).sort()).toEqual(
      [
        'apiIn',
        'apiOut',
        'cloudHour',
        'electricity',
        'staffCost',
        'tokensIn',
        'tokensOut',
        'tokensPerGpu',
      ].sort(),
    );
  });

  test("[PLN3] the user's own cost rows come first", () => {
    const row = {
      name: 'h100_sxm',
      category: 'gpu_price',
      unit: 'USD',
      low: 1,
      typical: 1,
      high: 1,
      date: 'd',
      source: 's',
      confidence: 'high' as const,
    };
    const read = readCost(asked, [row]);
    expect(read.ok && read.value.figures.gpuPrice.typical).toBe(1);
  });

  test('[PLN44] without a GPU its price, power and rent are not guessed', () => {
    const read = readCost({ ...asked, gpu: null });
    expect(!read.ok && read.problems.map((p) => p.at)).toEqual(['gpu']);
    const figures = { ...asked.figures, gpuPrice: 1e4, boardWatts: 500, cloudHour: 2 };
    expect(readCost({ ...asked, gpu: null, figures }).ok).toBe(true);
  });

  test('[PLN44] a GPU without a rent is an error with the GPUs that have one, never the rent of another', () => {
    const read = readCost({ ...asked, gpu: 'h100_nvl' });
    expect(!read.ok && read.problems).toMatchObject([
      { at: 'figures.cloudHour', code: 'missing', near: ['h100_sxm', 'a100_sxm', 'h200_sxm'] },
    ]);
    // Seeded hole: every GPU of the catalogue either has rows of its own or is refused.
    for (const { name } of builtInGpus) {
      const own = costRows.some((row) => row.category === 'cloud_gpu_hour' && row.gpu === name);
      const one = readCost({ ...asked, gpu: name, figures: { ...asked.figures, gpuPrice: 1e4 } });
      expect(one.ok, name).toBe(own);
    }
  });

  test('[PLN44] another GPU stands in where the user names it, and the answer says so', () => {
    const read = readCost({ ...asked, gpu: 'h100_nvl', rent_of: 'a100_sxm' });
    expect(read.ok && read.value.figures.cloudHour).toMatchObject({ low: 1.1, typical: 1.5, high: 3 });
    expect(read.ok && read.value.assumed.find((a) => a.field === 'cloudHour')?.source).toMatch(
      /^rent of .*A100.*, as you chose: http/,
    );
    const none = readCost({ ...asked, rent_of: 'rtx_4090' });
    expect(!none.ok && none.problems[0]).toMatchObject({ at: 'rent_of', code: 'missing' });
    const wrong = readCost({ ...asked, rent_of: 'h1000' });
    expect(!wrong.ok && wrong.problems[0]).toMatchObject({
      at: 'rent_of',
      near: expect.arrayContaining(['h100_sxm']),
    });
  });

  test("[PLN3, PLN44] the user's own rent comes first", () => {
    const row = { name: 'rtx_4090', category: 'cloud_gpu_hour', unit: 'EUR/GPU-h', date: 'd', source: 's' };
    const own = { ...row, low: 0.2, typical: 0.3, high: 0.5, confidence: 'high' as const };
    const read = readCost({ ...asked, gpu: 'rtx_4090' }, [own]);
    expect(read.ok && read.value.figures.cloudHour.typical).toBeCloseTo(0.33, 9);
  });

  test('[PLN45] electricity is asked for, or its country is; the range is published or its absence is said', () => {
    const without = readCost({ ...asked, country: null });
    expect(!without.ok && without.problems).toMatchObject([{ at: 'figures.electricity', code: 'missing' }]);
    expect(!without.ok && without.problems[0]?.right).toContain('country: EU, CY, FI');
    const { electricity } = planOf().figures;
    expect([electricity.low, electricity.high].map((v) => v / 1.1)).toEqual([
      expect.closeTo(0.089, 9),
      expect.closeTo(0.276, 9),
    ]);
    const source = (change: Partial<CostAsked>) =>
      planOf(change).assumed.find((a) => a.field === 'electricity')?.source;
    expect(source({ country: 'fi' })).toContain('without a range: give your contract');
    expect(planOf({ country: 'DE', tariff: 'household' }).figures.electricity.typical).toBeCloseTo(
      0.3835 * 1.1,
      9,
    );
    // A household's tariff is never taken for a firm's, nor a neighbour's for one's own.
    for (const change of [{ country: 'DE' }, { country: 'US' }]) {
      const read = readCost({ ...asked, ...change });
      expect(!read.ok && read.problems).toMatchObject([{ at: 'country', code: 'unknown-name' }]);
    }
    const tariff = readCost({ ...asked, tariff: 'night' });
    expect(!tariff.ok && tariff.problems[0]?.right).toBe('non-household, household');
    expect(readCost({ ...asked, country: null, figures: { ...asked.figures, electricity: 0.2 } }).ok).toBe(
      true,
    );
  });

  test('[PLN46] an API by name has its list prices, unless others are given', () => {
    const { apiIn: _in, apiOut: _out, ...figures } = asked.figures ?? {};
    const read = readCost({ ...asked, figures, api: 'Amazon Nova Pro' });
    expect(read.ok && [read.value.figures.apiIn.typical, read.value.figures.apiOut.typical]).toEqual([
      0.8, 3.2,
    ]);
    expect(read.ok && read.value.assumed.find((a) => a.field === 'apiIn')?.source).toContain('list price');
    expect(planOf({ api: 'amazon-nova-pro' }).figures.apiIn.typical).toBe(1.25);
    const wrong = readCost({ ...asked, figures, api: 'amazon-nova-por' });
    expect(!wrong.ok && wrong.problems).toMatchObject([
      { at: 'api', code: 'unknown-name', near: expect.arrayContaining(['amazon-nova-pro']) },
    ]);
  });

  test('percentiles are those of a sorted list, with equal values and few', () => {
    const random = seeded(5);
    for (let size = 1; size < 60; size++) {
      const values = Float64Array.from({ length: size }, () =>
        Math.floor(random() * (size % 7 === 0 ? 4 : 1e6)),
      );
      const sorted = Float64Array.from(values).sort();
      const at = (q: number) => sorted[Math.min(size - 1, Math.floor(size * q))];
      expect(percentiles(values)).toEqual({ p10: at(0.1), p50: at(0.5), p90: at(0.9) });
    }
    expect(percentiles(new Float64Array(0))).toEqual({ p10: 0, p50: 0, p90: 0 });
  });

  test('draws stay in the range and have its mode', () => {
    const quantity = { low: 1, typical: 2, high: 5 };
    expect(draw(quantity, 0)).toBe(1);
    expect(draw(quantity, 0.25)).toBeCloseTo(2, 10);
    expect(draw(quantity, 0.999999)).toBeLessThan(5);
    expect(draw({ low: 3, typical: 3, high: 3 }, 0.7)).toBe(3);
  });
});

describe('flows', () => {
  test('hardware, power and staff by hand', () => {
    const figures = flat({
      gpuPrice: 1000,
      serverPrice: 500,
      boardWatts: 1000,
      electricity: 0.1,
      staffFte: 1,
      staffCost: 1200,
      tokensPerGpu: 1e9,
    });
    const flows = cashFlows(figures, 1, 8);
    // 8 GPUs and a server; 8 kW x 730.5 h x 0.1, idle share 0 and hardly any load; 100 a month of staff.
    expect(flows.monthly.onPremise[0]).toBeCloseTo(8500 + 100, 6);
    expect(flows.monthly.onPremise[1]).toBeCloseTo(100, 6);
    const busy = cashFlows(
      flat({ boardWatts: 1000, electricity: 0.1, tokensPerGpu: 1, tokensOut: 8 * 730.5 * 3600 }),
      1,
      8,
    );
    expect(busy.monthly.onPremise[1]).toBeCloseTo(8 * 730.5 * 0.1, 4);
  });

  test('demand that outgrows the GPUs buys more, at the price of that month', () => {
    const figures = flat({
      gpuPrice: 1000,
      tokensPerGpu: 1,
      tokensOut: 8 * 730.5 * 3600,
      growth: 1,
      priceFall: 0.5,
    });
    const flows = cashFlows(figures, 1, 8);
    expect(flows.gpus[0]).toBe(8);
    expect(flows.gpus[11]).toBe(16);
    expect((flows.monthly.onPremise[1] ?? 0) / 1000).toBeLessThan(1);
  });

  test('a financed share costs interest', () => {
    const cash = cashFlows(flat({ gpuPrice: 1000 }), 4, 8);
    const loan = cashFlows(flat({ gpuPrice: 1000, financed: 1, interest: 0.1 }), 4, 8);
    expect(presentValue(loan.monthly.onPremise, 0)).toBeGreaterThan(presentValue(cash.monthly.onPremise, 0));
    expect(presentValue(loan.monthly.onPremise, 0.1)).toBeCloseTo(
      presentValue(cash.monthly.onPremise, 0.1),
      -3,
    );
  });

  test('[PLN42] never is an answer', () => {
    const own = Float64Array.from([100, 1, 1, 0]);
    expect(breakEvenMonth(own, Float64Array.from([40, 40, 40, 0]), 0)).toBe(3);
    expect(breakEvenMonth(own, Float64Array.from([1, 1, 1, 0]), 0)).toBe(0);
    expect(simpleBreakEven(100, 5, 5)).toBeNull();
    expect(simpleBreakEven(100, 5, 15)).toBe(10);
  });

  test('residual value comes back at the end and does not count for break-even', () => {
    const flows = cashFlows(flat({ gpuPrice: 1000, residual: 0.5 }), 1, 8);
    expect(flows.monthly.onPremise[12]).toBe(-4000);
    expect(breakEvenMonth(flows.monthly.onPremise, flows.monthly.api, 0)).toBe(0);
  });

  test('figures are found by name', () => {
    expect(figure(flat({ pue: 1.3 }), costIndex.pue)).toBe(1.3);
  });
});

describe('draws', () => {
  const answer = planCost(planOf());

  test('[PLN43] the same seed gives the same answer, another another', () => {
    expect(planCost(planOf())).toEqual(answer);
    expect(planCost(planOf({ seed: 2 })).total.api.p50).not.toBe(answer.total.api.p50);
  });

  test('[PLN42] break-even rises by month, and with never makes one', () => {
    for (const other of ['cloud', 'api'] as const) {
      const { byMonth, never } = answer.breakEven[other];
      expect(byMonth).toHaveLength(48);
      expect(byMonth.every((p, i) => i === 0 || p >= (byMonth[i - 1] ?? 0))).toBe(true);
      expect((byMonth.at(-1) ?? 0) + never).toBeCloseTo(1, 9);
    }
  });

  test('percentiles are in order; the cheapest ways share all draws', () => {
    for (const way of ['onPremise', 'cloud', 'api'] as const) {
      expect(answer.total[way].p10).toBeLessThanOrEqual(answer.total[way].p50);
      expect(answer.total[way].p50).toBeLessThanOrEqual(answer.total[way].p90);
      expect(answer.cumulative[way].p50).toHaveLength(48);
    }
    expect(answer.cheapest.onPremise + answer.cheapest.cloud + answer.cheapest.api).toBeCloseTo(1, 9);
    expect(answer.perContributorMonth?.api.p50).toBeCloseTo(answer.total.api.p50 / 50 / 48, 6);
  });

  test('what raises the price of the API lowers owning less API', () => {
    const rho = (field: CostField) => answer.rankCorrelations.find((r) => r.field === field)?.rho ?? 0;
    expect(rho('apiFall')).toBeGreaterThan(0.2);
    expect(rho('tokensOut')).toBeLessThan(-0.1);
    const swings = answer.tornado.map((t) => t.swing);
    expect([...swings].sort((a, b) => b - a)).toEqual(swings);
  });
});

test('a GPU-hour by hand: straight-line without interest', () => {
  expect(
    gpuHour({ capital: 8766, years: 1, rate: 0, kw: 1, electricity: 0.1, space: 73.05, running: 0 }),
  ).toBeCloseTo(1.2, 9);
});
