import fits from '../../catalogue/fits.json' with { type: 'json' };
import { findGpu } from '../catalogue/gpu.ts';
import { findModel } from '../catalogue/model.ts';
import { nearNames } from '../catalogue/near.ts';
import type { Checked, Problem } from '../problem.ts';
import type { Spread } from './predict.ts';
import type { OwnEntries } from './query.ts';
import { type Load, planThroughput, type ThroughputFit } from './throughput.ts';

/** `plan throughput`: a machine that is kept full, as MLPerf's scenarios keep it. */
export type ThroughputAsked = {
  model_path: string;
  system: string;
  precision?: string | null;
  isl: number;
  osl: number;
  /** How strict the limits are: Offline has none. */
  scenario?: string | null;
  /** One of MLPerf's, where the load is the same: its own factor is used then. */
  workload?: string | null;
};

export type ThroughputReply = {
  throughput_tok_s_per_gpu: Spread;
  basis: string;
  confidence: string;
  unchecked: string[];
  assumed: Record<string, string>;
};

export const shippedThroughputFit: ThroughputFit = fits.throughput;

export const scenarios: readonly string[] = Object.keys(shippedThroughputFit.scenario);
const workloads = [
  ...new Set(Object.keys(shippedThroughputFit.workload).map((key) => key.split('|')[0] ?? '')),
];
const precisions = ['fp4', 'fp8', 'int8', 'bf16'] as const;

export function askThroughput(
  asked: ThroughputAsked,
  own: OwnEntries = {},
  fit: ThroughputFit = shippedThroughputFit,
): Checked<ThroughputReply> {
  const problems: Problem[] = [];
  const model = findModel(String(asked.model_path ?? ''), own.models);
  if (!model.ok) problems.push(...model.problems.map((p) => ({ ...p, at: 'model_path' })));
  const gpu = findGpu(String(asked.system ?? ''), own.gpus);
  if (!gpu.ok) problems.push(...gpu.problems.map((p) => ({ ...p, at: 'system' })));
  for (const at of ['isl', 'osl'] as const) {
    const value = asked[at];
    if (value === undefined || value === null) problems.push({ code: 'missing', at, message: 'is missing' });
    else if (!(value >= 1 && value <= 1e7))
      problems.push({ code: 'impossible', at, message: `cannot be ${value}`, right: 'from 1 to 10,000,000' });
  }
  const named = (at: 'scenario' | 'workload' | 'precision', value: string, known: readonly string[]) => {
    const found = known.find((name) => name.toLowerCase() === value.toLowerCase());
    if (!found)
      problems.push({
        code: 'unknown-name',
        at,
        message: `no ${at} is called ${JSON.stringify(value)}`,
        near: nearNames(value, known),
        right: known.join(', '),
      });
    return found ?? '';
  };
  const native = gpu.ok && gpu.value.spec.fp8 === undefined ? 'bf16' : 'fp8';
  const scenario = named('scenario', asked.scenario ?? 'Offline', scenarios);
  const precision = named('precision', asked.precision ?? native, precisions) as Load['precision'];
  const workload = asked.workload ? named('workload', asked.workload, workloads) : '';
  if (problems.length > 0 || !model.ok || !gpu.ok) return { ok: false, problems };
  const { shape } = model.value;
  const answer = planThroughput(
    { shape, gpu: gpu.value, precision, isl: asked.isl, osl: asked.osl, scenario, workload },
    fit,
  );
  const unchecked = Object.hasOwn(fit.vendor, gpu.value.vendor)
    ? []
    : [`${gpu.value.vendor}: no measured row of this maker's accelerators`];
  return {
    ok: true,
    value: {
      throughput_tok_s_per_gpu: { p10: answer.low, p50: answer.tokensPerSecond, p90: answer.high },
      basis: answer.basis,
      confidence: unchecked.length > 0 || answer.basis === 'extrapolated' ? 'low' : 'medium',
      unchecked,
      assumed: {
        ...(asked.scenario ? {} : { scenario }),
        ...(asked.precision ? {} : { precision }),
        memory: 'the model fits and the machine is kept full: see plan memory',
      },
    },
  };
}
