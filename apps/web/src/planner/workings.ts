import type { Way } from '@aboveboard/planner/cost/flows';
import type { CostField } from '@aboveboard/planner/cost/inputs';
import type { Answered } from './calculation.ts';
import { formulas, text } from './messages/en.ts';
import { compact, figure, gib, money, share } from './numbers.ts';
import { ways } from './ways.ts';
import type { Working } from './working.tsx';

/** Each figure of the comparison, with its formula, inputs and sources. Null: the scenario does not ask for it. */
export type KeyFigure = { id: string; label: string; of: (answered: Answered) => Working | null };

type Spread = { p10: number; p50: number; p90: number };
const spread = (of: Spread, unit: string) => ({
  value: `${figure(of.p50)} ${unit}`,
  range: text.figures.between(figure(of.p10), figure(of.p90)),
});

export function keyFigures(years: number): KeyFigure[] {
  return [...memoryFigures, ...speedFigures, ...costFigures(years)];
}

const memoryFigures: KeyFigure[] = [
  memoryFigure('fits', text.figures.fits, formulas.fits, ({ answer: { memory: m }, memory }) =>
    m && memory
      ? {
          value: m.fits ? text.figures.yes : text.figures.no,
          inputs: [
            [text.memory.terms.weights, `${figure(m.weights_gib_per_gpu)} GiB`],
            [text.memory.terms.activations, `${figure(m.activation_peak_gib)} GiB`],
            [text.memory.terms.overhead, `${figure(m.other_gib)} GiB`],
            [
              formulas.inputs.kvLeft,
              `${figure(m.kv_available_gib_per_gpu)} GiB (${text.figures.between(figure(m.interval.low), figure(m.interval.high))})`,
            ],
            [text.memory.terms.request, `${figure(gib(m.kv_bytes_per_request_per_gpu))} GiB`],
            [formulas.inputs.binds, m.binds],
          ],
        }
      : null,
  ),
  memoryFigure('context', text.figures.context, formulas.context, ({ answer: { memory: m } }) =>
    m
      ? {
          value: `${figure(m.max_context)} tokens`,
          inputs: [
            [formulas.inputs.kvLeft, `${figure(m.kv_available_gib_per_gpu)} GiB`],
            [formulas.inputs.perToken, `${figure(m.kv_bytes_per_token_per_gpu)} bytes`],
          ],
        }
      : null,
  ),
  memoryFigure('requests', text.figures.requests, formulas.requests, ({ answer: { memory: m }, memory }) =>
    m && memory
      ? {
          value: figure(m.max_concurrency),
          inputs: [
            [formulas.inputs.kvLeft, `${figure(m.kv_available_gib_per_gpu)} GiB`],
            [text.memory.terms.request, `${figure(gib(m.kv_bytes_per_request_per_gpu))} GiB`],
            [text.fields.context[0], `${figure(memory.maxLen)} tokens`],
            [
              formulas.inputs.shape,
              formulas.shape(memory.shape.layers, memory.shape.kvHeads, memory.shape.headDim),
            ],
            [text.fields.kvDtype[0], memory.kv],
          ],
        }
      : null,
  ),
];

function memoryFigure(
  id: string,
  label: string,
  formula: string,
  of: (answered: Answered) => Pick<Working, 'value' | 'inputs'> | null,
): KeyFigure {
  return {
    id,
    label,
    of: (answered) => {
      const found = of(answered);
      const assumed = Object.entries(answered.answer.memory?.assumed ?? {}).map(
        ([name, value]) => [`${formulas.assumed}: ${name}`, String(value)] as const,
      );
      return found
        ? {
            title: label,
            formula,
            ...found,
            inputs: [...found.inputs, ...assumed],
            sources: answered.memory?.sources ?? [],
          }
        : null;
    },
  };
}

function speedFigure(
  id: string,
  label: string,
  formula: string,
  value: (answered: Answered) => { value: string; range?: string } | null,
): KeyFigure {
  return {
    id,
    label,
    of: (answered) => {
      const { speed } = answered.answer;
      const said = value(answered);
      if (!speed || said === null) return null;
      return {
        title: label,
        ...said,
        formula,
        inputs: [
          [formulas.inputs.basis, text.speed.basis[speed.basis] ?? speed.basis],
          [formulas.inputs.admitted, figure(speed.admitted)],
          ...speed.anchors.map(
            (anchor) =>
              [anchor.what, formulas.anchor(figure(anchor.ttft_ms), figure(anchor.tpot_ms))] as const,
          ),
        ],
        sources: [
          ...new Set(speed.anchors.map(({ source, date }) => `${source} (${date})`)),
          formulas.fitSource,
        ],
      };
    },
  };
}

const speedFigures: KeyFigure[] = [
  speedFigure('ttft', text.figures.ttft, formulas.ttft, ({ answer }) =>
    answer.speed ? spread(answer.speed.ttft_ms, 'ms') : null,
  ),
  speedFigure('tpot', text.figures.tpot, formulas.tpot, ({ answer }) =>
    answer.speed ? spread(answer.speed.tpot_ms, 'ms') : null,
  ),
  speedFigure('throughput', text.figures.throughput, formulas.throughput, ({ answer }) =>
    answer.speed ? spread(answer.speed.throughput_tok_s_per_gpu, 'tokens/s') : null,
  ),
  speedFigure('gpus', text.figures.gpus, formulas.gpus, ({ answer: { service } }) =>
    service ? { value: service.reachable ? figure(service.gpus) : text.figures.unreachable } : null,
  ),
];

/** The figures that move a way most, of those that it is made of. */
const madeOf: Record<Way, readonly CostField[]> = {
  onPremise: [
    'gpuPrice',
    'serverPrice',
    'gpusPerServer',
    'networkPrice',
    'redundancy',
    'staffFte',
    'staffCost',
    'boardWatts',
    'wallRatio',
    'pue',
    'electricity',
    'space',
    'support',
    'residual',
    'tokensPerGpu',
    'utilisation',
    'tokensOut',
    'growth',
    'discount',
  ],
  cloud: [
    'cloudHour',
    'cloudDiscount',
    'cloudExtra',
    'cloudFall',
    'staffFte',
    'staffCost',
    'tokensPerGpu',
    'utilisation',
    'tokensOut',
    'growth',
    'discount',
  ],
  api: [
    'tokensIn',
    'tokensOut',
    'apiIn',
    'apiOut',
    'apiCached',
    'cachedShare',
    'apiFall',
    'apiStaffFte',
    'staffCost',
    'growth',
    'discount',
  ],
};

function costInputs(answered: Answered, fields: readonly CostField[]): Pick<Working, 'inputs' | 'sources'> {
  const known = fields.flatMap((field) => {
    const quantity = answered.figures[field];
    return quantity ? [{ field, quantity }] : [];
  });
  return {
    inputs: known.map(({ field, quantity: { low, typical, high } }) => [
      text.fields[field][0],
      low === high
        ? figure(typical)
        : `${figure(typical)} (${text.figures.between(figure(low), figure(high))})`,
    ]),
    sources: known.flatMap(({ field, quantity }) =>
      quantity.source ? [`${text.fields[field][0]}: ${quantity.source}`] : [],
    ),
  };
}

function costFigures(years: number): KeyFigure[] {
  const totals = ways.map((way): KeyFigure => {
    const title = text.figures.total(text.cost.ways[way], years);
    return {
      id: `total ${way}`,
      label: title,
      of: (answered) => {
        const { cost } = answered.answer;
        if (!cost) return null;
        const { p10, p50, p90 } = cost.total[way];
        const value = money(p50, cost.currency);
        const range = text.figures.between(compact(p10), compact(p90));
        return { title, value, range, formula: formulas.total[way], ...costInputs(answered, madeOf[way]) };
      },
    };
  });
  const millions = ways.map((way): KeyFigure => {
    const title = text.figures.million(text.cost.ways[way]);
    return {
      id: `million ${way}`,
      label: title,
      of: (answered) => {
        const { cost } = answered.answer;
        if (!cost) return null;
        const { p10, p50, p90 } = cost.perMillionTokens[way];
        const value = money(p50, cost.currency);
        const range = text.figures.between(figure(p10), figure(p90));
        return { title, value, range, formula: formulas.million, ...costInputs(answered, madeOf[way]) };
      },
    };
  });
  const even = (['cloud', 'api'] as const).map((other): KeyFigure => {
    const title = text.figures.breakEven(text.cost.ways[other]);
    return {
      id: `even ${other}`,
      label: title,
      of: (answered) => {
        const { cost } = answered.answer;
        if (!cost) return null;
        const { never, typicalMonth } = cost.breakEven[other];
        const when = typicalMonth === null ? text.figures.never : text.figures.month(typicalMonth);
        return {
          title,
          value: share(1 - never),
          range: when,
          formula: formulas.breakEven,
          ...costInputs(answered, [...new Set([...madeOf.onPremise, ...madeOf[other]])]),
        };
      },
    };
  });
  return [...totals, ...millions, ...even];
}
