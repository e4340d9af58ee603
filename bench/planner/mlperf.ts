import { findGpu } from '@aboveboard/planner/catalogue/gpu';
import { findModel } from '@aboveboard/planner/catalogue/model';
import {
  fitThroughput,
  type Load,
  type LoadRow,
  planThroughput,
  type ThroughputFit,
  throughputColumns,
} from '@aboveboard/planner/speed/throughput';
import { number, quantile, readTable } from './csv.ts';

/** Mean prompt and answer lengths of MLPerf's data sets. Source: mlcommons/inference, the reference READMEs. */
const workloads: Record<string, { model: string; isl: number; osl: number }> = {
  'llama2-70b': { model: 'meta-llama/Llama-2-70b', isl: 294, osl: 274 },
  'llama3.1-405b': { model: 'meta-llama/Meta-Llama-3.1-405B', isl: 9428, osl: 656 },
  'llama3.1-8b': { model: 'meta-llama/Meta-Llama-3.1-8B', isl: 778, osl: 73 },
  'mixtral-8x7b': { model: 'mistralai/Mixtral-8x7B-v0.1', isl: 385, osl: 145 },
  'deepseek-r1': { model: 'deepseek-ai/DeepSeek-R1', isl: 800, osl: 3880 },
};

const accelerators: [RegExp, string][] = [
  [/MI300X.*MI325X|MI325X.*MI300X/, ''],
  [/MI355X/, 'mi355x'],
  [/MI325X/, 'mi325x'],
  [/MI300X/, 'mi300x'],
  [/GB300/, 'gb300'],
  [/GB200/, 'gb200'],
  [/B200/, 'b200_sxm'],
  [/H200-NVL/, 'h200_nvl'],
  [/H200/, 'h200_sxm'],
  [/H100/, 'h100_sxm'],
  [/RTX PRO 6000/, 'rtx_pro_6000_server'],
  [/L40S/, 'l40s'],
  [/B60/, 'b60'],
];

export type MlperfRow = LoadRow & { name: string; system: string };

/** Token rows on one kind of accelerator; CPU-only, mixed and latency rows are left out. */
export function mlperfRows(): MlperfRow[] {
  return readTable('mlperf_v5_1.csv').flatMap((row) => {
    const measured = number(row['result_per_accelerator']);
    const key = (row['Model'] ?? '').replace(/-99(\.9)?$/, '').replace(/-edge$/, '');
    const workload = workloads[key];
    const name = accelerators.find(([pattern]) => pattern.test(row['Accelerator'] ?? ''))?.[1];
    if (!measured || !workload || !name || row['Performance_Units'] !== 'Tokens/s') return [];
    const gpu = findGpu(name);
    const model = findModel(workload.model);
    if (!gpu.ok || !model.ok) return [];
    const types = (row['weight_data_types'] ?? '').toLowerCase();
    const precision = /fp4/.test(types) ? 'fp4' : /int4/.test(types) ? 'int8' : 'fp8';
    const load: Load = {
      shape: model.value.shape,
      gpu: gpu.value,
      precision,
      isl: workload.isl,
      osl: workload.osl,
      scenario: row['Scenario'] ?? '',
      workload: key,
    };
    return [
      {
        load,
        measured,
        name: `${row['ID']} ${row['System']} ${row['Model']} ${row['Scenario']}`,
        system: row['System'] ?? '',
      },
    ];
  });
}

export type MlperfPlanned = { row: MlperfRow; planned: number; roofline: number };

/** Every row planned by a fit on the rows of all other groups: accelerators (strict) or submitted systems. */
export function mlperfLeftOut(
  rows: readonly MlperfRow[],
  group: (row: MlperfRow) => string,
): MlperfPlanned[] {
  const groups = [...new Set(rows.map(group))];
  return groups.flatMap((g) => {
    const fit = fitThroughput(rows.filter((row) => group(row) !== g));
    return rows
      .filter((row) => group(row) === g)
      .map((row) => ({
        row,
        planned: planThroughput(row.load, fit).tokensPerSecond,
        roofline: 1000 / Math.max(...throughputColumns(row.load).slice(0, 2)),
      }));
  });
}

export const acceleratorOf = (row: MlperfRow) => row.load.gpu.name;
export const workloadOf = (row: MlperfRow) => row.load.workload;
export const submittedSystemOf = (row: MlperfRow) => row.system;

export function shippedThroughput(rows: readonly MlperfRow[]): ThroughputFit {
  const band = (group: (row: MlperfRow) => string) => {
    const off = mlperfLeftOut(rows, group).map((p) => Math.log(p.row.measured / p.planned));
    return { low: quantile(off, 0.1), high: quantile(off, 0.9) };
  };
  return { ...fitThroughput(rows), ...band(acceleratorOf), newLoad: band(workloadOf) };
}
