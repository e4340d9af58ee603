import { costFields } from '@aboveboard/planner/cost/inputs';
import { programmeDefaults } from '@aboveboard/planner/programme/rates';
import { describe, expect, test } from 'vitest';
import { askedOf, draftOf, examplePlan, planFileOf, planOf, problemsByField } from '../src/planner/draft.ts';
import { allFields, fieldAt, fieldOf, namedFields } from '../src/planner/fields.ts';
import { readNumber, readRange, writeNumber } from '../src/planner/written-number.ts';

describe('written numbers', () => {
  test.each([
    ['10,000', 10_000],
    ['1 500', 1500],
    ['2.5M', 2_500_000],
    ['10G', 1e10],
    ['-3', -3],
    ['1e9', 1e9],
    ['.5', 0.5],
  ])('%s is %d', (written, value) => expect(readNumber(written)).toBe(value));

  // A decimal comma must not become a thousands comma: 0,5 would be 5.
  test.each(['0,5', '1,50', '', 'x', '1.2.3', '--1', '5m', '1e999', '9'.repeat(5000), 'Infinity', 'NaN'])(
    '%s is none',
    (written) => expect(readNumber(written)).toBeUndefined(),
  );

  test('ranges, and what is written reads back', () => {
    expect(readRange('3 / 5 / 10')).toEqual([3, 5, 10]);
    expect(readRange('3 / x')).toBeUndefined();
    expect(readRange('1/2/3/4')).toBeUndefined();
    for (const value of [0, 1, 0.35, 16_384, 90_000, 2_500_000, 1e10, 1_234_567, -4])
      expect(readNumber(writeNumber(value))).toBe(value);
  });
});

describe('drafts', () => {
  test('every field is on the form once, and found again by its place', () => {
    expect(new Set(allFields).size).toBe(allFields.length);
    for (const id of namedFields) expect(allFields).toContain(id);
    for (const id of allFields) for (const place of fieldOf(id).at) expect(fieldAt(place)).toBe(id);
  });

  test('every figure of cost and every rate of a programme is on the form', () => {
    for (const id of [...Object.keys(costFields), ...Object.keys(programmeDefaults)])
      expect(allFields).toContain(id);
  });

  test('a part is asked for by the field that it needs, and takes the model and GPU above', () => {
    const [draft] = examplePlan().scenarios;
    if (!draft) throw new Error('no example');
    expect(Object.keys(askedOf(draft).asked)).not.toContain('finetune');
    const written = {
      ...draft.written,
      tuneMethod: 'lora',
      tuneSharding: 'zero3',
      recorders: '40',
      training_mfu: '0.4',
      deployed: 'yes',
      port: '9000',
      draft: 'yes',
    };
    const { asked, problems } = askedOf({ ...draft, written });
    expect(problems).toEqual([]);
    expect(asked).toMatchObject({
      finetune: { method: 'lora', sharding: 'zero3', model: 'Qwen/Qwen3-32B', gpu: 'h100_sxm' },
      programme: { contributors: 40, measured: { training_mfu: 0.4 } },
      cost: { contributors: 40 },
      deploy: { port: 9000 },
      memory: { draft: true },
    });
    const back = draftOf(asked);
    expect(back.written).toEqual(written);
    expect(askedOf(back).asked).toEqual(asked);
    expect(askedOf({ ...back, written: { ...written, deployed: '' } }).asked.deploy).toBeUndefined();
  });

  test('words that a plan file may use for a choice are read; others stay as they were', () => {
    const finetune = { method: 'QLoRA', model: 'x', optimizer: 'adamw_torch', gradient_checkpointing: false };
    const back = draftOf({ finetune });
    expect(back.written).toMatchObject({
      tuneMethod: 'qlora',
      tuneOptimizer: 'adamw',
      tuneCheckpointing: 'none',
    });
    const odd = { finetune: { method: 'lora', model: 'x', optimizer: 'lion' } };
    expect(askedOf(draftOf(odd)).asked).toEqual(odd);
  });

  test('[PLN3] own entries belong to the plan, and stand in every scenario of its file', () => {
    const plan = { ...examplePlan(), control: { evidence: [], weights: {} } };
    const row = {
      name: 'h100_sxm',
      category: 'gpu_price',
      unit: 'USD',
      low: 1,
      typical: 2,
      high: 3,
      date: '2026-11-22',
      source: 'our invoice',
      confidence: 'high' as const,
    };
    const [first] = plan.scenarios;
    if (!first) throw new Error('no example');
    const file = planFileOf({
      ...plan,
      scenarios: [first, first],
      own: { models: [], gpus: [], costs: [row] },
    });
    expect(file.scenarios.map((one) => one.catalogue?.costs)).toEqual([[row], [row]]);
    const back = planOf(JSON.parse(JSON.stringify(file)));
    expect(back?.own.costs).toEqual([row]);
    expect(back && planFileOf(back)).toEqual(file);
    // An entry that cannot be used is said, and is there again in the file.
    const spoilt = { scenarios: [{ ...file.scenarios[0], catalogue: { gpus: [{ name: 'half' }] } }] };
    const half = planOf(JSON.parse(JSON.stringify(spoilt)));
    const [draft] = half?.scenarios ?? [];
    expect(draft && askedOf(draft).problems.map(({ at }) => at)).toContain('catalogue.gpus[0] spec.memory');
    expect(half && planFileOf(half).scenarios[0]?.catalogue?.gpus).toEqual([{ name: 'half' }]);
  });

  test('a plan goes into a file and comes back', () => {
    const plan = examplePlan();
    plan.control = {
      evidence: [{ item: 'exit.api.1', finding: 'met', rests: 'tried' }],
      weights: { exit: 2 },
    };
    const file = JSON.parse(JSON.stringify(planFileOf(plan))) as unknown;
    const back = planOf(file);
    expect(back && planFileOf(back)).toEqual(planFileOf(plan));
    expect(back?.control).toEqual(plan.control);
  });

  test('what the form does not ask for stays as it was', () => {
    const asked = {
      memory: { model: { config: { hidden_size: 4096 } }, gpu: 'h100_sxm', ep: 2 },
      cost: { figures: { pue: { low: 1.1, typical: 1.2, high: 1.3, source: 'our meter' }, spares: 0.1 } },
      programme: { contributors: 100 },
    };
    expect(askedOf(draftOf(asked)).asked).toEqual({
      ...asked,
      // Those who record are the people whose share of the cost is told.
      cost: { ...asked.cost, gpu: 'h100_sxm', contributors: 100 },
    });
  });

  test('a plan of memory alone asks for nothing else', () => {
    const asked = { memory: { model: 'Qwen/Qwen3-8B', gpu: 'l4', engine: 'vllm', tp: 1 } };
    expect(askedOf(draftOf(asked))).toEqual({ asked, problems: [] });
  });

  test('all that cannot be read is said at once, at its place', () => {
    const [draft] = examplePlan().scenarios;
    if (!draft) throw new Error('no example');
    const written = { ...draft.written, tp: 'two', tpot: '', tokensIn: '0,5' };
    const { problems } = askedOf({ ...draft, written });
    expect(problems.map(({ at }) => at)).toEqual([
      'memory.tp',
      'cost.figures.tokensIn',
      'service.tpot_p95_ms',
    ]);
    expect(Object.keys(problemsByField(problems).fields)).toEqual(['tp', 'tokensIn', 'tpot']);
  });

  test.each([null, 3, [], {}, { scenarios: [] }, { scenarios: [1, 'x'] }, { scenarios: [{ name: 'x' }] }])(
    'no plan: %j',
    (given) => expect(planOf(given)).toBeNull(),
  );

  test('a hostile plan is cut to size and pollutes nothing', () => {
    const given = JSON.parse(
      '{"scenarios":[{"memory":{"model":"x","__proto__":{"bad":1}},"control":{"evidence":[null,{"item":{},"finding":"?","rests":7}],"weights":{"a":"b"}}},{"cost":{}},{"cost":{}},{"cost":{}}]}',
    ) as unknown;
    const plan = planOf(given);
    expect(plan?.scenarios).toHaveLength(3);
    expect(plan?.control).toEqual({
      evidence: [{ item: '[object Object]', finding: 'notMet', rests: '7' }],
      weights: {},
    });
    expect(({} as Record<string, unknown>)['bad']).toBeUndefined();
  });
});
