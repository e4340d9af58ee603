import { readCost } from '@aboveboard/planner/cost/inputs';
import { planCost } from '@aboveboard/planner/cost/montecarlo';
import { planScenario } from '@aboveboard/planner/scenario/plan';
import { fitSpeed } from '@aboveboard/planner/speed/fit';
import { shippedFit } from '@aboveboard/planner/speed/table';
import type { Target } from '../report.ts';
import { curveOf, partLeftOut, systemOf } from './anchors.ts';
import { gpuHourRows } from './cost.ts';
import { mean, median, quantile } from './csv.ts';
import { tuneLeftOut, tuneRows } from './finetune.ts';
import {
  endToEndGap,
  endToEndRows,
  fitsOrNot,
  fromBudgetRows,
  llamaBufferRows,
  llamaRows,
  offBy,
  peerOffBy,
  type Scored,
  vllmCases,
  weightRows,
} from './memory.ts';
import { acceleratorOf, mlperfLeftOut, mlperfRows, submittedSystemOf } from './mlperf.ts';
import { costAsked, scenarioAsked } from './scenarios.ts';
import { familiesOf, familyLeftOut, roofline, servingRows } from './speed.ts';
import { type AccuracyTable, accuracyTables, row } from './tables.ts';
import { fallingShare, nestedTtft, ttftFloor } from './ttft.ts';

export type Scores = {
  metrics: Record<string, number>;
  peers: Record<string, Record<string, number>>;
  notes: string[];
  tables: AccuracyTable[];
};

const off = (planned: number, measured: number) => Math.abs(planned / measured - 1);

/** Every figure of the table "Shown by", on rows that the fits did not see. */
export function score(): Scores {
  const metrics: Record<string, number> = {};
  const rule: Record<string, number> = {};
  const roof: Record<string, number> = {};
  const tables: AccuracyTable[] = [];
  memoryScores(metrics, rule, tables);
  const rows = servingRows();
  const left = familyLeftOut(rows);
  const again = fitSpeed(rows);
  metrics['shipped_fit_is_of_these_rows'] = [...again.tpot, ...again.ttft].every(
    (value, i) =>
      Math.abs(value - ([...shippedFit.tpot, ...shippedFit.ttft][i] ?? 0)) <= 1e-6 * Math.max(1, value),
  )
    ? 1
    : 0;
  for (const time of ['tpot', 'ttft'] as const) {
    const errors = left.map((l) => off(l[time], l.row[time]));
    metrics[`${time}_median`] = median(errors);
    metrics[`${time}_mean`] = mean(errors);
    metrics[`${time}_coverage`] = mean(
      left.map((l) => within(Math.log(l.row[time] / l[time]), l.band[time])),
    );
    metrics[`${time}_coverage_most`] = metrics[`${time}_coverage`] ?? Number.NaN;
    const plain = rows.map((r) => off(roofline(r)[time], r[time]));
    roof[`${time}_median`] = median(plain);
    roof[`${time}_mean`] = mean(plain);
  }
  tables.push(
    accuracyTables.families(
      familiesOf(rows).map((family) => {
        const own = left.filter((l) => l.row.query.family === family);
        return {
          family,
          n: own.length,
          tpot: own.map((l) => off(l.tpot, l.row.tpot)),
          ttft: own.map((l) => off(l.ttft, l.row.ttft)),
        };
      }),
    ),
  );
  const nested = nestedTtft(rows);
  metrics['ttft_median, form chosen inside the training folds'] = nested.median;
  metrics['ttft_mean, form chosen inside the training folds'] = nested.mean;
  const floor = ttftFloor(left);
  metrics['ttft_median, with the median offset of the scored rows by family, engine and GPU'] =
    floor.find((r) => r.what.includes('family, engine and GPU ('))?.median ?? Number.NaN;
  metrics['ttft_mean, one run beside another of the same inputs'] = floor[0]?.mean ?? Number.NaN;
  tables.push(accuracyTables.forms(nested), accuracyTables.floor(floor, fallingShare(left)));
  const parts = [
    { name: 'curve left out (same model measured elsewhere)', leaned: partLeftOut(rows, curveOf, 8) },
    { name: 'system left out (same model on other GPUs)', leaned: partLeftOut(rows, systemOf, 99) },
  ];
  tables.push(
    accuracyTables.anchors(
      parts.flatMap(({ name, leaned }) =>
        ['interpolated', 'extrapolated'].flatMap((basis) => {
          const own = leaned.filter((l) => l.basis === basis);
          return own.length < 5
            ? []
            : [
                {
                  name,
                  basis,
                  n: own.length,
                  tpot: own.map((l) => off(l.tpot, l.row.tpot)),
                  ttft: own.map((l) => off(l.ttft, l.row.ttft)),
                },
              ];
        }),
      ),
    ),
  );
  for (const { name, leaned } of parts)
    metrics[`tpot_median, ${name.split(' (')[0]}`] = median(leaned.map((l) => off(l.tpot, l.row.tpot)));
  const mlperf = mlperfRows();
  const strict = mlperfLeftOut(mlperf, acceleratorOf);
  metrics['mlperf_median'] = median(strict.map((p) => off(p.planned, p.row.measured)));
  metrics['mlperf_median, submitted system left out'] = median(
    mlperfLeftOut(mlperf, submittedSystemOf).map((p) => off(p.planned, p.row.measured)),
  );
  roof['mlperf_median'] = median(strict.map((p) => off(p.roofline, p.row.measured)));
  tables.push(accuracyTables.accelerators(strict));
  const hours = gpuHourRows();
  metrics['gpu_hour_within_10_percent'] = mean(hours.map((h) => (offBy(h) <= 0.1 ? 1 : 0)));
  const sourced = hours.filter((h) => h.sourced);
  metrics['gpu_hour_within_10_percent, price has a page'] = mean(
    sourced.map((h) => (offBy(h) <= 0.1 ? 1 : 0)),
  );
  metrics['gpu_hour_n, price has a page'] = sourced.length;
  rule['gpu_hour_within_10_percent'] = mean(hours.map((h) => (peerOffBy(h) <= 0.1 ? 1 : 0)));
  tables.push(accuracyTables.gpuHours(hours));
  return {
    metrics,
    peers: { 'rule of thumb': rule, roofline: roof },
    notes: notes(rows.length, mlperf.length),
    tables,
  };
}

function memoryScores(
  metrics: Record<string, number>,
  rule: Record<string, number>,
  tables: AccuracyTable[],
): void {
  const cases = vllmCases();
  const llama = llamaRows();
  const printed = (scored: Scored) => Math.abs(scored.planned - scored.measured) <= 0.011;
  metrics['llamacpp_kv_exact'] = mean(llama.map((l) => (printed(l) ? 1 : 0)));
  rule['llamacpp_kv_exact'] = mean(llama.map((l) => (Math.abs(l.peer - l.measured) <= 0.011 ? 1 : 0)));
  const both = (name: string, rows: readonly Scored[]) => {
    metrics[`${name}_median`] = median(rows.map(offBy));
    metrics[`${name}_p90`] = quantile(rows.map(offBy), 0.9);
    metrics[`${name}_n`] = rows.length;
    rule[`${name}_median`] = median(rows.map(peerOffBy));
    rule[`${name}_p90`] = quantile(rows.map(peerOffBy), 0.9);
  };
  metrics['llamacpp_kv_n'] = llama.length;
  const endToEnd = endToEndRows(cases);
  both('kv_tokens_end_to_end', endToEnd);
  both('kv_tokens_from_budget', fromBudgetRows(cases));
  both('weights', weightRows(cases));
  const asks = (rows: readonly Scored[], suffix: string) => {
    const fits = fitsOrNot(rows);
    for (const [side, truth] of [
      ['yes', true],
      ['no', false],
    ] as const) {
      const own = fits.filter((f) => f.truth === truth);
      metrics[`fits_${side}_right${suffix}`] = mean(own.map((f) => (f.planned === truth ? 1 : 0)));
      rule[`fits_${side}_right${suffix}`] = mean(own.map((f) => (f.peer === truth ? 1 : 0)));
    }
    metrics[`fits_n${suffix}`] = fits.length;
  };
  asks(endToEnd, '');
  asks(fromBudgetRows(cases), ', from the measured budget');
  metrics['kv_interval_coverage'] = mean(
    cases.flatMap((c) => {
      const plan = c.plan();
      const measured = Number(c.row['kv_avail_gib_per_gpu']) * 2 ** 30;
      if (!plan || !(measured > 0) || endToEndGap(c)) return [];
      return [within(measured, plan.interval)];
    }),
  );
  const buffers = llamaBufferRows();
  const plain = buffers.filter((b) => b.flash && !b.latent);
  both('llamacpp_compute_buffer', plain);
  metrics['llamacpp_compute_buffer_median, without flash attention'] = median(
    buffers.filter((b) => !b.flash && !b.latent).map(offBy),
  );
  metrics['llamacpp_compute_buffer_median, latent attention'] = median(
    buffers.filter((b) => b.latent).map(offBy),
  );
  const tuned = tuneLeftOut(tuneRows());
  both('finetune', tuned);
  tables.push(
    accuracyTables.scored('KV tokens, end to end', endToEnd, 'tokens'),
    accuracyTables.leftAside(
      'vLLM rows that were not planned end to end',
      cases.flatMap((c) => {
        const gap = endToEndGap(c);
        return gap ? [[c.name, gap]] : [];
      }),
    ),
    accuracyTables.scored('KV tokens from the measured KV budget', fromBudgetRows(cases), 'tokens'),
    accuracyTables.scored('llama.cpp: compute buffer with flash attention', plain, 'MiB'),
    accuracyTables.scored('Weights of a GPU', weightRows(cases), 'GiB'),
    accuracyTables.scored('Fine-tuning peak, family left out', tuned, 'GiB'),
  );
}

const within = (value: number, band: { low: number; high: number }) =>
  value >= band.low && value <= band.high ? 1 : 0;

/** Time of a whole plan with three scenarios, draws apart, and of ten thousand draws; the best of several runs. */
export function speedFigures(): Record<string, number> {
  const cost = readCost(costAsked);
  if (!cost.ok) throw new Error('the benchmark cannot read its own plan');
  const best = (times: number, work: () => void) => {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < times; i++) {
      const from = performance.now();
      work();
      least = Math.min(least, performance.now() - from);
    }
    return least;
  };
  return {
    three_scenarios_ms: best(10, () => {
      for (const asked of scenarioAsked) {
        const plan = planScenario(asked);
        if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
      }
    }),
    ten_thousand_draws_ms: best(6, () => planCost(cost.value)),
  };
}

function notes(serving: number, mlperf: number): string[] {
  return [
    `${serving} serving rows, each family planned by a fit on the others; intervals from residuals of the other families, each left out in turn`,
    `${mlperf} MLPerf rows on one kind of accelerator with token results; the kind of accelerator is left out (stricter than the submitted system)`,
    'three scenarios: memory, speed, curve, service simulation, control, files, programme; the draws are timed apart',
    'key_press_engine: three scenarios with 300 draws and all tables, best of 60; key_press_longest_task: main thread of the built page in Chromium, CPU time of the longest task a press, 40 presses in the length of a prompt',
    'LP2368: not reproduced, see docs/planner-accuracy.md',
  ];
}

export function accuracyDocument(scores: Scores, targets: readonly Target[]): string {
  const figure = (value: number | undefined) =>
    value === undefined ? '' : String(Number(value.toPrecision(3)));
  const lines = targets
    .filter((t) => !t.unit.startsWith('ms'))
    .map((t) => {
      const value = scores.metrics[t.metric];
      const met = value !== undefined && (t.op === '<=' ? value <= t.value : value >= t.value);
      const peers = Object.entries(scores.peers)
        .map(([name, peer]) => (peer[t.metric] === undefined ? '' : `${name} ${figure(peer[t.metric])}`))
        .filter(Boolean)
        .join('; ');
      return row([
        t.metric.replaceAll('_', ' '),
        figure(value),
        `${t.op} ${t.value}`,
        met ? 'met' : '**missed**',
        peers,
      ]);
    });
  const others = Object.entries(scores.metrics)
    .filter(([name]) => !targets.some((t) => t.metric === name))
    .map(([name, value]) => row([name.replaceAll('_', ' '), figure(value)]));
  return [
    ...accuracyTables.preamble,
    row(['figure', 'measured', 'target', '', 'beside, on the same rows']),
    row(['---', '---', '---', '---', '---']),
    ...lines,
    '',
    'Further figures of the same run:',
    '',
    row(['figure', 'value']),
    row(['---', '---']),
    ...others,
    '',
    ...accuracyTables.explained,
    ...scores.tables.flatMap((table) => [
      `## ${table.title}`,
      '',
      ...(table.note ? [table.note, ''] : []),
      row(table.head),
      row(table.head.map(() => '---')),
      ...table.rows.map(row),
      '',
    ]),
  ].join('\n');
}
