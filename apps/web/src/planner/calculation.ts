import { apiPrices } from '@aboveboard/planner/catalogue/cost';
import { builtInGpus } from '@aboveboard/planner/catalogue/gpu';
import { builtInModels, findModel } from '@aboveboard/planner/catalogue/model';
import { axes } from '@aboveboard/planner/control/matrix';
import { askControl, type ControlAnswer, type ControlAsked } from '@aboveboard/planner/control/score';
import { type CostField, costFields, readCost } from '@aboveboard/planner/cost/inputs';
import type { Quantity } from '@aboveboard/planner/cost/quantity';
import { engineNames } from '@aboveboard/planner/memory/engine';
import { kvDtypeNames } from '@aboveboard/planner/memory/kv';
import { quantNames } from '@aboveboard/planner/memory/quant';
import { type Own, readMemory } from '@aboveboard/planner/memory/question';
import { type ServeMemory, serveMemory } from '@aboveboard/planner/memory/serve';
import type { Checked, Problem } from '@aboveboard/planner/problem';
import { type PlanAnswer, type PlanAsked, planScenario } from '@aboveboard/planner/scenario/plan';
import { type ReportTable, reportTables } from '@aboveboard/planner/scenario/report-table';

/** All that the page needs of the catalogue, so that the catalogue itself stays in the worker. */
export type Offered = {
  models: string[];
  gpus: { name: string; title: string }[];
  engines: readonly string[];
  quants: readonly string[];
  kvDtypes: readonly string[];
  apis: {
    name: string;
    title: string;
    input: number;
    output: number;
    cached: number;
    source: string;
    date: string;
  }[];
  axes: typeof axes;
  units: Record<CostField, string>;
};

export type MemoryWorking = {
  plan: Pick<
    ServeMemory,
    | 'weights'
    | 'weightBytes'
    | 'activation'
    | 'nonTorch'
    | 'graphs'
    | 'capacity'
    | 'budget'
    | 'kvAvailable'
    | 'kvPerRequest'
    | 'fits'
    | 'assumed'
  >;
  sources: string[];
  layout: { tp: number; pp: number };
  shape: { layers: number; kvHeads: number; headDim: number; kvRank?: number };
  kv: string;
  quant: string;
  maxLen: number;
};

export type Answered = {
  answer: PlanAnswer;
  memory: MemoryWorking | null;
  /** ms that each token may take at p95; 0 where no service is asked for. */
  target: number;
  /** Every figure that the cost rests on, given or taken from the catalogue. */
  figures: Partial<Record<CostField, Quantity>>;
  tables: ReportTable[];
};

export function offered(): Offered {
  return {
    models: builtInModels.map((model) => model.name),
    gpus: builtInGpus.map(({ name, title }) => ({ name, title })),
    engines: engineNames,
    quants: quantNames,
    kvDtypes: kvDtypeNames,
    apis: apiPrices.flatMap(({ name, title, price, source, date }) =>
      price.input === undefined || price.output === undefined
        ? []
        : [
            {
              name,
              title,
              input: price.input,
              output: price.output,
              cached: price.cached ?? 0,
              source,
              date,
            },
          ],
    ),
    axes,
    units: Object.fromEntries(
      Object.entries(costFields).map(([field, limits]) => [field, limits.unit]),
    ) as Record<CostField, string>,
  };
}

/** One scenario. A plan from a link may be malformed in ways that the planner does not expect: that is a problem too. */
export function answerScenario(asked: PlanAsked, draws: number): Checked<Answered> {
  try {
    const full = { ...asked, ...(asked.cost ? { cost: { ...asked.cost, draws } } : {}) };
    const planned = planScenario(full);
    if (!planned.ok) return { ok: false, problems: causes(planned.problems) };
    const answer = planned.value;
    return {
      ok: true,
      value: {
        answer,
        memory: asked.memory ? memoryWorking(asked) : null,
        target: asked.service?.tpot_p95_ms ?? 0,
        figures: costFigures(full, answer),
        tables: reportTables(answer),
      },
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problems: [{ code: 'corrupt', at: 'plan', message }] };
  }
}

export function answerControl(asked: ControlAsked): Checked<ControlAnswer> {
  return askControl(asked);
}

/** Without a speed the cost lacks its own: that is no second fault. */
function causes(problems: Problem[]): Problem[] {
  return problems.some(({ at }) => at.startsWith('speed.'))
    ? problems.filter(({ at }) => at !== 'cost.figures.tokensPerGpu')
    : problems;
}

function memoryWorking(asked: PlanAsked): MemoryWorking | null {
  const own: Own = asked.catalogue ?? {};
  const read = readMemory(asked.memory ?? {}, own);
  if (!read.ok) return null;
  const { shape, gpu, engine, quant, kv, layout, maxLen } = read.value;
  const {
    weights,
    weightBytes,
    activation,
    nonTorch,
    graphs,
    capacity,
    budget,
    kvAvailable,
    kvPerRequest,
    fits,
    assumed,
  } = serveMemory(read.value);
  const name = asked.memory?.model;
  const model = typeof name === 'string' ? findModel(name, own.models) : null;
  return {
    plan: {
      weights,
      weightBytes,
      activation,
      nonTorch,
      graphs,
      capacity,
      budget,
      kvAvailable,
      kvPerRequest,
      fits,
      assumed,
    },
    sources: [
      model?.ok
        ? `${model.value.name}: ${model.value.source} (${model.value.date}, ${model.value.confidence})`
        : 'The model’s own file',
      `${gpu.title}: ${gpu.source} (${gpu.date}, ${gpu.confidence})`,
      `${engine.engine} since ${engine.since}: ${engine.source}`,
      `${quant.name}: ${quant.source}`,
    ],
    layout: { tp: layout.tp, pp: layout.pp },
    shape: {
      layers: shape.layers,
      kvHeads: shape.kvHeads,
      headDim: shape.headDim,
      ...(shape.kvRank ? { kvRank: shape.kvRank } : {}),
    },
    kv: kv.key.name === kv.value.name ? kv.key.name : `${kv.key.name}/${kv.value.name}`,
    quant: quant.name,
    maxLen,
  };
}

/** The figures as the scenario's cost read them, for the page to show beside their fields. */
function costFigures(asked: PlanAsked, answer: PlanAnswer): Answered['figures'] {
  if (!asked.cost) return {};
  const speed = answer.speed?.throughput_tok_s_per_gpu;
  const tokensPerGpu = speed
    ? {
        tokensPerGpu: {
          low: speed.p10,
          typical: speed.p50,
          high: speed.p90,
          source: `speed: ${answer.speed?.basis}`,
        },
      }
    : {};
  const read = readCost(
    { ...asked.cost, gpus: 1, figures: { ...tokensPerGpu, ...asked.cost.figures } },
    asked.catalogue?.costs ?? [],
  );
  return read.ok ? read.value.figures : {};
}
