import type { Way } from '@aboveboard/planner/cost/flows';
import type { CostField } from '@aboveboard/planner/cost/inputs';
import type { Answered } from './calculation.ts';
import { formulas, text } from './messages/en.ts';
import { compact, figure, gib, money, share } from './numbers.ts';
import { tunePeakWorking } from './tune-terms.ts';
import { uncheckedOr } from './unchecked.ts';
import { ways } from './ways.ts';
import type { Working } from './working.tsx';

/** Each figure of the comparison, with its formula, inputs and sources. Null: the scenario does not ask for it. */
export type KeyFigure = { id: string; label: string; of: (answered: Answered) => Working | null };

type Said = Pick<Working, 'value' | 'range' | 'inputs' | 'basis'>;

type Spread = { p10: number; p50: number; p90: number };
const spread = (of: Spread, unit: string) => ({
  value: `${figure(of.p50)} ${unit}`,
  range: text.figures.between(figure(of.p10), figure(of.p90)),
});

export function keyFigures(years: number): KeyFigure[] {
  return [...memoryFigures, ...speedFigures, tuneFigure, ...costFigures(years)];
}

/** What stands behind one of the key figures, for the charts that show it at other places. */
export function workingOf(answered: Answered, id: string): Working | null {
  const years = answered.answer.cost?.years ?? 0;
  return (
    keyFigures(years)
      .find((one) => one.id === id)
      ?.of(answered) ?? null
  );
}

const tuneFigure: KeyFigure = {
  id: 'finetune',
  label: text.finetune.peak,
  of: ({ finetune }) => (finetune ? tunePeakWorking(finetune) : null),
};

const memoryFigures: KeyFigure[] = [
  memoryFigure('fits', text.figures.fits, formulas.fits, ({ answer: { memory: m }, memory }) =>
    m && memory
      ? {
          value: fitsInWords(m.fits, memory.requests),
          range: text.figures.kvLeft(figure(m.interval.low), figure(m.interval.high)),
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
  memoryFigure('context', text.figures.context, formulas.context, ({ answer: { memory: m }, memory }) =>
    m && memory
      ? {
          value: `${figure(m.max_context)} tokens`,
          range:
            memory.context.low === memory.context.high
              ? text.figures.ownLimit
              : text.figures.between(figure(memory.context.low), figure(memory.context.high)),
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
          range: text.figures.between(figure(memory.requests.low), figure(memory.requests.high)),
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

/** The interval decides whether a yes is one. */
export function fitsInWords(fits: boolean, requests: { low: number; high: number }): string {
  if (fits ? requests.low >= 1 : requests.high < 1) return fits ? text.figures.yes : text.figures.no;
  return text.figures.edge;
}

function memoryFigure(
  id: string,
  label: string,
  formula: string,
  of: (answered: Answered) => Said | null,
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
            basis: uncheckedOr(text.basis.computed, answered.answer.memory?.unchecked),
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
        basis: uncheckedOr(basisOf(speed.basis), speed.unchecked),
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

function basisOf(basis: string): { word: string; says: string } {
  const says = text.speed.basis[basis] ?? basis;
  return { word: basis, says: text.basis.speed(says) };
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
  {
    id: 'full',
    label: text.figures.full,
    of: ({ full }) =>
      full && {
        title: text.figures.full,
        ...spread(full.throughput_tok_s_per_gpu, 'tokens/s'),
        basis: uncheckedOr({ word: full.basis, says: text.basis.full(full.basis) }, full.unchecked),
        formula: formulas.full,
        inputs: [
          [formulas.inputs.basis, full.basis],
          ...Object.entries(full.assumed).map(
            ([name, value]) => [`${formulas.assumed}: ${name}`, value] as const,
          ),
        ],
        sources: [formulas.fullSource],
      },
  },
  speedFigure('gpus', text.figures.gpus, formulas.gpus, ({ answer: { service, speed } }) => {
    if (!service || !speed) return null;
    if (!service.reachable) return { value: text.figures.unreachable };
    const whole = service.gpus / service.replicas;
    const { low, high } = service.interval;
    const least = figure((low ?? service.replicas) * whole);
    return {
      value: figure(service.gpus),
      range: high === null ? text.figures.orMore(least) : text.figures.between(least, figure(high * whole)),
    };
  }),
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
    'egressTb',
    'egressPrice',
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

/** Some of the figures that cost is made of, each with its range, and where it is from. */
export function costInputs(
  answered: Answered,
  fields: readonly CostField[],
): Pick<Working, 'inputs' | 'sources'> {
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
        const inputs = costInputs(answered, madeOf[way]);
        return {
          title,
          value,
          range,
          basis: text.basis.drawn,
          formula: formulas.total(formulas.monthly[way]),
          ...inputs,
        };
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
        const inputs = costInputs(answered, madeOf[way]);
        return { title, value, range, basis: text.basis.drawn, formula: formulas.million, ...inputs };
      },
    };
  });
  const people = ways.map((way): KeyFigure => {
    const title = text.figures.person(text.cost.ways[way]);
    return {
      id: `person ${way}`,
      label: title,
      of: (answered) => {
        const { cost } = answered.answer;
        if (!cost?.perContributorMonth) return null;
        const { p10, p50, p90 } = cost.perContributorMonth[way];
        const value = money(p50, cost.currency);
        const range = text.figures.between(figure(p10), figure(p90));
        const inputs = costInputs(answered, madeOf[way]);
        return { title, value, range, basis: text.basis.drawn, formula: formulas.person, ...inputs };
      },
    };
  });
  const cheapest: KeyFigure = {
    id: 'cheapest',
    label: text.figures.cheapest,
    of: (answered) => {
      const { cost } = answered.answer;
      if (!cost) return null;
      const order = [...ways].sort((a, b) => cost.cheapest[b] - cost.cheapest[a]);
      const [first = 'onPremise'] = order;
      return {
        title: text.figures.cheapest,
        value: text.cost.ways[first],
        range: order.map((way) => `${text.cost.ways[way]} ${share(cost.cheapest[way])}`).join(', '),
        basis: text.basis.drawn,
        formula: formulas.cheapest,
        ...costInputs(answered, [...new Set(ways.flatMap((way) => madeOf[way]))]),
      };
    },
  };
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
          basis: text.basis.drawn,
          formula: formulas.breakEven,
          ...costInputs(answered, [...new Set([...madeOf.onPremise, ...madeOf[other]])]),
        };
      },
    };
  });
  return [cheapest, ...totals, ...millions, ...people, ...even];
}
