import type { costFields } from '@aboveboard/planner/cost/inputs';
import type { ProgrammeRate } from '@aboveboard/planner/programme/rates';

/**
 * The figures that a scenario asks for, and where each stands in a plan file. One figure may stand in several
 * parts: memory and speed ask for the same GPU under the names of their tables. The first place is read, all are
 * written.
 */
export type Field = {
  at: readonly string[];
  kind: 'text' | 'number' | 'quantity' | 'choice' | 'flag';
  /** Left empty, this field's value is taken, if its part is asked for at all. */
  follows?: FieldId;
  /** `choice` only: the values that may stand, and what else a plan file may write for them. */
  values?: readonly string[];
  /** `choice` only: what counts where nothing was chosen. */
  standard?: string;
  also?: Readonly<Record<string, string>>;
};

export type CostFigure = keyof typeof costFields;

const named = {
  name: { at: ['name'], kind: 'text' },
  model: { at: ['memory.model', 'speed.model_path'], kind: 'text' },
  gpu: { at: ['memory.gpu', 'speed.system', 'cost.gpu'], kind: 'text' },
  tp: { at: ['memory.tp', 'speed.tp_size'], kind: 'number' },
  engine: { at: ['memory.engine', 'speed.backend'], kind: 'text' },
  quant: { at: ['memory.quant', 'speed.precision'], kind: 'text' },
  kvDtype: { at: ['memory.kv_dtype'], kind: 'text' },
  context: { at: ['memory.max_model_len'], kind: 'number' },

  engineVersion: { at: ['memory.engine_version', 'speed.backend_version'], kind: 'text' },
  sequences: { at: ['memory.max_num_seqs'], kind: 'number' },
  batchedTokens: { at: ['memory.max_num_batched_tokens'], kind: 'number' },
  fraction: { at: ['memory.gpu_memory_utilization'], kind: 'number' },
  gpuGib: { at: ['memory.gpu_total_gib'], kind: 'number' },
  dtype: { at: ['memory.dtype'], kind: 'text' },
  pp: { at: ['memory.pp'], kind: 'number' },
  dp: { at: ['memory.dp'], kind: 'number' },
  ep: { at: ['memory.ep'], kind: 'number' },
  attentionDp: { at: ['speed.attention_dp_size'], kind: 'number' },
  expertTp: { at: ['speed.moe_tp_size'], kind: 'number' },
  expertEp: { at: ['speed.moe_ep_size'], kind: 'number' },
  loraRank: { at: ['memory.lora_rank'], kind: 'number' },
  draft: { at: ['memory.draft'], kind: 'flag' },

  isl: { at: ['speed.isl'], kind: 'number' },
  osl: { at: ['speed.osl'], kind: 'number' },
  concurrency: { at: ['speed.concurrency'], kind: 'number' },
  fullScenario: {
    at: ['throughput.scenario'],
    kind: 'choice',
    values: ['offline', 'server', 'interactive'],
    standard: 'offline',
  },
  rate: { at: ['service.requests_a_second'], kind: 'number' },
  burstiness: { at: ['service.burstiness'], kind: 'number' },
  ttft: { at: ['service.ttft_p95_ms'], kind: 'number' },
  tpot: { at: ['service.tpot_p95_ms'], kind: 'number' },

  years: { at: ['cost.years'], kind: 'number' },
  currency: { at: ['cost.currency'], kind: 'text' },
  euro: { at: ['cost.rates.EUR'], kind: 'number' },
  gpus: { at: ['cost.gpus'], kind: 'number' },
  rentOf: { at: ['cost.rent_of'], kind: 'text' },
  country: { at: ['cost.country'], kind: 'text' },
  tariff: {
    at: ['cost.tariff'],
    kind: 'choice',
    values: ['non-household', 'household'],
    standard: 'non-household',
  },
  contributors: { at: ['cost.contributors'], kind: 'number', follows: 'recorders' },

  tuneMethod: { at: ['finetune.method'], kind: 'choice', values: ['qlora', 'lora', 'full'] },
  tuneModel: { at: ['finetune.model'], kind: 'text', follows: 'model' },
  tuneGpu: { at: ['finetune.gpu'], kind: 'text', follows: 'gpu' },
  tuneGpus: { at: ['finetune.gpus'], kind: 'number' },
  tuneSharding: {
    at: ['finetune.sharding'],
    kind: 'choice',
    values: ['none', 'zero1', 'zero2', 'zero3'],
    standard: 'none',
  },
  tuneOptimizer: {
    at: ['finetune.optimizer'],
    kind: 'choice',
    values: ['adamw', 'adamw_8bit', 'paged_adamw_8bit', 'adafactor', 'sgd'],
    standard: 'adamw_8bit',
    also: {
      adamw_torch: 'adamw',
      adamw_torch_fused: 'adamw',
      adam: 'adamw',
      adamw_bnb_8bit: 'adamw_8bit',
      paged_adamw: 'paged_adamw_8bit',
    },
  },
  tuneCheckpointing: {
    at: ['finetune.gradient_checkpointing'],
    kind: 'choice',
    values: ['layer', 'offload', 'none'],
    standard: 'layer',
    also: { true: 'layer', false: 'none', unsloth: 'offload' },
  },
  tuneSequence: { at: ['finetune.seq'], kind: 'number' },
  tuneBatch: { at: ['finetune.batch'], kind: 'number' },
  tuneRank: { at: ['finetune.r'], kind: 'number' },
  tuneTrainable: { at: ['finetune.trainable_params'], kind: 'number' },

  recorders: { at: ['programme.contributors'], kind: 'number' },
  hoursAWeek: { at: ['programme.hours_a_week'], kind: 'number' },
  browserShare: { at: ['programme.browser_share'], kind: 'number' },
  releasedShare: { at: ['programme.released_share'], kind: 'number' },
  retention: { at: ['programme.retention_months'], kind: 'number' },
  releases: { at: ['programme.releases_a_year'], kind: 'number' },
  epochs: { at: ['programme.epochs'], kind: 'number' },
  evaluationTasks: { at: ['programme.evaluation_tasks'], kind: 'number' },
  programmeModel: { at: ['programme.model'], kind: 'text' },
  programmeGpu: { at: ['programme.gpu'], kind: 'text' },
  measuredFrom: { at: ['programme.measured_from'], kind: 'text' },

  deployed: { at: ['deploy'], kind: 'flag' },
  modelPath: { at: ['deploy.model_path'], kind: 'text' },
  servedName: { at: ['deploy.served_name'], kind: 'text' },
  image: { at: ['deploy.image'], kind: 'text' },
  imageDigest: { at: ['deploy.image_digest'], kind: 'text' },
  port: { at: ['deploy.port'], kind: 'number' },
  user: { at: ['deploy.user'], kind: 'text' },
  minDriver: { at: ['deploy.min_driver'], kind: 'text' },
} as const satisfies Record<string, Omit<Field, 'follows'> & { follows?: string }>;

/** The programme's own rates, by their names in a plan file: a running server's figures go here. */
export const rateFields = [
  'bytes_per_browser_hour',
  'bytes_per_desktop_hour',
  'batch_bytes',
  'actions_per_browser_hour',
  'actions_per_desktop_hour',
  'events_per_hour',
  'masking_cpu_browser',
  'masking_cpu_desktop',
  'vault_batches_a_second',
  'dataset_events_a_second',
  'tokens_per_action',
  'annotation_tokens_per_action',
  'training_mfu',
  'evaluation_mfu',
  'steps_per_task',
] as const satisfies readonly ProgrammeRate[];

export type FieldId = keyof typeof named | CostFigure | ProgrammeRate;
export const namedFields = Object.keys(named) as (keyof typeof named)[];
const isRate = (id: FieldId): id is ProgrammeRate => (rateFields as readonly string[]).includes(id);

export function fieldOf(id: FieldId): Field {
  if (id in named) return named[id as keyof typeof named] as Field;
  return isRate(id)
    ? { at: [`programme.measured.${id}`], kind: 'number' }
    : { at: [`cost.figures.${id}`], kind: 'quantity' };
}

export type FieldGroup = {
  id: 'machine' | 'layout' | 'load' | 'cost' | 'rest' | 'finetune' | 'programme' | 'rates' | 'deploy';
  fields: readonly FieldId[];
  /** Folded until something stands in it. */
  folded?: boolean;
  /** Without this field the group's part of the plan is not asked for. */
  needs?: FieldId;
};

/** The order of the form. What stands in `rest` and `rates` comes from the catalogue where it is left empty. */
export const fieldGroups: readonly FieldGroup[] = [
  { id: 'machine', fields: ['name', 'model', 'gpu', 'tp', 'engine', 'quant', 'kvDtype', 'context'] },
  {
    id: 'layout',
    folded: true,
    fields: [
      'engineVersion',
      'sequences',
      'batchedTokens',
      'fraction',
      'gpuGib',
      'dtype',
      'pp',
      'dp',
      'ep',
      'attentionDp',
      'expertTp',
      'expertEp',
      'loraRank',
      'draft',
    ],
  },
  { id: 'load', fields: ['isl', 'osl', 'concurrency', 'rate', 'ttft', 'tpot', 'burstiness', 'fullScenario'] },
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
      'country',
      'electricity',
      'gpus',
      'euro',
      'contributors',
    ],
  },
  {
    id: 'rest',
    folded: true,
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
      'tariff',
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
      'rentOf',
      'cloudDiscount',
      'cloudExtra',
      'egressTb',
      'egressPrice',
      'cloudFall',
      'apiCached',
      'cachedShare',
      'apiFall',
      'apiStaffFte',
    ],
  },
  {
    id: 'finetune',
    folded: true,
    needs: 'tuneMethod',
    fields: [
      'tuneMethod',
      'tuneModel',
      'tuneGpu',
      'tuneGpus',
      'tuneSharding',
      'tuneOptimizer',
      'tuneCheckpointing',
      'tuneSequence',
      'tuneBatch',
      'tuneRank',
      'tuneTrainable',
    ],
  },
  {
    id: 'programme',
    folded: true,
    needs: 'recorders',
    fields: [
      'recorders',
      'hoursAWeek',
      'browserShare',
      'releasedShare',
      'retention',
      'releases',
      'epochs',
      'evaluationTasks',
      'programmeModel',
      'programmeGpu',
    ],
  },
  { id: 'rates', folded: true, needs: 'recorders', fields: [...rateFields, 'measuredFrom'] },
  {
    id: 'deploy',
    folded: true,
    needs: 'deployed',
    fields: ['deployed', 'modelPath', 'servedName', 'image', 'imageDigest', 'port', 'user', 'minDriver'],
  },
];

export const allFields: readonly FieldId[] = fieldGroups.flatMap((group) => group.fields);

/** The field that a place in a plan belongs to: `cost.figures.pue` to `pue`. Undefined: no field of the form. */
export function fieldAt(place: string): FieldId | undefined {
  return allFields.find((id) => fieldOf(id).at.includes(place)) ?? alsoAt[place];
}

/** Where a near name belongs that is said at a field of another kind: a rent's is a GPU. */
export const nearGoesTo: Partial<Record<FieldId, FieldId>> = { cloudHour: 'rentOf' };

/** Parts that read another part's figures name them by their own place. */
const alsoAt: Record<string, FieldId> = {
  'deploy.model': 'model',
  'deploy.gpu': 'gpu',
  'deploy.engine': 'engine',
  'deploy.max_model_len': 'context',
  'deploy.tp': 'tp',
  'deploy.quant': 'quant',
  'deploy.kv_dtype': 'kvDtype',
  'deploy.modelPath': 'modelPath',
  'deploy.servedName': 'servedName',
  'deploy.imageDigest': 'imageDigest',
  'deploy.minDriver': 'minDriver',
  'memory.moe_ep_size': 'ep',
  'memory.attention_dp_size': 'dp',
  'throughput.model_path': 'model',
  'throughput.system': 'gpu',
  'throughput.precision': 'quant',
  'throughput.isl': 'isl',
  'throughput.osl': 'osl',
};
