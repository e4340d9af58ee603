import { describe, expect, test } from 'vitest';
import { findGpu } from '../src/catalogue/gpu.ts';
import { distance, leanOn } from '../src/speed/anchor.ts';
import { tpotColumns, tpotShape, ttftColumns, ttftShape } from '../src/speed/columns.ts';
import { fitSpeed, speedRow } from '../src/speed/fit.ts';
import { nonNegative } from '../src/speed/nonnegative.ts';
import { planSpeed } from '../src/speed/predict.ts';
import { architectureFamily, type SpeedAsked, type SpeedQuery, speedQuery } from '../src/speed/query.ts';
import { askSpeed } from '../src/speed/question.ts';
import { seeded } from '../src/speed/seeded.ts';
import { simulate } from '../src/speed/simulate.ts';
import { pack, shippedAnchors, unpack } from '../src/speed/table.ts';
import { sizeService, speedCurve } from '../src/speed/targets.ts';
import { speedTerms } from '../src/speed/terms.ts';

const asked: SpeedAsked = {
  model_path: 'Qwen/Qwen3-32B',
  system: 'h100_sxm',
  backend: 'vllm',
  backend_version: '0.12.0',
  isl: 1024,
  osl: 512,
  concurrency: 16,
  tp_size: 4,
};
const queryOf = (change: Partial<SpeedAsked> = {}): SpeedQuery => {
  const query = speedQuery({ ...asked, ...change });
  if (!query.ok) throw new Error(JSON.stringify(query.problems));
  return query.value;
};

describe('questions', () => {
  test('[PLN70] all that is missing is told at once, with near names', () => {
    const query = speedQuery({
      model_path: 'Qwen/Qwen3-33B',
      system: 'h100',
      backend: '',
      isl: 0,
      osl: 10,
    } as unknown as SpeedAsked);
    expect(!query.ok && query.problems.map((p) => p.at)).toEqual([
      'model_path',
      'isl',
      'concurrency',
      'tp_size',
      'backend',
    ]);
    expect(!query.ok && query.problems[0]?.near).toContain('Qwen/Qwen3-32B');
  });

  test('[PLN70] a TP that does not divide, or is no number of GPUs, is an error', () => {
    const three = speedQuery({ ...asked, tp_size: 3 });
    expect(!three.ok && three.problems[0]).toMatchObject({
      code: 'not-divisible',
      right: '1, 2, 4, 8, 16, 32, 64',
    });
    expect(speedQuery({ ...asked, tp_size: 2.5 }).ok).toBe(false);
    expect(speedQuery({ ...asked, moe_ep_size: -1 }).ok).toBe(false);
  });

  test.each([
    ['tp 64 = 8 x 8', { tp_size: 64, attention_dp_size: 1, moe_tp_size: 8, moe_ep_size: 8 }, 8, 1, 8],
    [
      'attention DP 64 = 8 x 8',
      { tp_size: 1, attention_dp_size: 64, moe_tp_size: 8, moe_ep_size: 8 },
      8,
      8,
      8,
    ],
    ['attention DP 8', { tp_size: 1, attention_dp_size: 8, moe_tp_size: 1, moe_ep_size: 8 }, 8, 8, 8],
    ['plain TP', { tp_size: 8, attention_dp_size: 1, moe_tp_size: 8, moe_ep_size: 1 }, 8, 1, 1],
    ['a rack', { tp_size: 72, attention_dp_size: 1, moe_tp_size: 72, moe_ep_size: 1 }, 72, 72, 72],
  ])('labels of layouts: %s', (_, change, gpus, dp, ep) => {
    const query = queryOf({ model_path: 'deepseek-ai/DeepSeek-R1', ...change });
    expect([query.gpus, query.layout.attentionDp, query.layout.expertEp]).toEqual([gpus, dp, ep]);
  });

  test('[PLN34] quantised copies are of one family', () => {
    for (const name of ['deepseek-ai/DeepSeek-R1', 'deepseek-ai/DeepSeek-V3', 'nvidia/DeepSeek-V3.1-NVFP4']) {
      expect(queryOf({ model_path: name, tp_size: 8 }).family, name).toBe('deepseek-v3');
    }
    expect(architectureFamily('moonshotai/Kimi-K2-Instruct', 'DeepseekV3ForCausalLM')).toBe('kimi-k2');
  });
});

describe('terms', () => {
  test('[PLN33] no more requests decode than KV admits', () => {
    const terms = speedTerms(queryOf({ tp_size: 1, concurrency: 4096, isl: 8192 }));
    expect(terms.admitted).toBeLessThan(64);
  });

  test('more of everything takes longer', () => {
    const small = speedTerms(queryOf());
    const long = speedTerms(queryOf({ isl: 8192 }));
    expect(long.kv).toBeGreaterThan(small.kv * 4);
    expect(long.prefill).toBeCloseTo(small.prefill * 8, 6);
    expect(speedTerms(queryOf({ tp_size: 8 })).dense).toBeCloseTo(small.dense / 2, 6);
  });

  test('columns are as many as their names, and finite', () => {
    const query = queryOf();
    const terms = speedTerms(query);
    expect(tpotColumns(terms, query)).toHaveLength(tpotShape.length);
    expect(ttftColumns(terms, query, 10)).toHaveLength(ttftShape.length);
    expect(
      [...tpotColumns(terms, query), ...ttftColumns(terms, query, 10)].every(
        (x) => Number.isFinite(x) && x >= 0,
      ),
    ).toBe(true);
  });
});

describe('fitting', () => {
  test('non-negative least squares', () => {
    expect(
      nonNegative(
        [
          [1, 0],
          [0, 1],
          [1, 1],
        ],
        [2, 3, 5],
      ).map((x) => Math.round(x * 1e6) / 1e6),
    ).toEqual([2, 3]);
    expect(
      nonNegative(
        [
          [1, 1],
          [1, 2],
        ],
        [1, 0],
      )[1],
    ).toBe(0);
  });

  test('[PLN30] coefficients are never negative, and a fit recovers times that it made', () => {
    const rows = [1, 2, 4, 8].flatMap((tp) =>
      [1, 8, 64].map((concurrency) => {
        const query = queryOf({ tp_size: tp, concurrency });
        const columns = tpotColumns(speedTerms(query), query);
        return speedRow(
          query,
          columns.reduce((sum, x, i) => sum + x * (tpotShape[i]?.prior ?? 0), 0),
          200,
        );
      }),
    );
    const fit = fitSpeed(rows);
    expect([...fit.tpot, ...fit.ttft].every((x) => x >= 0)).toBe(true);
    for (const row of rows) {
      const planned = tpotColumns(row.terms, row.query).reduce(
        (sum, x, i) => sum + x * (fit.tpot[i] ?? 0),
        0,
      );
      expect(Math.abs(planned / row.tpot - 1)).toBeLessThan(0.02);
    }
  });
});

describe('anchors', () => {
  test('[PLN31] the same configuration is measured, and its rows are named', () => {
    const answer = askSpeed(asked);
    expect(answer.ok && answer.value.basis).toBe('measured');
    expect(answer.ok && answer.value.anchors[0]?.what).toContain('Qwen/Qwen3-32B');
    const anchor = shippedAnchors().find(
      (a) =>
        a.family === 'qwen3' &&
        a.backend === 'vllm' &&
        a.gpus === 4 &&
        a.concurrency === 16 &&
        a.osl === 512 &&
        a.isl === 1024,
    );
    expect(answer.ok && answer.value.tpot_ms.p50 / (anchor?.tpot ?? 0)).toBeCloseTo(1, 2);
  });

  test('[PLN31] a near row is interpolated, a family without rows is extrapolated', () => {
    expect(planSpeed(queryOf({ concurrency: 24 })).basis).toBe('interpolated');
    const far = planSpeed(queryOf({ model_path: 'zai-org/GLM-5', system: 'mi300x', tp_size: 8 }));
    expect(far.basis).toBe('extrapolated');
    expect(far.anchors).toEqual([]);
  });

  test('[PLN31] rows of another family are never leaned on', () => {
    const query = queryOf({ model_path: 'meta-llama/Llama-3.3-70B-Instruct' });
    const lean = leanOn(shippedAnchors(), query);
    expect(lean.anchors.every(({ anchor }) => anchor.family === 'llama')).toBe(true);
  });

  test('[PLN32] bands widen from measured to extrapolated', () => {
    const width = (change: Partial<SpeedAsked>) => {
      const { tpot } = planSpeed(queryOf(change));
      return tpot.p90 / tpot.p10;
    };
    expect(width({})).toBeLessThan(width({ concurrency: 24 }));
    expect(width({ concurrency: 24 })).toBeLessThan(width({ model_path: 'zai-org/GLM-5', tp_size: 8 }));
  });

  test('the carried table unpacks to what was packed, without repeated rows', () => {
    const anchors = shippedAnchors().slice(0, 50);
    const again = unpack(pack([...anchors, ...anchors]));
    expect(again).toHaveLength(anchors.length);
    expect(again[3]).toMatchObject({ model: anchors[3]?.model, tpot: anchors[3]?.tpot });
    const first = anchors[0];
    const query = queryOf();
    if (first) expect(distance(first, query)).toBeGreaterThanOrEqual(0);
  });
});

describe('service', () => {
  const replica = {
    slots: 32,
    stepMs: (batch: number) => 10 + batch * 0.2,
    prefillMs: (tokens: number) => tokens / 20,
  };
  const arrivals = { rate: 2, burstiness: 1, isl: 1000, osl: 200, spread: 0.2 };

  test('the simulation is deterministic for a seed', () => {
    expect(simulate(arrivals, replica, seeded(3))).toEqual(simulate(arrivals, replica, seeded(3)));
    expect(simulate(arrivals, replica, seeded(3))).not.toEqual(simulate(arrivals, replica, seeded(4)));
  });

  test('[PLN33] Little: mean requests in the system follow rate and time', () => {
    const run = simulate(arrivals, replica, seeded(5), 3000);
    const seconds = (run.tpot.p50 * 200 + run.ttft.p50) / 1000;
    expect(run.meanBatch / (arrivals.rate * seconds)).toBeGreaterThan(0.7);
    expect(run.meanBatch / (arrivals.rate * seconds)).toBeLessThan(1.5);
    expect(run.requests).toBe(3000);
  });

  test('bursts and overload make the tail longer', () => {
    const calm = simulate(arrivals, replica, seeded(6));
    const bursty = simulate({ ...arrivals, burstiness: 8 }, replica, seeded(6));
    const over = simulate({ ...arrivals, rate: 50 }, replica, seeded(6));
    expect(bursty.ttft.p95).toBeGreaterThan(calm.ttft.p95);
    expect(over.ttft.p95).toBeGreaterThan(10 * calm.ttft.p95);
    expect(over.backlog).toBeGreaterThan(0.05);
  });

  test('targets decide the number of GPUs', () => {
    const query = queryOf();
    const load = { rate: 20, burstiness: 2, isl: 1024, osl: 512, spread: 0.3 };
    const loose = sizeService(query, load, { ttftP95: 5000, tpotP95: 100 });
    const tight = sizeService(query, load, { ttftP95: 600, tpotP95: 20 });
    expect(loose.reachable && tight.reachable).toBe(true);
    expect(tight.gpus).toBeGreaterThan(loose.gpus);
    expect(tight.ttftP95).toBeLessThanOrEqual(600);
    expect(sizeService(query, load, { ttftP95: 1, tpotP95: 1 }).reachable).toBe(false);
  });

  test('the curve ends where KV is full', () => {
    const curve = speedCurve(queryOf({ tp_size: 1, isl: 8192 }), { ttftP95: 1e9, tpotP95: 1e9 });
    expect(curve.at(-1)?.concurrency).toBeLessThan(128);
    expect(curve.every((p, i) => i === 0 || p.concurrency === 2 * (curve[i - 1]?.concurrency ?? 0))).toBe(
      true,
    );
  });

  test('a GPU that was never measured still gives a time', () => {
    const gpu = findGpu('rtx 4090');
    expect(gpu.ok).toBe(true);
    const answer = askSpeed({ ...asked, model_path: 'Qwen/Qwen3-8B', system: 'rtx 4090', tp_size: 1 });
    expect(answer.ok && answer.value.tpot_ms.p50).toBeGreaterThan(10);
  });

  test('[PLN37] curves and services carry what is not known', () => {
    const target = { ttftP95: 4000, tpotP95: 60 };
    const query = queryOf();
    const curve = speedCurve(query, target);
    for (const { tpot, ttft, throughput, band } of curve) {
      for (const [middle, [low, high]] of [
        [tpot, band.tpot],
        [ttft, band.ttft],
        [throughput, band.throughput],
      ] as const)
        expect(low <= middle && middle <= high).toBe(true);
    }
    const arrivals = { rate: 20, burstiness: 2, isl: 1024, osl: 512, spread: 0.3 };
    const service = sizeService(query, arrivals, target, { curve });
    expect(service).toEqual(sizeService(query, arrivals, target));
    expect(service.interval.low).toBeLessThanOrEqual(service.replicas);
    expect(service.interval.high).toBeGreaterThanOrEqual(service.replicas);
    // A target that the middle meets and the slow end does not.
    const alone = planSpeed({ ...query, concurrency: 1 });
    const tight = sizeService(
      query,
      { ...arrivals, rate: 0.2 },
      { ttftP95: 60_000, tpotP95: alone.tpot.p90 * 0.999 },
    );
    expect(tight.reachable).toBe(true);
    expect(tight.interval.high).toBeNull();
  });
});
