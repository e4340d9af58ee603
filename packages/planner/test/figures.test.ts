import { describe, expect, test } from 'vitest';
import { builtInGpus, findGpu } from '../src/catalogue/gpu.ts';
import { serverOf } from '../src/catalogue/server.ts';
import { type CostAsked, readCost } from '../src/cost/inputs.ts';
import { planCost } from '../src/cost/montecarlo.ts';
import { findQuant } from '../src/memory/quant.ts';
import { askMemory } from '../src/memory/question.ts';
import { readFigures } from '../src/programme/figures.ts';
import { askProgramme } from '../src/programme/sizing.ts';
import { planScenario } from '../src/scenario/plan.ts';
import { reportTables } from '../src/scenario/report-table.ts';

const figures = {
  kind: 'aboveboard-figures',
  version: 1,
  source: 'the house’s own recordings',
  date: '2026-11-22',
  measured: { bytes_per_browser_hour: 1_900_000 },
  notKnown: [{ rate: 'events_per_hour', why: 'it is not counted' }, { rate: 'x', why: 'y' }, 7],
};

describe('a running server’s figures', () => {
  test('[PLN80] are read whole, with why others are not known', () => {
    const read = readFigures(figures);
    expect(read.ok && read.value.measured).toEqual(figures.measured);
    expect(read.ok && read.value.notKnown).toEqual([figures.notKnown[0]]);
  });

  test.each([null, 3, {}, { kind: 'gpus' }, { ...figures, version: 2 }])('no such file: %j', (given) =>
    expect(readFigures(given).ok).toBe(false),
  );

  test('[PLN80, PLN70] all that is wrong at once, and nothing is taken', () => {
    const read = readFigures({
      ...figures,
      source: ' ',
      date: 'today',
      measured: { nothing: 1, batch_bytes: -1, events_per_hour: '9', constructor: 1 },
    });
    expect(!read.ok && read.problems.map(({ at }) => at)).toEqual([
      'source',
      'date',
      'measured.nothing',
      'measured.batch_bytes',
      'measured.events_per_hour',
      'measured.constructor',
    ]);
  });

  test('[PLN81] a measured figure is marked so, with its source; a default is not', () => {
    const answer = askProgramme({
      contributors: 40,
      measured: { bytes_per_browser_hour: 1_900_000, batch_bytes: 9000 },
      measured_from: { bytes_per_browser_hour: 'our server (2026-11-22)' },
    });
    const rate = (name: string) => answer.ok && answer.value.rates.find((one) => one.name === name);
    expect(rate('bytes_per_browser_hour')).toMatchObject({
      measured: true,
      source: 'measured: our server (2026-11-22)',
      value: { low: 1_900_000, high: 1_900_000 },
    });
    expect(rate('batch_bytes')).toMatchObject({
      measured: true,
      source: 'measured: as given, on what is not said',
    });
    expect(rate('events_per_hour')).toMatchObject({ measured: false });
    expect(askProgramme({ contributors: 1, measured_from: 7 as never }).ok).toBe(false);
  });
});

describe('cost of hardware and of what leaves', () => {
  const asked: CostAsked = {
    gpu: 'h100_sxm',
    country: 'EU',
    rates: { EUR: 1 },
    gpus: 8,
    draws: 50,
    figures: {
      tokensIn: 1e9,
      tokensOut: 1e9,
      tokensPerGpu: 1000,
      staffCost: 9e4,
      apiIn: 1,
      apiOut: 5,
      growth: 0,
    },
  };
  const totals = (more: CostAsked['figures']) => {
    const read = readCost({ ...asked, figures: { ...asked.figures, ...more } });
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    return planCost(read.value);
  };

  test('[PLN47] egress is a line of its own, of rented machines only', () => {
    const flat = { egressPrice: 90, discount: 0, egressTb: 0 };
    const [without, having] = [totals(flat), totals({ ...flat, egressTb: 10 })];
    expect(having.total.cloud.p50 - without.total.cloud.p50).toBeCloseTo(10 * 90 * 60, 2);
    expect(having.total.onPremise).toEqual(without.total.onPremise);
    expect(having.total.api).toEqual(without.total.api);
    const [priced] = [readCost(asked)];
    expect(priced.ok && priced.value.figures.egressPrice.typical).toBeCloseTo(90);
    expect(priced.ok && priced.value.assumed.find(({ field }) => field === 'egressTb')?.source).toContain(
      'share on top',
    );
  });

  test('[PLN48] a server holds as many GPUs as the catalogue’s server of that GPU, and costs its share', () => {
    const of = (gpu: string) => {
      const read = readCost({ ...asked, gpu, figures: { ...asked.figures, cloudHour: 1, gpuPrice: 1 } });
      if (!read.ok) throw new Error(JSON.stringify(read.problems));
      return read.value.figures;
    };
    expect(of('h100_sxm').gpusPerServer).toMatchObject({
      typical: 8,
      source: expect.stringContaining('dgxh100'),
    });
    expect(of('gb200').gpusPerServer.typical).toBe(72);
    expect(of('gb200').serverPrice.typical).toBeCloseTo(9 * of('h100_sxm').serverPrice.typical);
    expect(of('rtx_5090').gpusPerServer.typical).toBe(2);
    expect(of('rtx_5090').serverPrice.typical).toBeLessThan(10_000);
    expect(builtInGpus.filter((gpu) => serverOf(gpu)).length).toBeGreaterThanOrEqual(9);
    const l4 = findGpu('l4');
    expect(l4.ok && serverOf(l4.value)).toBeUndefined();
    expect(of('l4').gpusPerServer.source).toContain('assumption');
  });
});

describe('memory', () => {
  test.each(['q3_k_s', 'Q3_K_L', 'iq2_m', 'IQ3_M', 'iq3_xs'])('[PLN12] %s is a mix of known size', (name) => {
    const found = findQuant(name);
    expect((found?.bytes ?? 0) * 8).toBeGreaterThan(2);
    expect(found?.source).toContain('Llama-3.1-8B');
  });

  test('[PLN17] the terms outside weights and KV are named, the allocator’s among them', () => {
    const answer = askMemory({ model: 'Qwen/Qwen3-32B', gpu: 'h100_sxm', tp: 2, engine: 'vllm' });
    if (!answer.ok) throw new Error('no answer');
    const { runtime_and_allocator, communication, graphs } = answer.value.other_terms_gib;
    expect(runtime_and_allocator + communication + graphs).toBeCloseTo(answer.value.other_gib, 9);
    expect(communication).toBeGreaterThan(0.3);
    expect(runtime_and_allocator).toBeGreaterThan(0);
  });
});

describe('a machine that is kept full, in a plan', () => {
  const speed = {
    ...{ model_path: 'Qwen/Qwen3-32B', system: 'h100_sxm', backend: 'vllm', tp_size: 2 },
    ...{ isl: 1024, osl: 512, concurrency: 8 },
  };
  const outputs = (scenario: string) => {
    const planned = planScenario({ speed, throughput: { scenario } });
    if (!planned.ok) throw new Error(JSON.stringify(planned.problems));
    expect(reportTables(planned.value).map(({ title }) => title)).toContain('A GPU kept full');
    return planned.value.throughput?.throughput_tok_s_per_gpu.p50 ?? 0;
  };

  test('[PLN36] takes the load of the speed, and the scenario’s limits count', () => {
    expect(outputs('offline')).toBeGreaterThan(outputs('server'));
    const wrong = planScenario({ speed, throughput: { scenario: 'ofline' } });
    expect(!wrong.ok && wrong.problems[0]).toMatchObject({ at: 'throughput.scenario', near: ['Offline'] });
  });
});
