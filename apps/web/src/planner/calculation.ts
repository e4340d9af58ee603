import { builtInFiles } from '@aboveboard/planner/catalogue/built-in';
import { apiPrices, costRows } from '@aboveboard/planner/catalogue/cost';
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
import { type ServeInput, type ServeMemory, serveMemory } from '@aboveboard/planner/memory/serve';
import type { Checked, Problem } from '@aboveboard/planner/problem';
import { programmeDefaults } from '@aboveboard/planner/programme/rates';
import { type PlanAnswer, type PlanAsked, planScenario } from '@aboveboard/planner/scenario/plan';
import { type ReportTable, reportTables } from '@aboveboard/planner/scenario/report-table';
import { askThroughput, type ThroughputReply } from '@aboveboard/planner/speed/throughput-question';
import { hasOwn, type OwnCatalogue, type OwnKind } from './own-catalogue.ts';
import { type TuneWorking, tuneWorking } from './tune-working.ts';

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
  rates: typeof programmeDefaults;
  /** The names of built-in entries, to say which are replaced. */
  known: Record<OwnKind, string[]>;
};

export type MemoryWorking = {
  plan: Pick<
    ServeMemory,
    | 'weights'
    | 'weightBytes'
    | 'activation'
    | 'nonTorch'
    | 'communication'
    | 'graphs'
    | 'capacity'
    | 'budget'
    | 'kvAvailable'
    | 'kvPerRequest'
    | 'fits'
    | 'assumed'
  >;
  /** Where eight cases of ten lie, by the interval of what is left for KV. */
  requests: { low: number; high: number };
  context: { low: number; high: number };
  sources: string[];
  layout: { tp: number; pp: number };
  shape: { layers: number; kvHeads: number; headDim: number; kvRank?: number };
  kv: string;
  quant: string;
  maxLen: number;
  binds: ServeMemory['binds'];
  unchecked: readonly string[];
};

export type Answered = {
  answer: PlanAnswer;
  memory: MemoryWorking | null;
  finetune: TuneWorking | null;
  /** Of a machine that is kept full; null where the speed's words have none in its measured rows. */
  full: ThroughputReply | null;
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
    rates: programmeDefaults,
    known: {
      models: builtInModels.map(({ name }) => name),
      gpus: builtInGpus.map(({ name }) => name),
      costs: costRows.map(({ category, name }) => `${category}: ${name}`),
    },
  };
}

/** A built-in file, for somebody to change and give back as her own. */
export function catalogueFile(kind: OwnKind): string {
  return `${JSON.stringify(builtInFiles[`${kind}.json`], null, 2)}\n`;
}

/** One scenario. A plan from a link may be malformed in ways that the planner does not expect: that is a problem too. */
export function answerScenario(given: PlanAsked, own: OwnCatalogue, draws: number): Checked<Answered> {
  try {
    const asked = hasOwn(own) ? { ...given, catalogue: own } : given;
    const full = { ...asked, ...(asked.cost ? { cost: { ...asked.cost, draws } } : {}) };
    const planned = planScenario(full);
    if (!planned.ok) return { ok: false, problems: causes(planned.problems) };
    const answer = planned.value;
    return {
      ok: true,
      value: {
        answer,
        memory: asked.memory ? memoryWorking(asked, answer) : null,
        finetune:
          asked.finetune && answer.finetune ? tuneWorking(asked.finetune, answer.finetune, own.gpus) : null,
        full: answer.throughput ?? (asked.speed ? keptFull(asked.speed, own) : null),
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

/** What can be answered: parts with a fault are left out, for a stale figure beside a fresh one would mislead. */
export type Told = { problems: Problem[]; answered: Answered | null };

export function answerParts(given: PlanAsked, own: OwnCatalogue, draws: number): Told {
  const whole = answerScenario(given, own, draws);
  if (whole.ok) return { problems: [], answered: whole.value };
  const faulty = new Set(whole.problems.map(({ at }) => at.split('.')[0] ?? ''));
  // What rests on a part falls with it.
  if (faulty.has('memory')) faulty.add('deploy');
  if (faulty.has('speed')) faulty.add('service');
  if (faulty.has('speed') && !given.cost?.figures?.['tokensPerGpu']) faulty.add('cost');
  const rest = Object.fromEntries(Object.entries(given).filter(([part]) => !faulty.has(part))) as PlanAsked;
  const part = answerScenario(rest, own, draws);
  const some = part.ok && parts.some((one) => part.value.answer[one]);
  return { problems: whole.problems, answered: some ? part.value : null };
}
const parts = ['memory', 'finetune', 'speed', 'cost', 'programme'] as const;

function keptFull(speed: NonNullable<PlanAsked['speed']>, own: OwnCatalogue): ThroughputReply | null {
  const { model_path, system, precision, isl, osl } = speed;
  const said = askThroughput({ model_path, system, precision: precision ?? null, isl, osl }, own);
  return said.ok ? said.value : null;
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

function memoryWorking(asked: PlanAsked, answer: PlanAnswer): MemoryWorking | null {
  const own: Own = asked.catalogue ?? {};
  const read = readMemory(asked.memory ?? {}, own);
  if (!read.ok) return null;
  const { shape, gpu, engine, quant, kv, layout, maxLen } = read.value;
  const {
    weights,
    weightBytes,
    activation,
    nonTorch,
    communication,
    graphs,
    capacity,
    budget,
    kvAvailable,
    kvPerRequest,
    fits,
    assumed,
    binds,
  } = serveMemory(read.value);
  const interval = answer.memory?.interval;
  const between = interval ? [interval.low * 2 ** 30, interval.high * 2 ** 30] : [kvAvailable, kvAvailable];
  const [low, high] = between.map((kv) => contextWith(read.value, assumed, kv - kvAvailable));
  const [few, many] = between.map((kv) => Math.max(0, kv / kvPerRequest));
  const name = asked.memory?.model;
  const model = typeof name === 'string' ? findModel(name, own.models) : null;
  return {
    plan: {
      weights,
      weightBytes,
      activation,
      nonTorch,
      communication,
      graphs,
      capacity,
      budget,
      kvAvailable,
      kvPerRequest,
      fits,
      assumed,
    },
    requests: { low: few ?? 0, high: many ?? 0 },
    context: { low: low ?? 0, high: high ?? 0 },
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
    binds,
    unchecked: answer.memory?.unchecked ?? [],
  };
}

/** The longest context if `more` bytes were left for KV: the same plan on a GPU that is so much larger. */
function contextWith(input: ServeInput, assumed: ServeMemory['assumed'], more: number): number {
  const capacity = input.gpuGib ?? input.gpu.spec.usable;
  const { sequences, batchedTokens, fraction } = assumed;
  const gpuGib = Math.max(0.001, capacity + more / 2 ** 30 / fraction);
  return serveMemory({ ...input, sequences, batchedTokens, fraction, gpuGib }).maxContext;
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
    asked.catalogue?.gpus,
  );
  return read.ok ? read.value.figures : {};
}
