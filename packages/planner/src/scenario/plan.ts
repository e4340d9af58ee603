import type { CostRow } from '../catalogue/cost.ts';
import type { Gpu } from '../catalogue/gpu.ts';
import type { Model } from '../catalogue/model.ts';
import { askControl, type ControlAnswer, type ControlAsked } from '../control/score.ts';
import { type CostAsked, readCost } from '../cost/inputs.ts';
import { type CostAnswer, planCost } from '../cost/montecarlo.ts';
import type { DeployAnswer } from '../deploy/files.ts';
import { askDeploy, type DeployAsked } from '../deploy/question.ts';
import { askMemory, type MemoryAnswer, type MemoryAsked } from '../memory/question.ts';
import { askFinetune, type TuneAnswer, type TuneAsked } from '../memory/tune-question.ts';
import type { Checked, Problem } from '../problem.ts';
import { askProgramme, type ProgrammeAnswer, type ProgrammeAsked } from '../programme/sizing.ts';
import { shippedTable } from '../speed/predict.ts';
import type { SpeedAsked } from '../speed/query.ts';
import { speedQuery } from '../speed/query.ts';
import { askSpeed, type SpeedReply } from '../speed/question.ts';
import { type CurvePoint, type Sizing, sizeService, speedCurve } from '../speed/targets.ts';
import { askThroughput, type ThroughputAsked, type ThroughputReply } from '../speed/throughput-question.ts';

/** What the service must bear and promise. */
export type ServiceAsked = {
  requests_a_second: number;
  burstiness?: number | null;
  ttft_p95_ms: number;
  tpot_p95_ms: number;
};

/** A plan file: every part is optional, what is there is answered. */
export type PlanAsked = {
  name?: string | null;
  memory?: MemoryAsked | null;
  finetune?: TuneAsked | null;
  speed?: SpeedAsked | null;
  service?: ServiceAsked | null;
  cost?: CostAsked | null;
  control?: ControlAsked | null;
  deploy?: DeployAsked | null;
  programme?: ProgrammeAsked | null;
  /** A machine that is kept full. What it leaves open it takes from `speed`. */
  throughput?: Partial<ThroughputAsked> | null;
  /** The user's own entries, which come before the built-in ones by name. */
  catalogue?: { models?: Model[]; gpus?: Gpu[]; costs?: CostRow[] } | null;
};

export type PlanAnswer = {
  name: string;
  memory?: MemoryAnswer;
  finetune?: TuneAnswer;
  speed?: SpeedReply;
  curve?: CurvePoint[];
  service?: Sizing;
  cost?: CostAnswer;
  control?: ControlAnswer;
  deploy?: DeployAnswer;
  programme?: ProgrammeAnswer;
  throughput?: ThroughputReply;
};

const parts = [
  'name',
  'memory',
  'finetune',
  'speed',
  'service',
  'cost',
  'control',
  'deploy',
  'programme',
  'throughput',
  'catalogue',
];

/**
 * One scenario, whole. Parts feed each other where a figure was left open: the service decides the GPUs of the
 * cost, the speed its tokens a second. All problems of all parts at once.
 */
export function planScenario(asked: PlanAsked): Checked<PlanAnswer> {
  const problems: Problem[] = [];
  const own = asked.catalogue ?? {};
  const answer: PlanAnswer = { name: asked.name ?? 'Plan' };
  const take = <T>(part: string, checked: Checked<T>): T | undefined => {
    if (checked.ok) return checked.value;
    problems.push(...checked.problems.map((problem) => ({ ...problem, at: `${part}.${problem.at}` })));
    return undefined;
  };
  const put = <K extends keyof PlanAnswer>(key: K, value: PlanAnswer[K] | undefined) => {
    if (value !== undefined) answer[key] = value;
  };
  for (const part of Object.keys(asked)) {
    if (!parts.includes(part))
      problems.push({
        code: 'unknown-name',
        at: part,
        message: 'is no part of a plan',
        right: parts.join(', '),
      });
  }
  if (asked.memory) put('memory', take('memory', askMemory(asked.memory, own)));
  if (asked.finetune) put('finetune', take('finetune', askFinetune(asked.finetune, own)));
  if (asked.speed) put('speed', take('speed', askSpeed(asked.speed, shippedTable(), own)));
  const query = asked.speed ? speedQuery(asked.speed, own) : undefined;
  if (asked.service) {
    if (!query)
      problems.push({
        code: 'missing',
        at: 'service',
        message: 'needs the part speed',
        right: 'speed: {model_path, system, ...}',
      });
    else if (query.ok) {
      const {
        requests_a_second: rate,
        ttft_p95_ms: ttftP95,
        tpot_p95_ms: tpotP95,
        burstiness,
      } = asked.service;
      if (!(rate > 0 && ttftP95 > 0 && tpotP95 > 0)) {
        problems.push({
          code: 'impossible',
          at: 'service',
          message: 'needs requests_a_second, ttft_p95_ms and tpot_p95_ms above 0',
        });
      } else {
        const arrivals = {
          rate,
          burstiness: burstiness ?? 2,
          isl: query.value.isl,
          osl: query.value.osl,
          spread: 0.3,
        };
        answer.curve = speedCurve(query.value, { ttftP95, tpotP95 });
        answer.service = sizeService(query.value, arrivals, { ttftP95, tpotP95 }, { curve: answer.curve });
      }
    }
  }
  if (asked.throughput)
    put('throughput', take('throughput', throughputOf(asked.throughput, asked.speed, own)));
  if (asked.cost) put('cost', take('cost', costOf(asked, asked.cost, answer)));
  if (asked.control) put('control', take('control', askControl(asked.control)));
  if (asked.deploy) put('deploy', take('deploy', askDeploy({ ...asked.memory, ...asked.deploy }, own)));
  if (asked.programme) put('programme', take('programme', askProgramme(asked.programme, own)));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: answer };
}

/** The same model, machine and load as the speed's, kept full. */
export function throughputOf(
  asked: Partial<ThroughputAsked>,
  speed: SpeedAsked | null | undefined,
  own: NonNullable<PlanAsked['catalogue']>,
): Checked<ThroughputReply> {
  const { model_path, system, precision, isl, osl } = speed ?? {};
  const open = { model_path, system, precision: precision ?? null, isl, osl };
  const said = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null));
  return askThroughput({ ...open, ...said } as ThroughputAsked, own);
}

/** The cost of the GPUs that the other parts were planned on, where it names none itself. */
function costOf(plan: PlanAsked, asked: CostAsked, answer: PlanAnswer): Checked<CostAnswer> {
  const own = plan.catalogue ?? {};
  const throughput = answer.speed?.throughput_tok_s_per_gpu;
  const full: CostAsked = {
    ...asked,
    gpu: asked.gpu ?? plan.memory?.gpu ?? plan.speed?.system ?? null,
    gpus: asked.gpus ?? answer.service?.gpus ?? null,
    figures: {
      ...(throughput
        ? {
            tokensPerGpu: {
              low: throughput.p10,
              typical: throughput.p50,
              high: throughput.p90,
              source: `speed: ${answer.speed?.basis}`,
            },
          }
        : {}),
      ...asked.figures,
    },
  };
  const read = readCost(full, own.costs ?? [], own.gpus);
  return read.ok ? { ok: true, value: planCost(read.value) } : read;
}
