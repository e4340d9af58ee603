import { describe, expect, test } from 'vitest';
import {
  askedOf,
  draftOf,
  examplePlan,
  otherwise,
  planFileOf,
  planOf,
  unified,
} from '../src/planner/draft.ts';
import { writtenFigures } from '../src/planner/figures-pick.tsx';
import { keepPlan, keptPlan } from '../src/planner/plan-kept.ts';

function storage(held: Record<string, string> = {}): () => Storage {
  const kept = {
    getItem: (name: string) => held[name] ?? null,
    setItem: (name: string, value: string) => {
      held[name] = value;
    },
  };
  return () => kept as unknown as Storage;
}

describe('parts that differ', () => {
  const asked = {
    memory: { model: 'Qwen/Qwen3-8B', gpu: 'l4', tp: 1, engine: 'vllm' },
    speed: {
      ...{ model_path: 'Qwen/Qwen3-32B', system: 'h100_sxm', backend: 'vllm', tp_size: 1 },
      ...{ isl: 10, osl: 10, concurrency: 1 },
    },
  };

  test('[PLN90] two models and two GPUs are both kept, told beside their fields, and saved again', () => {
    const draft = draftOf(asked);
    expect(draft.written).toMatchObject({ model: 'Qwen/Qwen3-8B', gpu: 'l4', tp: '1' });
    expect(askedOf(draft).asked).toMatchObject(asked);
    expect(otherwise(draft, 'model')).toEqual([{ place: 'speed.model_path', value: 'Qwen/Qwen3-32B' }]);
    expect(otherwise(draft, 'gpu')).toEqual([{ place: 'speed.system', value: 'h100_sxm' }]);
    expect(otherwise(draft, 'tp')).toEqual([]);
    const plan = planOf(asked);
    expect(plan && planFileOf(plan).scenarios[0]).toMatchObject(asked);
  });

  test('[PLN90] one press makes them the same', () => {
    const draft = unified(draftOf(asked), 'gpu');
    expect(otherwise(draft, 'gpu')).toEqual([]);
    expect(askedOf(draft).asked.speed?.system).toBe('l4');
    expect(askedOf(draft).asked.speed?.model_path).toBe('Qwen/Qwen3-32B');
  });

  test('[PLN90] a model of its own figures is not written over by the name in another part', () => {
    const config = { config: { hidden_size: 64 } };
    const draft = draftOf({ ...asked, memory: { ...asked.memory, model: config } });
    expect(askedOf(draft).asked.memory?.model).toEqual(config);
    expect(otherwise(draft, 'model')[0]?.place).toBe('memory.model');
  });
});

describe('a plan over a reload', () => {
  test('[PLN91] it comes back letter by letter, unreadable figures too', () => {
    const [draft] = examplePlan().scenarios;
    if (!draft) throw new Error('no example');
    const plan = { ...examplePlan(), scenarios: [{ ...draft, written: { ...draft.written, tp: 'tw' } }] };
    const place = storage();
    expect(keepPlan({ plan, of: '#plan=x' }, place)).toBe(true);
    const back = keptPlan(place);
    expect(back?.of).toBe('#plan=x');
    expect(back?.plan.scenarios).toEqual(plan.scenarios);
  });

  test('[PLN91] what is there and no plan is left alone; storage that is forbidden is said', () => {
    for (const text of ['', '{', '[]', '{"plan":{}}', '{"plan":{"scenarios":[1]}}'])
      expect(keptPlan(storage({ 'aboveboard-plan': text }))).toBeNull();
    const forbidden = () => {
      throw new Error('SecurityError');
    };
    expect(keptPlan(forbidden)).toBeNull();
    expect(keepPlan({ plan: examplePlan(), of: '' }, forbidden)).toBe(false);
  });
});

test('[PLN81] a figures file stands in the form with its source; rates that it does not know are defaults', () => {
  const [draft] = examplePlan().scenarios;
  if (!draft) throw new Error('no example');
  const written = writtenFigures({
    kind: 'aboveboard-figures',
    version: 1,
    source: 'our server',
    date: '2026-11-22',
    measured: { batch_bytes: 9100 },
    notKnown: [],
  });
  const { asked } = askedOf({ ...draft, written: { ...draft.written, recorders: '40', ...written } });
  expect(asked.programme).toMatchObject({
    measured: { batch_bytes: 9100 },
    measured_from: 'our server (2026-11-22)',
  });
});
