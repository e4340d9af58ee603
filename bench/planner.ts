import { writeFileSync } from 'node:fs';
import { accuracyDocument, score, speedFigures } from './planner/accuracy.ts';
import { keyPressInNode, keyPressInPage } from './planner/key-press.ts';
import type { Measured, Target } from './report.ts';

// npm run bench planner: scores the planner on measured rows that its fits never saw, and writes
// docs/planner-accuracy.md. Needs the tables beside the repository (ABOVEBOARD_TEST_DATA names another place).
export const targets: Target[] = [
  { metric: 'llamacpp_kv_exact', op: '>=', value: 1, unit: 'share' },
  { metric: 'kv_tokens_end_to_end_median', op: '<=', value: 0.03, unit: 'relative error' },
  { metric: 'kv_tokens_end_to_end_p90', op: '<=', value: 0.1, unit: 'relative error' },
  { metric: 'kv_tokens_from_budget_median', op: '<=', value: 0.005, unit: 'relative error' },
  { metric: 'weights_median', op: '<=', value: 0.015, unit: 'relative error' },
  { metric: 'fits_yes_right', op: '>=', value: 0.95, unit: 'share' },
  { metric: 'fits_no_right', op: '>=', value: 0.95, unit: 'share' },
  { metric: 'finetune_median', op: '<=', value: 0.12, unit: 'relative error' },
  { metric: 'tpot_median', op: '<=', value: 0.13, unit: 'relative error' },
  { metric: 'tpot_mean', op: '<=', value: 0.2, unit: 'relative error' },
  { metric: 'ttft_median', op: '<=', value: 0.2, unit: 'relative error' },
  { metric: 'mlperf_median', op: '<=', value: 0.2, unit: 'relative error' },
  { metric: 'tpot_coverage', op: '>=', value: 0.75, unit: 'share' },
  { metric: 'ttft_coverage', op: '>=', value: 0.75, unit: 'share' },
  { metric: 'tpot_coverage_most', op: '<=', value: 0.85, unit: 'share' },
  { metric: 'ttft_coverage_most', op: '<=', value: 0.85, unit: 'share' },
  { metric: 'gpu_hour_within_10_percent', op: '>=', value: 1, unit: 'share' },
  { metric: 'shipped_fit_is_of_these_rows', op: '>=', value: 1, unit: 'yes' },
  { metric: 'three_scenarios_ms', op: '<=', value: 50, unit: 'ms' },
  { metric: 'ten_thousand_draws_ms', op: '<=', value: 200, unit: 'ms' },
  { metric: 'key_press_engine_ms', op: '<=', value: 16, unit: 'ms' },
  { metric: 'key_press_longest_task_p95_ms', op: '<=', value: 16, unit: 'ms of CPU' },
];

export async function run(): Promise<Measured> {
  const scores = score();
  const speed = speedFigures();
  const measured: Measured = {
    metrics: {
      ...scores.metrics,
      ...speed,
      key_press_engine_ms: keyPressInNode(),
      ...(await keyPressInPage()),
    },
    peers: scores.peers,
    notes: scores.notes,
  };
  writeFileSync(new URL('../docs/planner-accuracy.md', import.meta.url), accuracyDocument(scores, targets));
  return measured;
}
