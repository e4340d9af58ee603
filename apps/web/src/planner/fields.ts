import type { costFields } from '@aboveboard/planner/cost/inputs';

/**
 * The figures that a scenario asks for, and where each stands in a plan file. One figure may stand in several
 * parts: memory and speed ask for the same GPU under the names of their tables. The first place is read, all are
 * written.
 */
export type FieldKind = 'text' | 'number' | 'quantity';
type Field = { at: readonly string[]; kind: FieldKind };

export type CostFigure = keyof typeof costFields;

const named = {
  name: { at: ['name'], kind: 'text' },
  model: { at: ['memory.model', 'speed.model_path'], kind: 'text' },
  gpu: { at: ['memory.gpu', 'speed.system', 'cost.gpu'], kind: 'text' },
  tp: { at: ['memory.tp', 'speed.tp_size'], kind: 'number' },
  engine: { at: ['memory.engine', 'speed.backend'], kind: 'text' },
  engineVersion: { at: ['memory.engine_version', 'speed.backend_version'], kind: 'text' },
  quant: { at: ['memory.quant', 'speed.precision'], kind: 'text' },
  kvDtype: { at: ['memory.kv_dtype'], kind: 'text' },
  context: { at: ['memory.max_model_len'], kind: 'number' },
  sequences: { at: ['memory.max_num_seqs'], kind: 'number' },
  fraction: { at: ['memory.gpu_memory_utilization'], kind: 'number' },
  isl: { at: ['speed.isl'], kind: 'number' },
  osl: { at: ['speed.osl'], kind: 'number' },
  concurrency: { at: ['speed.concurrency'], kind: 'number' },
  rate: { at: ['service.requests_a_second'], kind: 'number' },
  burstiness: { at: ['service.burstiness'], kind: 'number' },
  ttft: { at: ['service.ttft_p95_ms'], kind: 'number' },
  tpot: { at: ['service.tpot_p95_ms'], kind: 'number' },
  years: { at: ['cost.years'], kind: 'number' },
  currency: { at: ['cost.currency'], kind: 'text' },
  euro: { at: ['cost.rates.EUR'], kind: 'number' },
  gpus: { at: ['cost.gpus'], kind: 'number' },
  contributors: { at: ['cost.contributors'], kind: 'number' },
} as const satisfies Record<string, Field>;

export type FieldId = keyof typeof named | CostFigure;
export const namedFields = Object.keys(named) as (keyof typeof named)[];

export function fieldOf(id: FieldId): Field {
  return id in named ? named[id as keyof typeof named] : { at: [`cost.figures.${id}`], kind: 'quantity' };
}

export type FieldGroup = { id: 'machine' | 'load' | 'cost' | 'rest'; fields: readonly FieldId[] };

/** The order of the form. What stands in `rest` comes from the catalogue where it is left empty. */
export const fieldGroups: readonly FieldGroup[] = [
  {
    id: 'machine',
    fields: [
      'name',
      'model',
      'gpu',
      'tp',
      'engine',
      'quant',
      'kvDtype',
      'context',
      'engineVersion',
      'sequences',
      'fraction',
    ],
  },
  { id: 'load', fields: ['isl', 'osl', 'concurrency', 'rate', 'ttft', 'tpot', 'burstiness'] },
  {
    id: 'cost',
    fields: [
      'years',
      'currency',
      'tokensIn',
      'tokensOut',
      'staffCost',
      'staffFte',
      'apiIn',
      'apiOut',
      'gpus',
      'euro',
      'contributors',
    ],
  },
  {
    id: 'rest',
    fields: [
      'gpuPrice',
      'serverPrice',
      'gpusPerServer',
      'networkPrice',
      'storageTb',
      'storagePrice',
      'rackPrice',
      'redundancy',
      'spares',
      'failures',
      'boardWatts',
      'wallRatio',
      'idleShare',
      'pue',
      'electricity',
      'space',
      'support',
      'residual',
      'priceFall',
      'financed',
      'interest',
      'discount',
      'growth',
      'tokensPerGpu',
      'utilisation',
      'cloudHour',
      'cloudDiscount',
      'cloudExtra',
      'cloudFall',
      'apiCached',
      'cachedShare',
      'apiFall',
      'apiStaffFte',
    ],
  },
];

export const allFields: readonly FieldId[] = fieldGroups.flatMap((group) => group.fields);

/** The field that a place in a plan belongs to: `cost.figures.pue` to `pue`. Undefined: no field of the form. */
export function fieldAt(place: string): FieldId | undefined {
  return allFields.find((id) => fieldOf(id).at.includes(place));
}
