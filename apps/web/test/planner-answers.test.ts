import { axes, type ControlWay } from '@aboveboard/planner/control/matrix';
import { askControl, type ControlAnswer } from '@aboveboard/planner/control/score';
import { describe, expect, test } from 'vitest';
import { answerParts, answerScenario, offered } from '../src/planner/calculation.ts';
import { askedOf, examplePlan } from '../src/planner/draft.ts';
import { noOwn } from '../src/planner/own-catalogue.ts';
import { leadsAt, rankingMoves } from '../src/planner/ranking-moves.ts';
import { tunePeakWorking, tuneVerdict } from '../src/planner/tune-terms.ts';
import { keyFigures } from '../src/planner/workings.ts';

function answered(written: Record<string, string>, own = noOwn) {
  const [draft] = examplePlan().scenarios;
  if (!draft) throw new Error('no example');
  const { asked } = askedOf({ ...draft, written: { ...draft.written, ...written } });
  const answer = answerScenario(asked, own, 200);
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  return answer.value;
}

describe('answers on the page', () => {
  const all = answered({ tuneMethod: 'qlora', recorders: '40', deployed: 'yes' });

  test('[PLN31, PLN32] every key figure opens formula, inputs, sources, interval and what it stands on', () => {
    for (const figure of keyFigures(5)) {
      const working = figure.of(all);
      if (!working) throw new Error(`${figure.id} is not answered`);
      expect(working.formula, figure.id).not.toBe('');
      expect(working.inputs.length, figure.id).toBeGreaterThan(0);
      expect(working.sources.length, figure.id).toBeGreaterThan(0);
      expect(working.range, figure.id).toBeTruthy();
      expect(working.basis?.says, figure.id).toBeTruthy();
    }
    const speed = keyFigures(5)
      .find(({ id }) => id === 'tpot')
      ?.of(all);
    expect(['measured', 'interpolated', 'extrapolated']).toContain(speed?.basis?.word);
  });

  test('the interval of what is left decides whether it fits, and bounds context and requests', () => {
    const { memory, answer } = answered({ context: '16384' });
    expect(memory && memory.requests.low <= (answer.memory?.max_concurrency ?? 0)).toBe(true);
    expect(memory && memory.requests.high >= (answer.memory?.max_concurrency ?? 0)).toBe(true);
    const small = answered({
      model: 'Qwen/Qwen3-8B',
      gpu: 'l4',
      tp: '1',
      quant: '',
      cloudHour: '1',
      context: '8192',
    });
    const { low, high } = small.memory?.context ?? { low: 0, high: 0 };
    const longest = small.answer.memory?.max_context ?? 0;
    expect(low).toBeLessThanOrEqual(longest);
    expect(high).toBeGreaterThanOrEqual(longest);
    expect(high).toBeGreaterThan(low);
    // Searched for, so that the length lies within the interval: there yes and no are both wrong.
    const edge = answered({
      ...{ model: 'Qwen/Qwen3-8B', gpu: 'l4', tp: '1', quant: '', cloudHour: '1' },
      context: String(longest),
    });
    expect(keyFigures(5)[0]?.of(edge)?.value).toBe('on the edge');
  });

  test('what no measured row stands behind is said', () => {
    const trt = answered({ engine: 'sglang' });
    const fits = keyFigures(5)[0]?.of(trt);
    expect(fits?.basis?.word).toContain('unchecked');
    expect(fits?.basis?.says).toContain('sglang');
  });

  test('a fault in one part leaves the others fresh; what rests on it falls with it', () => {
    const [draft] = examplePlan().scenarios;
    if (!draft) throw new Error('no example');
    const told = (written: Record<string, string>) =>
      answerParts(askedOf({ ...draft, written: { ...draft.written, ...written } }).asked, noOwn, 50);
    // The catalogue has no rent of this one.
    const rentless = told({ gpu: 'l40s' });
    expect(rentless.problems.map(({ at }) => at)).toEqual(['cost.figures.cloudHour']);
    expect(rentless.answered?.answer.memory).toBeDefined();
    expect(rentless.answered?.answer.speed).toBeDefined();
    expect(rentless.answered?.answer.cost).toBeUndefined();
    expect(told({ model: 'nothing of the kind' }).answered).toBeNull();
    expect(told({}).problems).toEqual([]);
  });

  test('a training step’s terms add up to its peak, and the interval decides', () => {
    const tune = all.finetune;
    if (!tune) throw new Error('not asked');
    expect(tune.terms.reduce((sum, { gib }) => sum + gib, 0)).toBeCloseTo(tune.peak.peak_gib, 6);
    expect(tune.basis).toBe('interpolated');
    expect(tuneVerdict(tune)).toBe('yes');
    const full = answered({ tuneMethod: 'full' }).finetune;
    expect(full && tuneVerdict(full)).toBe('no');
    expect(full?.basis).toBe('extrapolated');
    expect(full && tunePeakWorking(full).range).toBeTruthy();
  });

  test('[PLN3] an own price counts before the catalogue’s', () => {
    const row = { name: 'h100_sxm', category: 'gpu_price', unit: 'USD', low: 7, typical: 7, high: 7 };
    const vouched = { date: '2026-11-22', source: 'our invoice', confidence: 'high' as const };
    const own = { ...noOwn, costs: [{ ...row, ...vouched }] };
    expect(answered({}, own).figures.gpuPrice).toMatchObject({
      typical: 7,
      source: expect.stringContaining('our invoice'),
    });
    expect(offered().known.costs).toContain('gpu_price: h100_sxm');
  });
});

describe('how the ranking moves', () => {
  const [first, second] = axes.map(({ id }) => id) as [string, string];
  /** On premise leads on the first axis, the API on the second. */
  function asked(weights: Record<string, number> = {}): ControlAnswer {
    const met: Record<string, ControlWay> = { [first]: 'onPremise', [second]: 'api' };
    const evidence = [first, second].flatMap((axis) =>
      (['onPremise', 'hybrid', 'api'] as const).map((way) => ({
        item: `${axis}.${way}.1`,
        finding: met[axis] === way ? ('met' as const) : ('notMet' as const),
        rests: 'tried',
      })),
    );
    const answer = askControl({ evidence, weights });
    if (!answer.ok) throw new Error('control');
    return answer.value;
  }

  test('[PLN50] only axes with evidence for all ways, and the lead changes where the lines cross', () => {
    const [one, two, ...others] = rankingMoves(asked(), {});
    expect(others).toEqual([]);
    expect(one).toMatchObject({ axis: first, now: 0.5 });
    expect(one?.spans.map(({ leads }) => leads)).toEqual(['api', 'onPremise']);
    expect(one?.spans[0]?.to).toBeCloseTo(0.5);
    expect(two?.spans.map(({ leads }) => leads)).toEqual(['onPremise', 'api']);
  });

  test('it agrees with the planner’s own ranking at the user’s weights and at the ends', () => {
    const weights = { [first]: 3, [second]: 1 };
    const answer = asked(weights);
    const moves = rankingMoves(answer, weights);
    for (const one of moves) {
      expect(leadsAt(one, one.now)).toBe(answer.ranking[0]?.way);
      const none = answer.moves.find(({ axis, weight }) => axis === one.axis && weight === 0);
      const nearly = answer.moves.find(({ axis, weight }) => axis === one.axis && weight === 1000);
      expect(leadsAt(one, 0)).toBe(none?.leads);
      expect(leadsAt(one, 1)).toBe(nearly?.leads);
    }
  });

  test('ways that are even all along lead nowhere', () => {
    const evidence = (['onPremise', 'hybrid', 'api'] as const).map((way) => ({
      item: `${first}.${way}.1`,
      finding: 'met' as const,
      rests: 'tried',
    }));
    const answer = askControl({ evidence });
    expect(answer.ok && rankingMoves(answer.value, {})[0]?.spans).toEqual([{ from: 0, to: 1, leads: null }]);
  });
});
