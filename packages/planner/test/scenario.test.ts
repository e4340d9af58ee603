import { describe, expect, test } from 'vitest';
import { axes, controlWays, verifyIds } from '../src/control/matrix.ts';
import { askControl } from '../src/control/score.ts';
import { askProgramme } from '../src/programme/sizing.ts';
import { type PlanAsked, planScenario } from '../src/scenario/plan.ts';
import { htmlReport, markdownReport } from '../src/scenario/report.ts';

const asked: PlanAsked = {
  name: 'Two <b>cards</b>',
  memory: { model: 'Qwen/Qwen3-32B', gpu: 'H100', tp: 2, max_model_len: 16_000, engine: 'vllm' },
  speed: {
    model_path: 'Qwen/Qwen3-32B',
    system: 'h100_sxm',
    backend: 'vllm',
    isl: 1024,
    osl: 512,
    concurrency: 32,
    tp_size: 2,
  },
  service: { requests_a_second: 5, ttft_p95_ms: 3000, tpot_p95_ms: 80 },
  cost: {
    country: 'EU',
    rates: { EUR: 1.1 },
    draws: 200,
    figures: { tokensIn: 1e10, tokensOut: 3e9, staffCost: 90_000, apiIn: 1, apiOut: 10 },
  },
  control: {},
  deploy: { port: 8000 },
  programme: { contributors: 100 },
  finetune: { model: 'Qwen/Qwen3-8B', method: 'qlora', batch: 2, seq: 2048 },
};

describe('control', () => {
  const met = (item: string) => ({ item, finding: 'met' as const, rests: 'measured in May' });

  test('every axis has its three cells, each with something to verify', () => {
    expect(axes.length).toBeGreaterThanOrEqual(10);
    for (const axis of axes)
      for (const way of controlWays) expect(axis[way].verify.length, `${axis.id} ${way}`).toBeGreaterThan(0);
    expect(new Set(verifyIds()).size).toBe(verifyIds().length);
    expect(JSON.stringify(axes)).not.toMatch(/zero leak|cannot leak/i);
  });

  test('[PLN50] no evidence, no score, no ranking', () => {
    const answer = askControl({});
    expect(answer.ok && answer.value.cells.every((cell) => cell.score === null)).toBe(true);
    expect(answer.ok && answer.value.ranking.every((way) => way.score === null)).toBe(true);
    expect(answer.ok && answer.value.comparedAxes).toEqual([]);
  });

  test('[PLN50] an axis is compared only where all three ways have evidence; weights move the ranking', () => {
    const evidence = [
      met('cost.onPremise.1'),
      { ...met('cost.hybrid.1'), finding: 'notMet' as const },
      { ...met('cost.api.1'), finding: 'notMet' as const },
      met('exit.api.1'),
      { ...met('exit.onPremise.1'), finding: 'notMet' as const },
      { ...met('exit.hybrid.1'), finding: 'notMet' as const },
      met('gdpr.api.1'),
    ];
    const answer = askControl({ evidence, weights: { cost: 3, exit: 1 } });
    expect(answer.ok && answer.value.comparedAxes).toEqual(['cost', 'exit']);
    expect(answer.ok && answer.value.ranking[0]).toEqual({ way: 'onPremise', score: 0.75 });
    expect(answer.ok && answer.value.moves.find((m) => m.axis === 'cost' && m.weight === 0)?.leads).toBe(
      'api',
    );
    const share = answer.ok ? answer.value.leadShare : undefined;
    expect(share?.onPremise).toBeCloseTo(0.5, 1);
  });

  test('[PLN50, PLN70] evidence that rests on nothing, or on nothing known, is refused', () => {
    const answer = askControl({
      evidence: [{ ...met('cost.api.1'), rests: ' ' }, met('costs.api.1')],
      weights: { price: 1, cost: -1 },
    });
    expect(!answer.ok && answer.problems.map((p) => p.code)).toEqual([
      'unsourced',
      'unknown-name',
      'unknown-name',
      'impossible',
    ]);
  });
});

describe('programme', () => {
  test('twice the people, twice the bytes; measured figures replace defaults', () => {
    const one = askProgramme({ contributors: 10 });
    const two = askProgramme({ contributors: 20 });
    expect(one.ok && two.ok && two.value.stored.typical / one.value.stored.typical).toBe(2);
    const own = askProgramme({
      contributors: 10,
      browser_share: 1,
      measured: { bytes_per_browser_hour: 1000 },
      measured_from: 'running server of the house',
    });
    expect(own.ok && own.value.uploads_a_month).toMatchObject({
      low: 1000 * 10 * 5 * 4.345,
      high: 1000 * 10 * 5 * 4.345,
    });
    expect(own.ok && own.value.rates.find((r) => r.name === 'bytes_per_browser_hour')?.source).toContain(
      'running server',
    );
  });

  test('[PLN70] what is wrong is told at once', () => {
    const answer = askProgramme({
      hours_a_week: 200,
      measured: { nothing: 1 } as never,
      model: 'nobody/none',
      gpu: 'none',
    });
    expect(!answer.ok && answer.problems.map((p) => p.at)).toEqual([
      'contributors',
      'hours_a_week',
      'measured.nothing',
      'model',
      'gpu',
    ]);
  });
});

describe('whole plans', () => {
  const planned = planScenario(asked);

  test('parts feed each other: the service decides the GPUs, the speed the tokens', () => {
    if (!planned.ok) throw new Error(JSON.stringify(planned.problems));
    expect(Object.keys(planned.value).sort()).toEqual([
      'control',
      'cost',
      'curve',
      'deploy',
      'finetune',
      'memory',
      'name',
      'programme',
      'service',
      'speed',
    ]);
    expect(planned.value.cost?.assumed.some((a) => a.field === 'tokensPerGpu')).toBe(false);
  });

  test('[PLN70] problems of all parts come at once, with their part', () => {
    const wrong = planScenario({
      ...asked,
      memory: { model: 'x', gpu: 'y' },
      cost: { figures: {} },
      surprise: 1,
    } as unknown as PlanAsked);
    const places = wrong.ok ? [] : wrong.problems.map((p) => p.at);
    expect(places).toEqual(
      expect.arrayContaining(['surprise', 'memory.model', 'memory.gpu', 'cost.figures.tokensIn']),
    );
  });

  test('reports show the same tables; HTML carries nothing live of what was written', () => {
    if (!planned.ok) throw new Error('no plan');
    const html = htmlReport([planned.value]);
    expect(html).toContain('Two &lt;b&gt;cards&lt;/b&gt;');
    expect(html).not.toMatch(/<script|<b>|https?:\/\/[^"<]*"[^>]*src/);
    expect(html).toContain("default-src 'none'");
    const titles = [...html.matchAll(/<h3>(.*?)<\/h3>/g)].map((match) => match[1]);
    expect(titles.length).toBeGreaterThan(10);
    for (const title of titles) expect(markdownReport([planned.value])).toContain(`### ${title}`);
  });
});
